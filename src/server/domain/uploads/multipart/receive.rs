//! Receives one part through Holdall, of exactly its size, and hashes it on the way. The part counts as arrived once
//! it is durable in the store and its SHA-256 is the one that was announced when it was signed.

use bytes::Bytes;
use futures::Stream;

use crate::model::form::Field;
use crate::model::id::UploadId;
use crate::model::problem::FieldProblem;
use crate::model::store_codes::CONNECTION_BROKEN;
use crate::model::upload::{Sha256Hex, parts};
use crate::server::clock::milliseconds;
use crate::server::db::types::{BlobState, Crc32};
use crate::server::db::uploads::{self, UploadRecord};
use crate::server::db::{self, parts as rows, upload_states as states};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::digest::Digest;
use crate::server::domain::uploads::multipart::part_locks::PartLock;
use crate::server::domain::uploads::multipart::{MultipartUploads, meta, part_spec};
use crate::server::domain::uploads::rules::{LAST_ROOM, at_files};
use crate::server::domain::uploads::transfers::IncomingTransfer;
use crate::server::storage::{self, PartWriter};

/// How the transfer of a part ended, if nothing failed on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// The part is in the store.
    Arrived,
    /// The part had arrived before; the body was not read.
    Known,
    /// The content differs from the announced SHA-256; the part does not count.
    OtherContent,
    /// The body is longer or shorter than the part; the part does not count.
    OtherLength,
    /// The upload is being completed.
    Completing,
}

