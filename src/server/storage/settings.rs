//! The storage's settings as plain data. Reading them from the environment is the task of `server/config`.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::server::storage::error::StorageError;
use crate::server::storage::exposure::Exposures;
use crate::server::storage::key::is_plain_path;
use crate::server::storage::location::LocationKind;

/// The settings of [`crate::server::storage::Storage::open`].
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the bytes are stored.
    pub backend: BackendSettings,
    /// The names of the three locations in the store.
    pub locations: LocationNames,
    /// How private files are delivered to browsers, if the backend allows a choice.
    pub delivery: DeliveryMode,
    /// How parts of files are sent to a bucket.
    pub uploads: UploadMode,
    /// How long a presigned address of a private file is valid: minutes, because it cannot be revoked; at most a week.
    pub link_age: Duration,
    /// How browsers reach the public locations.
    pub exposures: Exposures,
}

/// Where the bytes are stored, with the settings that each kind of store needs.
#[derive(Debug, Clone)]
pub enum BackendSettings {
    /// A folder on this machine.
    Local {
        /// The folder; created if it does not exist.
        root: PathBuf,
    },
    /// A bucket of Amazon S3 or of a store with the same API.
    S3(Box<S3Settings>),
}

/// The bucket, how to reach it, and what is sent with each object.
#[derive(Debug, Clone, Default)]
pub struct S3Settings {
    /// The bucket of every location that has no bucket of its own.
    pub bucket: String,
    /// A separate bucket for `static`.
    pub static_bucket: Option<String>,
    /// A separate bucket for `media`.
    pub media_bucket: Option<String>,
    /// The endpoint that Holdall connects to; `None` for Amazon's.
    pub endpoint: Option<String>,
    /// The endpoint that browsers reach, used only for presigned addresses; `None` for the same as `endpoint`.
    pub public_endpoint: Option<String>,
    /// The region; `None` for the one in the AWS environment or profile, and `us-east-1` if there is none.
    pub region: Option<String>,
    /// Whether addresses name the bucket in the path instead of the host.
    pub path_style: bool,
    /// The key pair; `None` for the AWS tools' default credential chain.
    pub credentials: Option<Credentials>,
    /// Certificates (PEM) of the authorities to trust for the store, instead of the system's.
    pub authorities: Option<Vec<u8>>,
    /// The storage class of private objects, by the store's name for it; `None` for the store's default.
    pub storage_class: Option<String>,
    /// The encryption requested for objects; `None` for the bucket's default.
    pub encryption: Option<Encryption>,
    /// Metadata sent with every object: names and values (`x-amz-meta-…`).
    pub metadata: Vec<(String, String)>,
    /// The most parts that the store takes for an object; `None` for the 10,000 of S3.
    pub most_parts: Option<u32>,
}

/// How the store encrypts objects (S3: server-side encryption).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encryption {
    /// With keys managed by the store: `AES256`.
    Store,
    /// With a key of AWS KMS: `aws:kms`.
    Kms {
        /// The key's id or ARN; `None` for the key that AWS manages for S3.
        key: Option<String>,
    },
}

/// A key pair of the store. Its `Debug` output omits the secret.
#[derive(Clone)]
pub struct Credentials {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("id", &self.id).finish_non_exhaustive()
    }
}

/// How private files are delivered to browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryMode {
    /// Streamed by Holdall.
    Stream,
    /// From the bucket, by a redirect to a presigned address that is valid for minutes.
    Redirect,
}

/// How parts of files are sent to a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadMode {
    /// By browsers directly, at presigned addresses that are valid for an hour.
    Direct,
    /// Through Holdall.
    App,
}

/// The name of each location: a folder below the root, or a prefix in the bucket.
#[derive(Debug, Clone)]
pub struct LocationNames {
    /// The name of `static`.
    pub static_: String,
    /// The name of `media`.
    pub media: String,
    /// The name of `private`.
    pub private: String,
}

impl LocationNames {
    /// The name of one location, without a slash at either end.
    pub fn of(&self, kind: LocationKind) -> &str {
        match kind {
            LocationKind::Static => &self.static_,
            LocationKind::Media => &self.media,
            LocationKind::Private => &self.private,
        }
    }

    /// Rejects names that are not plain paths, or that lie inside one another: a policy that opens `media/*` must never
    /// include `private`. `tmp` is reserved for the local folder's temporary files.
    ///
    /// # Errors
    /// [`StorageError::Broken`] with the reason.
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
