//! Limits of what people may do in a time, shared by all processes on one database: token buckets as rows. A new limit is
//! one constant, here or in a file of this folder. How sign-ins use them is in [`sign_in_throttle`].

pub mod network;
mod newest_first;
pub(super) mod refusal_log;
pub mod sign_in_throttle;
pub(super) mod taken_tokens;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::Cache;
use sqlx::AnyPool;

use crate::server::clock::{Clock, milliseconds};
use crate::server::db::limits as rows;
use crate::server::domain::Error;

/// How many empty buckets each process remembers, so that a flood of refusals asks the database for none of them.
const REMEMBERED: usize = 10_000;

/// What is limited: a name, which stands in the rows, and the buckets that must all have a token. Two buckets make
/// pauses that grow: a small one that fills quickly, and a large one that fills slowly.
#[derive(Clone, Debug)]
pub struct RateLimit {
    name: &'static str,
    buckets: Cow<'static, [Bucket]>,
}

/// A token bucket.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// The most tokens.
    tokens: i64,
    /// The time in which one token comes back, in milliseconds.
    refill: i64,
}

/// Failed changes of a password, by account.
pub static CHANGE_PASSWORD: RateLimit =
    RateLimit::new("change_password", &[Bucket::new(5, 12_000), Bucket::new(60, 60_000)]);

/// How many times as many accounts may be made from a network ([`network`]) as from one address.
const NETWORK: u32 = 4;

/// Accounts made by visitors, by address: `hourly` in any hour, and at first a quarter of them at once.
#[must_use]
pub fn sign_up(hourly: u32) -> RateLimit {
    hourly_limit("sign_up", hourly)
}

/// The same by the network of an address.
#[must_use]
pub fn sign_up_of_network(hourly: u32) -> RateLimit {
    hourly_limit("sign_up network", hourly.saturating_mul(NETWORK))
}

fn hourly_limit(name: &'static str, hourly: u32) -> RateLimit {
    let hourly = i64::from(hourly.clamp(1, 400_000));
    let (at_once, half) = ((hourly / 4).max(1), (hourly / 2).max(1));
    let buckets = vec![Bucket::new(at_once, 400_000 / hourly), Bucket::new(half, 3_600_000 / half)];
    RateLimit { name, buckets: buckets.into() }
}

impl RateLimit {
    const fn new(name: &'static str, buckets: &'static [Bucket]) -> Self {
        Self { name, buckets: Cow::Borrowed(buckets) }
    }

    /// The buckets, each with what it is called in the rows.
    fn rows(&self) -> impl Iterator<Item = (String, Bucket)> {
        self.buckets.iter().enumerate().map(|(index, bucket)| (format!("{} {index}", self.name), *bucket))
    }
}

impl Bucket {
    const fn new(tokens: i64, refill: i64) -> Self {
        Self { tokens, refill }
    }

    /// The bucket still has a token while its row's time is at most this far in the future, in milliseconds.
    fn slack(self) -> i64 {
        (self.tokens - 1) * self.refill
    }

    /// The row's time where the bucket is empty. One that lies later was written by a clock that was ahead of this one.
    fn emptied(self, now: i64) -> i64 {
        now + self.tokens * self.refill
    }
}

/// The buckets of one site; cheap to clone.
#[derive(Clone, Debug)]
pub struct TokenBuckets {
    pool: AnyPool,
    /// The times at which buckets that were found empty have a token again, by their row.
    empty: Arc<Cache<(String, String), i64>>,
    clock: Clock,
}

impl TokenBuckets {
    /// The buckets in this database.
    pub(in crate::server) fn new(pool: AnyPool, clock: Clock) -> Self {
        Self { pool, empty: Arc::new(Cache::new(REMEMBERED)), clock }
    }

