//! The places for bytes on their way from clients, and how fast these must come while places are scarce.
//!
//! An account has at most so many places, and never more than are left for all others: however many accounts take what
//! they may have, one that has none finds one. When all places are taken, an account that sends less than the least
//! speed for each of its transfers loses the newest of them, so that a slow line always gets one through. And while
//! somebody else waits who has less, more is asked of the account that has most: the speed at which what it holds is
//! free again within a minute.

mod account_rate;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::model::id::AccountId;
use crate::model::problem::FieldProblem;
use crate::server::domain::Error;
use crate::server::domain::uploads::transfers::account_rate::AccountRate;
use crate::server::storage::StorageError;

/// The period over which speeds are measured.
const WINDOW: Duration = Duration::from_secs(10);
/// The fewest bytes in such a period for each transfer while places are scarce: 16 KiB a second.
const LEAST: usize = 160 << 10;
/// A transfer that brings this many bytes in such a period is never ended for others: 128 KiB a second, at which a buffer
/// of 8 MiB fills in about a minute.
const FAIR: usize = 10 * (128 << 10);
/// How long somebody waits for a place: longer than it takes to find out who is too slow.
const QUEUE: Duration = Duration::from_secs(15);
/// How long somebody waits before one that is slower gives way.
const GRACE: Duration = Duration::from_secs(3);

/// A bounded number of places; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct IncomingTransfers {
    accounts: Arc<Mutex<HashMap<AccountId, OfAccount>>>,
    freed: Arc<Notify>,
    all: usize,
    each: usize,
    spared: usize,
    window: Duration,
    queue: Duration,
    grace: Duration,
}

/// The transfers of one account, the oldest first, and the bytes of all of them.
#[derive(Debug)]
struct OfAccount {
    running: Vec<Arc<Running>>,
    rate: AccountRate,
}

/// A transfer as others see it.
#[derive(Debug)]
struct Running {
    since: Instant,
    /// Whether it has stored bytes and waits for more, and so holds what others may be waiting for.
    holds: AtomicBool,
    gives_way: CancellationToken,
}

impl Running {
    fn holds(&self) -> bool {
        self.holds.load(Relaxed) && !self.gives_way.is_cancelled()
    }
}

/// One transfer. Its place is free again when this is dropped.
#[derive(Debug)]
pub(super) struct IncomingTransfer {
    transfers: IncomingTransfers,
    account: AccountId,
    running: Arc<Running>,
    /// How long it has waited for its client since it was last looked at, and the bytes that came.
    waited: Duration,
    bytes: usize,
    /// All bytes that have come.
    brought: usize,
    has_given_way: bool,
}

impl IncomingTransfers {
    /// `all` places in total, and `each` at most for one account. A transfer that has brought no more than `spared` bytes holds
    /// nothing but its place.
    pub(super) fn new(all: usize, each: usize, spared: usize) -> Self {
        let (accounts, freed) = (Arc::default(), Arc::default());
        Self { accounts, freed, all, each, spared, window: WINDOW, queue: QUEUE, grace: GRACE }
    }

    /// Takes a place, after waiting a while if none is left.
    ///
    /// # Errors
    /// [`Error::Busy`] if the account has all that it may have, [`Error::Storage`] if no place became free.
    pub(super) async fn take(&self, account: &AccountId) -> Result<IncomingTransfer, Error> {
        let deadline = Instant::now() + self.queue;
        loop {
            let mut freed = pin!(self.freed.notified());
            // Before it is looked, so that a place that becomes free meanwhile is noticed.
            freed.as_mut().enable();
            if let Some(transfer) = self.take_now(account)? {
                return Ok(transfer);
            }
            if timeout_at(deadline.min(Instant::now() + self.grace), freed).await.is_ok() {
                continue;
            }
            if Instant::now() < deadline {
                self.have_one_give_way(account);
            } else {
                return Err(Error::Storage(StorageError::unavailable("write", "too many transfers at once")));
            }
        }
    }

    fn take_now(&self, account: &AccountId) -> Result<Option<IncomingTransfer>, Error> {
        let mut accounts = self.accounts();
        let own = accounts.get(account).map_or(0, |account| account.running.len());
        let left = self.all.saturating_sub(running(&accounts));
        if own >= self.each || (own > 0 && own >= left) {
            return Err(Error::Busy);
        }
        if left == 0 {
            return Ok(None);
        }
        let (holds, gives_way) = (AtomicBool::new(false), CancellationToken::new());
        let transfer = Arc::new(Running { since: Instant::now(), holds, gives_way });
        let new = || OfAccount { running: Vec::new(), rate: AccountRate::new(Instant::now()) };
        accounts.entry(account.clone()).or_insert_with(new).running.push(transfer.clone());
        Ok(Some(IncomingTransfer {
            transfers: self.clone(),
            account: account.clone(),
            running: transfer,
            waited: Duration::ZERO,
            bytes: 0,
            brought: 0,
            has_given_way: false,
        }))
    }

