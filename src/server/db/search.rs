//! The search index: for each name in `entries`, the marks of what can be searched in it
//! (`domain/entries/search_words.rs`). This is the only table that the two databases keep in forms of their own, FTS5 in
//! SQLite and a GIN index in PostgreSQL, so it has statements for each. It holds nothing that is not in `entries`: what is
//! renamed or deleted is taken out by triggers, and a job puts in what is missing.

use sqlx::{AnyPool, Executor as _, FromRow};

use crate::model::entry::EntryKind;
use crate::model::id::{AccountId, EntryId};
use crate::server::db::transaction::is_file;
use crate::server::db::{Executes, Transaction};

/// The index without the names themselves (<https://www.sqlite.org/fts5.html>). The triggers keep what is deleted or renamed
/// from staying in it.
const ON_SQLITE: &str = "\
    CREATE VIRTUAL TABLE IF NOT EXISTS entry_marks \
        USING fts5 (marks, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'); \
    CREATE TRIGGER IF NOT EXISTS entries_unmark AFTER DELETE ON entries WHEN OLD.indexed IS NOT NULL BEGIN \
        DELETE FROM entry_marks WHERE rowid = OLD.indexed; END; \
    CREATE TRIGGER IF NOT EXISTS entries_renamed AFTER UPDATE OF name ON entries \
        WHEN OLD.indexed IS NOT NULL AND OLD.name <> NEW.name BEGIN \
        DELETE FROM entry_marks WHERE rowid = OLD.indexed; \
        UPDATE entries SET indexed = NULL WHERE id = NEW.id; END;";
/// A block, so that a site that is running is not locked out of `entries` whenever another process starts.
const ON_POSTGRES: &str = "\
    DO $create$ BEGIN IF to_regclass('entry_marks') IS NOT NULL THEN RETURN; END IF; \
    CREATE TABLE entry_marks (number BIGINT PRIMARY KEY, marks TEXT[] NOT NULL); \
    CREATE INDEX entry_marks_by_mark ON entry_marks USING gin (marks); \
    CREATE FUNCTION unmark_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
        DELETE FROM entry_marks WHERE number = OLD.indexed; \
        IF TG_OP = 'UPDATE' THEN NEW.indexed := NULL; RETURN NEW; END IF; \
        RETURN OLD; END $$; \
    CREATE TRIGGER entries_unmark BEFORE DELETE ON entries FOR EACH ROW WHEN (OLD.indexed IS NOT NULL) \
        EXECUTE FUNCTION unmark_entry(); \
    CREATE TRIGGER entries_renamed BEFORE UPDATE OF name ON entries FOR EACH ROW \
        WHEN (OLD.indexed IS NOT NULL AND OLD.name <> NEW.name) EXECUTE FUNCTION unmark_entry(); \
    END $create$";

/// Held while numbers are given out: `search` in ASCII.
const NUMBERS_LOCK: &str = "SELECT pg_advisory_xact_lock(126943972912995)";

/// Creates the index and its triggers where they are missing.
pub(super) async fn create(db: impl Executes<'_>, is_sqlite: bool) -> Result<(), sqlx::Error> {
    db.execute(if is_sqlite { ON_SQLITE } else { ON_POSTGRES }).await.map(|_| ())
}

/// A name that is not in the index yet.
#[derive(Clone, Debug, FromRow)]
pub struct UnindexedName {
    pub id: EntryId,
    pub account: AccountId,
    pub name: String,
}

/// At most `limit` names that are not in the index yet.
pub async fn unindexed<'c>(db: impl Executes<'c>, limit: i64) -> Result<Vec<UnindexedName>, sqlx::Error> {
    sqlx::query_as("SELECT id, account, name FROM entries WHERE indexed IS NULL AND parent IS NOT NULL LIMIT $1")
        .bind(limit)
        .fetch_all(db)
        .await
}

