//! How many connections there are at once: in all, so that files, database and store always find a free descriptor, and
//! from one address, so that one client cannot take all of them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::time::Instant;

use crate::server::log_limiter::{LogLimiter, LogLine};
use crate::server::web::client_ip::{ClientIp, TrustedProxies};

/// The open files that are left to the database, the store and the process itself.
const RESERVED: u64 = 256;
/// The fewest and the most connections at once, whatever the limit of open files.
const FEWEST: u64 = 32;
const MOST: u64 = 4096;
/// The share of all connections that one address may have: one in so many.
const SHARE: usize = 8;
/// The connections beyond the limit that are told so. All others beyond it are closed.
const BEYOND: usize = 64;

/// Raises the limit of open files to the highest that the system allows this process, and returns it.
pub fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    // Some systems refuse their own maximum; the limit then stays as it is.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// The seats for connections.
pub struct Seats {
    most: usize,
    trusted: TrustedProxies,
    taken: Mutex<Taken>,
    turned_away: LogLimiter,
}

#[derive(Default)]
struct Taken {
    all: usize,
    of_one: HashMap<String, usize>,
}

/// A connection's seat, which is free again when this is dropped.
pub struct Seat {
    seats: Arc<Seats>,
    /// Who is counted; `None` for an address that stands for many people.
    subject: Option<String>,
    beyond: bool,
}

impl Seats {
    /// As many seats as this limit of open files allows: each connection may have a file open besides.
    pub fn of(open_files: u64, trusted: TrustedProxies) -> Arc<Self> {
        let most = (open_files.saturating_sub(RESERVED) / 2).clamp(FEWEST, MOST);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Arc::new(Self { most, trusted, taken: Mutex::default(), turned_away: LogLimiter::default() })
    }

    /// A seat for a connection from this address; `None` if it must be closed, which the log is told. Trusted proxies and this machine itself
    /// stand for many people, and are limited only with all others.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        let seat = self.find(address.to_canonical());
        if seat.is_none() {
            self.turned_away
                .count(&ClientIp(address.to_canonical()).subject(), 1, Instant::now())
                .iter()
                .for_each(tell);
        }
        seat
    }

    /// Tells the log about connections that were closed meanwhile. To be called from time to time.
    pub fn tell_closed(&self) {
        self.turned_away.due(Instant::now()).iter().for_each(tell);
    }

    fn find(self: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        let is_many = address.is_loopback() || self.trusted.contains(address);
        let subject = (!is_many).then(|| ClientIp(address).subject());
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= self.most + BEYOND {
            return None;
        }
        if let Some(subject) = &subject {
            let of_one = taken.of_one.entry(subject.clone()).or_default();
            if *of_one >= self.most / SHARE {
                return None;
            }
            *of_one += 1;
        }
        taken.all += 1;
        Some(Seat { seats: self.clone(), subject, beyond: taken.all > self.most })
    }
}

fn tell(LogLine { client, count }: &LogLine) {
    tracing::warn!(%client, count, "connections were closed at once: this client, or all together, have too many");
}

impl Seat {
    /// Whether there were as many connections as there may be already, so that this one is only told so.
    pub fn is_beyond_the_limit(&self) -> bool {
        self.beyond
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(subject) = &self.subject
            && let Some(of_one) = taken.of_one.get_mut(subject)
        {
            *of_one -= 1;
            if *of_one == 0 {
                taken.of_one.remove(subject);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn half_of_the_open_files_are_left_for_files() {
        let most = |files| Seats::of(files, TrustedProxies::default()).most;
        assert_eq!((most(64), most(1024), most(4096), most(u64::MAX)), (32, 384, 1920, 4096));
    }

    #[test]
    fn one_address_has_a_share_and_gets_it_back() {
        let seats = Seats::of(1024, TrustedProxies::default());
        let mut held: Vec<_> = (0..48).filter_map(|_| seats.take(address("192.0.2.1"))).collect();
        assert_eq!(held.len(), 48);
        assert!(seats.take(address("192.0.2.1")).is_none());
        assert!(seats.take(address("::ffff:192.0.2.1")).is_none(), "the same address, written otherwise");
        assert!(seats.take(address("192.0.2.2")).is_some());
        held.pop();
        assert!(seats.take(address("192.0.2.1")).is_some());
        drop(held);
        assert!(seats.taken.lock().expect("a lock").of_one.is_empty());
    }

    #[test]
    fn one_client_has_a_whole_network_of_ipv6() {
        let seats = Seats::of(1024, TrustedProxies::default());
        let held: Vec<_> = (0..60).filter_map(|host| seats.take(address(&format!("2001:db8::{host}")))).collect();
        assert_eq!(held.len(), 48);
    }

    #[test]
    fn proxies_and_this_machine_are_limited_only_with_all_others() {
        let seats = Seats::of(1024, TrustedProxies::parse("10.0.0.0/8").expect("a network"));
        let held: Vec<_> =
            (0..200).flat_map(|_| [seats.take(address("10.1.1.1")), seats.take(address("::1"))]).collect();
        assert!(held.iter().all(Option::is_some));
        assert_eq!(held.iter().flatten().filter(|seat| seat.is_beyond_the_limit()).count(), 400 - 384);
        let more: Vec<_> = (0..100).filter_map(|_| seats.take(address("127.0.0.1"))).collect();
        assert_eq!(more.len(), 384 + BEYOND - 400, "the rest is closed");
    }
}
