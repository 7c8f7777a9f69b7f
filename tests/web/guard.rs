//! The private canary: how Holdall behaves if anonymous clients can read private objects, at start and later.

use holdall::server::domain::integrity::privacy_guard::PrivacyFinding;

use crate::app::App;
use crate::bucket::without_a_store;
use crate::database::{Database, on_both_databases};
use crate::store::Bucket;

on_both_databases! {
    a_folder_needs_no_guard,
}

const ALARM: &str = "Strangers can read private files";

async fn a_folder_needs_no_guard(database: Database) {
    let app = App::start(&database).await;
    assert_eq!(app.state.guard.probe().await.expect("a folder"), PrivacyFinding::Closed);
    assert!(app.state.guard.allows().is_ok());
    assert!(!app.signed_in("ada").await.get("/files").await.text().contains(ALARM));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_bucket_that_opens_later_hands_out_no_addresses_until_it_is_closed_again() {
    let (bucket, web) = Bucket::website("website-2").await;
    let more = [("HOLDALL_DOCTOR_BASES", web.as_str()), ("HOLDALL_PRIVATE_DELIVERY", "redirect")];
    let app = bucket.app(&more).await;
    app.state.assets.publish().await.expect("the store");
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let file = ada.keeps("a.txt", b"content").await;
    assert_eq!(ada.get(&file.content()).await.status, 307, "the bucket is closed");
    assert_eq!(app.ready().await.status, 200);

    bucket.shows_itself(true).await;
    let PrivacyFinding::Open(addresses) = app.state.guard.probe().await.expect("the store") else {
        panic!("it is open")
    };
    assert!(addresses.iter().any(|address| address.starts_with(&format!("GET {web}/private/"))), "{addresses:?}");
    let answer = ada.get(&file.content()).await;
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, "content"), "through Holdall alone");
    assert_eq!(app.ready().await.status, 503);
    for path in ["/files", "/account"] {
        let page = ada.get(path).await.text();
        assert!(page.contains(ALARM) && page.contains("role=\"alert\""), "{path}: an administrator is told");
        assert!(!grace.get(path).await.text().contains(ALARM), "{path}: nobody else is");
    }

    bucket.shows_itself(false).await;
    assert_eq!(app.state.guard.probe().await.expect("the store"), PrivacyFinding::Closed);
    assert_eq!(ada.get(&file.content()).await.status, 307);
    assert_eq!(app.ready().await.status, 200);
    assert!(!ada.get("/files").await.text().contains(ALARM));
    assert!(bucket.keys().await.iter().all(|key| !key.contains(".canary")), "nothing is left");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn only_reading_decides() {
    // moto lets anonymous clients list and write, but not read.
    let bucket = Bucket::moto().await;
    let app = bucket.app(&[]).await;
    assert_eq!(app.state.guard.probe().await.expect("the store"), PrivacyFinding::Closed);
    bucket.opens(&["private/*"]).await;
    assert!(matches!(app.state.guard.probe().await.expect("the store"), PrivacyFinding::Open(_)));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn nothing_private_is_handed_out_before_it_is_proved() {
    let bucket = Bucket::garage().await;
    let app = bucket.app(&[]).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("a.txt", b"content").await;
    assert_eq!(ada.get(&file.content()).await.status, 200);
    // The same site after a start without the check.
    let app = app.restarted_unproved().await;
    app.state.assets.publish().await.expect("the store");
    let ada = ada.at(&app);
    let answer = ada.get(&file.content()).await;
    assert_eq!(answer.status, 503);
    assert_ne!(answer.header("retry-after"), "");
    assert!(!answer.text().contains("content\n") && answer.text() != "content");
    assert_eq!(app.ready().await.status, 503);
    app.state.guard.probe().await.expect("the store");
    assert_eq!(ada.get(&file.content()).await.text(), "content");
    assert_eq!(app.ready().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_down_proves_nothing() {
    let (app, _) = without_a_store().await;
    assert!(app.state.guard.probe().await.is_err());
    assert!(app.state.guard.allows().is_err() && !app.state.guard.is_open());
    assert_eq!(app.ready().await.status, 503);
}
