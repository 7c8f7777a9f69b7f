//! The settings of the storage, and which of them may be combined.

use std::path::Path;
use std::time::Duration;

use crate::server::config::address::{Url, base};
use crate::server::config::kind::StorageKind;
use crate::server::config::read::{Reader, span};
use crate::server::config::{exposure, s3_options};
use crate::server::storage::{
    BackendSettings, Credentials, DeliveryMode, LocationNames, S3Settings, Settings, UploadMode,
};

/// How long presigned addresses are valid by default.
const LINK_AGE: Duration = Duration::from_secs(300);
/// The longest that S3 accepts: a week.
const LONGEST_LINK_AGE: Duration = Duration::from_secs(7 * 86_400);

pub(super) fn settings(reader: &mut Reader<'_>, data: &Path, site: &Url) -> Option<Settings> {
    let kind = reader
        .one_of("HOLDALL_STORAGE", &[("local", StorageKind::Local), ("s3", StorageKind::S3)])
        .unwrap_or(StorageKind::Local);
    let locations = locations(reader);
    let delivery = reader
        .one_of("HOLDALL_PRIVATE_DELIVERY", &[("stream", DeliveryMode::Stream), ("redirect", DeliveryMode::Redirect)]);
    let uploads = reader.one_of("HOLDALL_UPLOADS", &[("direct", UploadMode::Direct), ("app", UploadMode::App)]);
    if kind == StorageKind::Local && uploads == Some(UploadMode::Direct) {
        reader.fault("HOLDALL_UPLOADS", "direct needs HOLDALL_STORAGE=s3: a folder is reached through Holdall alone");
    }
    let link_age = reader.parsed("HOLDALL_S3_LINK_AGE", "a span of at most 7 d, such as 90 s or 5 min", |text| {
        span(text).filter(|age| *age <= LONGEST_LINK_AGE)
    });
    let exposures = exposure::exposures(reader, kind, site);
    let s3 = s3(reader, kind, link_age.is_some());
    let (backend, usual) = match kind {
        StorageKind::Local => {
            if delivery == Some(DeliveryMode::Redirect) {
                reader.fault(
                    "HOLDALL_PRIVATE_DELIVERY",
                    "redirect needs HOLDALL_STORAGE=s3: a folder signs no addresses",
                );
            }
            (BackendSettings::Local { root: data.join("files") }, DeliveryMode::Stream)
        }
        StorageKind::S3 => {
            let s3 = s3?;
            // Browsers can reach Amazon's own store, and one with a public endpoint.
            let reachable = s3.public_endpoint.is_some() || s3.endpoint.is_none();
            (BackendSettings::S3(Box::new(s3)), if reachable { DeliveryMode::Redirect } else { DeliveryMode::Stream })
        }
    };
    let delivery = delivery.unwrap_or(usual);
    // If browsers can download from the store, they can upload to it too.
    let usual = if delivery == DeliveryMode::Redirect { UploadMode::Direct } else { UploadMode::App };
    Some(Settings {
        backend,
        locations: locations?,
        delivery,
        uploads: uploads.unwrap_or(usual),
        link_age: link_age.unwrap_or(LINK_AGE),
        exposures,
    })
}

fn locations(reader: &mut Reader<'_>) -> Option<LocationNames> {
    let plain = |text: &str| {
        let good = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        text.split('/').all(good).then(|| text.to_owned())
    };
    let mut name = |variable, usual: &str| {
        reader
            .parsed(variable, "a path of letters, digits, - and _, without a slash at either end", plain)
            .unwrap_or_else(|| usual.to_owned())
    };
    let names = LocationNames {
        static_: name("HOLDALL_STATIC_LOCATION", "static"),
        media: name("HOLDALL_MEDIA_LOCATION", "media"),
        private: name("HOLDALL_PRIVATE_LOCATION", "private"),
    };
    if names.check().is_err() {
        reader.fault(
            "HOLDALL_PRIVATE_LOCATION",
            "the three locations must differ, none may lie inside another, and tmp is taken",
        );
        return None;
    }
    Some(names)
}

