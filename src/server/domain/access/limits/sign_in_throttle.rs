//! Who may try a password at the sign-in page, and when.
//!
//! **Guesses.** An attempt takes a token of its account, and one of its address, and gets both back if the password is
//! right, or is not checked. So an account is guessed at no more than ten times a minute, and less as it goes on, from
//! however many addresses. An address that the account has signed in from before is *known* and has a bucket of its own,
//! so that strangers cannot use up what the account's own person needs.
//!
//! **Kept places.** An empty bucket must not lock out the person the account belongs to. So an attempt is still checked
//! while the bucket is empty if it comes from a known address, or is the first from an address without failures in the
//! last hour. It goes through a queue that serves the newest first, and its answer does not tell whether it was
//! checked: wrong, it is told to wait like the attempts that were not. All others are refused unchecked.
//!
//! **Pauses.** Refusals are held back, longer the more of them one account, or one address, has at the same time. A
//! person notices nothing of that; a program that waits for its answers comes back four hundred times a minute instead
//! of a thousand times a second, and leaves room for the right password, which is never held back.
//!
//! **Right passwords** are limited as well, by account alone, so that nobody keeps the processors busy by signing in.
//!
//! **What remains.** Whether a password is right cannot be answered without testing it, so each attempt at a kept place
//! is a guess, too. There are few: 1,000 and then 5 a minute for each known address of an account, 60 and then 5 a
//! minute for all new addresses together. Somebody who shares an address with a person, or commands thousands of
//! them, has these. A known address whose kept places are used up waits for a token, as unknown ones do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use crate::model::form::Field;
use crate::model::problem::FieldProblem;
use crate::server::domain::Error;
use crate::server::domain::access::credentials::password::Lane;
use crate::server::domain::access::limits::newest_first::{NewestFirst, Turn};
use crate::server::domain::access::limits::taken_tokens::TakenTokens;
use crate::server::domain::access::limits::{Bucket, RateLimit, TokenBuckets};

/// Failed sign-ins of an account from addresses that it does not know.
static OF_ACCOUNT: RateLimit = RateLimit::new("sign_in account", &[Bucket::new(5, 12_000), Bucket::new(60, 60_000)]);
/// Failed sign-ins from an address, whatever the account.
static OF_ADDRESS: RateLimit = RateLimit::new("sign_in address", &[Bucket::new(10, 6_000), Bucket::new(60, 60_000)]);
/// Failed sign-ins of an account from an address that it knows.
static OF_KNOWN: RateLimit = RateLimit::new("sign_in known", &[Bucket::new(5, 12_000)]);
/// Kept places of an account and an address that it knows.
static KEPT_FOR_KNOWN: RateLimit = RateLimit::new("sign_in kept known", &[Bucket::new(1000, 12_000)]);
/// Kept places of an account for addresses without failures.
static KEPT_FOR_NEW: RateLimit = RateLimit::new("sign_in kept new", &[Bucket::new(60, 12_000)]);
/// The one kept place of an address in an hour.
static FIRST: RateLimit = RateLimit::new("sign_in first", &[Bucket::new(1, 3_600_000)]);

/// Sign-ins of an account with the right password: checking one costs as much as checking a wrong one.
static RIGHT: RateLimit = RateLimit::new("sign_in right", &[Bucket::new(100, 6_000)]);

/// The name under which addresses from which an account has signed in are remembered, and for how long.
const KNOWN: (&str, Duration) = ("known", Duration::from_secs(90 * 86_400));
/// How much of that may pass before it is remembered anew.
const RENEW: Duration = Duration::from_secs(86_400);
/// How much longer an answer is held back for each other one that the account has held back.
const STEP: Duration = Duration::from_millis(500);
/// An address's answers are held back this many times less than an account's, since many people may share an address.
const SHARED_BY: usize = 8;
/// The longest that an answer is held back.
const LONGEST: Duration = Duration::from_secs(15);
/// The most refusals that are held back at once. Those beyond it are answered at once, unchecked; kept places are not
/// counted among them, so that refusals cannot use them up.
const HELD: usize = 1024;

