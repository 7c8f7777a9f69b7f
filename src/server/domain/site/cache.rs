//! An in-memory cache of release files from the bucket, bounded in bytes. Concurrent requests for a file read it once.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use quick_cache::Weighter;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use crate::server::domain::site::Error;
use crate::server::storage::{Key, Static, Storage};

/// The size of the cache in bytes, enough for a dozen releases.
const CACHE_BYTES: u64 = 32 << 20;
/// How many files are read from the bucket at once.
const READING: usize = 16;
/// The largest file a release may have, in bytes.
const LARGEST: u64 = 16 << 20;

/// A file's bytes with their SHA-256.
#[derive(Debug)]
pub struct Asset {
    bytes: Bytes,
    sha256: [u8; 32],
}

impl Asset {
    /// Hashes the bytes of a file.
    pub(super) fn new(bytes: Bytes) -> Self {
        let sha256 = Sha256::digest(&bytes).into();
        Self { bytes, sha256 }
    }

    /// The content; cloning it copies nothing.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// A strong entity tag (RFC 9110 §8.8.3): the same for the same bytes on every server.
    #[must_use]
    pub fn etag(&self) -> String {
        format!("\"{}\"", data_encoding::BASE32_DNSSEC.encode(&self.sha256[..16]))
    }

    /// The hash that pages tell browsers to expect (Subresource Integrity).
    #[must_use]
    pub fn integrity(&self) -> String {
        format!("sha256-{}", data_encoding::BASE64.encode(&self.sha256))
    }

    /// The SHA-256 of the bytes.
    pub(super) fn sha256(&self) -> &[u8] {
        &self.sha256
    }
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<String, Arc<Asset>> for ByBytes {
    fn weight(&self, key: &String, asset: &Arc<Asset>) -> u64 {
        (key.len() + asset.bytes.len()) as u64
    }
}

pub(super) struct Cache {
    files: quick_cache::sync::Cache<String, Arc<Asset>, ByBytes>,
    reading: Semaphore,
}

impl Cache {
    /// An empty cache.
    pub(super) fn new() -> Self {
        Self {
            files: quick_cache::sync::Cache::with_weighter(64, CACHE_BYTES, ByBytes),
            reading: Semaphore::new(READING),
        }
    }

    /// The file with this key, from memory or else from the bucket.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file; [`Error::Storage`].
    pub(super) async fn get(&self, storage: &Storage, key: &Key<Static>) -> Result<Arc<Asset>, Error> {
        let read = async {
            // Requests for missing files are not cached and each cost a request to the store, so their number is
            // bounded.
            let _permit = self.reading.acquire().await.map_err(|_| Error::Busy)?;
            read(storage, key).await
        };
        self.files.get_or_insert_async(key.as_str(), read).await
    }
}

/// Reads a file of a release in full.
///
/// # Errors
/// [`Error::NotFound`] if there is no such file; [`Error::Storage`]; [`Error::Internal`] if it is larger than any file
/// of a release.
pub(super) async fn read(storage: &Storage, key: &Key<Static>) -> Result<Arc<Asset>, Error> {
    let mut object = storage.read(key, None).await?;
    if object.size > LARGEST {
        return Err(Error::Internal(format!("{key} has {} bytes: no file of a release is that large", object.size)));
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = object.body.next().await {
        bytes.extend_from_slice(&chunk?);
    }
    Ok(Arc::new(Asset::new(bytes.freeze())))
}
