//! Copies files and folders. A copy of a file has the same blob, so that no byte is copied and none counts twice.

use std::collections::HashMap;

use crate::model::entry::{DEPTH_LIMIT, EntryKind, PATH_LIMIT};
use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::moving::{COPIED_LIMIT, NameChoice};
use crate::model::problem::FieldProblem;
use crate::server::db::below::{self, BelowRecord};
use crate::server::db::copies::{self, NewCopy};
use crate::server::db::places::PlaceRecord;
use crate::server::db::{accounts, places};
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;
use crate::server::domain::entries::destination::{Destination, TakenNameChoice, folded, folder, refused, taken_names};
use crate::server::domain::entries::names;
use crate::server::domain::entries::path::check_count;
use crate::server::domain::entries::place::{Reach, check_reach};
use crate::server::domain::{Error, new_id};

impl Entries {
    /// Puts copies of files and folders, with everything in them, into a folder, or into the root of the scope if that is
    /// `None`. All of it happens in one transaction. Those that are gone already are passed over. They may be at most
    /// [`crate::model::moving::MOVED_LIMIT`], and at most [`COPIED_LIMIT`] with everything in them. What is copied into the
    /// folder in which it lies gets a name of its own.
    ///
    /// Returns those that were not copied, because another entry there has their name and `on_taken` does not say what to do
    /// about it.
    ///
    /// # Errors
    /// A refusal at the selected entries if the folder is gone, is one of them or lies in one of them, if paths become too
    /// long or folders are nested too deeply, or if the account has too many entries, or copies too many at once or in a
    /// minute; nothing is copied then. [`Error::NotFound`] if the scope has none of them, or only its own root is among them;
    /// [`Error::NotAllowed`] if the scope may not see and add entries, or not change them where something is replaced (or
    /// [`Error::NotFound`] if it has ended); [`Error::TooMany`] if large folders are being measured.
    pub async fn copy_entries(
        &self,
        scope: &Scope,
        ids: &[EntryId],
        to: Option<&EntryId>,
        on_taken: Option<&TakenNameChoice>,
    ) -> Result<Vec<EntryId>, Error> {
        let now = self.clock.now();
        scope.may_see(now)?;
        scope.may_add(now)?;
        if on_taken.is_some_and(|on| on.choice == NameChoice::Replace) {
            scope.may_change(now)?;
        }
        self.reserve.check(Field::Entries)?;
        self.check_copied(scope, ids, to, on_taken).await?;
        let (mut destination, found) = Destination::open(&self.pool, scope, ids, to, on_taken, now).await?;
        let mut made = 0;
        for place in found {
            let Some(name) = destination.arrival(&place).await? else { continue };
            made += copy_one(&mut destination, place, &name, COPIED_LIMIT - made).await?;
        }
        let count = accounts::entries(&mut *destination.transaction, scope.owner()).await?;
        check_count(count, made as u64, self.limit).map_err(refused)?;
        accounts::count_entries(&mut *destination.transaction, scope.owner(), most(made)).await?;
        destination.close().await
    }

    /// Checks, before the transaction, that what is copied is not too much at once and for this minute. A folder may have far
    /// more in it, so it is counted in one turn of the account.
    async fn check_copied(
        &self,
        scope: &Scope,
        ids: &[EntryId],
        to: Option<&EntryId>,
        on_taken: Option<&TakenNameChoice>,
    ) -> Result<(), Error> {
        let mut found = places::places(&self.pool, scope.within(), ids).await?;
        let to = folder(&self.pool, scope, to).await?;
        let taken = taken_names(&self.pool, &to, &found).await?;
        // Those that are asked about first, or skipped, are not copied by this request.
        found.retain(|place| match taken.get(&folded(place)).filter(|_| place.parent != to) {
            Some(other) => {
                on_taken.and_then(|on| on.choice_for(&place.id, other)).is_some_and(|choice| choice != NameChoice::Skip)
            }
            None => true,
        });
        let mut count = found.len();
        let folders = found.into_iter().filter(|place| place.kind == EntryKind::Folder);
        let folders: Vec<_> = folders.map(|place| place.id).collect();
        if !folders.is_empty() {
            let pool = self.pool.clone();
            let counting = async move {
                let mut count = 0;
                for folder in folders {
                    count += below::entries(&pool, &folder, most(COPIED_LIMIT + 1)).await?.len();
                    if count > COPIED_LIMIT {
                        break;
                    }
                }
                Ok(count)
            };
            count += self.measure_in_turn(scope, counting).await?;
        }
        if count > COPIED_LIMIT {
            return Err(too_many());
        }
        let waits = |seconds: u32| refused(FieldProblem::TooManyAttempts { seconds: seconds.into() });
        self.may_pass(scope.owner(), count).map_err(waits)
    }
}

/// Copies an entry with everything in it, which together may be at most `limit`. Returns how many they are.
async fn copy_one(
    destination: &mut Destination<'_>,
    place: PlaceRecord,
    name: &FileName,
    limit: usize,
) -> Result<usize, Error> {
    let below = match place.kind {
        EntryKind::File => Vec::new(),
        EntryKind::Folder => below::entries(&mut *destination.transaction, &place.id, most(limit)).await?,
    };
    let made = 1 + below.len();
    if made > limit {
        return Err(too_many());
    }
    check_reach(&destination.above, name, reach(place.kind, &below)).map_err(refused)?;
    let (id, now) = (new_id::<EntryId>(), destination.now);
    copies::insert_top(&mut *destination.transaction, (&place.id, &id), &destination.id, &names::forms(name), now)
        .await?;
    let mut copied = HashMap::from([(place.id, id.clone())]);
    let mut new = Vec::with_capacity(below.len());
    // Ids sort by time, so that files keep their order.
    for row in below {
        let Some(parent) = copied.get(&row.parent).cloned() else { continue };
        let copy: EntryId = new_id();
        copied.insert(row.id.clone(), copy.clone());
        new.push(NewCopy { of: row.id, id: copy, parent });
    }
    copies::insert(&mut destination.transaction, &new, now).await?;
    destination.has_come(id, name);
    Ok(made)
}

/// How far an entry reaches that has these below it.
fn reach(kind: EntryKind, below: &[BelowRecord]) -> Reach {
    let bytes = below.iter().map(|row| row.bytes).max().unwrap_or_default();
    let levels = below.iter().map(|row| row.levels).max().unwrap_or_default() + i64::from(kind == EntryKind::Folder);
    Reach { bytes: bytes.try_into().unwrap_or(PATH_LIMIT), levels: levels.try_into().unwrap_or(DEPTH_LIMIT) }
}

fn too_many() -> Error {
    refused(FieldProblem::TooManyEntries { limit: COPIED_LIMIT as u64 })
}

fn most(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
