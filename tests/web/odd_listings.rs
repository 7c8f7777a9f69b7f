//! Stores whose lists say something else than what was acknowledged, or nothing (Garage behind a proxy).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use holdall::model::upload::{Completed, UploadProblem};

use crate::app::App;
use crate::bucket::Bucket;
use crate::odd_stores::{APP, completes, refused, three_parts_begun};
use crate::refusing::{Fate, Refusing};

/// Whether a request asks which parts of an upload have arrived.
fn lists_parts(head: &str) -> bool {
    head.starts_with("GET") && head.lines().next().unwrap_or_default().contains("uploadId=")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_part_that_the_store_does_not_have_after_all_can_be_sent_again() {
    let bucket = Bucket::given();
    let lost_once = AtomicBool::new(false);
    let way = Refusing::way_to(&bucket.endpoint, move |head| {
        match head.contains("partNumber=2") && !lost_once.swap(true, Ordering::SeqCst) {
            true => Fate::Answered("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
            false => Fate::Passed,
        }
    })
    .await;
    let (_app, ada, content, upload) = three_parts_begun(&bucket, &way).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    assert_eq!(ada.try_complete(&upload).await, Ok(Completed::Missing(vec![2])));
    ada.send_parts(&upload, &content, &[2]).await;
    let id = ada.complete(&upload).await;
    assert!(ada.get(&format!("/files/{id}/content")).await.body == content);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_store_that_does_not_say_which_parts_it_has_is_named() {
    let bucket = Bucket::given();
    let is_mended = Arc::new(AtomicBool::new(false));
    let mended = is_mended.clone();
    let way =
        Refusing::way_to(&bucket.endpoint, move |head| match lists_parts(head) && !mended.load(Ordering::SeqCst) {
            true => Fate::Refused("403 Forbidden", "AccessDenied"),
            false => Fate::Passed,
        })
        .await;
    let (_app, ada, content, upload) = three_parts_begun(&bucket, &way).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    assert_eq!(ada.try_complete(&upload).await, Err(refused("AccessDenied", true)));
    is_mended.store(true, Ordering::SeqCst);
    ada.complete(&upload).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_completion_that_is_refused_for_good_says_so_where_the_store_does_not_say_what_it_has() {
    let bucket = Bucket::given();
    let way = Refusing::way_to(&bucket.endpoint, |head| match head {
        head if completes(head) => Fate::Refused("400 Bad Request", "EntityTooSmall"),
        head if head.starts_with("HEAD") && head.contains("/private/") => {
            Fate::Answered("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        }
        _ => Fate::Passed,
    })
    .await;
    let (_app, ada, content, upload) = three_parts_begun(&bucket, &way).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    assert_eq!(ada.try_complete(&upload).await, Err(refused("EntityTooSmall", true)));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_gateway_that_answers_404_for_a_while_costs_no_part() {
    let bucket = Bucket::given();
    let is_away = Arc::new(AtomicBool::new(false));
    let away = is_away.clone();
    let way = Refusing::way_to(&bucket.endpoint, move |_| match away.load(Ordering::SeqCst) {
        true => Fate::Answered("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
        false => Fate::Passed,
    })
    .await;
    let (app, ada, content, upload) = three_parts_begun(&bucket, &way).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    is_away.store(true, Ordering::SeqCst);
    assert!(matches!(ada.try_complete(&upload).await, Err(UploadProblem::Later { .. })));
    ada.get("/files").await;
    is_away.store(false, Ordering::SeqCst);
    let id = ada.complete(&upload).await;
    is_away.store(true, Ordering::SeqCst);
    assert_eq!(ada.get(&format!("/files/{id}/content")).await.status, 503);
    app.state.verifier.once().await.expect("a check that is tried again");
    is_away.store(false, Ordering::SeqCst);
    assert!(ada.get(&format!("/files/{id}/content")).await.body == content, "nobody has called it damaged");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn an_expired_upload_is_aborted_by_its_id_where_the_store_lists_none() {
    let bucket = Bucket::given();
    let aborted = Arc::new(AtomicUsize::new(0));
    let seen = aborted.clone();
    let way = Refusing::way_to(&bucket.endpoint, move |head| {
        let line = head.lines().next().unwrap_or_default();
        seen.fetch_add(usize::from(line.starts_with("DELETE") && line.contains("uploadId=")), Ordering::SeqCst);
        match line.starts_with("GET") && line.contains("uploads") {
            true => Fate::Refused("501 Not Implemented", "NotImplemented"),
            false => Fate::Passed,
        }
    })
    .await;
    let app: App = bucket.through(&way.endpoint).app_with(&APP).await;
    let ada = app.signed_in("ada").await;
    let content = crate::sending::three_parts();
    let upload = ada.begin("large.bin", &content).await;
    ada.send_parts(&upload, &content, &[1]).await;
    app.clock.advance(Duration::from_secs(25 * 3600));
    app.state.maintenance.once().await.expect("a round");
    assert_eq!(app.used("ada").await, 0);
    assert!(aborted.load(Ordering::SeqCst) > 0);
}