/// The throttle of one site; cheap to clone.
#[derive(Clone, Debug)]
pub struct SignInThrottle {
    limits: TokenBuckets,
    queue: NewestFirst,
    held: HeldCounts,
}

/// How many answers are held back, of each account and of each address.
type HeldCounts = Arc<Mutex<HashMap<HeldBy, usize>>>;

/// What answers that are held back are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum HeldBy {
    Account(String),
    Address(String),
}

/// An attempt that may be checked.
#[derive(Debug)]
pub struct SignInAttempt {
    account: String,
    address: String,
    lane: Lane,
    /// The tokens that are given back if the password is right, or is not checked.
    taken: TakenTokens,
    known: bool,
    kept: Option<(Held, Turn)>,
}

impl SignInThrottle {
    /// A throttle with these buckets, where `processors` passwords can be checked at once.
    pub(in crate::server::domain) fn new(limits: TokenBuckets, processors: usize) -> Self {
        let queue = NewestFirst::new((processors / 2).max(1));
        Self { limits, queue, held: Arc::default() }
    }

    /// Lets an attempt in to be checked. `account` is the fingerprint (`credentials`) of the email address, `address` whatever
    /// stands for the client.
    ///
    /// # Errors
    /// [`FieldProblem::TooManyAttempts`] at the password if it is not to be checked; [`Error::Database`].
    pub async fn admit(&self, account: &str, address: &str) -> Result<SignInAttempt, Error> {
        if let Some(wait) = self.limits.known_wait(&RIGHT, account) {
            return Err(refused(wait));
        }
        let pair = format!("{account} {address}");
        let known = self.limits.remembered(KNOWN.0, &pair).await?.is_some();
        let buckets: &[(&'static RateLimit, &str)] =
            if known { &[(&OF_KNOWN, &pair)] } else { &[(&OF_ADDRESS, address), (&OF_ACCOUNT, account)] };
        let (mut taken, mut wait) = (TakenTokens::new(&self.limits), None);
        for (limit, subject) in buckets {
            wait = taken.take(limit, subject).await?.err();
            // A flood from one address, each time for another account, writes nothing.
            if wait.is_some() {
                break;
            }
        }
        let attempt = |lane, taken, kept| {
            let (account, address) = (account.to_owned(), address.to_owned());
            SignInAttempt { account, address, lane, taken, known, kept }
        };
        let Some(wait) = wait else {
            // Of the attempts that an address makes at the same time, one is the first.
            let is_kept = known || taken.take(&FIRST, address).await?.is_ok();
            return Ok(attempt(if is_kept { Lane::Priority } else { Lane::Other }, taken, None));
        };
        taken.give_back().await?;
        let held = Held::new(&self.held, account, address);
        match self.priority_slot(account, address, known.then_some(&*pair)).await? {
            Some((place, taken)) => Ok(attempt(Lane::Priority, taken, Some((held, place)))),
            None => {
                if !held.is_beyond {
                    held.over().await;
                }
                Err(refused(wait))
            }
        }
    }

    /// A kept place, and the tokens that it took; `None` if there is none for this address.
    async fn priority_slot(
        &self,
        account: &str,
        address: &str,
        known: Option<&str>,
    ) -> Result<Option<(Turn, TakenTokens)>, Error> {
        let mut taken = TakenTokens::new(&self.limits);
        if known.is_none() && taken.take(&FIRST, address).await?.is_err() {
            return Ok(None);
        }
        let Ok(place) = timeout(LONGEST, self.queue.enter()).await else { return Ok(None) };
        // Only now, so that those who wait take nothing from others.
        let (limit, subject) = known.map_or((&KEPT_FOR_NEW, account), |pair| (&KEPT_FOR_KNOWN, pair));
        Ok(taken.take(limit, subject).await?.is_ok().then_some((place, taken)))
    }

    /// Notes that the password was right: nothing was a guess, and the address is known from now on.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn passed(&self, attempt: SignInAttempt) -> Result<(), Error> {
        attempt.taken.give_back().await?;
        // This one has passed; the next ones wait until there is a token again.
        let _ = self.limits.take(&RIGHT, &attempt.account).await?;
        self.remember(&attempt.account, &attempt.address).await
    }

    /// Notes that the password could not be checked, so that nothing was a guess.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn unchecked(&self, attempt: SignInAttempt) -> Result<(), Error> {
        attempt.taken.give_back().await
    }

