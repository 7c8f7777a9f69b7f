//! The account page: changing the name and the password.

use crate::app::{App, PASSWORD};
use crate::database::{Database, on_both_databases};

on_both_databases! {
    a_new_name_is_shown_on_every_page,
    a_name_that_is_refused_changes_nothing_and_stays_in_the_field,
    a_new_password_ends_the_other_sessions_and_not_ones_own,
    a_password_is_changed_by_whoever_knows_the_old_one,
    nobody_changes_an_account_without_signing_in,
    a_change_touches_ones_own_account_alone,
}

const NEW: &str = "a password that is new";

async fn a_new_name_is_shown_on_every_page(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    assert_eq!(ada.get("/account").await.typed("name"), "ada");
    let answer = ada.post("/account/name", &[("name", "  Ada <b>King</b> ")]).await;
    assert_eq!(answer.leads_to(), "/account?done=name");
    let account = ada.get("/account?done=name").await;
    assert_eq!(account.typed("name"), "Ada <b>King</b>");
    assert!(account.shown().contains("Your name is changed."));
    assert!(!account.text().contains("<b>King"));
    assert!(ada.get("/files").await.shown().contains("Ada <b>King</b>"));
}

async fn a_name_that_is_refused_changes_nothing_and_stays_in_the_field(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let long = "x".repeat(201);
    for (name, sentence) in
        [("", "Please fill this in."), (&long, "Use at most 200 characters."), ("a\u{7}b", "Leave out")]
    {
        let answer = ada.post("/account/name", &[("name", name)]).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.typed("name"), name);
        assert!(answer.shown().contains(sentence), "{}", answer.text());
    }
    assert_eq!(ada.get("/account").await.typed("name"), "ada");
}

async fn a_new_password_ends_the_other_sessions_and_not_ones_own(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let (phone, before) = (app.visitor(), ada.at(&app));
    phone.sign_in("ada").await;
    let grace = app.signed_in("grace").await;
    assert!(phone.is_signed_in().await);
    let answer = ada.post("/account/password", &[("current-password", PASSWORD), ("new-password", NEW)]).await;
    assert_eq!(answer.leads_to(), "/account?done=password");
    assert!(ada.is_signed_in().await, "one's own session goes on");
    assert!(!phone.is_signed_in().await, "the other ends");
    assert!(!before.is_signed_in().await, "one's own goes on under a new id");
    assert!(grace.is_signed_in().await, "another person's goes on");
    assert!(ada.get("/account?done=password").await.shown().contains("Your password is changed."));
    assert_eq!(app.visitor().sign_in("ada").await.status, 422, "the old one is good no more");
    let answer = app.visitor().post("/sign-in", &[("email", "ada@example.org"), ("password", NEW)]).await;
    assert_eq!(answer.leads_to(), "/files");
}

async fn a_password_is_changed_by_whoever_knows_the_old_one(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for (current, new, sentence) in [
        ("a wrong password", NEW, "This is not your current password."),
        ("", NEW, "Please fill this in."),
        (PASSWORD, "123456789", "Use 10 characters or more."),
        (PASSWORD, "", "Please fill this in."),
    ] {
        let answer = ada.post("/account/password", &[("current-password", current), ("new-password", new)]).await;
        assert_eq!(answer.status, 422, "{sentence}");
        assert!(answer.shown().contains(sentence), "{sentence}: {}", answer.text());
        assert_eq!((answer.typed("current-password"), answer.typed("new-password")), (String::new(), String::new()));
    }
    assert!(ada.is_signed_in().await);
    assert_eq!(app.visitor().sign_in("ada").await.leads_to(), "/files", "the old one is still good");
}

async fn nobody_changes_an_account_without_signing_in(database: Database) {
    let app = App::start(&database).await;
    app.signed_in("ada").await;
    let visitor = app.visitor();
    for (path, fields) in [
        ("/account/name", vec![("name", "mallory")]),
        ("/account/password", vec![("current-password", PASSWORD), ("new-password", NEW)]),
        ("/account/avatar/remove", vec![]),
    ] {
        assert_eq!(visitor.post(path, &fields).await.status, 401, "{path}");
    }
    assert_eq!(app.visitor().sign_in("ada").await.leads_to(), "/files");
    assert_eq!(app.used("ada").await, 0, "she is still called ada");
}

async fn a_change_touches_ones_own_account_alone(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    ada.post("/account/name", &[("name", "Countess")]).await;
    ada.post("/account/password", &[("current-password", PASSWORD), ("new-password", NEW)]).await;
    assert_eq!(grace.get("/account").await.typed("name"), "grace");
    assert_eq!(app.visitor().sign_in("grace").await.leads_to(), "/files");
}