/// Puts these names into the index, each with its marks, separated by blanks; not those that were renamed or deleted
/// meanwhile. It begins with a statement that writes.
pub async fn index(
    pool: &AnyPool,
    transaction: &mut Transaction,
    names: &[(UnindexedName, String)],
) -> Result<(), sqlx::Error> {
    let insert = if is_file(pool) {
        "INSERT INTO entry_marks (rowid, marks) VALUES ($1, $2)"
    } else {
        (&mut **transaction).execute(NUMBERS_LOCK).await?;
        "INSERT INTO entry_marks (number, marks) VALUES ($1, string_to_array($2, ' '))"
    };
    for (UnindexedName { id, name, .. }, marks) in names {
        let number: Option<i64> = sqlx::query_scalar(
            "UPDATE entries SET indexed = (SELECT COALESCE(MAX(indexed), 0) FROM entries) + 1 \
             WHERE id = $1 AND name = $2 AND indexed IS NULL RETURNING indexed",
        )
        .bind(id)
        .bind(name)
        .fetch_optional(&mut **transaction)
        .await?;
        if let Some(number) = number {
            sqlx::query(insert).bind(number).bind(marks).execute(&mut **transaction).await?;
        }
    }
    Ok(())
}

/// What may be found: a file or folder outside the trash. What lies above it may be in the trash.
#[derive(Clone, Debug, FromRow)]
pub struct FoundRecord {
    pub id: EntryId,
    pub kind: EntryKind,
    pub name: String,
    pub parent: EntryId,
    pub created: i64,
    pub size: Option<i64>,
    pub media_type: Option<String>,
    /// Its number in the index, if it is there.
    pub indexed: Option<i64>,
}

macro_rules! found {
    ($from:literal) => {
        concat!(
            "SELECT e.id, e.kind, e.name, e.parent, e.created, b.size, b.media_type, e.indexed FROM ",
            $from,
            " LEFT JOIN blobs b ON b.id = e.blob WHERE e.account = $1 AND e.trashed IS NULL AND e.parent IS NOT NULL AND "
        )
    };
}

/// At most `limit` entries of an account whose names have all these marks, separated by blanks, and numbers below this one;
/// the highest number first.
pub async fn marked(
    pool: &AnyPool,
    account: &AccountId,
    marks: &str,
    below: i64,
    limit: i64,
) -> Result<Vec<FoundRecord>, sqlx::Error> {
    // The index is asked first, and the entries after it.
    let statement = if is_file(pool) {
        concat!(
            found!("entry_marks CROSS JOIN entries e ON e.indexed = entry_marks.rowid"),
            "entry_marks MATCH $2 AND entry_marks.rowid < $3 ORDER BY entry_marks.rowid DESC LIMIT $4"
        )
    } else {
        concat!(
            found!("entry_marks m JOIN entries e ON e.indexed = m.number"),
            "m.marks @> string_to_array($2, ' ') AND m.number < $3 ORDER BY m.number DESC LIMIT $4"
        )
    };
    sqlx::query_as(statement)
        // Planned for these marks: those that many names have are better searched for in the order of numbers.
        .persistent(false)
        .bind(account)
        .bind(marks)
        .bind(below)
        .bind(limit)
        .fetch_all(pool)
        .await
}

/// At most `limit` entries of an account that are not in the index yet, the newest first.
pub async fn not_yet_indexed(pool: &AnyPool, account: &AccountId, limit: i64) -> Result<Vec<FoundRecord>, sqlx::Error> {
    sqlx::query_as(concat!(found!("entries e"), "e.indexed IS NULL ORDER BY e.id DESC LIMIT $2"))
        .bind(account)
        .bind(limit)
        .fetch_all(pool)
        .await
}

/// At most `limit` entries of a folder.
pub async fn in_folder(
    pool: &AnyPool,
    account: &AccountId,
    folder: &EntryId,
    limit: i64,
) -> Result<Vec<FoundRecord>, sqlx::Error> {
    sqlx::query_as(concat!(found!("entries e"), "e.parent = $2 ORDER BY e.id DESC LIMIT $3"))
        .bind(account)
        .bind(folder)
        .bind(limit)
        .fetch_all(pool)
        .await
}
