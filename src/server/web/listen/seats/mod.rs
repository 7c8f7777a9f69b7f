//! How many connections there are at once: in all, so that files, database and store always find a free descriptor, and
//! from one address, so that one client cannot take all of them.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::server::domain::access::limits::network::network_of;
use crate::server::log_limiter::{LogLimiter, LogLine};
use crate::server::web::client_ip::{ClientIp, TrustedProxies};
use crate::server::web::listen::idle::{Seated, longest_idle};
use crate::server::web::listen::progress::Progress;

/// The open files that are left to the database, the store and the process itself.
const RESERVED: u64 = 256;
/// The fewest and the most connections at once, whatever the limit of open files.
const FEWEST: u64 = 32;
const MOST: u64 = 4096;
/// One address may have one in this many of all connections.
const SHARE: usize = 8;
/// One network of IPv6 (`network_of`) may have one in this many.
const SHARE_OF_NETWORK: usize = 4;
/// The connections beyond the limit that are told so. All others beyond it are closed.
const BEYOND: usize = 64;

/// Raises the limit of open files to the highest that the system allows this process, and returns it.
pub fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    // Some systems refuse their own maximum; the limit then stays as it is.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// How long a connection must have had no request under way to give its seat to another one.
const GRACE: Duration = Duration::from_millis(250);
/// One in this many of all connections is closed at once for newer ones, since finding the idle ones takes a look at each.
const GIVE_WAY: usize = 64;

/// The seats for connections.
pub struct Seats {
    most: usize,
    grace: Duration,
    trusted: TrustedProxies,
    taken: Mutex<Taken>,
    turned_away: LogLimiter,
}

#[derive(Default)]
struct Taken {
    /// How many seats were ever given.
    given: u64,
    seated: BTreeMap<u64, Arc<Seated>>,
    /// The connections that have given their seat to another one and have not ended yet.
    leaving: usize,
    beyond: usize,
    of_one: HashMap<String, OfOne>,
    /// When nobody was found to be idle.
    in_vain: Option<Instant>,
}

/// The connections of one client or network.
#[derive(Default)]
struct OfOne {
    count: usize,
    /// When none of them was found to be idle.
    in_vain: Option<Instant>,
}

/// A connection's seat, which is free again when this is dropped.
pub struct Seat {
    seats: Arc<Seats>,
    /// Its number; `None` beyond the limit.
    number: Option<u64>,
    one: Arc<Seated>,
}

impl Seats {
    /// As many seats as this limit of open files allows: each connection may have a file open besides.
    pub fn of(open_files: u64, trusted: TrustedProxies) -> Arc<Self> {
        let most = (open_files.saturating_sub(RESERVED) / 2).clamp(FEWEST, MOST);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let (taken, turned_away) = (Mutex::default(), LogLimiter::default());
        Arc::new(Self { most, grace: GRACE, trusted, taken, turned_away })
    }

    /// A seat for a connection from this address; `None` if it must be closed, which the log is told. Where none is left,
    /// those that have been idle for longest give theirs. Trusted proxies and this machine itself stand for many people,
    /// and are limited only with all others.
    pub fn take(self: &Arc<Self>, address: IpAddr, progress: &Arc<Progress>) -> Option<Seat> {
        let seat = self.find(address.to_canonical(), progress.clone());
        if seat.is_none() {
            let client = ClientIp(address.to_canonical()).subject();
            self.turned_away.count(&client, 1, Instant::now()).iter().for_each(tell);
        }
        seat
    }

    /// Tells the log about connections that were closed meanwhile. To be called from time to time.
    pub fn tell_closed(&self) {
        self.turned_away.due(Instant::now()).iter().for_each(tell);
    }

