//! The search index: for each name in `entries`, its grams (`domain/entries/search_words.rs`). This is the only table that the
//! two databases keep in forms of their own, FTS5 in SQLite and a GIN index in PostgreSQL, so it has statements for each. It
//! holds nothing that is not in `entries`: what is renamed or deleted is taken out by triggers, and a round of `jobs` puts in what is
//! missing. Where the table is missing, it is made anew: a change of what grams are has to drop it.

use std::ops::Range;

use sqlx::{AnyConnection, AnyPool, Executor as _, FromRow};

use crate::model::entry::{EntryKind, ROWS_A_PAGE};
use crate::model::id::{AccountId, EntryId};
use crate::server::db::id_list::{bound_to, over_ids};
use crate::server::db::transaction::is_file;
use crate::server::db::{Executes, Transaction};

/// The index without the names themselves (<https://www.sqlite.org/fts5.html>). The triggers keep what is deleted or renamed
/// from staying in it.
const ON_SQLITE: &str = "\
    CREATE VIRTUAL TABLE entry_grams \
        USING fts5 (grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'); \
    CREATE TRIGGER entries_forget_grams AFTER DELETE ON entries WHEN OLD.indexed IS NOT NULL BEGIN \
        DELETE FROM entry_grams WHERE rowid = OLD.indexed; END; \
    CREATE TRIGGER entries_renamed AFTER UPDATE OF name ON entries \
        WHEN OLD.indexed IS NOT NULL AND OLD.name <> NEW.name BEGIN \
        DELETE FROM entry_grams WHERE rowid = OLD.indexed; \
        UPDATE entries SET indexed = NULL WHERE id = NEW.id; END;";
const ON_POSTGRES: &str = "\
    CREATE TABLE entry_grams (number BIGINT PRIMARY KEY, grams TEXT[] NOT NULL); \
    CREATE INDEX entry_grams_by_gram ON entry_grams USING gin (grams); \
    CREATE FUNCTION forget_entry_grams() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
        DELETE FROM entry_grams WHERE number = OLD.indexed; \
        IF TG_OP = 'UPDATE' THEN NEW.indexed := NULL; RETURN NEW; END IF; \
        RETURN OLD; END $$; \
    CREATE TRIGGER entries_forget_grams BEFORE DELETE ON entries FOR EACH ROW WHEN (OLD.indexed IS NOT NULL) \
        EXECUTE FUNCTION forget_entry_grams(); \
    CREATE TRIGGER entries_renamed BEFORE UPDATE OF name ON entries FOR EACH ROW \
        WHEN (OLD.indexed IS NOT NULL AND OLD.name <> NEW.name) EXECUTE FUNCTION forget_entry_grams();";

/// Held while numbers are given out: `search` in ASCII.
const NUMBERS_LOCK: &str = "SELECT pg_advisory_xact_lock(126879263777640)";

/// How many names of the index are looked through at a time. On SQLite they are names that have the grams, and one call looks
/// through no more; on PostgreSQL they are all names, and if too few of them have the grams, it is asked for all that do, which
/// it then sorts.
const LOOKED_THROUGH: i64 = 20_000;

/// Creates the index and its triggers if they are missing, and has all names put into it.
pub(super) async fn create(connection: &mut AnyConnection, is_sqlite: bool) -> Result<(), sqlx::Error> {
    let is_there = if is_sqlite {
        "SELECT COUNT(*) FROM sqlite_master WHERE name = 'entry_grams'"
    } else {
        "SELECT CAST(COUNT(to_regclass('entry_grams')) AS BIGINT)"
    };
    if sqlx::query_scalar::<_, i64>(is_there).fetch_one(&mut *connection).await? == 0 {
        connection.execute(if is_sqlite { ON_SQLITE } else { ON_POSTGRES }).await?;
        connection.execute("UPDATE entries SET indexed = NULL WHERE indexed IS NOT NULL").await?;
    }
    Ok(())
}

/// A name that is not in the index yet.
#[derive(Clone, Debug, FromRow)]
pub struct UnindexedName {
    pub id: EntryId,
    pub account: AccountId,
    pub name: String,
}

/// At most `limit` names that are not in the index yet.
pub async fn next_to_index<'c>(db: impl Executes<'c>, limit: i64) -> Result<Vec<UnindexedName>, sqlx::Error> {
    // Ordered as its index is. Otherwise SQLite reads all entries by another one.
    sqlx::query_as(
        "SELECT id, account, name FROM entries WHERE indexed IS NULL AND parent IS NOT NULL ORDER BY account, id LIMIT $1",
    )
    .bind(limit)
    .fetch_all(db)
    .await
}