    /// Takes a token of this subject from each bucket; the inner error is the time after which there is one again.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn take(&self, limit: &RateLimit, subject: &str) -> Result<Result<(), Duration>, Error> {
        // A flood of refusals asks the database for nothing, whichever bucket is empty.
        if let Some(wait) = self.known_wait(limit, subject) {
            return Ok(Err(wait));
        }
        let mut taken: Vec<(String, Bucket)> = Vec::new();
        for (row, bucket) in limit.rows() {
            if let Some(wait) = self.take_from(bucket, &row, subject).await? {
                for (taken, bucket) in taken {
                    rows::give_back(&self.pool, &taken, subject, bucket.refill).await?;
                }
                return Ok(Err(wait));
            }
            taken.push((row, bucket));
        }
        Ok(Ok(()))
    }

    /// The time after which there is a token again, if this process has found a bucket of this subject to be empty. Asks the
    /// database for nothing.
    fn known_wait(&self, limit: &RateLimit, subject: &str) -> Option<Duration> {
        let now = self.clock.now();
        let waits = limit.rows().filter_map(|(row, bucket)| {
            let wait = self.empty.get(&(row, subject.to_owned()))? - now;
            // One that is longer was noted before the clock was put back.
            (1..=bucket.refill).contains(&wait).then_some(wait)
        });
        waits.max().map(span)
    }

    async fn take_from(&self, bucket: Bucket, row: &str, subject: &str) -> Result<Option<Duration>, Error> {
        let (key, now) = ((row.to_owned(), subject.to_owned()), self.clock.now());
        let slack = bucket.slack();
        if rows::take(&self.pool, (row, subject), now, (bucket.refill, slack)).await? {
            return Ok(None);
        }
        let (until, emptied) = (rows::until(&self.pool, row, subject).await?.unwrap_or(now), bucket.emptied(now));
        if until > emptied {
            rows::cap(&self.pool, row, subject, emptied).await?;
        }
        let again = (until.min(emptied) - slack).max(now + 1);
        self.empty.insert(key, again);
        Ok(Some(span(again - now)))
    }

    /// Puts back the token that [`Self::take`] took.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn give_back(&self, limit: &RateLimit, subject: &str) -> Result<(), Error> {
        for (row, bucket) in limit.rows() {
            rows::give_back(&self.pool, &row, subject, bucket.refill).await?;
            self.empty.remove(&(row, subject.to_owned()));
        }
        Ok(())
    }

    /// The time after which each bucket of this subject has a token.
    async fn wait(&self, limit: &RateLimit, subject: &str) -> Result<Duration, Error> {
        let (mut wait, now) = (0, self.clock.now());
        for (row, bucket) in limit.rows() {
            let until = rows::until(&self.pool, &row, subject).await?.unwrap_or(now);
            wait = wait.max(until.min(bucket.emptied(now)) - bucket.slack() - now);
        }
        Ok(span(wait))
    }

    /// Remembers this subject under a name for this long.
    async fn remember(&self, name: &str, subject: &str, age: Duration) -> Result<(), Error> {
        Ok(rows::set(&self.pool, name, subject, self.clock.now() + milliseconds(age)).await?)
    }

    /// How much longer this subject is remembered under a name; `None` if it is not.
    async fn remembered(&self, name: &str, subject: &str) -> Result<Option<Duration>, Error> {
        let left = rows::until(&self.pool, name, subject).await?.map(|until| until - self.clock.now());
        Ok(left.filter(|left| *left > 0).map(span))
    }
}

