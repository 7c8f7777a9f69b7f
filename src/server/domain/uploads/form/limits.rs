//! The limits of uploads of any kind: sizes, quotas, the number of entries, and room on the disk.

use std::time::Duration;

use crate::model::form::Field;
use crate::model::id::AccountId;
use crate::model::problem::FieldProblem;
use crate::server::db;
use crate::server::domain::Error;
use crate::server::domain::uploads::form::{FormUploads, at_files};

/// Free disk space that is needed to start an upload: 1 GiB.
pub(in crate::server::domain) const ROOM: u64 = 1 << 30;
/// Free disk space below which a running upload is ended: 256 MiB.
pub(in crate::server::domain) const LAST_ROOM: u64 = 256 << 20;
/// Free files (inodes) that an upload needs beside its bytes: a folder of its own, a file for each of its parts, and what
/// the database makes meanwhile.
const FILES: u64 = 256;

/// The limits of uploads. Sizes are in bytes.
#[derive(Clone, Copy, Debug)]
pub struct UploadLimits {
    /// The largest size of a file; `None` is unlimited.
    pub file: Option<u64>,
    /// The quota of accounts that have none of their own; `None` is unlimited.
    pub quota: Option<u64>,
    /// The most files and folders of an account.
    pub entries: u64,
    /// How long an unfinished upload in parts is kept after its last activity.
    pub age: Duration,
}

impl FormUploads {
    /// The limits that apply to every upload of this site.
    pub(in crate::server::domain) fn limits(&self) -> &UploadLimits {
        &self.limits
    }

    /// The quota in bytes that applies to an account: `own` if it has one, or else the site's. `None` is unlimited.
    #[must_use]
    pub fn quota_or_site(&self, own: Option<u64>) -> Option<u64> {
        own.or(self.limits.quota)
    }

    /// Builds the refusal of an upload that exceeds the quota. The usage it reports leaves out the `reserved` bytes
    /// that this upload itself holds.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(in crate::server::domain) async fn over_quota<'c>(
        &self,
        db: impl db::Executes<'c>,
        account: &AccountId,
        reserved: u64,
    ) -> Result<FieldProblem, Error> {
        let (used, own) = db::accounts::usage(db, account).await?;
        let quota = self.quota_or_site(own.map(i64::unsigned_abs)).unwrap_or_default();
        Ok(FieldProblem::OverQuota { used: used.unsigned_abs().saturating_sub(reserved), quota })
    }

    /// Checks that the disk has at least `least` bytes free, and room for a few files. A bucket passes, unless the disk of
    /// the database has used up its reserve.
    ///
    /// # Errors
    /// A refusal with [`FieldProblem::NoSpace`] if less is free; an internal error if the disk cannot be asked.
    pub(in crate::server::domain) async fn room(&self, least: u64) -> Result<(), Error> {
        self.reserve.check(Field::Files)?;
        let storage = self.storage.clone();
        match tokio::task::spawn_blocking(move || storage.volume()).await?? {
            Some(volume) if !volume.has(least, FILES) => Err(at_files(FieldProblem::NoSpace)),
            _ => Ok(()),
        }
    }

    /// Whether the disk of the database has used up its reserve.
    pub(in crate::server::domain) fn is_disk_full(&self) -> bool {
        self.reserve.is_in_use()
    }
}
