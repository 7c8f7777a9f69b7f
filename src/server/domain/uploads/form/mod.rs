//! Receives a file as one stream: first the blob's row is inserted, then the bytes are written, then one transaction
//! marks the blob stored and adds the entry. Quota is reserved before bytes reach the store. An upload that fails or
//! is dropped has its object and row deleted and its reservation released.

mod lease;
mod unfinished;

use bytes::Bytes;
use futures::Stream;
use sqlx::AnyPool;

use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::{AccountId, EntryId};
use crate::model::problem::FieldProblem;
use crate::server::clock::Clock;
use crate::server::db::{self, blobs};
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::digest::Digest;
use crate::server::domain::blobs::remove::BlobRemoval;
use crate::server::domain::blobs::verify::Verifier;
use crate::server::domain::entries::find::find;
use crate::server::domain::entries::free_name::insert_file;
use crate::server::domain::entries::path::{check_count, check_nesting};
use crate::server::domain::uploads::form::unfinished::Unfinished;
use crate::server::domain::uploads::rules::{LAST_ROOM, ROOM, UploadRules, at_files};
use crate::server::domain::uploads::transfers::{IncomingTransfer, IncomingTransfers};
use crate::server::domain::{Error, new_id};
use crate::server::jobs::tasks::Tasks;
use crate::server::storage::{FIRST_BUFFER, ObjectMeta, Storage, Writer};

/// The most uploads of one account at once, of each kind: half of the buffers that uploads to a bucket share.
pub(in crate::server::domain) const TRANSFERS: usize = 8;
/// The most uploads of all accounts at once. Each costs a connection and a few buffers or an open file.
const ALL_TRANSFERS: usize = 256;
/// Free disk space is checked again each time this many bytes have come.
const RECHECK_BYTES: u64 = 64 << 20;

/// Receives files that come as a single stream, such as a field of an HTML form.
#[derive(Clone)]
pub struct FormUploads {
    pool: AnyPool,
    storage: Storage,
    rules: UploadRules,
    verifier: Verifier,
    transfers: IncomingTransfers,
    removal: BlobRemoval,
    tasks: Tasks,
    clock: Clock,
}

impl FormUploads {
    /// Receives into this database and store.
    pub(in crate::server) fn new(
        pool: AnyPool,
        storage: Storage,
        rules: UploadRules,
        verifier: Verifier,
        removal: BlobRemoval,
        tasks: Tasks,
        clock: Clock,
    ) -> Self {
        let transfers = IncomingTransfers::new(ALL_TRANSFERS, TRANSFERS, storage.unbuffered());
        Self { pool, storage, rules, verifier, transfers, removal, tasks, clock }
    }

    /// Receives one file into `folder`, or into the root of the scope if that is `None`. If the name is taken, the
    /// file gets a similar free one. When this returns, the file is durable and its rows are committed. If it fails or
    /// is dropped, everything it wrote is deleted again.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] if the scope may not add files (or [`Error::NotFound`] if it has ended),
    /// [`Error::NotFound`] if the folder is not in it, [`Error::Busy`] if the account has too many running uploads,
    /// and a refusal if the file exceeds a limit, the disk is full, or the body broke off or came too slowly.
    pub async fn receive<S>(
        &self,
        scope: &Scope,
        folder: Option<&EntryId>,
        name: &FileName,
        mut body: S,
    ) -> Result<EntryId, Error>
    where
        S: Stream<Item = Result<Bytes, FieldProblem>> + Unpin + Send,
    {
        scope.may_add(self.clock.now())?;
        let folder = find(&self.pool, scope, folder).await?;
        let account = scope.owner();
        let above = db::folders::path(&self.pool, account, &folder).await?;
        check_nesting(&above, &[], Some(name)).map_err(at_files)?;
        // A file that has arrived is kept in any case, so files that arrive at once may exceed the limit a little.
        let count = db::accounts::entries(&self.pool, account).await?;
        check_count(count, 1, self.rules.limits().entries).map_err(at_files)?;
        let mut transfer = self.transfers.take(account).await?;
        self.rules.check_free_space(ROOM).await?;
        let first = transfer.next(|| self.is_scarce(), &mut body).await.transpose().map_err(at_files)?;
        let size = first.as_ref().map_or(0, |chunk| chunk.len() as u64);
        self.rules.check_file_size(size)?;
        let mut unfinished = self.start(account, size).await?;
        let id = unfinished.id.clone();
        let taken_in = self.take_in(account, &mut unfinished, first, &mut transfer, &mut body);
        match self.with_lease(&id, taken_in).await {
            Ok((writer, digest)) => {
                // All bytes are here, so the rest runs in a task that does not stop when the client disconnects. If it
                // were dropped half-way, the store could create the object after its row was deleted.
                let (uploads, account, name) = (self.clone(), account.clone(), name.clone());
                let finish = async move {
                    // What is in memory until the store has it counts, whether somebody waits for the answer or not.
                    let _transfer = transfer;

                    let finished = uploads.finish(&account, &folder, &name, writer, unfinished, digest);
                    uploads.with_lease(&id, finished).await
                };
                self.tasks.spawn(finish).await?
            }
            Err(error) => {
                unfinished.give_up().await;
                Err(error)
            }
        }
    }

