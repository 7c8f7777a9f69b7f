//! How transactions are begun. There are few connections, and all who want one wait in one line. A call of an account may
//! consist of hundreds of transactions, which mostly wait for the account's row; so accounts wait for their turn before
//! they take a connection.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, LazyLock, OnceLock};

use sqlx::{Any, AnyConnection, AnyPool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::model::id::AccountId;
use crate::server::subject_queue::{QueuePermit, SubjectQueue};

/// How many transactions of one account are under way at a time in this process.
const OF_ACCOUNT: usize = 2;
/// Transactions of accounts hold one connection in so many at most, so that some are left for what only reads.
const SHARE: usize = 2;

static ACCOUNTS: LazyLock<SubjectQueue<AccountId>> = LazyLock::new(|| SubjectQueue::new(OF_ACCOUNT));
/// For all accounts together.
static ALL: OnceLock<Arc<Semaphore>> = OnceLock::new();

/// A transaction on either database. It is rolled back if it is dropped before it was committed.
#[derive(Debug)]
pub struct Transaction {
    inner: sqlx::Transaction<'static, Any>,
    _turn: Option<(QueuePermit, OwnedSemaphorePermit)>,
}

impl Transaction {
    /// Commits it.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.inner.commit().await
    }

    /// Rolls it back.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        self.inner.rollback().await
    }
}

impl Deref for Transaction {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

/// Begins a transaction. Every transaction is begun here: a request whose client leaves is dropped wherever it waits, and
/// sqlx forgets a `BEGIN` that was sent and not answered yet (launchbadge/sqlx#4393). The connection would then go back to
/// the pool inside a transaction, and what others write through it would be lost. So the statement runs in a task that
/// always ends; if nobody waits for the transaction any more, it is rolled back.
pub async fn begin(pool: &AnyPool) -> Result<Transaction, sqlx::Error> {
    let connection = pool.acquire().await?;
    let begun = tokio::spawn(sqlx::Transaction::begin(connection, None));
    let inner = begun.await.unwrap_or_else(|error| Err(sqlx::Error::Io(std::io::Error::other(error))))?;
    Ok(Transaction { inner, _turn: None })
}

/// Begins a transaction that writes for this account, when it is the account's turn, for which it waits as long as for a
/// connection. Whoever has one must not begin another for the same account before it has ended, and whoever holds
/// something that all accounts share begins by [`begin`]: how long this takes is up to the account.
pub async fn begin_for(pool: &AnyPool, account: &AccountId) -> Result<Transaction, sqlx::Error> {
    let options = pool.options();
    let connections = usize::try_from(options.get_max_connections()).unwrap_or(usize::MAX);
    let all = ALL.get_or_init(|| Arc::new(Semaphore::new((connections / SHARE).max(1))));
    let turn = async {
        let own = ACCOUNTS.enter(account).await;
        Ok((own, all.clone().acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)?))
    };
    let turn = timeout(options.get_acquire_timeout(), turn).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    let transaction = begin(pool).await?;
    Ok(Transaction { _turn: Some(turn), ..transaction })
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn accounts_wait_for_each_other_before_they_take_connections_and_readers_find_one() {
        sqlx::any::install_default_drivers();
        let options = sqlx::any::AnyPoolOptions::new().max_connections(8);
        let pool = options.connect("sqlite::memory:").await.expect("a pool");
        let soon = Duration::from_millis(200);
        let [ada, grace, edsger] =
            ["0", "1", "2"].map(|letter| AccountId::parse(&letter.repeat(26)).expect("an account"));
        let begin_two = async |account| {
            [begin_for(&pool, account).await.expect("a turn"), begin_for(&pool, account).await.expect("a turn")]
        };
        let of_ada = begin_two(&ada).await;
        let mut third = pin!(begin_for(&pool, &ada));
        assert!(timeout(soon, third.as_mut()).await.is_err(), "an account has two at a time");
        let [one_of_grace, _other] = begin_two(&grace).await;
        let mut other = pin!(begin_for(&pool, &edsger));
        assert!(timeout(soon, other.as_mut()).await.is_err(), "all accounts together have half of the connections");
        for _ in 0..2 {
            begin(&pool).await.expect("a connection for what belongs to no account");
        }
        one_of_grace.commit().await.expect("an end");
        other.await.expect("its turn");
        drop(of_ada);
        third.await.expect("its turn");
    }
}
