//! Shares of what goes out: the downloads of one account keep nobody else's waiting.

use axum::body::Body;
use axum::http::{Request, Response};
use tower::ServiceExt as _;

use crate::app::App;
use crate::bucket::Bucket;
use crate::database::{Database, on_both_databases};
use crate::visitor::Visitor;

on_both_databases! {
    an_account_has_so_many_downloads_at_once_and_others_are_served,
}

async fn an_account_has_so_many_downloads_at_once_and_others_are_served(database: Database) {
    has_a_share(&App::start(&database).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn an_account_has_so_many_downloads_from_a_bucket_and_others_are_served() {
    let bucket = Bucket::given();
    has_a_share(&bucket.app().await).await;
}

async fn has_a_share(app: &App) {
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let file = ada.keeps("a.bin", &[7; 100_000]).await;
    let hers = grace.keeps("hers.bin", &[8; 100_000]).await;
    let archive = ada.post("/downloads", &[("all", "1")]).await.leads_to().to_owned();
    let content = format!("/files/{}/content", file.id);

    // None of them is read.
    let mut held = vec![begun(app, &ada, &archive, "bytes=0-").await];
    for at in 0..31 {
        held.push(begun(app, &ada, &content, &format!("bytes={at}-")).await);
    }
    assert!(held.iter().all(|answer| answer.status() == 206));
    for one_more in [&content, &archive] {
        let answer = ada.get(one_more).await;
        assert_eq!(answer.status, 429, "{one_more}");
        assert!(!answer.header("retry-after").is_empty());
    }
    assert_eq!(ada.ask(Request::head(&content)).await.status, 200, "no byte is read for it");
    assert_eq!(grace.get(&format!("/files/{}/content", hers.id)).await.body, [8; 100_000].as_slice());
    held.pop();
    assert_eq!(ada.get(&content).await.body.len(), 100_000);
}

/// An answer of which nothing was read yet.
async fn begun(app: &App, visitor: &Visitor, path: &str, range: &str) -> Response<Body> {
    let request = Request::get(path)
        .header("host", "127.0.0.1:3000")
        .header("cookie", format!("{}={}", visitor.cookie_name(), visitor.cookie()))
        .header("range", range);
    app.router().oneshot(request.body(Body::empty()).expect("a request")).await.expect("a router always answers")
}
