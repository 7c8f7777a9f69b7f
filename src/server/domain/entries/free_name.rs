//! Finds a free name for a new file where others have the same one.

use sqlx::AnyConnection;

use crate::model::entry::EntryKind;
use crate::model::file_name::FileName;
use crate::model::form::Field;
use crate::model::id::{AccountId, BlobId, EntryId};
use crate::model::problem::FieldProblem;
use crate::server::db::within::Within;
use crate::server::db::{self, entries};
use crate::server::domain::Error;
use crate::server::domain::entries::names;

/// How many numbers are tried in turn before a search by doubling starts.
pub(super) const ONE_BY_ONE: u32 = 20;

/// Inserts the file's entry under the first free name: the name itself, “name (1)”, “name (2)” … The transaction must
/// have locked the account's row, so that the folder cannot be deleted meanwhile.
///
/// # Errors
/// A refusal if the folder does not exist any more; [`Error::Database`].
pub(in crate::server::domain) async fn name_it(
    transaction: &mut db::Transaction,
    account: &AccountId,
    folder: &EntryId,
    id: &EntryId,
    name: &FileName,
    blob: &BlobId,
    now: i64,
) -> Result<(), Error> {
    let gone = || Error::at(Field::Files, FieldProblem::FolderGone);
    if !db::folders::is_there(&mut **transaction, Within::account(account), folder).await? {
        return Err(gone());
    }
    let mut number = 0;
    loop {
        let candidate = if number == 0 { name.clone() } else { name.numbered(number) };
        let (folded, sort) = (names::folded(candidate.as_str()), names::sort_key(candidate.as_str()));
        let new =
            entries::NewFile { id, account, folder, name: candidate.as_str(), folded: &folded, sort: &sort, blob, now };
        let inserted = entries::insert_file(&mut **transaction, &new).await;
        if inserted.map_err(|error| if db::is_orphan(&error) { gone() } else { error.into() })? {
            db::accounts::count_entries(&mut **transaction, account, 1).await?;
            return Ok(());
        }
        number = if number < ONE_BY_ONE {
            number + 1
        } else {
            free_number(transaction, folder, name, number, |_| true).await?
        };
    }
}

/// The name itself if the folder has no entry of it, or else the first free one of “name (1)”, “name (2)” …
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn free_name(
    connection: &mut AnyConnection,
    folder: &EntryId,
    name: &FileName,
) -> Result<FileName, Error> {
    for number in 0..=ONE_BY_ONE {
        let candidate = if number == 0 { name.clone() } else { name.numbered(number) };
        let folded = names::folded(candidate.as_str());
        if db::folders::named(&mut *connection, folder, &folded).await?.is_none() {
            return Ok(candidate);
        }
    }
    Ok(name.numbered(free_number(connection, folder, name, ONE_BY_ONE, |_| true).await?))
}

/// A free number whose predecessor is taken. It is found by doubling and then by bisection, so
/// that the ten-thousandth “image.png” takes hardly longer than the tenth. `taken` is a number that is blocked.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn free_number(
    connection: &mut AnyConnection,
    folder: &EntryId,
    name: &FileName,
    mut taken: u32,
    blocks: impl Fn(EntryKind) -> bool,
) -> Result<u32, Error> {
    let mut free = taken.saturating_mul(2);
    let mut known_free = false;
    while !known_free || free - taken > 1 {
        let number = if known_free { taken + (free - taken) / 2 } else { free };
        let folded = names::folded(name.numbered(number).as_str());
        let there = db::folders::named(&mut *connection, folder, &folded).await?;
        if !there.is_some_and(|(_, kind)| blocks(kind)) {
            (free, known_free) = (number, true);
        } else if number == u32::MAX {
            return Err(Error::Internal("four thousand million files of one name".to_owned()));
        } else {
            taken = number;
            free = if known_free { free } else { number.saturating_mul(2) };
        }
    }
    Ok(free)
}