    /// Ends a transfer for the sake of an account that waits: the newest one of the account that holds most; of several
    /// such accounts, the slowest. Spared are transfers that are fast or have only just begun, and accounts that hold no
    /// more than the one that waits.
    fn have_one_give_way(&self, newcomer: &AccountId) {
        let now = Instant::now();
        let mut accounts = self.accounts();
        let own = accounts.get(newcomer).map_or(0, OfAccount::held);
        let others = accounts.iter_mut().filter(|(account, _)| *account != newcomer);
        let slow = others.filter_map(|(_, account)| {
            let held = account.held();
            let speed = account.rate.bytes(now, self.window) / held.max(1);
            let age = |one: &Running| now.saturating_duration_since(one.since).min(self.window);
            // An account that can spare one is judged sooner.
            let known = if held > own + 1 { self.grace } else { self.window };
            let newest = account.running.iter().rev().find(|one| one.holds() && age(one) >= known)?;
            let fair = FAIR as f64 * age(newest).as_secs_f64() / self.window.as_secs_f64();
            (held > own && (speed as f64) < fair).then(|| (Reverse(held), speed, newest.gives_way.clone()))
        });
        if let Some((.., gives_way)) = slow.min_by_key(|(held, speed, _)| (*held, *speed)) {
            gives_way.cancel();
        }
    }

    /// Whether every place is taken.
    pub(super) fn are_scarce(&self) -> bool {
        running(&self.accounts()) >= self.all
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<AccountId, OfAccount>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OfAccount {
    fn held(&self) -> usize {
        self.running.iter().filter(|running| running.holds()).count()
    }
}

fn running(accounts: &HashMap<AccountId, OfAccount>) -> usize {
    accounts.values().map(|account| account.running.len()).sum()
}

impl IncomingTransfer {
    /// The next chunk of the body, or [`FieldProblem::Interrupted`] if it comes too slowly while something that others
    /// wait for is scarce. Only the time counts in which the client is waited for, and not the store.
    pub(super) async fn next<S>(
        &mut self,
        is_scarce: impl Fn() -> bool,
        body: &mut S,
    ) -> Option<Result<Bytes, FieldProblem>>
    where
        S: Stream<Item = Result<Bytes, FieldProblem>> + Unpin + Send,
    {
        if self.brought > self.transfers.spared {
            self.running.holds.store(true, Relaxed);
        }
        loop {
            let begin = Instant::now();
            let next = tokio::select! {
                next = timeout(self.transfers.window.saturating_sub(self.waited), body.next()) => next,
                () = self.running.gives_way.cancelled() => {
                    self.has_given_way = true;
                    return Some(Err(FieldProblem::Interrupted));
                }
            };
            self.waited += begin.elapsed();
            if let Ok(Some(Ok(chunk))) = &next {
                self.count(chunk.len());
            }
            if self.waited >= self.transfers.window {
                let (bytes, _) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.waited));
                if is_scarce() && self.is_too_slow(bytes) {
                    self.has_given_way = true;
                    return Some(Err(FieldProblem::Interrupted));
                }
            }
            if let Ok(next) = next {
                return next;
            }
        }
    }

    /// Does what may have to wait for something scarce. After a while, and each time that as much has passed, another one
    /// gives way.
    pub(super) async fn store<T>(&self, is_scarce: impl Fn() -> bool, storing: impl Future<Output = T>) -> T {
        let mut storing = pin!(storing);
        loop {
            match timeout(self.transfers.grace, storing.as_mut()).await {
                Ok(stored) => return stored,
                Err(_) if is_scarce() => self.transfers.have_one_give_way(&self.account),
                Err(_) => {}
            }
        }
    }

    /// Whether it was ended because it was too slow.
    pub(super) fn has_given_way(&self) -> bool {
        self.has_given_way
    }

    fn count(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.brought += bytes;
        if let Some(account) = self.transfers.accounts().get_mut(&self.account) {
            account.rate.count(bytes, Instant::now(), self.transfers.window);
        }
    }

    /// Whether this transfer, which has brought `bytes` in a period, is one too many for how slow its account is: all of
    /// the account's transfers together bring less than [`LEAST`] for each up to this one, and this one alone does not
    /// make up for it.
    fn is_too_slow(&self, bytes: usize) -> bool {
        let mut accounts = self.transfers.accounts();
        let Some(account) = accounts.get_mut(&self.account) else { return false };
        let before = account.running.iter().position(|running| Arc::ptr_eq(running, &self.running)).unwrap_or_default();
        let of_all = account.rate.bytes(Instant::now(), self.transfers.window);
        of_all < LEAST * (before + 1) && bytes < LEAST * account.running.len()
    }
}

impl Drop for IncomingTransfer {
    fn drop(&mut self) {
        let mut accounts = self.transfers.accounts();
        if let Some(account) = accounts.get_mut(&self.account) {
            account.running.retain(|running| !Arc::ptr_eq(running, &self.running));
            if account.running.is_empty() {
                accounts.remove(&self.account);
            }
        }
        drop(accounts);
        self.transfers.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
