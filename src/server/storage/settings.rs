//! What the storage needs to know, as plain data. The environment is read elsewhere and nowhere here.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::server::storage::error::StorageError;
use crate::server::storage::exposure::Exposures;
use crate::server::storage::key::is_plain_path;
use crate::server::storage::location::Place;

/// Everything [`crate::server::storage::Storage::open`] is told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the bytes are kept.
    pub backend: BackendSettings,
    /// What the three locations are called there.
    pub locations: LocationNames,
    /// How private files reach a browser, where the backend leaves a choice.
    pub delivery: DeliveryMode,
    /// How parts of files reach a bucket.
    pub uploads: UploadMode,
    /// How long a signed address of a private file works: minutes, for it cannot be taken back; at most a week.
    pub link_age: Duration,
    /// How browsers reach what is public.
    pub exposures: Exposures,
}

/// Where the bytes are kept, with exactly what each place needs.
#[derive(Debug, Clone)]
pub enum BackendSettings {
    /// A folder on this machine.
    Local {
        /// The folder; made if it is not there.
        root: PathBuf,
    },
    /// A bucket of Amazon S3 or of anything that speaks its language.
    S3(Box<S3Settings>),
}

/// The bucket, how to reach it, and what is said of each object in it.
#[derive(Debug, Clone, Default)]
pub struct S3Settings {
    /// The bucket of every location that has none of its own.
    pub bucket: String,
    /// A bucket for `static` alone.
    pub static_bucket: Option<String>,
    /// A bucket for `media` alone.
    pub media_bucket: Option<String>,
    /// The address Holdall uses; none means Amazon's own.
    pub endpoint: Option<String>,
    /// The address browsers reach, used only to sign; none means the same one.
    pub public_endpoint: Option<String>,
    /// The region; none means what the AWS environment or profile says, and `us-east-1` failing that.
    pub region: Option<String>,
    /// Whether the bucket is named in the path and not in the host.
    pub path_style: bool,
    /// The key pair; none means the usual chain of the AWS tools.
    pub credentials: Option<Credentials>,
    /// Certificates (PEM) of authorities that the store's own may come from, instead of the system's.
    pub authorities: Option<Vec<u8>>,
    /// The storage class of private objects, in the store's own words; none means its usual one.
    pub storage_class: Option<String>,
    /// How the store is asked to encrypt objects; none means as the bucket says.
    pub encryption: Option<Encryption>,
    /// Names and values that every object carries (`x-amz-meta-…`).
    pub metadata: Vec<(String, String)>,
}

/// How the store encrypts what it keeps (S3: server-side encryption).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encryption {
    /// With keys of the store's own: `AES256`.
    Store,
    /// With a key of AWS KMS: `aws:kms`.
    Kms {
        /// The key's id or ARN; none means the one AWS keeps for S3.
        key: Option<String>,
    },
}

/// A key pair of the store; printing it never shows the secret.
#[derive(Clone)]
pub struct Credentials {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
    /// The token that goes with temporary credentials.
    pub session_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("id", &self.id).finish_non_exhaustive()
    }
}

/// How private files reach a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryMode {
    /// Through Holdall.
    Stream,
    /// From the bucket, at an address signed for minutes.
    Redirect,
}

/// How parts of files reach a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadMode {
    /// Browsers put them there, at addresses signed for an hour.
    Direct,
    /// Through Holdall.
    App,
}

/// What each location is called: a folder below the root, a prefix in the bucket.
#[derive(Debug, Clone)]
pub struct LocationNames {
    /// Where `static` is.
    pub static_: String,
    /// Where `media` is.
    pub media: String,
    /// Where `private` is.
    pub private: String,
}

impl LocationNames {
    /// The name of one location, without a slash at either end.
    pub fn of(&self, place: Place) -> &str {
        match place {
            Place::Static => &self.static_,
            Place::Media => &self.media,
            Place::Private => &self.private,
        }
    }

    /// Refuses names that are no path, or of which one lies inside another: what is opened to the world
    /// as `media/*` must never take `private` with it. `tmp` is taken by the local folder.
    pub fn check(&self) -> Result<(), StorageError> {
        let names = [&self.static_, &self.media, &self.private];
        let inside = |inner: &str, outer: &str| format!("{inner}/").starts_with(&format!("{outer}/"));
        for (at, name) in names.iter().enumerate() {
            if !is_plain_path(name) {
                return Err(StorageError::broken("open", format!("{name:?} cannot name a location")));
            }
            let mut others =
                names.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other.as_str());
            if inside(name, "tmp") || others.any(|other| inside(name, other)) {
                return Err(StorageError::broken("open", format!("the location {name:?} lies inside another")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(static_: &str, media: &str, private: &str) -> LocationNames {
        LocationNames { static_: static_.to_owned(), media: media.to_owned(), private: private.to_owned() }
    }

    #[test]
    fn no_location_may_lie_inside_another() {
        assert!(names("static", "media", "private").check().is_ok());
        assert!(names("a/static", "a/media", "a/mediaprivate").check().is_ok());
        for bad in [
            names("static", "media", "media"),
            names("static", "media", "media/private"),
            names("static/x", "media", "static"),
            names("static", "", "private"),
            names("static", "../media", "private"),
            names("static", "tmp", "private"),
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let token = Some("token".to_owned());
        let credentials = Credentials { id: "id".to_owned(), secret: "hush".to_owned(), session_token: token };
        assert_eq!(format!("{credentials:?}"), "Credentials { id: \"id\", .. }");
    }
}
