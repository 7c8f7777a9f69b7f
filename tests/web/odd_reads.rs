//! Reading files from stores whose answers are cut off, or are those of something else (Garage behind a proxy).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::archives::{archive, entries};
use crate::bucket::Bucket;
use crate::odd_stores::APP;
use crate::refusing::{Fate, Refusing};
use crate::sending::pattern;

/// Whether a request reads a private object.
fn reads_file(head: &str) -> bool {
    head.starts_with("GET") && head.contains("x-id=GetObject") && head.contains("/private/")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn an_answer_of_another_length_than_the_object_has_is_tried_again_later_and_is_no_damage() {
    let bucket = Bucket::given();
    let lies = Arc::new(AtomicBool::new(false));
    let lying = lies.clone();
    let way = Refusing::way_to(&bucket.endpoint, move |head| match reads_file(head) && lying.load(Ordering::SeqCst) {
        true => Fate::Answered("HTTP/1.1 200 OK\r\nConnection: close\r\nETag: \"1\"\r\nContent-Length: 3\r\n\r\nabc"),
        false => Fate::Passed,
    })
    .await;
    let app = bucket.through(&way.endpoint).app_with(&APP).await;
    let ada = app.signed_in("ada").await;
    let content = pattern(10_000);
    let file = ada.keeps("file.bin", &content).await;
    lies.store(true, Ordering::SeqCst);
    assert_eq!(ada.get(&file.content()).await.status, 503);
    assert!(!way.met().is_empty());
    lies.store(false, Ordering::SeqCst);
    assert!(ada.get(&file.content()).await.body == content);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_download_and_an_archive_come_whole_from_a_store_that_breaks_off() {
    let bucket = Bucket::given();
    let cuts = AtomicUsize::new(0);
    let way = Refusing::way_to(&bucket.endpoint, move |head| {
        match reads_file(head) && cuts.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            true => Fate::Cut(1 << 20),
            false => Fate::Passed,
        }
    })
    .await;
    let app = bucket.through(&way.endpoint).app_with(&APP).await;
    let ada = app.signed_in("ada").await;
    let content = pattern(3_000_000);
    let kept = ada.keeps("kept.bin", &content).await;
    for _ in 0..3 {
        let answer = ada.get(&kept.content()).await;
        assert!(answer.status == 200 && answer.body == content);
    }
    let files = ada.get("/files").await.files();
    let archive = archive(&ada, &entries(&files)).await;
    assert!(archive.body.windows(content.len()).any(|window| window == content));
    assert!(way.met().len() >= 4, "{:?}", way.met());
}
