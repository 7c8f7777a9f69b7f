//! How many accounts are made, and with which passwords.

use std::time::Duration;

use crate::app::{App, PASSWORD};
use crate::database::{Database, on_both_databases};

on_both_databases! {
    one_address_makes_few_accounts_an_hour,
    a_site_has_as_many_accounts_as_it_may_have,
    passwords_that_everybody_tries_first_are_refused,
}

async fn one_address_makes_few_accounts_an_hour(database: Database) {
    let settings = [("HOLDALL_SIGN_UPS_PER_HOUR", "4"), ("HOLDALL_TRUSTED_PROXIES", "::1")];
    let app = App::with(&database, &settings).await;
    app.signed_in("ada").await;
    let fields = [("name", "Grace"), ("email", "grace@example.org"), ("password", PASSWORD)];
    let answer = app.visitor().post("/sign-up", &fields).await;
    assert_eq!(answer.status, 429);
    assert!(answer.shown().contains("Too many attempts in a short time. Wait 2 minutes"), "{}", answer.text());
    assert_eq!((answer.typed("name"), answer.typed("email")), ("Grace".to_owned(), "grace@example.org".to_owned()));
    assert_eq!(app.count("accounts").await, 1);
    app.clock.advance(Duration::from_secs(answer.header("retry-after").parse().expect("seconds")));
    assert_eq!(app.visitor().post("/sign-up", &fields).await.status, 303);
}

async fn a_site_has_as_many_accounts_as_it_may_have(database: Database) {
    let app = App::with(&database, &[("HOLDALL_MAX_ACCOUNTS", "2")]).await;
    app.signed_in("ada").await;
    app.signed_in("grace").await;
    let fields = [("name", "edsger"), ("email", "edsger@example.org"), ("password", PASSWORD)];
    let answer = app.visitor().post("/sign-up", &fields).await;
    assert_eq!(answer.status, 403);
    assert!(answer.shown().contains("This site has 2 accounts, as many as it may have."), "{}", answer.text());
    assert_eq!(app.count("accounts").await, 2);
}

async fn passwords_that_everybody_tries_first_are_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for password in ["password123", "1234567890", "grace@example.org"] {
        let fields = [("name", "Grace Hopper"), ("email", "grace@example.org"), ("password", password)];
        let answer = app.visitor().post("/sign-up", &fields).await;
        assert_eq!(answer.status, 422, "{password}");
        assert!(answer.shown().contains("among the first that a stranger would try"), "{}", answer.text());
    }
    let fields = [("current-password", PASSWORD), ("new-password", "qwertyuiop")];
    let answer = ada.post("/account/password", &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.shown().contains("among the first that a stranger would try"), "{}", answer.text());
    assert!(ada.is_signed_in().await);
    assert_eq!(app.count("accounts").await, 1);
}