    /// Remembers that this account signs in from this address.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn remember(&self, account: &str, address: &str) -> Result<(), Error> {
        let (pair, (name, age)) = (format!("{account} {address}"), KNOWN);
        let left = self.limits.remembered(name, &pair).await?;
        if left.is_none_or(|left| left + RENEW < age) {
            self.limits.remember(name, &pair, age).await?;
        }
        Ok(())
    }

    /// Notes that the password was wrong, and returns how that is answered, after its pause.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn failed(&self, attempt: SignInAttempt) -> Result<Error, Error> {
        if let Some((held, place)) = attempt.kept {
            drop(place);
            let (limit, subject) = if attempt.known {
                (&OF_KNOWN, format!("{} {}", attempt.account, attempt.address))
            } else {
                (&OF_ACCOUNT, attempt.account)
            };
            let wait = self.limits.wait(limit, &subject).await?;
            held.over().await;
            return Ok(refused(wait));
        }
        if !attempt.known {
            // From now on the address is one with failures, whatever this finds.
            let _ = self.limits.take(&FIRST, &attempt.address).await?;
        }
        Ok(Error::at(Field::Password, FieldProblem::SignInFailed))
    }
}

impl SignInAttempt {
    /// Where the password waits to be checked. From now on the attempt counts even if the client leaves: otherwise one
    /// that does not wait for answers would have any number of passwords checked.
    pub fn begins(&mut self) -> Lane {
        self.taken.spend();
        self.lane
    }
}

/// The refusal of an attempt that comes too soon.
pub(in crate::server::domain::access) fn too_soon(field: Field, wait: Duration) -> Error {
    // Rounded up, so that whoever waits that long does not come too soon again.
    Error::at(field, FieldProblem::TooManyAttempts { seconds: wait.as_secs() + 1 })
}

fn refused(wait: Duration) -> Error {
    too_soon(Field::Password, wait)
}

/// An answer that is held back, counted for its account and its address.
#[derive(Debug)]
struct Held {
    counts: HeldCounts,
    by: [HeldBy; 2],
    until: Instant,
    /// Whether as many as may be are held back on the whole site already.
    is_beyond: bool,
}

impl Held {
    /// Counts one more.
    fn new(counts: &HeldCounts, account: &str, address: &str) -> Self {
        let by = [HeldBy::Account(account.to_owned()), HeldBy::Address(address.to_owned())];
        let mut held = counts.lock().unwrap_or_else(PoisonError::into_inner);
        // Each is counted twice.
        let is_beyond = held.values().sum::<usize>() / 2 >= HELD;
        let [of_account, of_address] = by.each_ref().map(|by| {
            let count = held.entry(by.clone()).or_default();
            *count += 1;
            *count - 1
        });
        let others = of_account.max(of_address / SHARED_BY);
        let pause = STEP.saturating_mul(u32::try_from(others).unwrap_or(u32::MAX)).min(LONGEST);
        Self { counts: counts.clone(), by, until: Instant::now() + pause, is_beyond }
    }

    /// Waits for the end of the pause.
    async fn over(self) {
        sleep_until(self.until).await;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for by in &self.by {
            if let Some(count) = held.get_mut(by) {
                *count -= 1;
                if *count == 0 {
                    held.remove(by);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
