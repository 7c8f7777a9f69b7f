//! A complete upload becomes a file: its entry is added where it belongs, in the transaction that marks the blob `stored`.

use crate::model::id::EntryId;
use crate::model::upload::Sha256Hex;
use crate::server::db::types::Crc32;
use crate::server::db::uploads::UploadRecord;
use crate::server::db::{self, parts, upload_states as states, uploads as rows};
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::digest::Digest;
use crate::server::domain::entries::free_name::insert_file;
use crate::server::domain::uploads::multipart::MultipartUploads;
use crate::server::domain::{Error, new_id};

/// How many times a target folder is looked up, since one may be deleted between the lookup and the commit.
const PLACES: usize = 3;

impl MultipartUploads {
    /// Marks the blob stored and adds its entry; false if another process has taken over the lease.
    ///
    /// # Errors
    /// [`Error::Busy`] if the folder was deleted again and again meanwhile; [`Error::Database`].
    pub(super) async fn commit(&self, row: &UploadRecord, token: &str) -> Result<bool, Error> {
        // The upload was let in by its own scope, which may have ended since: a file that is whole is kept.
        let scope = &Scope::account(&row.account);
        let (entry, blob, sums) = (new_id(), row.id.blob(), self.known(row).await?);
        for _ in 0..PLACES {
            let folder = self.target_folder(row, scope).await?;
            let mut transaction = db::begin_for(&self.pool, scope.owner()).await?;
            db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
            if !states::mark_stored(&mut transaction, &blob, token, sums.clone(), self.clock.now()).await? {
                return Ok(false);
            }
            let named =
                insert_file(&mut transaction, scope.owner(), &folder, &entry, &row.name, &blob, self.clock.now());
            match named.await {
                // The folder was deleted since it was looked up.
                Err(Error::Refused(_)) => continue,
                named => named?,
            }
            rows::delete_row(&mut *transaction, &row.id).await?;
            transaction.commit().await?;
            return Ok(true);
        }
        Err(Error::Busy)
    }

    /// The folder that a complete file goes into: the one requested, with the folders below it that its path names, which
    /// are created if missing; they were counted at the start. If that folder was deleted meanwhile, the file goes below
    /// the root rather than being lost.
    async fn target_folder(&self, row: &UploadRecord, scope: &Scope) -> Result<EntryId, Error> {
        let path = &row.path.0;
        let mut found = self.entries.ensure_for_arrived(scope, row.folder.as_ref(), path).await;
        if let Err(Error::NotFound | Error::Refused(_)) = found {
            found = self.entries.ensure_for_arrived(scope, None, path).await;
        }
        if let Err(Error::Refused(_)) = found {
            found = self.entries.ensure_for_arrived(scope, None, &[]).await;
        }
        found
    }

    /// The checksums, if all bytes passed through Holdall in one part; otherwise they are computed when the file is
    /// verified.
    async fn known(&self, row: &UploadRecord) -> Result<Option<(Sha256Hex, Crc32)>, Error> {
        if row.size == 0 {
            return Ok(Some(Digest::default().sums()));
        }
        // In a bucket's multipart upload, a presigned address could still replace the part before completion.
        let Some(crc32) = row.crc32.filter(|_| row.store_upload.is_none()) else { return Ok(None) };
        let only = parts::find(&self.pool, &row.id.blob(), 1).await?;
        Ok(only.filter(|part| part.size == row.size).map(|part| (part.sha256, crc32)))
    }
}
