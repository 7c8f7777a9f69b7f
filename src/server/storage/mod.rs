//! Storage of bytes and nothing else: objects in three locations, in a local folder or in a bucket. Database rows,
//! accounts and quotas are not known here, and no other module handles file paths of objects or the AWS client.

mod capabilities;
mod cdn;
mod delivery;
mod error;
mod exposure;
mod instance_id;
mod key;
mod listing;
mod local;
mod location;
mod object;
mod origin;
mod part_types;
mod parts;
pub mod probe;
mod s3;
mod settings;
mod volume;
mod writer;

#[cfg(test)]
mod contract;

pub use capabilities::Capabilities;
pub use cdn::CdnKey;
pub use delivery::{DeliverAs, Delivery};
pub use error::StorageError;
pub use exposure::{Cdn, Exposure, Exposures};
pub use instance_id::INSTANCE_OBJECT;
pub use key::{Key, NotAKey};
pub use listing::PAGE;
pub use local::inspect::Folder;
pub use local::naming::Naming;
pub use location::{Location, LocationKind, Media, Private, PublicLocation, RandomLocation, Static};
pub use object::{Body, FileStat, Head, Listed, Object, ObjectMeta, ObjectPage, OddEntry};
pub use origin::origin_of;
pub use part_types::{IncompleteUpload, IncompleteUploadPage, PartSpec, SignedAddress, StoredPart, UploadMarker};
pub use parts::PartWriter;
pub use probe::anonymous_client::{AnonymousClient, AnonymousRequest, AnonymousResponse};
pub use probe::canary::Canary;
pub use s3::apply::with_statement;
pub use s3::behaviour::Signed;
pub use s3::client::holds_certificates;
pub use s3::endpoints::Endpoint;
pub use s3::inspect::{AccessBlock, Cors, Lifecycle, Setting};
pub use s3::survey::{S3Error, Survey};
pub use settings::{
    BackendSettings, Credentials, DeliveryMode, Encryption, LocationNames, S3Settings, Settings, UploadMode,
};
pub use volume::{Volume, is_full};
pub use writer::Writer;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::server::clock::Clock;
use crate::server::storage::local::Local;
use crate::server::storage::local::writer::LocalWriter;
use crate::server::storage::s3::S3;
use crate::server::storage::s3::budget::BUFFER_BYTES;
use crate::server::storage::s3::part_writer::STREAMED_PARTS;
use crate::server::storage::s3::target::Target;
use crate::server::storage::s3::writer::{S3Writer, SMALL};

/// Of an object of unknown length, so many bytes are taken before any is sent to a bucket.
pub const FIRST_BUFFER: u64 = BUFFER_BYTES as u64;
/// The timeout of a check that the store is available.
const CHECK: Duration = Duration::from_secs(5);

/// The store. Clones share everything.
#[derive(Debug, Clone)]
pub struct Storage {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    backend: Backend,
    delivery: DeliveryMode,
    uploads: UploadMode,
    link_age: Duration,
    exposures: Exposures,
    clock: Clock,
}

#[derive(Debug)]
enum Backend {
    Local(Local),
    S3(Arc<S3>),
}

impl Storage {
    /// Opens a local folder, or prepares the clients of a bucket without connecting to it yet.
    ///
    /// # Errors
    /// [`StorageError::Broken`] if one location lies inside another or if the certificates cannot be parsed; an error
    /// of the file system if the folder cannot be created or written to.
    pub async fn open(settings: Settings, clock: Clock) -> Result<Self, StorageError> {
        let Settings { backend, locations, delivery, uploads, link_age, exposures } = settings;
        locations.check()?;
        let backend = match backend {
            BackendSettings::Local { root } => Backend::Local(Local::open(root, locations).await?),
            BackendSettings::S3(settings) => Backend::S3(Arc::new(S3::open(*settings, locations, &exposures).await?)),
        };
        Ok(Self { inner: Arc::new(Inner { backend, delivery, uploads, link_age, exposures, clock }) })
    }

    /// Writes an object from bytes in memory. It is durable when this returns.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Exists`] if a local folder already has an object of this name. A bucket
    /// would overwrite it, so every key must be used only once.
    pub async fn put<L: Location>(&self, key: &Key<L>, body: Bytes, meta: &ObjectMeta) -> Result<(), StorageError> {
        match &self.inner.backend {
            Backend::Local(local) => {
                let mut writer = LocalWriter::new(local, L::KIND, key.as_str(), local.temporary());
                writer.write(body).await?;
                writer.finish().await.map(drop)
            }
            Backend::S3(s3) => Target::new(s3, L::KIND, key.as_str(), meta).put(body).await,
        }
    }

    /// Starts writing an object of unknown length; no request is made before the first bytes. A bucket accepts as many
    /// times 8 MiB this way as it takes parts: 78 GiB with 10,000. What a killed process leaves of it goes with
    /// [`Storage::discard`]. The memory for this is shared fairly between accounts, and `account` says whose it is.
    pub fn writer<L: Location>(&self, key: &Key<L>, meta: &ObjectMeta, account: &str) -> Writer {
        match &self.inner.backend {
            Backend::Local(local) => {
                Writer::local(LocalWriter::new(local, L::KIND, key.as_str(), local.half_written(L::KIND, key.as_str())))
            }
            Backend::S3(s3) => Writer::s3(S3Writer::new(Target::new(s3, L::KIND, key.as_str(), meta), account)),
        }
    }

