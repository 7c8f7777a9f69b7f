//! A validated request for an upload, and the row that it becomes.

use crate::model::file_name::FileName;
use crate::model::id::{AccountId, EntryId};
use crate::server::db::types::{BlobState, FolderPath};
use crate::server::db::uploads::UploadRecord;
use crate::server::domain::new_id;
use crate::server::storage::Key;

/// A validated request for an upload. Sizes are in bytes.
pub(super) struct Wanted {
    pub(super) name: FileName,
    pub(super) size: i64,
    pub(super) part_size: i64,
    /// When the file was last changed, in milliseconds since 1970.
    pub(super) modified: i64,
    pub(super) folder: Option<EntryId>,
    pub(super) path: FolderPath,
}

impl Wanted {
    /// The row of the upload. Its state says whether the store has yet to hear of it (`needs_initiation`). `expires` is in
    /// milliseconds since 1970.
    pub(super) fn into_record(self, account: &AccountId, needs_initiation: bool, expires: i64) -> UploadRecord {
        UploadRecord {
            id: new_id(),
            account: account.clone(),
            folder: self.folder,
            path: self.path,
            name: self.name,
            size: self.size,
            modified: self.modified,
            key: Key::random(),
            store_upload: None,
            part_size: self.part_size,
            state: if needs_initiation { BlobState::Pending } else { BlobState::Uploading },
            expires,
            writable_until: None,
            crc32: None,
            arrived: 0,
        }
    }
}