macro_rules! give_number {
    ($entry:literal) => {
        concat!(
            "UPDATE entries SET indexed = \
             (SELECT COALESCE(MAX(indexed), 0) FROM entries WHERE indexed IS NOT NULL) + 1 WHERE id = ",
            $entry,
            " AND indexed IS NULL RETURNING indexed"
        )
    };
}

/// Puts these names into the index, each with its grams, separated by blanks, and returns how many: not those that were
/// renamed or deleted meanwhile, nor those whose rows somebody else has locked, since whoever waits here would hold the others.
/// It begins with a statement that writes, or that locks out other processes.
pub async fn index(
    pool: &AnyPool,
    transaction: &mut Transaction,
    names: &[(UnindexedName, String)],
) -> Result<usize, sqlx::Error> {
    let (number, insert) = if is_file(pool) {
        (give_number!("$1 AND name = $2"), "INSERT INTO entry_grams (rowid, grams) VALUES ($1, $2)")
    } else {
        (&mut **transaction).execute(NUMBERS_LOCK).await?;
        (
            give_number!("(SELECT id FROM entries WHERE id = $1 AND name = $2 FOR NO KEY UPDATE SKIP LOCKED)"),
            "INSERT INTO entry_grams (number, grams) VALUES ($1, string_to_array($2, ' '))",
        )
    };
    let mut count = 0;
    for (UnindexedName { id, name, .. }, grams) in names {
        let number: Option<i64> =
            sqlx::query_scalar(number).bind(id).bind(name).fetch_optional(&mut **transaction).await?;
        if let Some(number) = number {
            sqlx::query(insert).bind(number).bind(grams).execute(&mut **transaction).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// A name that is compared with what is searched for.
#[derive(Clone, Debug, FromRow)]
pub struct ComparedName {
    pub id: EntryId,
    pub name: String,
    pub parent: EntryId,
    /// Its number in the index, if it is there.
    pub indexed: Option<i64>,
}

macro_rules! compared {
    ($from:literal) => {
        concat!(
            "SELECT e.id, e.name, e.parent, e.indexed FROM ",
            $from,
            " WHERE e.account = $1 AND e.trashed IS NULL AND e.parent IS NOT NULL AND "
        )
    };
}

/// At most `limit` entries of an account, but for those of one folder, whose names have all these grams, separated by blanks,
/// and numbers below this one, the highest number first; and the number below which there may be more of them, `None` if there
/// are none. There may be more though few or none are returned.
pub async fn with_grams(
    pool: &AnyPool,
    account: &AccountId,
    except_folder: &EntryId,
    (grams, below): (&str, i64),
    limit: i64,
) -> Result<(Vec<ComparedName>, Option<i64>), sqlx::Error> {
    let (names, rest) = if is_file(pool) {
        matching_on_sqlite(pool, (account, except_folder), (grams, below), limit).await?
    } else {
        (matching_on_postgres(pool, (account, except_folder), (grams, below), limit).await?, None)
    };
    let last = names.last().filter(|_| names.len() as i64 == limit).and_then(|name| name.indexed);
    Ok((names, last.or(rest)))
}

async fn matching_on_sqlite(
    pool: &AnyPool,
    of: (&AccountId, &EntryId),
    (grams, below): (&str, i64),
    limit: i64,
) -> Result<(Vec<ComparedName>, Option<i64>), sqlx::Error> {
    // All that match may lie in the folder that is left out, or in the trash, and whoever reads them keeps a connection from
    // others. So one statement looks through so many and no more.
    let rest: Option<i64> = sqlx::query_scalar(
        "SELECT rowid FROM entry_grams WHERE entry_grams MATCH $1 AND rowid < $2 ORDER BY rowid DESC LIMIT 1 OFFSET $3",
    )
    .bind(grams)
    .bind(below)
    .bind(LOOKED_THROUGH - 1)
    .fetch_optional(pool)
    .await?;
    // The index is asked first, and the entries after it.
    let statement = concat!(
        compared!("entry_grams CROSS JOIN entries e ON e.indexed = entry_grams.rowid"),
        "entry_grams MATCH $2 AND entry_grams.rowid >= $3 AND entry_grams.rowid < $4 \
         AND e.parent <> $6 ORDER BY entry_grams.rowid DESC LIMIT $5"
    );
    let names = numbered(pool, statement, of, (grams, rest.unwrap_or(0)..below, limit)).await?;
    Ok((names, rest))
}

async fn matching_on_postgres(
    pool: &AnyPool,
    of: (&AccountId, &EntryId),
    (grams, below): (&str, i64),
    limit: i64,
) -> Result<Vec<ComparedName>, sqlx::Error> {
    let highest: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) FROM entry_grams").fetch_one(pool).await?;
    let below = below.min(highest + 1);
    let near = concat!(
        compared!("entry_grams g JOIN entries e ON e.indexed = g.number"),
        "g.grams @> string_to_array($2, ' ') AND g.number >= $3 AND g.number < $4 AND e.parent <> $6 \
         ORDER BY g.number DESC LIMIT $5"
    );
    let from = (below - LOOKED_THROUGH).max(0);
    let mut found = numbered(pool, near, of, (grams, from..below, limit)).await?;
    let missing = limit - found.len() as i64;
    if missing > 0 && from > 0 {
        let all = concat!(
            "WITH g AS MATERIALIZED (SELECT number FROM entry_grams \
             WHERE grams @> string_to_array($2, ' ') AND number >= $3 AND number < $4) ",
            compared!("g JOIN entries e ON e.indexed = g.number"),
            "e.parent <> $6 ORDER BY g.number DESC LIMIT $5"
        );
        found.extend(numbered(pool, all, of, (grams, 0..from, missing)).await?);
    }
    Ok(found)
}

async fn numbered(
    pool: &AnyPool,
    statement: &'static str,
    (account, except_folder): (&AccountId, &EntryId),
    (grams, numbers, limit): (&str, Range<i64>, i64),
) -> Result<Vec<ComparedName>, sqlx::Error> {
    sqlx::query_as(statement)
        // Planned for these grams, of which some are rare.
        .persistent(false)
        .bind(account)
        .bind(grams)
        .bind(numbers.start)
        .bind(numbers.end)
        .bind(limit)
        .bind(except_folder)
        .fetch_all(pool)
        .await
}

/// At most `$3` for which a condition holds and that are older than the entry `$2`; `'w'` comes after every id.
macro_rules! older {
    ($condition:literal) => {
        concat!(
            compared!("entries e"),
            $condition,
            " AND e.id < COALESCE(CAST($2 AS TEXT), 'w') ORDER BY e.id DESC LIMIT $3"
        )
    };
}

/// At most `limit` entries of an account that are not in the index yet and have ids below this one, or the newest if that is
/// `None`; the newest first.
pub async fn unindexed(
    pool: &AnyPool,
    account: &AccountId,
    below: Option<&EntryId>,
    limit: i64,
) -> Result<Vec<ComparedName>, sqlx::Error> {
    let statement = older!("e.indexed IS NULL");
    sqlx::query_as(statement).bind(account).bind(below).bind(limit).fetch_all(pool).await
}

/// The same of the entries of one folder, whether they are in the index or not.
pub async fn in_folder(
    pool: &AnyPool,
    account: &AccountId,
    folder: &EntryId,
    below: Option<&EntryId>,
    limit: i64,
) -> Result<Vec<ComparedName>, sqlx::Error> {
    let statement = older!("e.parent = $4");
    sqlx::query_as(statement).bind(account).bind(below).bind(limit).bind(folder).fetch_all(pool).await
}

/// What is shown of an entry that was found, besides its name.
#[derive(Clone, Debug, FromRow)]
pub struct FoundRecord {
    pub id: EntryId,
    pub kind: EntryKind,
    pub created: i64,
    pub size: Option<i64>,
    pub media_type: Option<String>,
}

/// What is shown of these, which are at most a page.
pub async fn found<'c>(db: impl Executes<'c>, ids: &[EntryId]) -> Result<Vec<FoundRecord>, sqlx::Error> {
    let statement = over_ids!(
        "SELECT e.id, e.kind, e.created, b.size, b.media_type FROM entries e LEFT JOIN blobs b ON b.id = e.blob \
         WHERE e.id IN (...)",
        0,
        ROWS_A_PAGE
    );
    bound_to!(sqlx::query_as(statement), ids, ROWS_A_PAGE).fetch_all(db).await
}