/// All settings of S3. With the local folder they are errors, because their author believes that files are in a bucket.
fn s3(reader: &mut Reader<'_>, kind: StorageKind, link_age: bool) -> Option<S3Settings> {
    let bucket = reader.text("HOLDALL_BUCKET");
    let static_bucket = reader.text("HOLDALL_STATIC_BUCKET");
    let media_bucket = reader.text("HOLDALL_MEDIA_BUCKET");
    let public_endpoint = endpoint(reader, "HOLDALL_S3_PUBLIC_ENDPOINT");
    let path_style = reader.one_of("HOLDALL_S3_PATH_STYLE", &[("true", true), ("false", false)]);
    let options = s3_options::settings(reader);
    if kind == StorageKind::Local {
        let given = [
            ("HOLDALL_BUCKET", bucket.is_some()),
            ("HOLDALL_STATIC_BUCKET", static_bucket.is_some()),
            ("HOLDALL_MEDIA_BUCKET", media_bucket.is_some()),
            ("HOLDALL_S3_PUBLIC_ENDPOINT", public_endpoint.is_some()),
            ("HOLDALL_S3_PATH_STYLE", path_style.is_some()),
            ("HOLDALL_S3_LINK_AGE", link_age),
        ];
        for (variable, _) in given.into_iter().chain(options.given()).filter(|(_, given)| *given) {
            reader.fault(variable, "is for a bucket: set HOLDALL_STORAGE=s3 too, or leave it out");
        }
        return None;
    }
    if bucket.is_none() {
        reader.fault("HOLDALL_BUCKET", "HOLDALL_STORAGE=s3 needs the name of a bucket");
    }
    let endpoint = endpoint(reader, "AWS_ENDPOINT_URL_S3").or_else(|| endpoint(reader, "AWS_ENDPOINT_URL"));
    let region = reader.text("AWS_REGION").or_else(|| reader.text("AWS_DEFAULT_REGION"));
    if endpoint.is_some() && region.is_none() {
        reader.fault(
            "AWS_REGION",
            "with an endpoint of one's own the store's region must be named, such as garage or us-east-1",
        );
    }
    let credentials = credentials(reader);
    Some(S3Settings {
        bucket: bucket?,
        static_bucket,
        media_bucket,
        // The host style needs a DNS name for each bucket, which self-hosted stores rarely have.
        path_style: path_style.unwrap_or(endpoint.is_some()),
        endpoint,
        public_endpoint,
        region,
        credentials,
        authorities: options.authorities,
        storage_class: options.storage_class,
        encryption: options.encryption,
        metadata: options.metadata,
        most_parts: options.most_parts,
    })
}

/// Further addresses for `holdall doctor` to test; without effect for a local folder.
pub(super) fn doctor_bases(reader: &mut Reader<'_>) -> Vec<String> {
    let takes = "addresses that begin with http:// or https://, with commas between them";
    let bases = reader.parsed("HOLDALL_DOCTOR_BASES", takes, |text| text.split(',').map(base).collect());
    bases.unwrap_or_default()
}

fn endpoint(reader: &mut Reader<'_>, variable: &'static str) -> Option<String> {
    reader.parsed(variable, "an address that begins with http:// or https://", base)
}

fn credentials(reader: &mut Reader<'_>) -> Option<Credentials> {
    let id = reader.text("AWS_ACCESS_KEY_ID");
    let secret = reader.text("AWS_SECRET_ACCESS_KEY");
    let session_token = reader.text("AWS_SESSION_TOKEN");
    match (id, secret) {
        (Some(id), Some(secret)) => Some(Credentials { id, secret, session_token }),
        (Some(_), None) => {
            reader.fault("AWS_SECRET_ACCESS_KEY", "is missing: AWS_ACCESS_KEY_ID is set, and one needs the other");
            None
        }
        (None, Some(_)) => {
            reader.fault("AWS_ACCESS_KEY_ID", "is missing: AWS_SECRET_ACCESS_KEY is set, and one needs the other");
            None
        }
        (None, None) => None,
    }
}
