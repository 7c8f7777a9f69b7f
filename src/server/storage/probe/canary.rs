//! Canaries: objects with random names and content that stand for a location's objects while the location is probed.
//! They are written in the same way as all objects.

use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;
use data_encoding::BASE32HEX_NOPAD;

use crate::server::storage::error::StorageError;
use crate::server::storage::key::{CANARIES, Key};
use crate::server::storage::location::{Location, Private, PublicLocation};
use crate::server::storage::object::ObjectMeta;
use crate::server::storage::part_types::{PartSpec, SignedAddress};
use crate::server::storage::{Storage, Survey};

/// Random bytes in a canary, enough that no other object has the same content.
const RANDOM_BYTES: usize = 40;

/// An object that exists only to be probed.
#[derive(Debug, Clone)]
pub struct Canary<L: Location> {
    /// The content, plain text.
    pub body: Bytes,
    key: Key<L>,
    location: PhantomData<fn() -> L>,
}

impl<L: Location> Default for Canary<L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<L: Location> Canary<L> {
    /// A canary with a random name and content; nothing is stored yet.
    ///
    /// # Panics
    /// If the operating system provides no random numbers.
    #[must_use]
    pub fn new() -> Self {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).expect("the operating systems Holdall runs on always have random numbers");
        let body = format!("canary {}\n", BASE32HEX_NOPAD.encode(&bytes).to_ascii_lowercase());
        Self { body: body.into(), key: Key::canary(), location: PhantomData }
    }

    /// The object's name, without its location.
    #[must_use]
    pub fn name(&self) -> &str {
        self.key.as_str()
    }

    /// Writes the canary into its location in a single request.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn put(&self, storage: &Storage, meta: &ObjectMeta) -> Result<(), StorageError> {
        storage.put(&self.key, self.body.clone(), meta).await
    }

    /// Writes the canary followed by enough bytes that the object is uploaded in parts.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn put_in_parts(&self, storage: &Storage, meta: &ObjectMeta) -> Result<(), StorageError> {
        let mut writer = storage.writer(&self.key, meta, "holdall");
        writer.write(self.body.clone()).await?;
        writer.write(Bytes::from(vec![b'.'; crate::server::storage::s3::budget::BUFFER_BYTES])).await?;
        writer.finish().await.map(drop)
    }

    /// Deletes the canary and every incomplete upload of it. Repeating this is not an error.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn remove(&self, storage: &Storage) -> Result<(), StorageError> {
        storage.discard(&self.key).await
    }
}

impl Canary<Private> {
    /// Starts an upload of the canary and presigns the address for its only part, as for a browser.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn sign_part(
        &self,
        storage: &Storage,
        meta: &ObjectMeta,
        age: Duration,
    ) -> Result<SignedAddress, StorageError> {
        let upload = storage.start_parts(&self.key, meta).await?;
        let size = self.body.len() as u64;
        let (upload, key) = (upload.as_deref(), &self.key);
        let part = PartSpec { key, upload, number: 1, offset: 0, size, object_size: size, is_first: true };
        storage.sign_part(&part, age).await
    }
}

impl<L: PublicLocation> Canary<L> {
    /// The address at which anyone should be able to read it.
    ///
    /// # Errors
    /// [`StorageError::Broken`] if the address cannot be signed.
    pub fn address(&self, storage: &Storage) -> Result<String, StorageError> {
        storage.url(&self.key)
    }
}

impl Survey {
    /// Deletes canaries, and incomplete uploads of them, that have existed since before `before` (milliseconds since
    /// 1970) in any location; returns how many were deleted.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn clear_canaries(&self, before: i64) -> Result<usize, StorageError> {
        let mut gone = 0;
        for kind in crate::server::storage::LocationKind::ALL {
            for key in self.older(kind, CANARIES, before).await? {
                self.remove(kind, &key).await?;
                gone += 1;
            }
        }
        Ok(gone)
    }
}
