//! What every upload is checked against, whichever way it comes: sizes, quotas, the number of entries, and free disk space.

use std::time::Duration;

use crate::model::form::Field;
use crate::model::id::AccountId;
use crate::model::problem::FieldProblem;
use crate::server::db;
use crate::server::domain::Error;
use crate::server::domain::integrity::reserve::DiskReserve;
use crate::server::storage::Storage;

/// Free disk space that is needed to start an upload: 1 GiB.
pub(super) const ROOM: u64 = 1 << 30;
/// Free disk space below which a running upload is ended: 256 MiB.
pub(super) const LAST_ROOM: u64 = 256 << 20;
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

/// Checks uploads against the limits, and against what is free.
#[derive(Clone)]
pub struct UploadRules {
    limits: UploadLimits,
    storage: Storage,
    reserve: DiskReserve,
}

impl UploadRules {
    /// The limits of this site, and the free space of this store and of the database's disk.
    pub(in crate::server) fn new(limits: UploadLimits, storage: Storage, reserve: DiskReserve) -> Self {
        Self { limits, storage, reserve }
    }

    /// The limits that apply to every upload of this site.
    pub(in crate::server::domain) fn limits(&self) -> &UploadLimits {
        &self.limits
    }

    /// The quota in bytes that applies to an account: `own` if it has one, or else the site's. `None` is unlimited.
    #[must_use]
    pub fn quota_or_site(&self, own: Option<u64>) -> Option<u64> {
        own.or(self.limits.quota)
    }

    /// The quota in bytes of accounts that have none of their own.
    pub(in crate::server::domain) fn site_quota(&self) -> Option<i64> {
        self.limits.quota.map(|quota| i64::try_from(quota).unwrap_or(i64::MAX))
    }

    /// Refuses a size above the largest that a file may have.
    ///
    /// # Errors
    /// A refusal with [`FieldProblem::TooLarge`].
    pub(in crate::server::domain) fn check_file_size(&self, size: u64) -> Result<(), Error> {
        match self.limits.file.filter(|limit| size > *limit) {
            Some(limit) => Err(at_files(FieldProblem::TooLarge { limit })),
            None => Ok(()),
        }
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
    pub(in crate::server::domain) async fn check_free_space(&self, least: u64) -> Result<(), Error> {
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

/// A refusal at the field for files.
pub(in crate::server::domain) fn at_files(problem: FieldProblem) -> Error {
    Error::at(Field::Files, problem)
}
