//! Guessing passwords, and getting in all the same.

use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use futures::future::{Either, join_all, select};
use holdall::model::account::{Email, Name, Password};
use holdall::server::domain::Error;

use crate::answer::Answer;
use crate::app::{App, PASSWORD};
use crate::database::{Database, on_both_databases};
use crate::visitor::plain_form;

on_both_databases! {
    guesses_run_out_with_a_sentence_and_a_time_to_wait,
    an_address_without_an_account_is_limited_like_one_with,
    whoever_is_guessed_at_gets_in_from_an_address_known_before,
    whoever_is_guessed_at_gets_in_from_a_new_address,
    the_right_password_gets_in_among_many_guesses_from_its_own_address,
    an_address_that_has_failed_waits_and_gets_in_then,
    a_wrong_password_at_a_kept_place_is_answered_like_one_that_was_not_checked,
    one_address_guesses_at_few_accounts,
    a_network_of_ipv6_is_one_address,
    limits_are_kept_across_a_restart,
    right_passwords_are_never_too_many,
    wrong_current_passwords_run_out_too,
    new_passwords_that_are_refused_run_out_too,
    full_buckets_leave_no_rows,
    whoever_leaves_before_an_attempt_begins_has_used_up_nothing,
    made_up_names_do_not_fill_the_log_and_hide_no_account,
}

const STRANGER: &str = "192.0.2.66";
const HOME: &str = "198.51.100.7";

async fn site(database: &Database) -> App {
    App::with(database, &[("HOLDALL_TRUSTED_PROXIES", "::1")]).await
}

/// Sends a form as a visitor without cookies from this address.
async fn posts(app: &App, from: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = serde_urlencoded::to_string(fields).expect("fields");
    app.visitor()
        .send(plain_form(path).header("x-forwarded-for", from).body(Body::from(body)).expect("a request"))
        .await
}

async fn signs_in(app: &App, from: &str, email: &str, password: &str) -> Answer {
    posts(app, from, "/sign-in", &[("email", email), ("password", password)]).await
}

/// Makes an account from [`HOME`].
async fn ada_signs_up(app: &App) {
    let fields = [("name", "ada"), ("email", "ada@example.org"), ("password", PASSWORD)];
    assert_eq!(posts(app, HOME, "/sign-up", &fields).await.status, 303);
}

/// The statuses of this many guesses, one after the other.
async fn guesses(app: &App, from: &str, email: &str, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for number in 0..count {
        statuses.push(signs_in(app, from, email, &format!("guess number {number}")).await.status.as_u16());
    }
    statuses
}

async fn guesses_run_out_with_a_sentence_and_a_time_to_wait(database: Database) {
    let app = site(&database).await;
    ada_signs_up(&app).await;
    let statuses = guesses(&app, STRANGER, "ada@example.org", 20).await;
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 5, "{statuses:?}");
    assert!(statuses[5..].iter().all(|status| *status == 429), "{statuses:?}");
    let answer = signs_in(&app, STRANGER, "ada@example.org", "one more guess").await;
    let wait: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((1..=13).contains(&wait), "{wait}");
    assert!(answer.shown().contains("Too many attempts in a short time. Wait "), "{}", answer.text());
    assert_eq!(answer.typed("email"), "ada@example.org");
    assert!(!answer.text().contains("one more guess"));
}

async fn an_address_without_an_account_is_limited_like_one_with(database: Database) {
    let app = site(&database).await;
    ada_signs_up(&app).await;
    let ada = guesses(&app, STRANGER, "ada@example.org", 8).await;
    assert_eq!(guesses(&app, "192.0.2.67", "nobody@example.org", 8).await, ada);
    assert_eq!(guesses(&app, "192.0.2.68", "no address", 8).await, ada);
    let rows = sqlx::query_scalar::<_, String>("SELECT subject FROM limits").fetch_all(&app.rows().await).await;
    assert!(rows.expect("limits").iter().all(|row| !row.contains("example") && row.len() < 64), "no address is kept");
}