fn span(milliseconds: i64) -> Duration {
    Duration::from_millis(milliseconds.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn limits() -> (tempfile::TempDir, TokenBuckets) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = crate::server::db::Database::Sqlite(folder.path().join("limits.db"));
        let pool = crate::server::db::open(&file).await.expect("a database");
        crate::server::db::migrate(&pool).await.expect("tables");
        (folder, TokenBuckets::new(pool, Clock::system()))
    }

    /// How many of 100 attempts pass at once.
    async fn pass(limits: &TokenBuckets, limit: &RateLimit, subject: &str) -> usize {
        let mut passed = 0;
        for _ in 0..100 {
            passed += usize::from(limits.take(limit, subject).await.expect("a database").is_ok());
        }
        passed
    }

    #[tokio::test]
    async fn a_bucket_is_emptied_at_once_and_fills_with_time_for_each_subject_alone() {
        let (_folder, limits) = limits().await;
        assert_eq!(pass(&limits, &CHANGE_PASSWORD, "ada").await, 5);
        assert_eq!(pass(&limits, &CHANGE_PASSWORD, "grace").await, 5);
        limits.clock.advance(Duration::from_secs(25));
        assert_eq!(pass(&limits, &CHANGE_PASSWORD, "ada").await, 2);
        limits.clock.advance(Duration::from_secs(86_400));
        assert_eq!(pass(&limits, &CHANGE_PASSWORD, "ada").await, 5, "no more than it holds");
    }

    #[tokio::test]
    async fn pauses_grow_and_end() {
        let (_folder, limits) = limits().await;
        let mut passed = 0;
        for _ in 0..60 {
            passed += pass(&limits, &CHANGE_PASSWORD, "ada").await;
            limits.clock.advance(Duration::from_secs(60));
        }
        assert!((115..=125).contains(&passed), "60 at first and then one a minute: {passed}");
        let wait = limits.take(&CHANGE_PASSWORD, "ada").await.expect("a database");
        assert!(wait.is_ok(), "a minute has passed");
        let wait = limits.take(&CHANGE_PASSWORD, "ada").await.expect("a database").expect_err("empty");
        assert!(wait <= Duration::from_secs(60), "{wait:?}");
    }

    #[tokio::test]
    async fn what_is_given_back_can_be_taken_again() {
        let (_folder, limits) = limits().await;
        for _ in 0..50 {
            assert!(limits.take(&CHANGE_PASSWORD, "ada").await.expect("a database").is_ok());
            limits.give_back(&CHANGE_PASSWORD, "ada").await.expect("a database");
        }
    }

    #[tokio::test]
    async fn a_clock_that_was_ahead_and_is_put_back_keeps_nobody_waiting_for_that_long() {
        let (_folder, ahead) = limits().await;
        ahead.clock.advance(Duration::from_secs(7200));
        assert_eq!(pass(&ahead, &CHANGE_PASSWORD, "ada").await, 5);
        let (known, other) = (&ahead, TokenBuckets::new(ahead.pool.clone(), Clock::system()));
        let wait = other.take(&CHANGE_PASSWORD, "ada").await.expect("a database").expect_err("empty");
        assert!(wait <= Duration::from_secs(60), "{wait:?}");
        assert!(other.wait(&CHANGE_PASSWORD, "ada").await.expect("a database") <= Duration::from_secs(60));
        other.clock.advance(wait);
        // The other bucket is looked at once this one has a token.
        let wait = other.take(&CHANGE_PASSWORD, "ada").await.expect("a database").expect_err("empty");
        assert!(wait <= Duration::from_secs(60), "{wait:?}");
        other.clock.advance(wait);
        assert!(other.take(&CHANGE_PASSWORD, "ada").await.expect("a database").is_ok());
        // The process that was there before remembers when the bucket would have a token by the other clock.
        let put_back = TokenBuckets { clock: Clock::system(), ..known.clone() };
        assert_eq!(put_back.known_wait(&CHANGE_PASSWORD, "ada"), None);
    }

    #[tokio::test]
    async fn an_address_makes_as_many_accounts_an_hour_as_the_setting_says() {
        let (_folder, limits) = limits().await;
        let (limit, mut made) = (sign_up(20), 0);
        for _ in 0..60 {
            made += pass(&limits, &limit, "192.0.2.1").await;
            limits.clock.advance(Duration::from_secs(60));
        }
        assert!((19..=20).contains(&made), "{made}");
        assert_eq!(pass(&limits, &sign_up(1), "192.0.2.2").await, 1);
    }
}