impl MultipartUploads {
    /// Receives one part. `named` is the SHA-256 that the client announced for it, `length` the request's content
    /// length in bytes, if known.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] if the scope may not add files (or [`Error::NotFound`] if it has ended),
    /// [`Error::NotFound`] if it has no such upload or part, [`Error::Busy`] if the account has too many transfers
    /// running or the body came too slowly while others wait, a refusal if the disk is full or the body broke off, and
    /// [`Error::Storage`], also if no place became free.
    pub async fn receive<S>(
        &self,
        scope: &Scope,
        id: &UploadId,
        number: u32,
        named: &Sha256Hex,
        length: Option<u64>,
        body: S,
    ) -> Result<Received, Error>
    where
        S: Stream<Item = Result<Bytes, FieldProblem>> + Unpin + Send + 'static,
    {
        scope.may_add(self.clock.now())?;
        let transfer = self.transfers.take(scope.owner()).await?;
        let row = uploads::find(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        let size = part_spec(&row, number).ok_or(Error::NotFound)?.size;
        if row.state != BlobState::Uploading {
            return Ok(Received::Completing);
        }
        let known = rows::find(&self.pool, &row.id.blob(), i64::from(number)).await?;
        let Some(known) = known.filter(|known| known.sha256 == *named) else {
            return Ok(Received::OtherContent);
        };
        if known.arrived.is_some() {
            return Ok(Received::Known);
        }
        if length.is_some_and(|length| length != size) {
            return Ok(Received::OtherLength);
        }
        self.rules.check_free_space(LAST_ROOM).await?;
        if self.is_ageing(&row) && !self.keep_alive(&row).await? {
            return Err(Error::NotFound);
        }
        // A task of its own: if the client disconnects, the write must still end before the part is unlocked.
        let (parts, named) = (self.clone(), named.clone());
        let receiving = self.tasks.spawn(async move {
            let lock = parts.part_locks.take(&row.id, number).await;
            let received = parts.store(&row, number, &named, (body, transfer), &lock).await;
            drop(lock);
            received
        });
        receiving.await?
    }

    /// Extends the upload's expiry; false if it no longer accepts parts.
    async fn keep_alive(&self, row: &UploadRecord) -> Result<bool, Error> {
        let mut transaction = db::begin_for(&self.pool, &row.account).await?;
        let alive =
            states::extend_expiry(&mut transaction, &row.id.blob(), self.expiry(), self.writable_until()).await?;
        if alive {
            transaction.commit().await?;
        }
        Ok(alive)
    }

    /// Whether the expiry should be extended before the part is received. Extending it for every part would cost a
    /// write each time.
    fn is_ageing(&self, row: &UploadRecord) -> bool {
        let now = self.clock.now();
        row.expires - now < milliseconds(self.rules.limits().age) / 4 * 3
            || (self.storage.capabilities().accepts_late_bytes
                && row.writable_until.unwrap_or_default() - now
                    < milliseconds(crate::server::domain::uploads::multipart::ADDRESS_AGE))
    }

    async fn store<S>(
        &self,
        row: &UploadRecord,
        number: u32,
        named: &Sha256Hex,
        (mut body, mut transfer): (S, IncomingTransfer),
        lock: &PartLock,
    ) -> Result<Received, Error>
    where
        S: Stream<Item = Result<Bytes, FieldProblem>> + Unpin + Send,
    {
        // The previous holder of the lock may have finished the part.
        let known = rows::find(&self.pool, &row.id.blob(), i64::from(number)).await?.ok_or(Error::NotFound)?;
        if known.sha256 != *named {
            return Ok(Received::OtherContent);
        }
        if known.arrived.is_some() {
            return Ok(Received::Known);
        }
        let spec = part_spec(row, number).ok_or(Error::NotFound)?;
        let mut writer = match self.storage.part_writer(&spec, &meta(&row.id)).await {
            Err(storage::StorageError::NotFound) => {
                if self.is_there(row).await? {
                    return Ok(Received::Completing);
                }
                // The store has lost the parts that had arrived, so the upload can never be completed.
                self.give_up(row).await?;
                return Err(Error::NotFound);
            }
            writer => writer.map_err(not_written)?,
        };
        let mut digest = Digest::default();
        let ended = self.pass_on(&mut body, &mut transfer, &mut digest, &mut writer, spec.size, lock).await;
        let media_type = digest.media_type();
        let (sha256, crc32) = digest.sums();
        match ended {
            Ok(Received::Arrived) if sha256 == *named => {}
            ended => {
                writer.abort().await;
                return ended.map(|how| if how == Received::Arrived { Received::OtherContent } else { how });
            }
        }
        // A store that has taken all bytes but does not answer must not block the client's next attempt.
        let finished = tokio::select! {
            finished = writer.finish() => finished.map_err(not_written),
            () = lock.is_wanted_by_another() => Err(at_files(FieldProblem::Interrupted)),
        };
        if let Err(error) = finished {
            writer.abort().await;
            return Err(error);
        }
        let only = parts(spec.object_size, row.part_size.unsigned_abs()) == 1;
        self.arrive(row, number, named, (number == 1).then_some((media_type, only.then_some(crc32)))).await
    }

    /// Writes a body of `size` bytes to the store and hashes it, until it ends or another transfer of the same part is to
    /// have its place.
    async fn pass_on<S>(
        &self,
        body: &mut S,
        transfer: &mut IncomingTransfer,
        digest: &mut Digest,
        writer: &mut PartWriter,
        size: u64,
        lock: &PartLock,
    ) -> Result<Received, Error>
    where
        S: Stream<Item = Result<Bytes, FieldProblem>> + Unpin + Send,
    {
        loop {
            lock.wants_more();
            let chunk = tokio::select! {
                chunk = transfer.next(|| self.transfers.are_scarce(), body) => chunk,
                () = lock.is_wanted_by_another() => Some(Err(FieldProblem::Interrupted)),
            };
            let chunk = match chunk {
                None => {
                    lock.passes_on(digest.size);
                    return Ok(if digest.size == size { Received::Arrived } else { Received::OtherLength });
                }
                // The page sends it again when there is room, however often that happens.
                Some(Err(_)) if transfer.has_given_way() => return Err(Error::Busy),
                Some(Err(problem)) => return Err(at_files(problem)),
                Some(Ok(chunk)) if chunk.is_empty() => continue,
                Some(Ok(chunk)) => chunk,
            };
            digest.update(&chunk);
            lock.passes_on(digest.size);
            if digest.size > size {
                return Ok(Received::OtherLength);
            }
            tokio::select! {
                written = writer.write(chunk) => written.map_err(not_written)?,
                () = lock.is_wanted_by_another() => return Err(at_files(FieldProblem::Interrupted)),
            }
        }
    }

    /// Records that a part has arrived and, from the first part, the file's media type.
    async fn arrive(
        &self,
        row: &UploadRecord,
        number: u32,
        named: &Sha256Hex,
        first_part: Option<(&str, Option<Crc32>)>,
    ) -> Result<Received, Error> {
        let mut transaction = db::begin_for(&self.pool, &row.account).await?;
        // Locks the upload's row first, as signing does: two transactions that lock in different orders can deadlock.
        let blob = row.id.blob();
        let alive = states::extend_expiry(&mut transaction, &blob, self.expiry(), self.writable_until()).await?;
        if alive && rows::mark_arrived(&mut *transaction, &blob, i64::from(number), named, self.clock.now()).await? {
            if let Some((media_type, crc32)) = first_part {
                uploads::set_media_type(&mut *transaction, &row.id, media_type, crc32).await?;
            }
            transaction.commit().await?;
            return Ok(Received::Arrived);
        }
        drop(transaction);
        if rows::find(&self.pool, &row.id.blob(), i64::from(number)).await?.is_some_and(|known| known.sha256 != *named)
        {
            return Ok(Received::OtherContent);
        }
        // The upload was given up meanwhile, so what was written since must be deleted.
        self.clear_up(row).await?;
        Err(Error::NotFound)
    }
}

fn not_written(error: storage::StorageError) -> Error {
    match error {
        storage::StorageError::NotFound => Error::NotFound,
        // The page sends smaller parts if that goes on while the store answers other requests.
        storage::StorageError::Unavailable { code: Some(code), detail, .. } if code == CONNECTION_BROKEN => {
            tracing::warn!(detail, "the connection to the store broke");
            at_files(FieldProblem::StoreRefused { code, for_good: false })
        }
        other => Error::not_stored(Field::Files, other),
    }
}
