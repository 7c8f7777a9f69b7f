//! Objects that stand for those of a location while it is tried out: with a name and bytes nobody knows, put through the way that
//! all objects are put.

use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;
use data_encoding::BASE32HEX_NOPAD;

use crate::server::storage::error::StorageError;
use crate::server::storage::key::{CANARIES, Key};
use crate::server::storage::location::{Location, Private, PublicLocation};
use crate::server::storage::object::ObjectMeta;
use crate::server::storage::part::{PartPlace, SignedAddress};
use crate::server::storage::{Storage, Survey};

/// Random bytes in a canary: no other object has them.
const RANDOM_BYTES: usize = 40;

/// An object whose only purpose is to be tried at.
#[derive(Debug, Clone)]
pub struct Canary<L: Location> {
    /// The bytes, as plain text.
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
    /// A name and bytes; nothing is stored yet.
    ///
    /// # Panics
    /// When the operating system has no random numbers.
    #[must_use]
    pub fn new() -> Self {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).expect("the operating systems Holdall runs on always have random numbers");
        let body = format!("canary {}\n", BASE32HEX_NOPAD.encode(&bytes).to_ascii_lowercase());
        Self { body: body.into(), key: Key::canary(), location: PhantomData }
    }

    /// The name, without its location.
    #[must_use]
    pub fn name(&self) -> &str {
        self.key.as_str()
    }

    /// Puts it into its location as any object is put.
    ///
    /// # Errors
    /// What the store says.
    pub async fn put(&self, storage: &Storage, meta: &ObjectMeta) -> Result<(), StorageError> {
        storage.put(&self.key, self.body.clone(), meta).await
    }

    /// Puts it with so many bytes behind it that it goes in parts.
    ///
    /// # Errors
    /// What the store says.
    pub async fn put_in_parts(&self, storage: &Storage, meta: &ObjectMeta) -> Result<(), StorageError> {
        let mut writer = storage.writer(&self.key, meta);
        writer.write(self.body.clone()).await?;
        writer.write(Bytes::from(vec![b'.'; crate::server::storage::s3::budget::BUFFER_BYTES])).await?;
        writer.finish().await.map(drop)
    }

    /// Takes it away again, with whatever unfinished uploads of it there are; again is no error.
    ///
    /// # Errors
    /// What the store says.
    pub async fn remove(&self, storage: &Storage) -> Result<(), StorageError> {
        storage.discard(&self.key).await
    }
}

impl Canary<Private> {
    /// Begins it in parts; gives the address that a browser would be given for all of it as the one part.
    ///
    /// # Errors
    /// What the store says.
    pub async fn sign_part(
        &self,
        storage: &Storage,
        meta: &ObjectMeta,
        age: Duration,
    ) -> Result<SignedAddress, StorageError> {
        let upload = storage.begin_parts(&self.key, meta).await?;
        let size = self.body.len() as u64;
        let (upload, key) = (upload.as_deref(), &self.key);
        let part = PartPlace { key, upload, number: 1, offset: 0, size, whole: size, is_first: true };
        storage.sign_part(&part, age).await
    }
}

impl<L: PublicLocation> Canary<L> {
    /// The address at which anyone is to read it.
    ///
    /// # Errors
    /// [`StorageError::Broken`] where an address cannot be signed.
    pub fn address(&self, storage: &Storage) -> Result<String, StorageError> {
        storage.url(&self.key)
    }
}

impl Survey {
    /// Takes away the canaries of each location that have been there since before `before` (milliseconds), and uploads of them.
    ///
    /// # Errors
    /// What the store says.
    pub async fn clear_canaries(&self, before: i64) -> Result<usize, StorageError> {
        let mut gone = 0;
        for place in crate::server::storage::Place::ALL {
            for key in self.older(place, CANARIES, before).await? {
                self.remove(place, &key).await?;
                gone += 1;
            }
        }
        Ok(gone)
    }
}
