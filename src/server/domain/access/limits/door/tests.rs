//! Tests of the door: what takes a token or a kept place, and what gives it back.

use super::*;
use crate::server::clock::Clock;

const ADA: &str = "ada";
const HOME: &str = "198.51.100.7";

async fn door() -> (tempfile::TempDir, Door) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = crate::server::db::Database::Sqlite(folder.path().join("door.db"));
    let pool = crate::server::db::open(&file).await.expect("a database");
    crate::server::db::migrate(&pool).await.expect("tables");
    (folder, Door::new(TokenBuckets::new(pool, Clock::system()), 2))
}

/// Guesses at an account until its buckets are empty.
async fn exhaust(door: &Door, account: &str, address: &str) {
    for _ in 0..5 {
        let mut attempt = door.admit(account, address).await.expect("it is checked");
        attempt.begins();
        door.failed(attempt).await.expect("a database");
    }
}

/// Whether a token of this subject is taken.
async fn is_taken(door: &Door, verb: &'static Verb, subject: &str) -> bool {
    for (row, _) in verb.rows() {
        if door.limits.remembered(&row, subject).await.expect("a database").is_some() {
            return true;
        }
    }
    false
}

/// Gives tasks the time to put tokens back.
async fn until_full(door: &Door, verb: &'static Verb, subject: &str) {
    while is_taken(door, verb, subject).await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn refusals_that_are_held_back_take_no_kept_place() {
    let (_folder, door) = door().await;
    exhaust(&door, ADA, "192.0.2.66").await;
    let _held: Vec<_> = (0..HELD).map(|_| Held::new(&door.held, "somebody else")).collect();
    assert!(door.admit(ADA, HOME).await.is_ok(), "the first attempt from a new address");
    door.remember(ADA, HOME).await.expect("a database");
    exhaust(&door, ADA, HOME).await;
    assert!(door.admit(ADA, HOME).await.is_ok(), "an address that the account knows");
}

#[tokio::test]
async fn whoever_waits_in_vain_or_leaves_has_used_up_nothing() {
    let (_folder, door) = door().await;
    exhaust(&door, ADA, "192.0.2.66").await;
    let served = door.queue.enter().await;
    let mut waiting = Box::pin(door.admit(ADA, HOME));
    while !is_taken(&door, &FIRST, HOME).await {
        assert!(futures::poll!(&mut waiting).is_pending());
        tokio::task::yield_now().await;
    }
    drop(waiting);
    until_full(&door, &FIRST, HOME).await;
    drop(served);
    assert!(door.admit(ADA, HOME).await.is_ok(), "the place is kept for the next try");
}

#[tokio::test]
async fn an_attempt_that_was_not_checked_is_none_and_one_that_was_is_one() {
    let (_folder, door) = door().await;
    for _ in 0..30 {
        let mut attempt = door.admit(ADA, HOME).await.expect("nothing was used up");
        attempt.begins();
        door.unchecked(attempt).await.expect("a database");
    }
    drop(door.admit(ADA, HOME).await.expect("nothing was used up"));
    until_full(&door, &OF_ACCOUNT, ADA).await;
    until_full(&door, &OF_ADDRESS, HOME).await;
    for _ in 0..5 {
        // The client leaves while the password is being checked.
        door.admit(ADA, HOME).await.expect("a token").begins();
    }
    assert!(door.limits.take(&OF_ACCOUNT, ADA).await.expect("a database").is_err(), "five guesses were made");
}

#[tokio::test]
async fn one_attempt_of_an_address_at_a_time_has_a_kept_lane() {
    let (_folder, door) = door().await;
    let mut first = door.admit(ADA, HOME).await.expect("a token");
    let mut second = door.admit("grace", HOME).await.expect("a token");
    assert_eq!((first.begins(), second.begins()), (Lane::Kept, Lane::Other));
}
