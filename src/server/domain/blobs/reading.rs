//! Places for bytes on their way out through Holdall: files, ranges of them, archives, and pictures for everybody. Each
//! holds some memory, and a turn at the store or an open file, for as long as its client takes. An account has a share,
//! and so has an address where nobody is known, so that the downloads of one keep no other's waiting.

use std::time::Duration;

use futures::{Stream, StreamExt as _};

use crate::model::id::AccountId;
use crate::server::domain::Error;
use crate::server::domain::account_limiter::{AccountLimiter, AccountPermit};

/// How many downloads there are at once. One holds about a mebibyte, an archive two.
const DOWNLOADS: usize = 512;
/// How many of one account: those of a download manager with 16 connections, twice. It is a quarter of the turns at a
/// bucket.
const OF_ACCOUNT: usize = 32;
/// How many pictures are read at once, and for one address.
const PICTURES: usize = 256;
const OF_ADDRESS: usize = 32;
/// How long a request waits for one before it to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// The places of downloads and pictures; cheap to clone.
#[derive(Clone, Debug)]
pub struct Readers {
    downloads: AccountLimiter,
    pictures: AccountLimiter<String>,
    patience: Duration,
}

impl Default for Readers {
    fn default() -> Self {
        Self {
            downloads: AccountLimiter::new(DOWNLOADS, OF_ACCOUNT),
            pictures: AccountLimiter::new(PICTURES, OF_ADDRESS),
            patience: PATIENCE,
        }
    }
}

impl Readers {
    /// A place for a download of this account.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the account has all that it may have, and none of its downloads ends soon.
    pub async fn of_account(&self, account: &AccountId) -> Result<AccountPermit, Error> {
        self.downloads.take_within(account, self.patience).await.map_err(|_| Error::TooMany)
    }

    /// A place for a picture that is read for this address.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the address has all that it may have, and none of them ends soon.
    pub async fn of_address(&self, address: &str) -> Result<AccountPermit<String>, Error> {
        self.pictures.take_within(&address.to_owned(), self.patience).await.map_err(|_| Error::TooMany)
    }
}

/// The chunks, which hold the place until the last one was taken or the stream is dropped.
pub fn holding<T>(
    place: impl Send + 'static,
    chunks: impl Stream<Item = T> + Send + 'static,
) -> impl Stream<Item = T> + Send + 'static {
    chunks.inspect(move |_| {
        let _held = &place;
    })
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;
    use crate::server::domain::new_id;

    fn impatient() -> Readers {
        Readers { patience: Duration::ZERO, ..Readers::default() }
    }

    #[tokio::test]
    async fn an_account_with_two_download_managers_leaves_places_for_all_others() {
        let (readers, ada) = (impatient(), new_id());
        let mut held = Vec::new();
        for _ in 0..32 {
            held.push(readers.of_account(&ada).await.expect("a place"));
        }
        assert!(matches!(readers.of_account(&ada).await, Err(Error::TooMany)));
        for _ in 0..64 {
            let other = new_id();
            held.extend(readers.of_account(&other).await);
            while let Ok(place) = readers.of_account(&other).await {
                held.push(place);
            }
        }
        assert!(held.len() > 500, "{}", held.len());
    }

    #[tokio::test]
    async fn an_address_has_a_share_of_what_is_read_for_everybody() {
        let readers = impatient();
        let mut held = Vec::new();
        while let Ok(place) = readers.of_address("192.0.2.1").await {
            held.push(place);
        }
        assert_eq!(held.len(), OF_ADDRESS);
        assert!(readers.of_address("192.0.2.2").await.is_ok());
    }

    #[tokio::test]
    async fn a_place_is_held_until_the_last_chunk_was_taken() {
        let (readers, ada) = (impatient(), new_id());
        let place = readers.of_account(&ada).await.expect("a place");
        let limiter = readers.downloads.clone();
        let mut chunks = Box::pin(holding(place, stream::iter([1, 2])));
        assert_eq!(chunks.next().await, Some(1));
        let others: Vec<_> = std::iter::from_fn(|| limiter.take(&ada).ok()).collect();
        assert_eq!(others.len(), OF_ACCOUNT - 1);
        drop(chunks);
        assert!(limiter.take(&ada).is_ok());
    }
}