    /// Reads an object, or a range of its bytes.
    ///
    /// # Errors
    /// [`StorageError::NotFound`]; [`StorageError::Broken`] for a range that does not lie within the object.
    pub async fn read<L: Location>(&self, key: &Key<L>, range: Option<Range<u64>>) -> Result<Object, StorageError> {
        match &self.inner.backend {
            Backend::Local(local) => local.read(L::KIND, key.as_str(), range).await,
            Backend::S3(s3) => s3.read(L::KIND, key.as_str(), range).await,
        }
    }

    /// Reads an object's size and metadata without its content.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if it does not exist.
    pub async fn head<L: Location>(&self, key: &Key<L>) -> Result<Head, StorageError> {
        match &self.inner.backend {
            Backend::Local(local) => local.head(L::KIND, key.as_str()).await,
            Backend::S3(s3) => s3.head(L::KIND, key.as_str()).await,
        }
    }

    /// What a local folder tells of each object without opening it, `None` for one that is missing or cannot be looked at;
    /// `None` for a bucket, of which as many requests would have to be made as there are objects.
    ///
    /// # Errors
    /// [`StorageError::Broken`] if the operating system gives no thread for it.
    pub async fn stats<L: Location>(&self, keys: &[Key<L>]) -> Result<Option<Vec<Option<FileStat>>>, StorageError> {
        match &self.inner.backend {
            Backend::Local(local) => local.stats(L::KIND, keys.iter().map(Key::to_string).collect()).await.map(Some),
            Backend::S3(_) => Ok(None),
        }
    }

    /// Deletes an object permanently. Deleting one that does not exist is not an error.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn delete<L: Location>(&self, key: &Key<L>) -> Result<(), StorageError> {
        match &self.inner.backend {
            Backend::Local(local) => local.delete(L::KIND, vec![key.to_string()]).await,
            Backend::S3(s3) => s3.delete(L::KIND, key.as_str()).await,
        }
    }

    /// Deletes many objects. Deleting ones that do not exist is not an error.
    ///
    /// # Errors
    /// The error for the first object that could not be deleted; others may have been deleted by then.
    pub async fn delete_many<L: Location>(&self, keys: &[Key<L>]) -> Result<(), StorageError> {
        let keys = keys.iter().map(Key::to_string).collect();
        match &self.inner.backend {
            Backend::Local(local) => local.delete(L::KIND, keys).await,
            Backend::S3(s3) => s3.delete_many(L::KIND, keys).await,
        }
    }

    /// Deletes an object and every incomplete upload of it, also one that another process was killed amid.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn discard<L: Location>(&self, key: &Key<L>) -> Result<(), StorageError> {
        match &self.inner.backend {
            Backend::Local(local) => {
                local.abort_incomplete_upload(key.as_str()).await?;
                local.delete(L::KIND, vec![key.to_string()]).await
            }
            Backend::S3(s3) => s3.discard(L::KIND, key.as_str()).await,
        }
    }

    /// Checks within five seconds that the store is available and accepts Holdall's credentials.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] with the reason, for the log.
    pub async fn check(&self) -> Result<(), StorageError> {
        let answer = tokio::time::timeout(CHECK, async {
            match &self.inner.backend {
                Backend::Local(local) => local.check().await,
                Backend::S3(s3) => s3.check().await,
            }
        });
        answer.await.unwrap_or_else(|_| Err(StorageError::unavailable("check", "no answer within five seconds")))
    }

    /// What is free on the volume of a local folder; `None` for a bucket.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if the volume does not respond.
    pub fn volume(&self) -> Result<Option<Volume>, StorageError> {
        match &self.inner.backend {
            Backend::Local(local) => local.volume().map(Some),
            Backend::S3(_) => Ok(None),
        }
    }

    /// Deletes temporary files that crashes left behind, once they are 48 hours old. A bucket has none.
    ///
    /// # Errors
    /// Any error of the file system.
    pub async fn clear_leftovers(&self) -> Result<(), StorageError> {
        match &self.inner.backend {
            Backend::Local(local) => local.clear_leftovers().await,
            Backend::S3(_) => Ok(()),
        }
    }

    /// How many parts can be written at the same time.
    pub fn part_places(&self) -> usize {
        match &self.inner.backend {
            Backend::Local(_) => local::parts::WRITTEN_PARTS,
            Backend::S3(_) => STREAMED_PARTS,
        }
    }

    /// How many bytes of an object of unknown length are written without an upload buffer.
    pub fn unbuffered(&self) -> usize {
        match &self.inner.backend {
            Backend::Local(_) => 0,
            Backend::S3(_) => SMALL,
        }
    }

    /// Whether every upload buffer is in use, so that other uploads wait for one.
    pub fn uploads_wait(&self) -> bool {
        match &self.inner.backend {
            Backend::Local(_) => false,
            Backend::S3(s3) => s3.budget.is_exhausted(),
        }
    }
}
