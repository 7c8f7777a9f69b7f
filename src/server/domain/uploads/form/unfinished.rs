//! The state of a single-stream upload while it runs: its row and the quota it has reserved. Its size is not known in
//! advance, so the reservation grows with the bytes received, and is released if the upload fails.

use tokio::sync::oneshot;

use crate::model::id::{AccountId, BlobId};
use crate::model::problem::FieldProblem;
use crate::server::clock::milliseconds;
use crate::server::db::blobs::{self, NewBlob};
use crate::server::db::types::{BlobState, JobKind};
use crate::server::db::upload_states::GiveUp;
use crate::server::db::{self, jobs, upload_states as states};
use crate::server::domain::blobs::remove::{CountedTo, RETRY};
use crate::server::domain::uploads::form::lease::LEASE;
use crate::server::domain::uploads::form::{FormUploads, counted};
use crate::server::domain::uploads::rules::at_files;
use crate::server::domain::{Error, new_id};
use crate::server::storage::{Key, Private};

/// The most bytes that are reserved beyond those received: 8 MiB. Below that, as many again as have come.
const AHEAD: u64 = 8 << 20;

/// A running upload. Dropping it deletes its object and its row, unless [`Unfinished::defuse`] was called.
pub(super) struct Unfinished {
    uploads: Option<FormUploads>,
    pub(super) id: BlobId,
    pub(super) key: Key<Private>,
    account: AccountId,
    /// Bytes of quota that the row has reserved; never fewer than were written to the store.
    pub(super) reserved: u64,
}

impl Unfinished {
    /// Marks the upload as successful: nothing is deleted.
    pub(super) fn defuse(mut self) {
        self.uploads = None;
    }

    /// Gives the upload up. Its reservation is released when this returns; its object is deleted in the background.
    pub(super) async fn give_up(mut self) {
        if let Some(released) = self.start_deleting() {
            // An error only means that the task failed, and it has logged why.
            drop(released.await);
        }
    }

    /// Starts the task that deletes the upload. The receiver resolves when the reservation was released.
    fn start_deleting(&mut self) -> Option<oneshot::Receiver<()>> {
        let uploads = self.uploads.take()?;
        // Without a runtime the process is exiting, and the maintenance of the next one deletes the upload.
        tokio::runtime::Handle::try_current().ok()?;
        let (id, key, account) = (self.id.clone(), self.key.clone(), self.account.clone());
        let (on_release, released) = oneshot::channel();
        let tasks = uploads.tasks.clone();
        tasks.spawn(async move {
            if let Err(error) = uploads.discard(&account, &id, &key, on_release).await {
                tracing::warn!(%error, blob = %id, "a broken upload is left to the next maintenance");
            }
        });
        Some(released)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // A destructor cannot wait; the task runs in the background.
        drop(self.start_deleting());
    }
}

impl FormUploads {
    /// Starts an upload: inserts its row and reserves quota for the first `size` bytes.
    ///
    /// # Errors
    /// A refusal if the quota does not allow it; [`Error::Database`].
    pub(super) async fn start(&self, account: &AccountId, size: u64) -> Result<Unfinished, Error> {
        let (id, key) = (new_id(), Key::random());
        let (now, reserved) = (self.clock.now(), counted(size)?);
        let mut transaction = db::begin_for(&self.pool, account).await?;
        if !db::accounts::reserve(&mut *transaction, account, reserved, self.rules.site_quota()).await? {
            drop(transaction);
            return Err(at_files(self.rules.over_quota(&self.pool, account, 0).await?));
        }
        let expires = now + milliseconds(LEASE);
        let blob = NewBlob { id: &id, account, key: &key, size: reserved, state: BlobState::Uploading, now };
        blobs::insert(&mut *transaction, &blob).await?;
        jobs::insert(&mut *transaction, JobKind::ExpireUpload, &id, expires).await?;
        // Built before the commit: if the commit succeeds but its answer is lost, the destructor still deletes the
        // row.
        let (uploads, account) = (Some(self.clone()), account.clone());
        let unfinished = Unfinished { uploads, id, key, account, reserved: size };
        transaction.commit().await?;
        Ok(unfinished)
    }

    /// Makes sure that `size` bytes are reserved, and reserves some ahead if the quota allows it.
    ///
    /// # Errors
    /// A refusal if the quota does not allow `size`, or if the upload was given up meanwhile; [`Error::Database`].
    pub(super) async fn grow_reservation(
        &self,
        account: &AccountId,
        unfinished: &mut Unfinished,
        size: u64,
    ) -> Result<(), Error> {
        if size <= unfinished.reserved {
            return Ok(());
        }
        for wanted in [size.saturating_add(size.min(AHEAD)), size] {
            let mut transaction = db::begin_for(&self.pool, account).await?;
            let more = counted(wanted)? - counted(unfinished.reserved)?;
            if !db::accounts::reserve(&mut *transaction, account, more, self.rules.site_quota()).await? {
                continue;
            }
            if !blobs::grow_reservation(&mut *transaction, &unfinished.id, counted(wanted)?).await? {
                return Err(at_files(FieldProblem::Interrupted));
            }
            transaction.commit().await?;
            unfinished.reserved = wanted;
            return Ok(());
        }
        Err(at_files(self.rules.over_quota(&self.pool, account, unfinished.reserved).await?))
    }

    /// Marks the upload's row as deleted and releases its reservation, reports that through `on_release`, and then
    /// deletes the object and the row. What fails is left to the maintenance.
    async fn discard(
        &self,
        account: &AccountId,
        id: &BlobId,
        key: &Key<Private>,
        on_release: oneshot::Sender<()>,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let mut transaction = db::begin_for(&self.pool, account).await?;
        db::accounts::lock_row(&mut *transaction, account).await?;
        let times = (now, now + milliseconds(RETRY));
        let reserved = states::mark_deleting(&mut transaction, id, GiveUp::Requested, times).await?;
        if let Some(reserved) = reserved {
            db::accounts::release(&mut *transaction, account, reserved).await?;
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
        // The receiver may have been dropped.
        let _ = on_release.send(());
        if reserved.is_some() {
            return self.removal.remove(id, key, CountedTo::FormerAccount(account)).await;
        }
        // The maintenance may have deleted the object before the last bytes created it, so it is deleted again.
        if blobs::is_stored(&self.pool, id).await? { Ok(()) } else { Ok(self.storage.discard(key).await?) }
    }
}
