//! The places for bytes on their way from clients, and how fast these must come while places are scarce.
//!
//! An account has at most so many places, and never more than are left for all others: however many accounts take what
//! they may have, one that has none finds one. While none is left, each place must be worth it: an account must send the
//! least speed for each of its transfers. One that is too slow for all of them loses the newest first, so that a slow
//! line always gets one through.

mod account_rate;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};

use crate::model::id::AccountId;
use crate::model::problem::FieldProblem;
use crate::server::domain::Error;
use crate::server::domain::uploads::transfers::account_rate::AccountRate;
use crate::server::storage::StorageError;

/// The period over which speeds are measured.
const WINDOW: Duration = Duration::from_secs(10);
/// The fewest bytes in such a period for each transfer while places are scarce: 16 KiB a second.
const LEAST: usize = 160 << 10;
/// How long somebody waits for a place: longer than it takes to find out who is too slow.
const QUEUE: Duration = Duration::from_secs(15);

/// A bounded number of places; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct IncomingTransfers {
    accounts: Arc<Mutex<HashMap<AccountId, OfAccount>>>,
    freed: Arc<Notify>,
    all: usize,
    each: usize,
    window: Duration,
    queue: Duration,
}

/// The transfers of one account, the oldest first, and the bytes of all of them.
#[derive(Debug)]
struct OfAccount {
    running: Vec<Arc<()>>,
    rate: AccountRate,
}

/// One transfer. Its place is free again when this is dropped.
#[derive(Debug)]
pub(super) struct IncomingTransfer {
    transfers: IncomingTransfers,
    account: AccountId,
    id: Arc<()>,
    /// How long it has waited for its client since it was last looked at, and the bytes that came.
    waited: Duration,
    bytes: usize,
    has_given_way: bool,
}

impl IncomingTransfers {
    /// `all` places in total, and `each` at most for one account.
    pub(super) fn new(all: usize, each: usize) -> Self {
        Self { accounts: Arc::default(), freed: Arc::default(), all, each, window: WINDOW, queue: QUEUE }
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
            if timeout_at(deadline, freed).await.is_err() {
                let detail = "too many transfers at once".to_owned();
                return Err(Error::Storage(StorageError::Unavailable { operation: "write", detail }));
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
        let id = Arc::new(());
        let new = || OfAccount { running: Vec::new(), rate: AccountRate::new(Instant::now()) };
        accounts.entry(account.clone()).or_insert_with(new).running.push(id.clone());
        let (transfers, account) = (self.clone(), account.clone());
        Ok(Some(IncomingTransfer { transfers, account, id, waited: Duration::ZERO, bytes: 0, has_given_way: false }))
    }

    /// Whether every place is taken.
    pub(super) fn are_scarce(&self) -> bool {
        running(&self.accounts()) >= self.all
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<AccountId, OfAccount>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
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
        loop {
            let begin = Instant::now();
            let next = timeout(self.transfers.window.saturating_sub(self.waited), body.next()).await;
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

    /// Whether it was ended because it was too slow.
    pub(super) fn has_given_way(&self) -> bool {
        self.has_given_way
    }

    fn count(&mut self, bytes: usize) {
        self.bytes += bytes;
        if let Some(account) = self.transfers.accounts().get_mut(&self.account) {
            account.rate.count(bytes, Instant::now(), self.transfers.window);
        }
    }

    /// Whether the account is too slow for this transfer and those before it, and the transfer itself, which has brought
    /// these bytes in a period, is not what makes up for the others.
    fn is_too_slow(&self, bytes: usize) -> bool {
        let mut accounts = self.transfers.accounts();
        let Some(account) = accounts.get_mut(&self.account) else { return false };
        let before = account.running.iter().position(|running| Arc::ptr_eq(running, &self.id)).unwrap_or_default();
        let of_all = account.rate.bytes(Instant::now(), self.transfers.window);
        of_all < LEAST * (before + 1) && bytes < LEAST * account.running.len()
    }
}

impl Drop for IncomingTransfer {
    fn drop(&mut self) {
        let mut accounts = self.transfers.accounts();
        if let Some(account) = accounts.get_mut(&self.account) {
            account.running.retain(|running| !Arc::ptr_eq(running, &self.id));
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
