//! An upload that comes as one stream, while it is under way: its row, and the room in the quota that the row has set
//! aside. Nobody knows how large it will be, so room is set aside as it grows; whatever ends it early gives it back.

use tokio::sync::oneshot;

use crate::model::id::{AccountId, BlobId};
use crate::model::problem::FieldProblem;
use crate::server::clock::milliseconds;
use crate::server::db::blobs::{self, NewBlob};
use crate::server::db::types::{BlobState, JobKind};
use crate::server::db::upload_states::GiveUp;
use crate::server::db::{self, jobs, upload_states as states};
use crate::server::domain::uploads::form::{FormUploads, RETRY, at_files, counted};
use crate::server::domain::{Error, new_id};
use crate::server::storage::{Key, Private};

/// How many bytes are set aside beyond those that have come: as many again, and at most 8 MiB.
const AHEAD: u64 = 8 << 20;

/// An upload under way: unless it is kept, its object and row go when this is dropped, by whatever cause.
pub(super) struct Unfinished {
    uploads: Option<FormUploads>,
    pub(super) id: BlobId,
    pub(super) key: Key<Private>,
    account: AccountId,
    /// Bytes that its row has set aside: never fewer than were given to the store.
    pub(super) reserved: u64,
}

impl Unfinished {
    /// It is a file now.
    pub(super) fn keep(mut self) {
        self.uploads = None;
    }

    /// Gives it up: its room is given back when this returns, and what there is in the store goes after that.
    pub(super) async fn give_up(mut self) {
        if let Some(given_back) = self.go() {
            // An error is one that the log has by now.
            drop(given_back.await);
        }
    }

    /// Begins to take it away; what is received says that its room was given back.
    fn go(&mut self) -> Option<oneshot::Receiver<()>> {
        let uploads = self.uploads.take()?;
        // Without a runtime the process is at its end: the next one sweeps.
        tokio::runtime::Handle::try_current().ok()?;
        let (id, key, account) = (self.id.clone(), self.key.clone(), self.account.clone());
        let (said, given_back) = oneshot::channel();
        let tasks = uploads.tasks().clone();
        tasks.spawn(async move {
            if let Err(error) = uploads.discard(&account, &id, &key, said).await {
                tracing::warn!(%error, blob = %id, "a broken upload is left to the next sweep");
            }
        });
        Some(given_back)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Nobody waits for it.
        drop(self.go());
    }
}

impl FormUploads {
    /// Begins an upload: its row, and room for the first bytes of it.
    pub(super) async fn start(&self, account: &AccountId, size: u64) -> Result<Unfinished, Error> {
        let (id, key) = (new_id(), Key::random());
        let now = self.clock.now();
        let mut transaction = self.pool.begin().await?;
        if !db::accounts::reserve(&mut *transaction, account, counted(size)?, self.site_quota()).await? {
            drop(transaction);
            return Err(at_files(self.over_quota(&self.pool, account, 0).await?));
        }
        let expires = now + milliseconds(self.limits.age);
        let size_now = counted(size)?;
        let blob = NewBlob { id: &id, account, key: &key, size: size_now, state: BlobState::Uploading, now };
        blobs::insert(&mut *transaction, &blob).await?;
        jobs::insert(&mut *transaction, JobKind::ExpireUpload, &id, expires).await?;
        // From here on the row may be there, even where nobody gets to hear of it.
        let (uploads, account) = (Some(self.clone()), account.clone());
        let unfinished = Unfinished { uploads, id, key, account, reserved: size };
        transaction.commit().await?;
        Ok(unfinished)
    }

    /// Makes sure that room for so many bytes is set aside, and where there is enough, for some that are still to come.
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
            let mut transaction = self.pool.begin().await?;
            let more = counted(wanted)? - counted(unfinished.reserved)?;
            if !db::accounts::reserve(&mut *transaction, account, more, self.site_quota()).await? {
                continue;
            }
            if !blobs::grow_reservation(&mut *transaction, &unfinished.id, counted(wanted)?).await? {
                return Err(at_files(FieldProblem::Interrupted));
            }
            transaction.commit().await?;
            unfinished.reserved = wanted;
            return Ok(());
        }
        Err(at_files(self.over_quota(&self.pool, account, unfinished.reserved).await?))
    }

    /// The quota of accounts that have none of their own.
    fn site_quota(&self) -> Option<i64> {
        self.limits.quota.map(|quota| i64::try_from(quota).unwrap_or(i64::MAX))
    }

    /// Takes an unfinished upload's row out of use and gives its room back, says so, and takes what there is of it out of
    /// the store, and then the row; what fails is left to a sweep.
    async fn discard(
        &self,
        account: &AccountId,
        id: &BlobId,
        key: &Key<Private>,
        said: oneshot::Sender<()>,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let mut transaction = self.pool.begin().await?;
        db::accounts::lock_row(&mut *transaction, account).await?;
        let times = (now, now + milliseconds(RETRY));
        let reserved = states::mark_deleting(&mut transaction, id, GiveUp::Asked, times).await?;
        if let Some(reserved) = reserved {
            db::accounts::release(&mut *transaction, account, reserved).await?;
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
        // Whoever waited may have gone.
        let _ = said.send(());
        if reserved.is_some() {
            return self.remove(id, key).await;
        }
        // Where a sweep took the row meanwhile, the object may have come into being after that.
        if blobs::is_stored(&self.pool, id).await? { Ok(()) } else { Ok(self.storage.discard(key).await?) }
    }
}