async fn whoever_is_guessed_at_gets_in_from_an_address_known_before(database: Database) {
    let app = site(&database).await;
    ada_signs_up(&app).await;
    for last in 1..9 {
        guesses(&app, &format!("192.0.2.{last}"), "ada@example.org", 2).await;
    }
    for _ in 0..10 {
        assert_eq!(signs_in(&app, HOME, "ada@example.org", PASSWORD).await.leads_to(), "/files");
    }
}

async fn whoever_is_guessed_at_gets_in_from_a_new_address(database: Database) {
    let app = site(&database).await;
    ada_signs_up(&app).await;
    guesses(&app, STRANGER, "ada@example.org", 20).await;
    assert_eq!(signs_in(&app, "203.0.113.5", "ada@example.org", PASSWORD).await.leads_to(), "/files");
}

async fn the_right_password_gets_in_among_many_guesses_from_its_own_address(database: Database) {
    let app = site(&database).await;
    ada_signs_up(&app).await;
    let strangers = join_all((0..40).map(|_| guesses(&app, HOME, "ada@example.org", 1)));
    let ada = async {
        for _ in 0..3 {
            tokio::task::yield_now().await;
            assert_eq!(signs_in(&app, HOME, "ada@example.org", PASSWORD).await.leads_to(), "/files");
        }
    };
    // Those that are still held back need not be waited for.
    if let Either::Right((_, ada)) = select(Box::pin(ada), Box::pin(strangers)).await {
        ada.await;
    }
}

async fn an_address_that_has_failed_waits_and_gets_in_then(database: Database) {
    let app = site(&database).await;
    ada_signs_up(&app).await;
    guesses(&app, STRANGER, "ada@example.org", 6).await;
    let answer = signs_in(&app, STRANGER, "ada@example.org", PASSWORD).await;
    assert_eq!(answer.status, 429);
    app.clock.advance(Duration::from_secs(answer.header("retry-after").parse().expect("seconds")));
    assert_eq!(signs_in(&app, STRANGER, "ada@example.org", PASSWORD).await.leads_to(), "/files");
}

async fn a_wrong_password_at_a_kept_place_is_answered_like_one_that_was_not_checked(database: Database) {
    let app = site(&database).await;
    ada_signs_up(&app).await;
    guesses(&app, STRANGER, "ada@example.org", 6).await;
    let words = async |from: &str| {
        let answer = signs_in(&app, from, "ada@example.org", "not her password").await;
        (answer.status, answer.shown().contains("Too many attempts"), answer.shown().contains("do not match"))
    };
    let unchecked = words(STRANGER).await;
    assert_eq!(unchecked, (axum::http::StatusCode::TOO_MANY_REQUESTS, true, false));
    assert_eq!(words("203.0.113.5").await, unchecked);
    let answer = signs_in(&app, "203.0.113.5", "ada@example.org", PASSWORD).await;
    assert_eq!(answer.status, 429, "a new address has one such place");
}

async fn one_address_guesses_at_few_accounts(database: Database) {
    let app = site(&database).await;
    let mut statuses = Vec::new();
    for number in 0..14 {
        statuses.extend(guesses(&app, STRANGER, &format!("person{number}@example.org"), 1).await);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 10, "{statuses:?}");
}

async fn a_network_of_ipv6_is_one_address(database: Database) {
    let app = site(&database).await;
    let mut statuses = Vec::new();
    for number in 0..14 {
        let from = format!("2001:db8:1:2::{number:x}");
        statuses.extend(guesses(&app, &from, &format!("person{number}@example.org"), 1).await);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 10, "{statuses:?}");
    assert_eq!(guesses(&app, "2001:db8:1:3::1", "person@example.org", 1).await, [422]);
}

