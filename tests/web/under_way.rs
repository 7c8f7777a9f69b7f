//! Requests of one account that are under way at once.

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::{self, FuturesUnordered};
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::visitor::plain_form;

on_both_databases! {
    an_account_has_so_many_requests_at_once_and_others_are_served,
    a_client_has_so_many_answers_to_read_and_others_are_served,
}

async fn an_account_has_so_many_requests_at_once_and_others_are_served(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let (go_on, signal) = watch::channel(false);
    let waits = |signal: &watch::Receiver<bool>| {
        let mut signal = signal.clone();
        let rest = stream::once(async move {
            signal.wait_for(|go| *go).await.expect("a signal");
            Ok::<_, std::io::Error>(Bytes::from_static(b"me=a"))
        });
        let body = Body::from_stream(stream::iter([Ok(Bytes::from_static(b"folder-na"))]).chain(rest));
        ada.send(plain_form("/files/new-folder").body(body).expect("a request"))
    };
    // Twelve are handled, and 128 wait.
    let mut sent: FuturesUnordered<_> = (0..152).map(|_| waits(&signal)).collect();
    for _ in 0..12 {
        let answer = sent.next().await.expect("an answer");
        assert_eq!(answer.status, 429, "{}", answer.text());
        assert!(!answer.header("retry-after").is_empty());
    }
    assert_eq!(ada.get("/files").await.status, 429, "before a byte of a body is read");
    assert_eq!(grace.get("/files").await.status, 200);
    go_on.send(true).expect("somebody waits");
    while sent.next().await.is_some() {}
    assert_eq!(ada.get("/files").await.status, 200);
}

async fn a_client_has_so_many_answers_to_read_and_others_are_served(database: Database) {
    let app = App::with(&database, &[("HOLDALL_TRUSTED_PROXIES", "::1")]).await;
    let router = app.router();
    let asks = async |from: &str| {
        let request = Request::get("/health/live").header("host", "127.0.0.1:3000").header("x-forwarded-for", from);
        router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("a router always answers")
    };
    let mut unread = Vec::new();
    for _ in 0..512 {
        unread.push(asks("192.0.2.1").await);
    }
    assert!(unread.iter().all(|answer| answer.status() == 200));
    assert_eq!(asks("192.0.2.1").await.status(), 429);
    assert_eq!(asks("192.0.2.2").await.status(), 200, "another client of the same proxy");
    unread.pop();
    assert_eq!(asks("192.0.2.1").await.status(), 200);
}
