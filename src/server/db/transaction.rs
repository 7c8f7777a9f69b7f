//! How transactions are begun. There are few connections, and all who want one wait in one line. A call of an account may
//! consist of hundreds of transactions, which mostly wait for the account's row; so accounts wait for their turn before
//! they take a connection.

use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use sqlx::{Any, AnyConnection, AnyPool, SqlSafeStr as _};
use tokio::runtime::Handle;

use crate::model::id::AccountId;
use crate::server::subject_queue::{FairQueue, FairQueuePermit};

/// How many transactions of one account are under way at a time in this process.
const OF_ACCOUNT: usize = 2;

static TURNS: OnceLock<FairQueue<AccountId>> = OnceLock::new();

/// How transactions begin on PostgreSQL. A process that stands still in one, as on a paused machine, keeps rows locked that
/// others wait for: these give up in time, and the server ends what stands still. Set for each transaction, since a pooler
/// may give each another connection.
const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout = '10s'; SET LOCAL idle_in_transaction_session_timeout = '30s'";

/// A transaction on either database. It is rolled back if it is dropped before it was committed.
#[derive(Debug)]
pub struct Transaction {
    /// `None` only while it ends.
    inner: Option<sqlx::Transaction<'static, Any>>,
    turn: Option<FairQueuePermit>,
}

impl Transaction {
    /// Commits it. What was begun is ended even if nobody waits for it any more.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        let (inner, turn) = (self.inner.take(), self.turn.take());
        let Some(inner) = inner else { return Ok(()) };
        let ended = tokio::spawn(async move {
            let committed = inner.commit().await;
            drop(turn);
            committed
        });
        ended.await.unwrap_or_else(|error| Err(sqlx::Error::Io(std::io::Error::other(error))))
    }

    /// Rolls it back.
    pub async fn rollback(mut self) -> Result<(), sqlx::Error> {
        match self.inner.take() {
            Some(inner) => inner.rollback().await,
            None => Ok(()),
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let (Some(inner), turn) = (self.inner.take(), self.turn.take()) else { return };
        // Its last statement may still be waiting for a row. Until it ends, the connection is in use, and so is the turn.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = inner.rollback().await {
                    tracing::debug!(%error, "a transaction that was left could not be rolled back");
                }
                drop(turn);
            });
        }
    }
}

impl Deref for Transaction {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.inner.as_ref().expect("it is there until the transaction ends")
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.inner.as_mut().expect("it is there until the transaction ends")
    }
}

/// Begins a transaction. Every transaction is begun here: a request whose client leaves is dropped wherever it waits, and
/// sqlx forgets a `BEGIN` that was sent and not answered yet (launchbadge/sqlx#4393). The connection would then go back to
/// the pool inside a transaction, and what others write through it would be lost. So the statement runs in a task that
/// always ends; if nobody waits for the transaction any more, it is rolled back.
pub async fn begin(pool: &AnyPool) -> Result<Transaction, sqlx::Error> {
    let connection = pool.acquire().await?;
    let statement = (!is_file(pool)).then(|| BEGIN.into_sql_str());
    let begun = tokio::spawn(sqlx::Transaction::begin(connection, statement));
    let inner = begun.await.unwrap_or_else(|error| Err(sqlx::Error::Io(std::io::Error::other(error))))?;
    Ok(Transaction { inner: Some(inner), turn: None })
}

/// Begins a transaction that writes for this account, when it is the account's turn, for which it waits as long as for a
/// connection. Whoever has one must not begin another for the same account before it has ended, and whoever holds
/// something that all accounts share begins by [`begin`]: how long this takes is up to the account.
pub async fn begin_for(pool: &AnyPool, account: &AccountId) -> Result<Transaction, sqlx::Error> {
    let turns = TURNS.get_or_init(|| FairQueue::new(places(pool), OF_ACCOUNT));
    let turn = turns.take(account, pool.options().get_acquire_timeout()).await.ok_or(sqlx::Error::PoolTimedOut)?;
    let mut transaction = begin(pool).await?;
    transaction.turn = Some(turn);
    Ok(transaction)
}

/// How many transactions of all accounts together are under way at a time. SQLite writes one after the other, and those who
/// find it busy ask again after a while, in no order. Elsewhere half of the connections are left for what only reads.
fn places(pool: &AnyPool) -> usize {
    if is_file(pool) {
        return 1;
    }
    usize::try_from(pool.options().get_max_connections() / 2).unwrap_or(usize::MAX).max(1)
}

/// Whether the database is SQLite.
pub(super) fn is_file(pool: &AnyPool) -> bool {
    pool.connect_options().database_url.scheme() == "sqlite"
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn accounts_wait_for_each_other_before_they_take_connections_and_readers_find_one() {
        sqlx::any::install_default_drivers();
        let options = sqlx::any::AnyPoolOptions::new().max_connections(8);
        let pool = options.connect("sqlite::memory:").await.expect("a pool");
        let soon = Duration::from_millis(200);
        let [ada, grace] = ["0", "1"].map(|letter| AccountId::parse(&letter.repeat(26)).expect("an account"));
        let begins = |account| begin_for(&pool, account);
        let first = begins(&ada).await.expect("a turn");
        let (mut second, mut third, mut other) = (pin!(begins(&ada)), pin!(begins(&ada)), pin!(begins(&grace)));
        for waits in [second.as_mut(), third.as_mut(), other.as_mut()] {
            assert!(timeout(soon, waits).await.is_err(), "SQLite writes one after the other");
        }
        for _ in 0..8 {
            begin(&pool).await.expect("a connection for what belongs to no account");
        }
        first.commit().await.expect("an end");
        let second = second.await.expect("its turn");
        assert!(timeout(soon, other.as_mut()).await.is_err());
        drop(second);
        let other = other.await.expect("its turn, since an account stands in the line of all no more than twice");
        assert!(timeout(soon, third.as_mut()).await.is_err());
        drop(other);
        third.await.expect("its turn");
    }
}
