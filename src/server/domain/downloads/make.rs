//! Prepares downloads: reads what was chosen, and writes a row for each member of the archive. Both are bounded in bytes.

use std::collections::HashSet;
use std::time::Duration;

use crate::model::download::{MOST_ENTRIES, archive_name};
use crate::model::form::Field;
use crate::model::id::{DownloadId, EntryId};
use crate::model::paths;
use crate::model::problem::FieldProblem;
use crate::server::clock::milliseconds;
use crate::server::db::download_entries::{self, MemberRecord};
use crate::server::db::downloads::{self as rows, DownloadRecord};
use crate::server::db::selections::{self, BATCH, ReadLimit, WantedRecord};
use crate::server::db::{self, accounts};
use crate::server::domain::access::scope::Scope;
use crate::server::domain::downloads::freeze::{self, Frozen};
use crate::server::domain::downloads::{AGE, Downloads, PAUSE, STEP, Selection, signed};
use crate::server::domain::subject_limiter::AccountQueuePermit;
use crate::server::domain::{Error, new_id};
use crate::server::storage::Volume;

/// The most entries of a selection that does not wait for the preparation of large ones.
const SMALL: usize = 1_000;
/// The most bytes that the entries of one archive take in memory, and so about the most that its rows take: 64 MiB, which
/// is enough for the most entries an archive may have, unless their names have more than a hundred letters.
const MOST_BYTES: usize = 64 << 20;
/// The most bytes that the rows of all downloads of one account take, 128 MiB; the oldest downloads are deleted first.
const KEPT_BYTES: i64 = 128 << 20;
/// What a download's own row takes, in bytes.
const ROW: i64 = 512;
/// Free bytes that must be left on the disk of the database: 256 MiB, several times what an archive takes.
const ROOM: u64 = 256 << 20;
/// How long a download that is being prepared is kept.
const UNFINISHED: Duration = Duration::from_secs(10 * 60);

/// The rows of a selection with everything below, and the ids that were chosen.
type Selected = (Vec<WantedRecord>, Vec<EntryId>);

impl Downloads {
    /// Prepares a download, and returns the path at which it can be fetched for 24 hours. The same selection gives the
    /// same download as long as nothing in it has changed. What all downloads of an account take is bounded: the oldest
    /// are forgotten.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] if the scope may not see entries (or [`Error::NotFound`] if it has ended);
    /// [`Error::NotFound`] if a chosen entry is not in it; [`Error::Busy`] if others are being prepared, or a file was
    /// deleted meanwhile; a refusal if the selection is empty or too large, a path is too long, a file is damaged or not
    /// verified yet, or the disk is nearly full.
    pub async fn make(&self, scope: &Scope, selection: Selection) -> Result<String, Error> {
        scope.may_see(self.clock.now())?;
        self.room().await?;
        let (turn, (rows, wanted)) = self.select_in_turn(scope, &selection).await?;
        // The turn is held by the work, which goes on where the client leaves.
        let (_turn, frozen) = tokio::task::spawn_blocking(move || (turn, freeze::freeze(rows, &wanted))).await?;
        let frozen = frozen?;
        let now = self.clock.now();
        let (name, expires) = (archive_name(frozen.only.as_deref(), now), now + milliseconds(AGE));
        let kept = rows::extend_expiry(&self.pool, scope.within(), (&name, &frozen.tag), now, expires).await?;
        let id = match kept {
            Some(id) => id,
            None => self.insert(scope, name, frozen).await?,
        };
        Ok(paths::download(&id))
    }

    /// Checks that the disk of the database has room for the rows.
    async fn room(&self) -> Result<(), Error> {
        let Some(folder) = self.disk.clone() else { return Ok(()) };
        match tokio::task::spawn_blocking(move || Volume::of(&folder)).await? {
            Ok(volume) if volume.has(ROOM, 0) => Ok(()),
            Ok(_) => Err(Error::at(Field::Entries, FieldProblem::NoRoom)),
            Err(error) => Err(Error::Internal(format!("the disk of the database cannot be asked: {error}"))),
        }
    }

