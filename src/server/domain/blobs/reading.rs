//! Places for bytes on their way out through Holdall: files, ranges of them, archives, and pictures for everybody. Each
//! holds some memory, and a turn at the store or an open file, for as long as its client takes. An account has a share,
//! and so has an address where nobody is known, so that the downloads of one keep no other's waiting. Where no place is
//! left, a download that is not read, or one of those who have most, is ended.

use std::time::Duration;

use futures::{Stream, StreamExt as _};
use tokio_util::sync::CancellationToken;

use crate::model::id::{AccountId, BlobId};
use crate::server::domain::Error;
use crate::server::domain::blobs::running_reads::{RunningRead, RunningReads};
use crate::server::domain::subject_limiter::{SubjectLimiter, SubjectPermit};
use crate::server::storage::StorageError;

/// How many downloads there are at once. One holds about a mebibyte, an archive two.
const DOWNLOADS: usize = 512;
/// How many of one account: those of a download manager with 16 connections, twice. It is a quarter of the turns at a
/// bucket.
const OF_ACCOUNT: usize = 32;
/// How many pictures are read at once, and for one address.
const PICTURES: usize = 256;
const OF_ADDRESS: usize = 32;
/// How long a download must not have been read before its place is given to another.
const UNREAD: Duration = Duration::from_secs(60);
/// How long a download is under way before its speed is judged.
const JUDGED: Duration = Duration::from_secs(2);
/// How long a request waits for one before it to end.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The places of downloads and pictures; cheap to clone.
#[derive(Clone)]
pub struct Readers {
    downloads: SubjectLimiter,
    pictures: SubjectLimiter<String>,
    running: RunningReads,
    timeout: Duration,
}

impl Default for Readers {
    fn default() -> Self {
        Self {
            downloads: SubjectLimiter::new(DOWNLOADS, OF_ACCOUNT),
            pictures: SubjectLimiter::new(PICTURES, OF_ADDRESS),
            running: RunningReads::new(UNREAD, JUDGED),
            timeout: TIMEOUT,
        }
    }
}

impl Readers {
    /// A place for a download of this account.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the account has all that it may have, and none of its downloads ends soon.
    pub async fn of_account(&self, account: &AccountId) -> Result<SubjectPermit, Error> {
        if let Ok(permit) = self.downloads.take(account) {
            return Ok(permit);
        }
        match self.downloads.missing(account) {
            Some(missing) => (0..missing).for_each(|_| self.running.make_room(account, true)),
            None => self.running.make_room(account, false),
        }
        self.downloads.take_within(account, self.timeout).await.map_err(|_| Error::TooMany)
    }

    /// A download of this account, which holds its place until its last chunk was taken. It ends with an error where the
    /// place is given to another download before, or its file is deleted; `ended` is cancelled then. An archive has a
    /// place, and those of its members that are being read have a file.
    pub fn start<E: From<StorageError> + Send + 'static>(
        &self,
        permit: Option<SubjectPermit>,
        account: &AccountId,
        blob: Option<&BlobId>,
        ended: &CancellationToken,
    ) -> RunningRead<E> {
        self.running.add(permit, account.clone(), blob.cloned(), ended.clone())
    }

    /// Ends all downloads of a file.
    pub fn end_of(&self, blob: &BlobId) {
        self.running.end_of(blob);
    }

    /// A place for a picture that is read for this address.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the address has all that it may have, and none of them ends soon.
    pub async fn of_address(&self, address: &str) -> Result<SubjectPermit<String>, Error> {
        self.pictures.take_within(&address.to_owned(), self.timeout).await.map_err(|_| Error::TooMany)
    }
}

