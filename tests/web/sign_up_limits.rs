//! How many accounts are made, and with which passwords.

use std::time::Duration;

use axum::body::Body;
use holdall::model::account::{Email, Name, Password, Role};
use holdall::server::domain::access::administration::Administrator;

use crate::app::{App, PASSWORD};
use crate::database::{Database, on_both_databases};
use crate::visitor::plain_form;

on_both_databases! {
    one_address_makes_few_accounts_an_hour,
    a_network_of_ipv6_makes_few_accounts_an_hour,
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

async fn a_network_of_ipv6_makes_few_accounts_an_hour(database: Database) {
    let settings = [("HOLDALL_SIGN_UPS_PER_HOUR", "4"), ("HOLDALL_TRUSTED_PROXIES", "::1")];
    let app = App::with(&database, &settings).await;
    let signs_up = async |number: usize, from: &str| {
        let email = format!("{number}@example.org");
        let fields = [("name", "Ada"), ("email", &*email), ("password", PASSWORD)];
        let body = serde_urlencoded::to_string(fields).expect("fields");
        let form = plain_form("/sign-up").header("x-forwarded-for", from).body(Body::from(body)).expect("a request");
        app.visitor().send(form).await.status.as_u16()
    };
    for number in 0..4 {
        assert_eq!(signs_up(number, &format!("2001:db8:1:{number}::1")).await, 303);
    }
    assert_eq!(signs_up(4, "2001:db8:1:4::1").await, 429, "the same home, whatever its part of the network");
    assert_eq!(signs_up(4, "2001:db8:2:4::1").await, 303, "another one");
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
    let [name, email, password] = ["edsger", "edsger@example.org", PASSWORD];
    let (name, email) = (Name::parse(name).expect("a name"), Email::parse(email).expect("an email"));
    let password = Password::parse(password).expect("a password");
    let accounts = &app.state.accounts;
    let made = accounts.create_for(Administrator::OPERATOR, &name, &email, &password, Role::Member).await;
    assert!(made.is_ok(), "the operator is not limited");
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