async fn limits_are_kept_across_a_restart(database: Database) {
    let app = site(&database).await;
    guesses(&app, STRANGER, "ada@example.org", 6).await;
    let app = app.restarted().await;
    assert_eq!(guesses(&app, STRANGER, "ada@example.org", 1).await, [429]);
}

async fn right_passwords_are_never_too_many(database: Database) {
    let app = site(&database).await;
    ada_signs_up(&app).await;
    for from in [HOME, "203.0.113.9"] {
        for _ in 0..12 {
            assert_eq!(signs_in(&app, from, "ada@example.org", PASSWORD).await.leads_to(), "/files");
        }
    }
}

async fn wrong_current_passwords_run_out_too(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let change = async |current| {
        let fields = [("current-password", current), ("new-password", "a new and better password")];
        ada.post("/account/password", &fields).await
    };
    for _ in 0..5 {
        assert_eq!(change("a wrong password").await.status, 422);
    }
    let answer = change(PASSWORD).await;
    assert_eq!(answer.status, 429);
    assert!(answer.shown().contains("Too many attempts"), "{}", answer.text());
    app.clock.advance(Duration::from_secs(answer.header("retry-after").parse().expect("seconds")));
    assert_eq!(change(PASSWORD).await.status, 303);
}

async fn new_passwords_that_are_refused_run_out_too(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let change = async |new| {
        ada.post("/account/password", &[("current-password", PASSWORD), ("new-password", new)]).await.status.as_u16()
    };
    for _ in 0..5 {
        assert_eq!(change("password123").await, 422);
    }
    assert_eq!(change("password123").await, 429);
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(change("a new and better password").await, 303);
}

async fn full_buckets_leave_no_rows(database: Database) {
    let app = site(&database).await;
    guesses(&app, STRANGER, "nobody@example.org", 8).await;
    assert!(app.count("limits").await > 0);
    app.clock.advance(Duration::from_secs(2 * 3600));
    app.state.maintenance.once().await.expect("a round");
    assert_eq!(app.count("limits").await, 0);
}

async fn whoever_leaves_before_an_attempt_begins_has_used_up_nothing(database: Database) {
    let app = site(&database).await;
    let accounts = &app.state.accounts;
    let (name, email) = (Name::parse("ada").expect("a name"), Email::parse("ada@example.org").expect("an address"));
    let [password, new] = [PASSWORD, "a new and better password"].map(|typed| Password::parse(typed).expect("one"));
    for _ in 0..20 {
        assert!(futures::poll!(pin!(accounts.sign_up(&name, &email, &password, HOME))).is_pending());
    }
    // Tokens are put back by tasks, which may take a moment.
    let ada = loop {
        match accounts.sign_up(&name, &email, &password, HOME).await {
            Err(Error::Refused(_)) => tokio::task::yield_now().await,
            made => break made.expect("an account"),
        }
    };
    for _ in 0..20 {
        assert!(futures::poll!(pin!(accounts.change_password(&ada, "a guess", &new))).is_pending());
    }
    while let Err(error) = accounts.change_password(&ada, PASSWORD, &new).await {
        assert!(matches!(error, Error::Refused(_)), "{error}");
        tokio::task::yield_now().await;
    }
}

async fn made_up_names_do_not_fill_the_log_and_hide_no_account(database: Database) {
    let app = site(&database).await;
    ada_signs_up(&app).await;
    let told = async |email: &str| app.state.accounts.refusal_for_log(email, STRANGER, true).await;
    let mut lines = 0;
    for number in 0..200 {
        let told = told(&format!("nobody-{number}@example.org")).await;
        assert!(told.as_ref().is_none_or(|name| name.starts_with("unknown-")), "{told:?}");
        lines += usize::from(told.is_some());
    }
    assert!((1..=20).contains(&lines), "{lines}");
    let id: String = sqlx::query_scalar("SELECT id FROM accounts").fetch_one(&app.rows().await).await.expect("ada");
    assert_eq!(told("ADA@example.org").await, Some(id));
    assert_eq!(told("ada@example.org").await, None, "once a minute");
}