/// The chunks, which hold the place until the last one was taken or the stream is dropped.
pub fn holding<T>(
    permit: impl Send + 'static,
    chunks: impl Stream<Item = T> + Send + 'static,
) -> impl Stream<Item = T> + Send + 'static {
    chunks.inspect(move |_| {
        let _held = &permit;
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures::stream;

    use super::*;
    use crate::server::domain::new_id;

    fn without_waiting() -> Readers {
        Readers { timeout: Duration::ZERO, ..Readers::default() }
    }

    #[tokio::test]
    async fn an_account_with_two_download_managers_leaves_places_for_all_others() {
        let (readers, ada) = (without_waiting(), new_id());
        let mut held = Vec::new();
        for _ in 0..32 {
            held.push(readers.of_account(&ada).await.expect("a place"));
        }
        assert!(matches!(readers.of_account(&ada).await, Err(Error::TooMany)));
        for _ in 0..64 {
            let other = new_id();
            held.extend(readers.of_account(&other).await);
            while let Ok(permit) = readers.of_account(&other).await {
                held.push(permit);
            }
        }
        assert!(held.len() > 500, "{}", held.len());
    }

    #[tokio::test]
    async fn an_address_has_a_share_of_what_is_read_for_everybody() {
        let readers = without_waiting();
        let mut held = Vec::new();
        while let Ok(permit) = readers.of_address("192.0.2.1").await {
            held.push(permit);
        }
        assert_eq!(held.len(), OF_ADDRESS);
        assert!(readers.of_address("192.0.2.2").await.is_ok());
    }

    /// A download of three chunks.
    async fn download(readers: &Readers, account: &AccountId, blob: &BlobId) -> RunningRead<StorageError> {
        let permit = readers.of_account(account).await.expect("a place");
        let chunks = stream::iter(["one", "two", "three"].map(|chunk| Ok(Bytes::from_static(chunk.as_bytes()))));
        readers.start(Some(permit), account, Some(blob), &CancellationToken::new()).of(chunks.boxed())
    }

    #[tokio::test]
    async fn a_place_is_held_until_the_last_chunk_was_taken() {
        let (readers, ada) = (without_waiting(), new_id());
        let limiter = readers.downloads.clone();
        let free = || std::iter::from_fn(|| limiter.take(&ada).ok()).collect::<Vec<_>>().len();
        let mut left = download(&readers, &ada, &new_id()).await;
        assert!(matches!(left.next().await, Some(Ok(_))));
        assert_eq!(free(), OF_ACCOUNT - 1);
        drop(left);
        assert_eq!(free(), OF_ACCOUNT);
        let read = download(&readers, &ada, &new_id()).await;
        assert_eq!(read.filter_map(async |chunk| chunk.ok()).count().await, 3);
        assert_eq!(free(), OF_ACCOUNT);
    }

    #[tokio::test]
    async fn one_that_is_not_read_gives_its_place_to_another() {
        let readers = Readers { running: RunningReads::new(Duration::ZERO, JUDGED), ..without_waiting() };
        let (ada, bob, blob) = (new_id(), new_id(), new_id());
        let mut paused = download(&readers, &ada, &blob).await;
        assert!(matches!(paused.next().await, Some(Ok(_))));
        let mut others = Vec::new();
        for _ in 1..OF_ACCOUNT {
            others.push(download(&readers, &ada, &blob).await);
        }
        let permit = readers.of_account(&ada).await.expect("the place of the one that is paused");
        assert!(matches!(paused.next().await, Some(Err(_))), "it does not look whole");
        assert!(matches!(others[0].next().await, Some(Ok(_))), "the others have not begun to be read");
        assert!(readers.of_account(&bob).await.is_ok());
        drop(permit);
        // Bob's own are all that he may have, and he gets none of Ada's for more.
        let mut of_bob = Vec::new();
        while let Ok(permit) = readers.of_account(&bob).await {
            of_bob.push(permit);
        }
        assert_eq!(of_bob.len(), OF_ACCOUNT);
        assert!(matches!(others[0].next().await, Some(Ok(_))));
    }

    #[tokio::test]
    async fn a_download_of_a_deleted_file_ends_and_does_not_look_whole() {
        let (readers, ada, [kept, gone]) = (without_waiting(), new_id(), [new_id(), new_id()]);
        let mut downloads = [download(&readers, &ada, &kept).await, download(&readers, &ada, &gone).await];
        for download in &mut downloads {
            assert!(matches!(download.next().await, Some(Ok(_))));
        }
        readers.end_of(&gone);
        let [kept, mut gone] = downloads;
        assert_eq!(kept.filter_map(async |chunk| chunk.ok()).count().await, 2);
        assert!(matches!(gone.next().await, Some(Err(_))));
        assert!(gone.next().await.is_none());
        let all: Vec<_> = std::iter::from_fn(|| readers.downloads.take(&ada).ok()).collect();
        assert_eq!(all.len(), OF_ACCOUNT);
    }

    #[tokio::test]
    async fn a_download_that_waits_for_the_store_ends_too() {
        let (readers, ada, blob) = (without_waiting(), new_id(), new_id());
        let permit = readers.of_account(&ada).await.expect("a place");
        let ended = CancellationToken::new();
        let mut read =
            readers.start::<StorageError>(Some(permit), &ada, Some(&blob), &ended).of(stream::pending().boxed());
        let waits = tokio::spawn(async move { read.next().await });
        tokio::task::yield_now().await;
        assert!(!ended.is_cancelled());
        readers.end_of(&blob);
        assert!(matches!(waits.await.expect("it ends"), Some(Err(_))));
        assert!(ended.is_cancelled(), "its connection is closed, even if nobody reads it");
    }

    #[tokio::test]
    async fn a_download_whose_file_is_deleted_while_it_is_opened_ends_too() {
        let (readers, ada, blob, ended) = (without_waiting(), new_id(), new_id(), CancellationToken::new());
        let permit = readers.of_account(&ada).await.expect("a place");
        let opened = readers.start::<StorageError>(Some(permit), &ada, Some(&blob), &ended);
        readers.end_of(&blob);
        let mut read = opened.of(stream::iter([Ok(Bytes::from_static(b"gone"))]).boxed());
        assert!(matches!(read.next().await, Some(Err(_))));
        assert!(ended.is_cancelled());
    }

    #[tokio::test]
    async fn a_few_who_read_slowly_leave_places_to_others() {
        let readers = Readers { running: RunningReads::new(UNREAD, Duration::ZERO), ..without_waiting() };
        let (first, mut held): (AccountId, _) = (new_id(), Vec::new());
        for account in std::iter::once(first.clone()).chain(std::iter::repeat_with(new_id).take(40)) {
            for _ in 0..OF_ACCOUNT {
                let Ok(permit) = readers.downloads.take(&account) else { break };
                held.push(readers.start::<StorageError>(Some(permit), &account, None, &CancellationToken::new()));
            }
        }
        let mut held: Vec<_> = held
            .into_iter()
            .map(|read| read.of(stream::repeat_with(|| Ok(Bytes::from_static(b"chunk"))).boxed()))
            .collect();
        for (at, read) in held.iter_mut().enumerate() {
            for _ in 0..if at == 3 { 1 } else { 40 } {
                assert!(matches!(read.next().await, Some(Ok(_))));
            }
        }
        let newcomer = new_id();
        assert!(readers.of_account(&newcomer).await.is_ok());
        assert!(matches!(held[3].next().await, Some(Err(_))), "the slowest of one who has most");
        assert!(matches!(held[4].next().await, Some(Ok(_))));
    }
}
