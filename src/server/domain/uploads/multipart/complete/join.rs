//! What the store has of an upload, and having it join the parts into one object.

use bytes::Bytes;

use crate::model::upload;
use crate::server::db::parts;
use crate::server::db::uploads::UploadRecord;
use crate::server::domain::Error;
use crate::server::domain::uploads::multipart::{MultipartUploads, meta, part_spec};
use crate::server::storage;

/// How many missing parts are named in an answer. Once these have arrived, completing names the next ones.
const MOST_MISSING: usize = 500;

/// What the store has of an upload.
pub(super) enum InStore {
    Whole,
    Missing(Vec<u32>),
    /// The store knows neither the upload nor the object.
    Lost,
}

impl MultipartUploads {
    /// Has the store join the parts if all have arrived, and says what it has then.
    ///
    /// # Errors
    /// [`Error::Busy`] if the store contradicts itself; [`Error::Storage`]; [`Error::Database`].
    pub(super) async fn join_in_store(&self, row: &UploadRecord) -> Result<InStore, Error> {
        let size = row.size.unsigned_abs();
        if size == 0 {
            return match self.storage.put(&row.key, Bytes::new(), &meta(&row.id)).await {
                Ok(()) | Err(storage::StorageError::Exists) => Ok(InStore::Whole),
                Err(error) => Err(error.into()),
            };
        }
        let named = parts::all(&self.pool, &row.id.blob()).await?;
        let Some(upload) = row.store_upload.as_deref() else {
            let arrived: Vec<_> = named.iter().filter(|part| part.arrived.is_some()).map(|part| part.number).collect();
            let missing: Vec<_> = missing(row, |number| arrived.binary_search(&i64::from(number)).is_ok());
            // After the database was restored from a backup, the store may have joined parts that no row knows of.
            if !missing.is_empty() {
                return Ok(if self.is_there(row).await? { InStore::Whole } else { InStore::Missing(missing) });
            }
            match self.storage.join_parts(&row.key, None, size, Vec::new()).await {
                Err(storage::StorageError::NotFound) => return Ok(InStore::Lost),
                joined => joined?,
            }
            return Ok(if self.is_there(row).await? { InStore::Whole } else { InStore::Lost });
        };
        let stored = match self.storage.parts_of(&row.key, upload).await {
            Err(storage::StorageError::NotFound) if self.is_there(row).await? => return Ok(InStore::Whole),
            Err(storage::StorageError::NotFound) => return Ok(InStore::Lost),
            stored => stored?,
        };
        let named: Vec<_> = named.iter().map(|part| part.number).collect();
        let missing = missing(row, |number| {
            let is_complete = part_spec(row, number).is_some_and(|spec| {
                let found = stored.binary_search_by_key(&number, |part| part.number);
                found.is_ok_and(|at| stored[at].size == spec.size)
            });
            is_complete && named.binary_search(&i64::from(number)).is_ok()
        });
        if !missing.is_empty() {
            // SeaweedFS lists no parts of an upload that it does not know, such as one that it has joined.
            let joined = stored.is_empty() && self.is_there(row).await?;
            return Ok(if joined { InStore::Whole } else { InStore::Missing(missing) });
        }
        let wanted = numbers(row).count();
        let stored = stored.into_iter().take(wanted).collect();
        match self.storage.join_parts(&row.key, Some(upload), size, stored).await {
            Ok(()) => Ok(InStore::Whole),
            // The store's first answer was lost, and a repeated completion fails although the object exists.
            Err(error) => match self.is_there(row).await {
                Ok(true) => {
                    tracing::warn!(%error, upload = %row.id, "an upload was completed although the store reported an error");
                    Ok(InStore::Whole)
                }
                // What the store has said for good stays, whether it says what it has or not.
                Err(unknown) if !matches!(error, storage::StorageError::Refused { .. }) => Err(unknown),
                _ => Err(error.into()),
            },
        }
    }

    /// Whether the object exists and belongs to this upload: its size must match and, in stores that keep tokens, its
    /// token too.
    ///
    /// # Errors
    /// [`Error::Busy`] if the store contradicts itself; [`Error::Storage`].
    pub(in crate::server::domain::uploads::multipart) async fn is_there(
        &self,
        row: &UploadRecord,
    ) -> Result<bool, Error> {
        match self.storage.head(&row.key).await {
            Ok(head) => {
                let is_ours =
                    head.token.as_deref() == Some(row.id.as_str()) || !self.storage.capabilities().keeps_tokens;
                Ok(is_ours && head.size == row.size.unsigned_abs())
            }
            // A 404 to HEAD has no body and may come from any proxy in between. The answer to GET has one, which
            // tells.
            Err(storage::StorageError::NotFound) => match self.storage.read(&row.key, None).await {
                Err(storage::StorageError::NotFound) => Ok(false),
                Err(error) => Err(error.into()),
                Ok(_) => Err(Error::Busy),
            },
            Err(error) => Err(error.into()),
        }
    }
}

/// The numbers of an upload's parts, from 1.
fn numbers(row: &UploadRecord) -> impl Iterator<Item = u32> {
    let count = upload::parts(row.size.unsigned_abs(), row.part_size.unsigned_abs());
    1..=u32::try_from(count).unwrap_or(u32::MAX)
}

/// The numbers of the first parts that are not there.
pub(super) fn missing(row: &UploadRecord, is_there: impl Fn(u32) -> bool) -> Vec<u32> {
    numbers(row).filter(|number| !is_there(*number)).take(MOST_MISSING).collect()
}
