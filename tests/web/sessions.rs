//! Sessions: how they start, how they are stored, how they end.

use std::time::Duration;

use axum::http::Request;
use holdall::server::domain::access::sessions::LIFETIME;

use crate::app::{App, PASSWORD};
use crate::database::{Database, on_both_databases};

on_both_databases! {
    signing_out_ends_the_session_on_the_server,
    a_session_survives_a_restart,
    the_database_does_not_hold_the_sessions_id,
    a_session_knows_nothing_of_the_password_and_ends_with_it,
    a_session_from_before_signing_in_is_never_the_one_that_is_signed_in,
    the_cookie_is_for_this_site_alone_and_not_for_scripts,
    a_session_that_was_made_up_is_nobodys,
    a_session_that_has_ended_by_itself_is_signed_out,
    looking_around_costs_no_row,
    an_account_has_a_hundred_sessions_and_the_oldest_ends,
}

async fn signing_out_ends_the_session_on_the_server(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let copy = ada.at(&app);
    assert!(copy.is_signed_in().await);
    let answer = ada.post("/sign-out", &[]).await;
    assert_eq!(answer.leads_to(), "/");
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    assert!(!ada.is_signed_in().await);
    assert!(!copy.is_signed_in().await, "the old cookie opens nothing");
    assert_eq!(app.count("sessions").await, 0);
    assert_eq!(app.visitor().post("/sign-out", &[]).await.leads_to(), "/", "whoever is signed out already");
}

async fn a_session_survives_a_restart(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.keeps("a.txt", b"content").await;
    let app = app.restarted().await;
    let files = ada.at(&app).get("/files").await;
    assert_eq!(files.file_names(), ["a.txt"]);
}

async fn the_database_does_not_hold_the_sessions_id(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let cookie = ada.cookie();
    let id = data_encoding::BASE64URL_NOPAD.decode(cookie.as_bytes()).expect("a session's id in base64");
    assert!(id.len() >= 16, "128 bits or more");
    let number = i128::from_le_bytes(id.as_slice().try_into().expect("16 bytes"));
    let rows =
        sqlx::query_as::<_, (String, String, String, String)>("SELECT hash, data, device, address FROM sessions");
    let rows = rows.fetch_all(&app.rows().await).await.expect("sessions");
    assert_eq!(rows.len(), 1);
    let (hash, data, device, address) = &rows[0];
    let kept = format!("{hash} {data} {device} {address}");
    for written in [cookie, data_encoding::HEXLOWER.encode(&id), number.to_string(), number.swap_bytes().to_string()] {
        assert!(!kept.contains(&written), "{written} stands in {kept}");
    }
    let as_cookie = Request::get("/files").header("cookie", format!("{}={hash}", ada.cookie_name()));
    assert_eq!(app.visitor().ask(as_cookie).await.status, 303, "what the table holds is no cookie");
}

async fn a_session_knows_nothing_of_the_password_and_ends_with_it(database: Database) {
    let app = App::start(&database).await;
    let (ada, rows) = (app.signed_in("ada").await, app.rows().await);
    let keys = "SELECT a.password, a.session_key, s.data FROM accounts a JOIN sessions s ON s.account = a.id";
    let (password, key, data) =
        sqlx::query_as::<_, (String, String, String)>(keys).fetch_one(&rows).await.expect("a session");
    // The session layer encodes bytes as an array of numbers.
    let written = |text: &str| serde_json::to_string(text.as_bytes()).expect("a list");
    assert!(data.contains(&written(&key)), "{data}");
    for secret in [password.as_str(), password.rsplit('$').next().expect("a hash")] {
        assert!(!data.contains(secret) && !data.contains(&written(secret)), "{data}");
    }
    sqlx::query("UPDATE accounts SET session_key = 'another'").execute(&rows).await.expect("an account");
    assert!(!ada.is_signed_in().await);
}

async fn a_session_from_before_signing_in_is_never_the_one_that_is_signed_in(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let planted = ada.at(&app);
    assert_eq!(ada.sign_in("ada").await.leads_to(), "/files");
    assert_ne!(ada.cookie(), planted.cookie());
    assert!(ada.is_signed_in().await);
    assert!(!planted.is_signed_in().await, "the session that was there before has ended");
}

async fn the_cookie_is_for_this_site_alone_and_not_for_scripts(database: Database) {
    let app = App::start(&database).await;
    app.signed_in("ada").await;
    let answer = app.visitor().sign_in("ada").await;
    let cookie = answer.header("set-cookie");
    let name = cookie.split('=').next().expect("a name");
    assert!(name.strip_prefix("holdall-").is_some_and(|suffix| suffix.len() == 8), "{cookie}");
    for word in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(word), "{word}: {cookie}");
    }
    assert!(!cookie.contains("Domain="), "{cookie}");
}

async fn a_session_that_was_made_up_is_nobodys(database: Database) {
    let app = App::start(&database).await;
    let name = app.signed_in("ada").await.cookie_name();
    for value in ["AAAAAAAAAAAAAAAAAAAAAA", "", "../../etc/passwd", "%00", "x", "é"] {
        let request = Request::get("/files").header("cookie", format!("{name}={value}").into_bytes());
        assert_eq!(app.visitor().ask(request).await.status, 303, "{value:?}");
    }
}

async fn a_session_that_has_ended_by_itself_is_signed_out(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for _ in 0..2 {
        app.clock.advance(LIFETIME - Duration::from_secs(60));
        assert!(ada.is_signed_in().await, "one that is in use lives on");
    }
    app.clock.advance(LIFETIME);
    assert!(!ada.is_signed_in().await);
    app.state.maintenance.once().await.expect("a round");
    assert_eq!(app.count("sessions").await, 0);
}

async fn looking_around_costs_no_row(database: Database) {
    let app = App::start(&database).await;
    let visitor = app.visitor();
    for page in ["/", "/sign-in", "/sign-up", "/files", "/nowhere", "/robots.txt"] {
        visitor.get(page).await;
    }
    visitor.post("/sign-in", &[("email", "ada@example.org"), ("password", PASSWORD)]).await;
    assert_eq!(app.count("sessions").await, 0);
}

async fn an_account_has_a_hundred_sessions_and_the_oldest_ends(database: Database) {
    let app = App::start(&database).await;
    let oldest = app.signed_in("ada").await;
    let grace = app.signed_in("grace").await;
    let mut others = Vec::new();
    for _ in 0..100 {
        app.clock.advance(Duration::from_secs(60));
        let visitor = app.visitor();
        assert_eq!(visitor.sign_in("ada").await.status, 303);
        others.push(visitor);
    }
    assert!(!oldest.is_signed_in().await);
    assert!(others[0].is_signed_in().await && others[99].is_signed_in().await && grace.is_signed_in().await);
    assert_eq!(app.count("sessions").await, 101);
}
