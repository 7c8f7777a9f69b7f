//! Access to what a bucket is and does, for diagnostics: `inspect.rs` reads its settings, `behaviour.rs` tests how it
//! behaves, `apply.rs` changes settings. Storing files needs nothing of it.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::error::ProvideErrorMetadata as _;

use crate::server::storage::error::StorageError;
use crate::server::storage::location::LocationKind;
use crate::server::storage::probe::anonymous_client::AnonymousClient;
use crate::server::storage::s3::error::{chain, translate, translate_final};
use crate::server::storage::s3::{ObjectAddress, S3};
use crate::server::storage::{Backend, DeliveryMode, Storage};

/// The timeout of the first request to a store.
const FIRST: Duration = Duration::from_secs(5);

/// Diagnostic access to a bucket, with Holdall's credentials.
#[derive(Debug, Clone)]
pub struct Survey {
    pub(in crate::server::storage) s3: Arc<S3>,
    delivery: DeliveryMode,
    takes_parts: bool,
}

/// Why the store refused a request, as it reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Error {
    /// The status code, if there was a response.
    pub status: Option<u16>,
    /// The error code, such as `AccessDenied`; empty if there was none.
    pub code: String,
    /// The rest of the store's message.
    pub message: String,
}

impl std::fmt::Display for S3Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let status = self.status.map(|status| status.to_string());
        let parts = [status.as_deref().unwrap_or_default(), &self.code, &self.message];
        f.write_str(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
    }
}

impl Storage {
    /// Diagnostic access to the bucket; `None` for a local folder.
    #[must_use]
    pub fn survey(&self) -> Option<Survey> {
        match &self.inner.backend {
            Backend::Local(_) => None,
            Backend::S3(s3) => {
                let (delivery, takes_parts) = (self.inner.delivery, self.takes_parts_directly());
                Some(Survey { s3: Arc::clone(s3), delivery, takes_parts })
            }
        }
    }
}

impl Survey {
    /// The bucket of a location.
    #[must_use]
    pub fn bucket(&self, kind: LocationKind) -> String {
        self.s3.address(kind, "").bucket
    }

    /// The prefix of the names of a location's objects, with a trailing slash.
    #[must_use]
    pub fn prefix(&self, kind: LocationKind) -> String {
        self.s3.address(kind, "").key
    }

    /// Each bucket once, with the locations in it.
    #[must_use]
    pub fn buckets(&self) -> Vec<(String, Vec<LocationKind>)> {
        let mut found: Vec<(String, Vec<LocationKind>)> = Vec::new();
        for kind in [LocationKind::Static, LocationKind::Media, LocationKind::Private] {
            let bucket = self.bucket(kind);
            match found.iter_mut().find(|(name, _)| *name == bucket) {
                Some((_, kinds)) => kinds.push(kind),
                None => found.push((bucket, vec![kind])),
            }
        }
        found
    }

    /// Whether browsers are redirected to the store for private files.
    #[must_use]
    pub fn redirects(&self) -> bool {
        self.delivery == DeliveryMode::Redirect
    }

    /// Whether browsers send parts of private files directly to the store.
    #[must_use]
    pub fn takes_parts(&self) -> bool {
        self.takes_parts
    }

    /// The region that requests are signed for.
    #[must_use]
    pub fn region(&self) -> String {
        self.s3.client.config().region().map(ToString::to_string).unwrap_or_default()
    }

    /// A client without credentials that trusts the store's certificates.
    ///
    /// # Panics
    /// Never: a storage does not open with certificates that cannot be parsed.
    #[must_use]
    pub fn anonymous_client(&self) -> AnonymousClient {
        AnonymousClient::new(self.s3.settings().authorities.as_deref())
            .expect("the store's own client trusts the same certificates")
    }

    /// Requests one entry of a location's listing, without retries and with a short timeout.
    ///
    /// # Errors
    /// The store's error, or why there was no response.
    pub async fn probe(&self, kind: LocationKind) -> Result<(), S3Error> {
        let ObjectAddress { bucket, key } = self.s3.address(kind, "");
        let once = Builder::new()
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(FIRST).operation_attempt_timeout(FIRST).build());
        let listing = self.s3.client.list_objects_v2().bucket(bucket).prefix(key).max_keys(1);
        match listing.customize().config_override(once).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(S3Error {
                status: error.raw_response().map(|response| response.status().as_u16()),
                code: error.code().unwrap_or_default().to_owned(),
                message: error.message().map_or_else(|| chain(&error), ToOwned::to_owned),
            }),
        }
    }

    /// Whether an object exists, requested with credentials.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn is_there(&self, kind: LocationKind, key: &str) -> Result<bool, StorageError> {
        match self.s3.head(kind, key).await {
            Ok(_) => Ok(true),
            Err(StorageError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Deletes an object and every incomplete upload of it.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn remove(&self, kind: LocationKind, key: &str) -> Result<(), StorageError> {
        self.s3.discard(kind, key).await
    }

    /// Deletes every version of an object, for buckets that keep versions: an ordinary deletion only hides it.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn remove_versions(&self, kind: LocationKind, key: &str) -> Result<(), StorageError> {
        let ObjectAddress { bucket, key } = self.s3.address(kind, key);
        let found = self.s3.client.list_object_versions().bucket(&bucket).prefix(&key).send().await;
        let found = found.map_err(|error| translate("list versions", error))?;
        let versions = found.versions.unwrap_or_default().into_iter().map(|one| (one.key, one.version_id));
        let markers = found.delete_markers.unwrap_or_default().into_iter().map(|one| (one.key, one.version_id));
        for (_, version) in versions.chain(markers).filter(|(of, _)| of.as_ref() == Some(&key)) {
            let request = self.s3.client.delete_object().bucket(&bucket).key(&key).set_version_id(version);
            request.send().await.map_err(|error| translate("delete a version", error))?;
        }
        Ok(())
    }

    /// The names in a location, incomplete uploads included, that begin with `prefix` and have not changed since
    /// `before` (milliseconds since 1970).
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn older(&self, kind: LocationKind, prefix: &str, before: i64) -> Result<Vec<String>, StorageError> {
        let ObjectAddress { bucket, key: location } = self.s3.address(kind, "");
        let full_prefix = format!("{location}{prefix}");
        let listing = self.s3.client.list_objects_v2().bucket(&bucket).prefix(&full_prefix).send().await;
        let listing = listing.map_err(|error| translate("list", error))?.contents.unwrap_or_default();
        let objects = listing.into_iter().map(|object| (object.key, object.last_modified));
        let uploads = self.s3.client.list_multipart_uploads().bucket(&bucket).prefix(&full_prefix).send().await;
        let uploads = match uploads.map_err(|error| translate_final("list", error)) {
            // A store that does not list them keeps nobody from clearing up objects.
            Err(StorageError::Refused { .. }) => Vec::new(),
            listing => listing?.uploads.unwrap_or_default(),
        };
        let uploads = uploads.into_iter().map(|upload| (upload.key, upload.initiated));
        let old = objects.chain(uploads).filter_map(|(key, changed)| {
            let changed = changed.and_then(|changed| changed.to_millis().ok())?;
            let key = key?.strip_prefix(&location)?.to_owned();
            (changed < before).then_some(key)
        });
        Ok(old.collect())
    }
}
