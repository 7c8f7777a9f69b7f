//! Tests of the seats: how many there are, who shares them, and who gives one to whom.

use super::*;

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn seats(files: u64, trusted: TrustedProxies) -> Arc<Seats> {
    let mut seats = Seats::of(files, trusted);
    Arc::get_mut(&mut seats).expect("nobody else's").grace = Duration::ZERO;
    seats
}

fn leaving_and_seated(seats: &Seats) -> (usize, usize) {
    let taken = seats.taken();
    (taken.leaving, taken.seated.len())
}

/// A connection whose request is under way.
fn busy() -> Arc<Progress> {
    let progress = Arc::new(Progress::default());
    progress.begins();
    progress
}

#[test]
fn half_of_the_open_files_are_left_for_files() {
    let most = |files| Seats::of(files, TrustedProxies::default()).most;
    assert_eq!((most(64), most(1024), most(4096), most(u64::MAX)), (32, 384, 1920, 4096));
}

#[test]
fn one_address_has_a_share_and_gets_it_back() {
    let seats = seats(1024, TrustedProxies::default());
    let mut held: Vec<_> = (0..48).filter_map(|_| seats.take(address("192.0.2.1"), &busy())).collect();
    assert_eq!(held.len(), 48);
    assert!(seats.take(address("192.0.2.1"), &busy()).is_none());
    assert!(seats.take(address("::ffff:192.0.2.1"), &busy()).is_none(), "the same address, written otherwise");
    assert!(seats.take(address("192.0.2.2"), &busy()).is_some());
    held.pop();
    assert!(seats.take(address("192.0.2.1"), &busy()).is_some());
    drop(held);
    assert!(seats.taken().of_one.is_empty());
}

#[test]
fn one_client_has_a_whole_network_of_ipv6() {
    let seats = seats(1024, TrustedProxies::default());
    let held: Vec<_> = (0..60).filter_map(|host| seats.take(address(&format!("2001:db8::{host}")), &busy())).collect();
    assert_eq!(held.len(), 48);
}

#[test]
fn one_home_has_a_share_however_many_networks_of_ipv6_it_uses() {
    let seats = seats(1024, TrustedProxies::default());
    let from = |site: u16, network: usize| address(&format!("2001:db8:{site:x}:{network:x}::1"));
    let held: Vec<_> = (0..200).filter_map(|network| seats.take(from(1, network), &busy())).collect();
    assert_eq!(held.len(), 384 / SHARE_OF_NETWORK);
    assert!(seats.take(from(2, 0), &busy()).is_some());
    drop(held);
    assert!(seats.taken().of_one.is_empty());
}

#[test]
fn proxies_and_this_machine_are_limited_only_with_all_others() {
    let seats = seats(1024, TrustedProxies::parse("10.0.0.0/8").expect("a network"));
    let held: Vec<_> =
        (0..200).flat_map(|_| ["10.1.1.1", "::1"]).map(|one| seats.take(address(one), &busy())).collect();
    assert!(held.iter().all(Option::is_some));
    assert_eq!(held.iter().flatten().filter(|seat| seat.is_beyond_the_limit()).count(), 400 - 384);
    let more: Vec<_> = (0..100).filter_map(|_| seats.take(address("127.0.0.1"), &busy())).collect();
    assert_eq!(more.len(), 384 + BEYOND - 400, "the rest is closed");
}

#[tokio::test]
async fn idle_connections_of_many_addresses_keep_nobody_out() {
    let seats = seats(1024, TrustedProxies::default());
    let ours = |client: usize| address(&format!("192.0.2.{}", client % 8));
    let held: Vec<_> = (0..384).filter_map(|client| seats.take(ours(client), &Arc::default())).collect();
    assert_eq!(held.len(), 384);
    let other = seats.take(address("198.51.100.1"), &busy()).expect("a seat");
    assert!(!other.is_beyond_the_limit());
    held[0].gives_way().await;
    assert_eq!(seats.taken().leaving, 384 / GIVE_WAY, "a few, so that not each new one has all others looked at");
    drop(held);
    assert_eq!(leaving_and_seated(&seats), (0, 1));
}

#[tokio::test]
async fn whoever_has_been_idle_for_longest_gives_way_and_nobody_who_is_busy() {
    let seats = seats(0, TrustedProxies::default());
    let progress: Vec<_> = (0..32).map(|_| busy()).collect();
    let at = |client: usize| address(&format!("192.0.2.{client}"));
    let mut held: Vec<_> = progress.iter().enumerate().filter_map(|(n, one)| seats.take(at(n), one)).collect();
    assert!(seats.take(at(99), &busy()).is_some_and(|seat| seat.is_beyond_the_limit()), "all are busy");
    progress[7].is_answered();
    progress[3].is_answered();
    progress[5].is_answered();
    progress[5].waits_for_reader(true);
    for first in [7, 3] {
        held.push(seats.take(at(99), &busy()).expect("a seat"));
        held[first].gives_way().await;
    }
    assert!(seats.take(at(99), &busy()).is_some_and(|seat| seat.is_beyond_the_limit()), "the fifth is still sent");
}

#[tokio::test]
async fn the_idle_connections_of_an_address_make_room_for_its_own() {
    let seats = seats(0, TrustedProxies::default());
    let ada = address("192.0.2.1");
    let held: Vec<_> = (0..4).filter_map(|_| seats.take(ada, &Arc::default())).collect();
    let other = seats.take(address("192.0.2.2"), &Arc::default()).expect("a seat");
    assert!(seats.take(ada, &busy()).is_some());
    held[0].gives_way().await;
    let others = other.number.expect("a seat");
    let taken = seats.taken();
    assert!(!taken.seated.contains_key(&1) && taken.seated.contains_key(&others));
    drop(taken);
}

#[tokio::test]
async fn the_connections_of_a_proxy_give_way_last() {
    let seats = seats(0, TrustedProxies::parse("10.0.0.1").expect("an address"));
    let proxy: Vec<_> = (0..31).filter_map(|_| seats.take(address("10.0.0.1"), &Arc::default())).collect();
    let idle = seats.take(address("192.0.2.1"), &Arc::default()).expect("a seat");
    let _first = seats.take(address("192.0.2.2"), &busy()).expect("a seat");
    idle.gives_way().await;
    let _second = seats.take(address("192.0.2.3"), &busy()).expect("a seat");
    proxy[0].gives_way().await;
}

#[test]
fn a_connection_that_begins_a_request_at_that_moment_stays() {
    let seats = seats(0, TrustedProxies::default());
    let at = |client: usize| address(&format!("192.0.2.{client}"));
    let held: Vec<_> = (0..32).filter_map(|client| seats.take(at(client), &Arc::default())).collect();
    let new = seats.take(at(40), &busy()).expect("a seat");
    held[0].stays();
    assert_eq!(leaving_and_seated(&seats), (0, 33));
    drop((held, new));
    assert_eq!(leaving_and_seated(&seats), (0, 0));
    assert!(seats.taken().of_one.is_empty());
}

#[test]
fn a_connection_that_has_just_come_is_given_time_for_its_request() {
    let seats = Seats::of(0, TrustedProxies::default());
    let at = |client: usize| address(&format!("192.0.2.{client}"));
    let _held: Vec<_> = (0..32).filter_map(|client| seats.take(at(client), &Arc::default())).collect();
    assert!(seats.take(at(40), &busy()).is_some_and(|seat| seat.is_beyond_the_limit()));
}
