//! Taking one part through Holdall: as many bytes as it has and not one more, hashed on the way; it counts when the store
//! has it for good and its content is what was named.

use bytes::Bytes;
use futures::{Stream, StreamExt as _};

use crate::model::id::UploadId;
use crate::model::problem::FieldProblem;
use crate::model::upload::{Sha256Hex, parts};
use crate::server::clock::milliseconds;
use crate::server::db::types::{BlobState, Crc32};
use crate::server::db::uploads::{self, UploadRow};
use crate::server::db::{parts as rows, upload_states as states};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::digest::Digest;
use crate::server::domain::uploads::form::{LAST_ROOM, at_files, full};
use crate::server::domain::uploads::multipart::part_locks::PartLock;
use crate::server::domain::uploads::multipart::{MultipartUploads, meta, place};
use crate::server::storage;

/// How the sending of a part ended, where nothing went wrong on this side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// The part lies in the store.
    Arrived,
    /// It lay there already; nothing was read.
    Known,
    /// What came is not what was named; the part does not count.
    OtherContent,
    /// More bytes came than the part has, or fewer; the part does not count.
    OtherLength,
    /// The upload is being completed.
    Completing,
}

impl MultipartUploads {
    /// Takes one part.
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
        let turn = self.turns.take(scope.owner())?;
        let row = uploads::find(&self.pool, scope.within(), id).await?.ok_or(Error::NotFound)?;
        let size = place(&row, number).ok_or(Error::NotFound)?.size;
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
        self.uploads.room(LAST_ROOM).await?;
        if self.is_ageing(&row) && !self.keep_alive(&row).await? {
            return Err(Error::NotFound);
        }
        // A task of its own: left half way, it could still write when another is taking the same part.
        let (parts, named) = (self.clone(), named.clone());
        let taking = self.uploads.tasks().spawn(async move {
            let take = parts.takes.take(&row.id, number).await;
            let received = parts.store(&row, number, &named, body, &take).await;
            drop((take, turn));
            received
        });
        taking.await?
    }

    /// Puts off when an upload may be given up; false where it takes no parts any more.
    async fn keep_alive(&self, row: &UploadRow) -> Result<bool, Error> {
        let mut transaction = self.pool.begin().await?;
        let alive =
            states::extend_expiry(&mut transaction, &row.id.blob(), self.expiry(), self.writable_until()).await?;
        if alive {
            transaction.commit().await?;
        }
        Ok(alive)
    }

    /// Whether an upload should be said to be alive before its next part is here.
    fn is_ageing(&self, row: &UploadRow) -> bool {
        let now = self.clock.now();
        row.expires - now < milliseconds(self.uploads.limits().age) / 4 * 3
            || (self.storage.capabilities().accepts_late_bytes
                && row.writable_until.unwrap_or_default() - now
                    < milliseconds(crate::server::domain::uploads::multipart::ADDRESS_AGE))
    }

    async fn store<S>(
        &self,
        row: &UploadRow,
        number: u32,
        named: &Sha256Hex,
        mut body: S,
        take: &PartLock,
    ) -> Result<Received, Error>
    where
        S: Stream<Item = Result<Bytes, FieldProblem>> + Unpin + Send,
    {
        // Whoever had the part before may have brought it to its end.
        let known = rows::find(&self.pool, &row.id.blob(), i64::from(number)).await?.ok_or(Error::NotFound)?;
        if known.arrived.is_some() {
            return Ok(Received::Known);
        }
        let place = place(row, number).ok_or(Error::NotFound)?;
        let mut writer = match self.storage.part_writer(&place, &meta(&row.id)).await {
            Err(storage::StorageError::NotFound) => {
                if self.is_there(row).await? {
                    return Ok(Received::Completing);
                }
                // The folder has lost what had arrived: nothing good can come of it any more.
                self.give_up(row).await?;
                return Err(Error::NotFound);
            }
            writer => writer?,
        };
        let mut seen = Digest::default();
        let ended = loop {
            let chunk = tokio::select! {
                chunk = body.next() => chunk,
                () = take.is_wanted_by_another() => Some(Err(FieldProblem::Interrupted)),
            };
            let chunk = match chunk {
                None => break Ok(if seen.size == place.size { Received::Arrived } else { Received::OtherLength }),
                Some(Err(problem)) => break Err(at_files(problem)),
                Some(Ok(chunk)) if chunk.is_empty() => continue,
                Some(Ok(chunk)) => chunk,
            };
            seen.update(&chunk);
            if seen.size > place.size {
                break Ok(Received::OtherLength);
            }
            let written = tokio::select! {
                written = writer.write(chunk) => written.map_err(gone_or_full),
                () = take.is_wanted_by_another() => Err(at_files(FieldProblem::Interrupted)),
            };
            if let Err(error) = written {
                break Err(error);
            }
        };
        let media_type = seen.media_type();
        let (sha256, crc32) = seen.sums();
        match ended {
            Ok(Received::Arrived) if sha256 == *named => {}
            ended => {
                writer.abort().await;
                return ended.map(|how| if how == Received::Arrived { Received::OtherContent } else { how });
            }
        }
        // A store that takes everything and does not answer must not keep the next try waiting.
        let finished = tokio::select! {
            finished = writer.finish() => finished.map_err(gone_or_full),
            () = take.is_wanted_by_another() => Err(at_files(FieldProblem::Interrupted)),
        };
        if let Err(error) = finished {
            writer.abort().await;
            return Err(error);
        }
        let only = parts(place.whole, row.part_size.unsigned_abs()) == 1;
        self.arrive(row, number, named, (number == 1).then_some((media_type, only.then_some(crc32)))).await
    }

    /// Notes that a part has arrived, and what the first one showed of the file.
    async fn arrive(
        &self,
        row: &UploadRow,
        number: u32,
        named: &Sha256Hex,
        shown: Option<(&str, Option<Crc32>)>,
    ) -> Result<Received, Error> {
        let mut transaction = self.pool.begin().await?;
        // The upload's row first, as signing does: two that lock in different orders could wait for each other.
        let blob = row.id.blob();
        let alive = states::extend_expiry(&mut transaction, &blob, self.expiry(), self.writable_until()).await?;
        if alive && rows::mark_arrived(&mut *transaction, &blob, i64::from(number), named, self.clock.now()).await? {
            if let Some((media_type, crc32)) = shown {
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
        // It was given up meanwhile: what was written since must go too.
        self.clear_up(row).await?;
        Err(Error::NotFound)
    }
}

fn gone_or_full(error: storage::StorageError) -> Error {
    match error {
        storage::StorageError::NotFound => Error::NotFound,
        other => full(other),
    }
}
