//! Tests of the throttle: what takes a token or a kept slot, and what gives it back.

use super::*;
use crate::server::clock::Clock;

const ADA: &str = "ada";
const HOME: &str = "198.51.100.7";

async fn throttle() -> (tempfile::TempDir, SignInThrottle) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = crate::server::db::Database::Sqlite(folder.path().join("door.db"));
    let pool = crate::server::db::open(&file).await.expect("a database");
    crate::server::db::migrate(&pool).await.expect("tables");
    (folder, SignInThrottle::new(TokenBuckets::new(pool, Clock::system()), 2))
}

/// Guesses at an account until its buckets are empty.
async fn exhaust(throttle: &SignInThrottle, account: &str, address: &str) {
    for _ in 0..5 {
        let mut attempt = throttle.admit(account, address).await.expect("it is checked");
        attempt.begins();
        throttle.failed(attempt).await.expect("a database");
    }
}

/// Whether a token of this subject is taken.
async fn is_taken(throttle: &SignInThrottle, limit: &'static RateLimit, subject: &str) -> bool {
    for (row, _) in limit.rows() {
        if throttle.limits.remembered(&row, subject).await.expect("a database").is_some() {
            return true;
        }
    }
    false
}

/// Gives tasks the time to put tokens back.
async fn until_full(throttle: &SignInThrottle, limit: &'static RateLimit, subject: &str) {
    while is_taken(throttle, limit, subject).await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn refusals_that_are_held_back_take_no_kept_place() {
    let (_folder, throttle) = throttle().await;
    exhaust(&throttle, ADA, "192.0.2.66").await;
    let _held: Vec<_> = (0..HELD).map(|_| Held::new(&throttle.held, "somebody else", "192.0.2.67")).collect();
    assert!(throttle.admit(ADA, HOME).await.is_ok(), "the first attempt from a new address");
    throttle.remember(ADA, HOME).await.expect("a database");
    exhaust(&throttle, ADA, HOME).await;
    assert!(throttle.admit(ADA, HOME).await.is_ok(), "an address that the account knows");
}

#[tokio::test]
async fn whoever_waits_in_vain_or_leaves_has_used_up_nothing() {
    let (_folder, throttle) = throttle().await;
    exhaust(&throttle, ADA, "192.0.2.66").await;
    let served = throttle.queue.enter().await;
    let mut waiting = Box::pin(throttle.admit(ADA, HOME));
    while !is_taken(&throttle, &FIRST, HOME).await {
        assert!(futures::poll!(&mut waiting).is_pending());
        tokio::task::yield_now().await;
    }
    drop(waiting);
    until_full(&throttle, &FIRST, HOME).await;
    drop(served);
    assert!(throttle.admit(ADA, HOME).await.is_ok(), "the place is kept for the next try");
}

#[tokio::test]
async fn an_attempt_that_was_not_checked_is_none_and_one_that_was_is_one() {
    let (_folder, throttle) = throttle().await;
    for _ in 0..30 {
        let mut attempt = throttle.admit(ADA, HOME).await.expect("nothing was used up");
        attempt.begins();
        throttle.unchecked(attempt).await.expect("a database");
    }
    drop(throttle.admit(ADA, HOME).await.expect("nothing was used up"));
    until_full(&throttle, &OF_ACCOUNT, ADA).await;
    until_full(&throttle, &OF_ADDRESS, HOME).await;
    for _ in 0..5 {
        // The client leaves while the password is being checked.
        throttle.admit(ADA, HOME).await.expect("a token").begins();
    }
    assert!(throttle.limits.take(&OF_ACCOUNT, ADA).await.expect("a database").is_err(), "five guesses were made");
}

#[tokio::test]
async fn one_attempt_of_an_address_at_a_time_has_a_kept_lane() {
    let (_folder, throttle) = throttle().await;
    let mut first = throttle.admit(ADA, HOME).await.expect("a token");
    let mut second = throttle.admit("grace", HOME).await.expect("a token");
    assert_eq!((first.begins(), second.begins()), (Lane::Priority, Lane::Other));
}

#[tokio::test]
async fn right_passwords_are_limited_by_account_and_the_next_one_waits_for_seconds() {
    let (_folder, throttle) = throttle().await;
    let signs_in = async |account| {
        let mut attempt = throttle.admit(account, HOME).await?;
        attempt.begins();
        throttle.passed(attempt).await
    };
    let mut passed = 0;
    let refused = loop {
        match signs_in(ADA).await {
            Ok(()) => passed += 1,
            Err(refused) => break refused,
        }
        assert!(passed < 1_000, "without end");
    };
    assert_eq!(passed, 101, "a hundred, and the one that found none left");
    assert!(matches!(refused, Error::Refused(_)), "{refused:?}");
    assert!(signs_in("grace").await.is_ok(), "another account from the same address");
    throttle.limits.clock.advance(Duration::from_secs(6));
    assert!(signs_in(ADA).await.is_ok());
}

#[test]
fn refusals_of_one_address_are_held_back_whatever_the_account() {
    let counts = HeldCounts::default();
    let pause = |held: &Held| held.until.saturating_duration_since(Instant::now());
    let held: Vec<_> = (0..240).map(|number| Held::new(&counts, &format!("account {number}"), "192.0.2.1")).collect();
    assert!(pause(&held[0]).is_zero() && pause(&held[7]).is_zero(), "a few people behind one address");
    assert!(pause(&held[239]) > Duration::from_secs(10), "{:?}", pause(&held[239]));
    assert!(pause(&Held::new(&counts, "ada", "192.0.2.2")).is_zero(), "another address");
    drop(held);
    assert!(counts.lock().expect("no panic").is_empty());
}