    /// What was selected, read when it is the account's turn, which lasts as long as the first value. What turns out to be
    /// large waits among the large ones.
    async fn select_in_turn(
        &self,
        scope: &Scope,
        selection: &Selection,
    ) -> Result<(AccountQueuePermit, Selected), Error> {
        let turn = self.small_turns.take(scope.owner()).await?;
        if let Some(selected) = self.select(scope, selection, SMALL).await? {
            return Ok((turn, selected));
        }
        drop(turn);
        let turn = self.large_turns.take(scope.owner()).await?;
        let too_many = || Error::at(Field::Entries, FieldProblem::TooManyEntries { limit: MOST_ENTRIES as u64 });
        Ok((turn, self.select(scope, selection, MOST_ENTRIES).await?.ok_or_else(too_many)?))
    }

    /// The rows of a selection with everything below, and the ids that were chosen; `None` if it has more than so many
    /// entries.
    async fn select(&self, scope: &Scope, selection: &Selection, entries: usize) -> Result<Option<Selected>, Error> {
        // One more than allowed, to notice an excess, and one for the account's root, which is no member.
        let most = ReadLimit { rows: entries as i64 + 2, bytes: MOST_BYTES };
        let Selection::These(ids) = selection else {
            let rows = selections::whole_tree(&self.pool, scope.within(), most).await?;
            return Ok(is_within(&rows, entries)?.then_some((rows, Vec::new())));
        };
        let mut seen = HashSet::new();
        let ids: Vec<_> = ids.iter().filter(|id| seen.insert(*id)).cloned().collect();
        if ids.len() > entries {
            return Ok(None);
        }
        let mut rows = Vec::new();
        for batch in ids.chunks(BATCH) {
            let found = selections::selected_tree(&self.pool, scope.within(), batch, most).await?;
            let known: HashSet<_> = found.iter().map(|row| &row.id).collect();
            let is_complete = batch.iter().all(|id| known.contains(id));
            rows.extend(found);
            if !is_within(&rows, entries)? {
                return Ok(None);
            }
            // Nothing more is read for a selection that will not be found.
            if !is_complete {
                return Err(Error::NotFound);
            }
        }
        Ok(Some((rows, ids)))
    }

    /// Writes the rows of a download in several transactions. It can be found once all are there.
    async fn insert(&self, scope: &Scope, name: String, frozen: Frozen) -> Result<DownloadId, Error> {
        let Frozen { members, layout, tag, .. } = frozen;
        let (id, now) = (new_id(), self.clock.now());
        let row = DownloadRecord {
            name,
            tag: String::new(),
            bytes: ROW + members.iter().map(MemberRecord::bytes).sum::<i64>(),
            gone: None,
            members: signed(layout.members())?,
            directory: signed(layout.directory())?,
            records: signed(layout.records())?,
            created: now,
            expires: now + milliseconds(UNFINISHED),
        };
        rows::insert(&self.pool, &id, scope.within(), &row).await?;
        for (step, members) in members.chunks(STEP as usize).enumerate() {
            if step > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let mut transaction = db::begin(&self.pool).await?;
            download_entries::insert(&mut transaction, &id, members).await?;
            transaction.commit().await?;
        }
        let mut transaction = db::begin(&self.pool).await?;
        // Deletions lock the account's row, too: those before this are seen below, and those after it see the members.
        accounts::lock_row(&mut *transaction, scope.owner()).await?;
        let now = self.clock.now();
        let is_there = rows::finish(&mut *transaction, &id, &tag, now, now + milliseconds(AGE)).await?;
        if !is_there || !download_entries::are_whole(&mut *transaction, &id).await? {
            return Err(Error::Busy);
        }
        rows::forget_all_but_newest(&mut *transaction, scope.owner(), KEPT_BYTES).await?;
        transaction.commit().await?;
        Ok(id)
    }
}

/// Whether these are at most so many entries; the account's root is no member. Refuses more bytes of their names than one
/// archive may have.
fn is_within(rows: &[WantedRecord], entries: usize) -> Result<bool, Error> {
    if rows.iter().filter(|row| row.parent.is_some()).count() > entries {
        return Ok(false);
    }
    if rows.iter().map(WantedRecord::bytes).sum::<usize>() > MOST_BYTES {
        return Err(Error::at(Field::Entries, FieldProblem::TooManyNames));
    }
    Ok(true)
}
