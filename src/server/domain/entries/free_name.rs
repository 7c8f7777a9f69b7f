//! Finds a free name for an entry where others have the same one: the name itself, “name (1)”, “name (2)” …

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
const ONE_BY_ONE: u32 = 20;

/// Inserts the file's entry under the first free name. The transaction must have locked the account's row, so that the
/// folder cannot be deleted meanwhile.
///
/// # Errors
/// A refusal if the folder does not exist any more; [`Error::Database`].
pub(in crate::server::domain) async fn insert_file(
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
    let mut name = name.clone();
    loop {
        let new = entries::NewFile { id, account, folder, name: &names::forms(&name), blob, now };
        let inserted = entries::insert_file(&mut **transaction, &new).await;
        if inserted.map_err(|error| if db::is_orphan(&error) { gone() } else { error.into() })? {
            return Ok(db::accounts::count_entries(&mut **transaction, account, 1).await?);
        }
        name = free_name(transaction, folder, &name).await?;
    }
}

/// The first free name.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn free_name(
    connection: &mut AnyConnection,
    folder: &EntryId,
    name: &FileName,
) -> Result<FileName, Error> {
    Ok(first_unblocked(connection, folder, name, |_| true).await?.0)
}

/// The first name that the folder has free, or that a folder in it has, whose id is returned with it.
///
/// # Errors
/// [`Error::Database`].
pub(super) async fn free_of_files(
    connection: &mut AnyConnection,
    folder: &EntryId,
    name: &FileName,
) -> Result<(FileName, Option<EntryId>), Error> {
    first_unblocked(connection, folder, name, |kind| kind == EntryKind::File).await
}

/// A name that no entry of a kind that `blocks` has, with the entry of another kind that has it, if there is one. It is the
/// first one, or, beyond [`ONE_BY_ONE`], one whose predecessor is blocked: it is found by doubling and then by bisection, so
/// that the ten-thousandth “image.png” takes hardly longer than the tenth.
async fn first_unblocked(
    connection: &mut AnyConnection,
    folder: &EntryId,
    name: &FileName,
    blocks: impl Fn(EntryKind) -> bool,
) -> Result<(FileName, Option<EntryId>), Error> {
    let mut unblocked = async |number: u32| {
        let candidate = if number == 0 { name.clone() } else { name.numbered(number) };
        let there = db::folders::named(&mut *connection, folder, &names::folded(candidate.as_str())).await?;
        let is_blocked = there.as_ref().is_some_and(|(_, kind)| blocks(*kind));
        Ok::<_, Error>((!is_blocked).then(|| (candidate, there.map(|(id, _)| id))))
    };
    for number in 0..=ONE_BY_ONE {
        if let Some(found) = unblocked(number).await? {
            return Ok(found);
        }
    }
    let (mut blocked, mut number) = (ONE_BY_ONE, ONE_BY_ONE * 2);
    let mut found = loop {
        if let Some(found) = unblocked(number).await? {
            break found;
        }
        blocked = number;
        let larger = number.checked_mul(2);
        number = larger.ok_or_else(|| Error::Internal("more entries of one name than numbers".to_owned()))?;
    };
    while number - blocked > 1 {
        let middle = blocked + (number - blocked) / 2;
        match unblocked(middle).await? {
            Some(earlier) => (found, number) = (earlier, middle),
            None => blocked = middle,
        }
    }
    Ok(found)
}