    fn find(self: &Arc<Self>, address: IpAddr, progress: Arc<Progress>) -> Option<Seat> {
        let is_many = address.is_loopback() || self.trusted.contains(address);
        let client = (!is_many).then(|| ClientIp(address).subject());
        let network = client.as_deref().and_then(network_of);
        let subjects = client.into_iter().chain(network).collect();
        let one = Arc::new(Seated { subjects, progress, gives_way: Notify::new() });
        let mut taken = self.taken();
        for (subject, share) in one.subjects.iter().zip([SHARE, SHARE_OF_NETWORK]) {
            let own = taken.of_one.get(subject).map_or(0, |own| own.count);
            if own >= self.most / share && !self.makes_room(&mut taken, Some(subject)) {
                return None;
            }
        }
        let number = if taken.seated.len() < self.most || self.makes_room(&mut taken, None) {
            Some(taken.seat(&one))
        } else if taken.beyond < BEYOND {
            taken.beyond += 1;
            taken.count(&one);
            None
        } else {
            return None;
        };
        drop(taken);
        Some(Seat { seats: self.clone(), number, one })
    }

    /// Has idle connections, of one client or of all, give their seats away; false if there are none.
    fn makes_room(&self, taken: &mut Taken, subject: Option<&str>) -> bool {
        let in_vain = match subject {
            Some(subject) => taken.of_one.get(subject).and_then(|own| own.in_vain),
            None => taken.in_vain,
        };
        // Whoever opens connections all the time must not have all others looked at for each.
        if taken.leaving >= BEYOND || in_vain.is_some_and(|when| when.elapsed() < self.grace / 4) {
            return false;
        }
        let most = (self.most / GIVE_WAY).clamp(1, BEYOND - taken.leaving);
        let idle = longest_idle(&taken.seated, subject, self.grace, most);
        if idle.is_empty() {
            match subject.and_then(|subject| taken.of_one.get_mut(subject)) {
                Some(own) => own.in_vain = Some(Instant::now()),
                None => taken.in_vain = Some(Instant::now()),
            }
        }
        for number in &idle {
            taken.give_away(*number);
        }
        !idle.is_empty()
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn seat(&mut self, one: &Arc<Seated>) -> u64 {
        self.given += 1;
        self.seated.insert(self.given, one.clone());
        self.count(one);
        self.given
    }

    fn give_away(&mut self, number: u64) {
        if let Some(one) = self.seated.remove(&number) {
            self.leaving += 1;
            self.forget(&one);
            one.gives_way.notify_one();
        }
    }

    fn count(&mut self, one: &Seated) {
        for subject in &one.subjects {
            self.of_one.entry(subject.clone()).or_default().count += 1;
        }
    }

    fn forget(&mut self, one: &Seated) {
        for subject in &one.subjects {
            if let Some(own) = self.of_one.get_mut(subject) {
                own.count -= 1;
                if own.count == 0 {
                    self.of_one.remove(subject);
                }
            }
        }
    }
}

fn tell(LogLine { client, count }: &LogLine) {
    tracing::warn!(%client, count, "connections were closed at once: this client, or all together, have too many");
}

impl Seat {
    /// Whether there were as many connections as there may be already, so that this one is only told so.
    pub fn is_beyond_the_limit(&self) -> bool {
        self.number.is_none()
    }

    /// Waits until the seat was given to another connection.
    pub async fn gives_way(&self) {
        self.one.gives_way.notified().await;
    }

    /// Takes a seat again after it was given away. There is one more than there should be for a while.
    pub fn stays(&self) {
        let mut taken = self.seats.taken();
        if let Some(number) = self.number
            && !taken.seated.contains_key(&number)
        {
            taken.leaving -= 1;
            taken.seated.insert(number, self.one.clone());
            taken.count(&self.one);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        match self.number {
            None => taken.beyond -= 1,
            Some(number) if taken.seated.remove(&number).is_some() => {}
            Some(_) => {
                taken.leaving -= 1;
                return;
            }
        }
        taken.forget(&self.one);
    }
}

#[cfg(test)]
impl Seats {
    /// So many seats, which idle connections give away at once.
    pub fn without_grace(most: usize) -> Arc<Self> {
        let (taken, turned_away) = (Mutex::default(), LogLimiter::default());
        Arc::new(Self { most, grace: Duration::ZERO, trusted: TrustedProxies::default(), taken, turned_away })
    }
}

#[cfg(test)]
mod tests;