    /// Whether others wait for what an upload holds: a place, or in a bucket a buffer.
    fn is_scarce(&self) -> bool {
        self.storage.uploads_wait() || self.transfers.are_scarce()
    }

    /// Writes the first chunk and all that follow to the store. Quota is reserved for each chunk before it is written.
    async fn take_in<S>(
        &self,
        account: &AccountId,
        unfinished: &mut Unfinished,
        first: Option<Bytes>,
        transfer: &mut IncomingTransfer,
        body: &mut S,
    ) -> Result<(Writer, Digest), Error>
    where
        S: Stream<Item = Result<Bytes, FieldProblem>> + Unpin + Send,
    {
        let mut writer = self.storage.writer(&unfinished.key, &private(), account.as_str());
        let (mut digest, mut next) = (Digest::default(), first);
        while let Some(chunk) = next {
            let checked = digest.size / RECHECK_BYTES;
            digest.update(&chunk);
            if digest.size / RECHECK_BYTES > checked {
                self.rules.check_free_space(LAST_ROOM).await?;
            }
            self.rules.check_file_size(digest.size)?;
            self.grow_reservation(account, unfinished, digest.size).await?;
            // Only the first buffer may have to be waited for until others give one back. Later ones come from those that
            // this upload has sent to the store.
            let (in_first_buffer, written) = (digest.size <= FIRST_BUFFER, writer.write(chunk));
            let written = match in_first_buffer {
                true => transfer.store(|| self.storage.uploads_wait(), written).await,
                false => written.await,
            };
            written.map_err(|error| Error::not_stored(Field::Files, error))?;
            next = transfer.next(|| self.is_scarce(), body).await.transpose().map_err(at_files)?;
        }
        Ok((writer, digest))
    }

    async fn finish(
        &self,
        account: &AccountId,
        folder: &EntryId,
        name: &FileName,
        writer: Writer,
        unfinished: Unfinished,
        digest: Digest,
    ) -> Result<EntryId, Error> {
        let finished = match writer.finish().await {
            Ok(written) if written == digest.size => self.commit(account, folder, name, &unfinished, digest).await,
            Ok(written) => Err(Error::Internal(format!("{written} bytes were written of {}", digest.size))),
            // Whoever has given it up has also taken away what was written.
            Err(_) if blobs::account_of_unfinished(&self.pool, &unfinished.id).await?.is_none() => {
                Err(at_files(FieldProblem::Interrupted))
            }
            Err(error) => Err(Error::not_stored(Field::Files, error)),
        };
        match finished {
            Ok(_) => {
                unfinished.defuse();
                self.verifier.wake();
            }
            Err(_) => unfinished.give_up().await,
        }
        finished
    }

    async fn commit(
        &self,
        account: &AccountId,
        folder: &EntryId,
        name: &FileName,
        unfinished: &Unfinished,
        digest: Digest,
    ) -> Result<EntryId, Error> {
        let (blob, size) = (&unfinished.id, counted(digest.size)?);
        let media_type = digest.media_type();
        let (sha256, crc32) = digest.sums();
        let sums = blobs::ReceivedContent { size, media_type, sha256: &sha256, crc32 };
        let id = new_id();
        let mut transaction = db::begin_for(&self.pool, account).await?;
        // Releases what was reserved but not used. Even if that is nothing, the statement locks the account's row,
        // which must be locked before the blob's.
        db::accounts::release(&mut *transaction, account, counted(unfinished.reserved)? - size).await?;
        if !blobs::mark_stored(&mut transaction, blob, &sums, self.clock.now()).await? {
            return Err(at_files(FieldProblem::Interrupted));
        }
        insert_file(&mut transaction, account, folder, &id, name, blob, self.clock.now()).await?;
        transaction.commit().await?;
        Ok(id)
    }
}

/// The metadata of every private object, chosen so that a browser downloads it and never displays it.
pub(in crate::server::domain) fn private() -> ObjectMeta {
    ObjectMeta {
        content_type: "application/octet-stream".to_owned(),
        cache_control: Some("private, no-store"),
        content_disposition: Some("attachment".to_owned()),
        ..ObjectMeta::default()
    }
}

/// A number of bytes as a column value.
fn counted(bytes: u64) -> Result<i64, Error> {
    i64::try_from(bytes).map_err(|_| at_files(FieldProblem::TooLarge { limit: i64::MAX.unsigned_abs() }))
}
