//! Multipart uploads into a bucket (Garage): straight from the browser, and through Holdall.

use std::time::Duration;

use holdall::model::upload::{Completed, PART_SHA256, PART_SIZE, SignedPart, UploadProblem};
use holdall::server::domain::blobs::verify::VerificationOutcome;
use holdall::server::storage::{Key, PAGE, Private, Storage, UploadMode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::app::App;
use crate::bucket::Bucket;
use crate::restored::{is_kept, rewind};
use crate::sending::{part, pattern, sum, three_parts};

/// Parts go to the store itself.
pub const DIRECT: [(&str, &str); 1] = [("HOLDALL_UPLOADS", "direct")];

/// How long after it was last signed a part may still arrive.
const LATE: Duration = Duration::from_secs(2 * 3600);

/// Sends a part to the store as a browser does, and returns the status.
pub async fn put(signed: &SignedPart, content: &[u8]) -> u16 {
    let (host, path) =
        signed.url.strip_prefix("http://").expect("the store's address").split_once('/').expect("a path");
    let mut connection = TcpStream::connect(host).await.expect("the store");
    let mut request =
        format!("PUT /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n", content.len());
    for (name, value) in &signed.headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    connection.write_all(format!("{request}\r\n").as_bytes()).await.expect("a request");
    // A store that refuses the request may close the connection before everything is sent.
    let _ = connection.write_all(content).await;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer).split(' ').nth(1).expect("a status").parse().expect("a number")
}

/// The key of the only blob, with the store's id of its upload.
pub async fn blob(app: &App) -> (Key<Private>, Option<String>) {
    sqlx::query_as("SELECT b.key, u.store_upload FROM blobs b LEFT JOIN uploads u ON u.id = b.id")
        .fetch_one(&app.rows().await)
        .await
        .expect("one blob")
}

/// The number of objects in the private location, and of incomplete uploads there.
async fn traces(storage: &Storage) -> (usize, usize) {
    let objects = storage.list::<Private>("").await.expect("the store");
    (objects.len(), storage.incomplete_uploads::<Private>(None, PAGE).await.expect("the store").uploads.len())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_browser_sends_parts_straight_to_the_bucket_and_goes_on_after_a_restart() {
    let bucket = Bucket::given();
    let app = bucket.app_with(&DIRECT).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    let send = async |number: u32| {
        let part = part(&content, &upload, number);
        let signed = ada.sign_one(&upload, number, part).await;
        assert!(signed.url.starts_with(&bucket.endpoint), "{signed:?}");
        assert_eq!(put(&signed, part).await, 200);
    };
    send(2).await;
    let signed = ada.sign_one(&upload, 1, part(&content, &upload, 1)).await;
    assert_eq!(put(&signed, &content[..100]).await, 403, "the length is signed");
    assert_eq!(put(&signed, &content[..PART_SIZE as usize + 1]).await, 403);
    assert_eq!(ada.arrived(&upload).await, [2]);
    assert_eq!(ada.try_sign(&upload, 2, b"another").await, Err(UploadProblem::OtherContent));
    assert!(ada.sign_one(&upload, 2, part(&content, &upload, 2)).await.arrived);
    assert_eq!(ada.try_complete(&upload).await, Ok(Completed::Missing(vec![1, 3])));

    let policy = ada.get("/files").await.header("content-security-policy").to_owned();
    assert!(policy.contains(&format!("connect-src 'self' {}", bucket.endpoint)), "{policy}");

    let app = app.restarted().await;
    let elsewhere = ada.at(&app);
    sqlx::query("UPDATE parts SET arrived = NULL").execute(&app.rows().await).await.expect("parts");
    assert_eq!(elsewhere.unfinished().await[0].arrived_bytes, PART_SIZE, "the bucket is asked");
    let first = part(&content, &upload, 1);
    assert_eq!(put(&elsewhere.sign_one(&upload, 1, first).await, first).await, 200);
    // For a browser that cannot reach the store, the answer contains Holdall's own address for the same part.
    let third = part(&content, &upload, 3);
    let mut around = elsewhere.sign_one(&upload, 3, third).await;
    around.url = around.instead.take().expect("another way");
    around.headers = vec![(PART_SHA256.to_owned(), sum(third).to_string())];
    assert_eq!(elsewhere.put(&around, third).await.status, 204);
    let id = elsewhere.complete(&upload).await;
    assert_eq!(elsewhere.complete(&upload).await, id);
    assert_eq!(put(&signed, part(&content, &upload, 1)).await, 404, "what is complete takes no parts");
    assert_eq!(app.state.verifier.once().await.expect("a check"), Some(VerificationOutcome::Verified));
    assert_eq!(elsewhere.verified_sum_of(&id).await, Some(sum(&content).to_string()));
    assert_eq!(traces(&bucket.storage().await).await, (1, 0));
    assert!(app.state.audit.run().await.expect("a look").is_well());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn an_answer_that_got_lost_is_found_out() {
    let bucket = Bucket::given();
    let app = bucket.app_with(&DIRECT).await;
    let ada = app.signed_in("ada").await;
    let content = pattern(1000);
    let upload = ada.begin("a.bin", &content).await;
    assert_eq!(put(&ada.sign_one(&upload, 1, &content).await, &content).await, 200);
    // The store has completed the upload, but the database does not know it.
    let (key, id) = blob(&app).await;
    let (storage, id) = (bucket.storage().await, id.expect("an upload"));
    let parts = storage.parts_of(&key, &id).await.expect("parts");
    storage.join_parts(&key, Some(&id), 1000, parts).await.expect("completed");
    let file = ada.complete(&upload).await;
    assert!(ada.get(&format!("/files/{file}/content")).await.body == content);
    assert_eq!(app.state.verifier.once().await.expect("a check"), Some(VerificationOutcome::Verified));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn what_a_restored_database_calls_unfinished_and_the_bucket_has_whole_is_a_file() {
    let bucket = Bucket::given();
    let app = bucket.app_with(&DIRECT).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    for swept in [false, true] {
        let upload = ada.begin("old.bin", &content).await;
        for number in 1..=3 {
            let part = part(&content, &upload, number);
            assert_eq!(put(&ada.sign_one(&upload, number, part).await, part).await, 200);
        }
        let store_upload = blob(&app).await.1;
        ada.complete(&upload).await;
        rewind(&app, &upload, store_upload).await;
        if swept {
            app.outlast_uploads();
            app.state.maintenance.once().await.expect("a round");
        } else {
            assert_eq!(ada.status_of(std::slice::from_ref(&upload.id)).await, [Err(UploadProblem::Completing)]);
            ada.complete(&upload).await;
        }
        is_kept(&app, &ada, &content).await;
        let [file] = &ada.get("/files").await.files()[..] else { panic!("one file") };
        ada.deletes_for_ever(&file.delete()).await;
        app.clock.advance(LATE);
        app.state.maintenance.once().await.expect("a round");
        assert_eq!(app.count("blobs").await, 0, "no tombstone");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn an_upload_that_the_store_was_never_told_of_is_begun_when_it_is_needed() {
    let bucket = Bucket::given();
    let app = bucket.app_with(&DIRECT).await;
    let ada = app.signed_in("ada").await;
    let content = pattern(1000);
    let upload = ada.begin("a.bin", &content).await;
    // As if the process had been killed before the store responded.
    for statement in ["UPDATE blobs SET state = 'pending'", "UPDATE uploads SET store_upload = NULL"] {
        sqlx::query(statement).execute(&app.rows().await).await.expect("a blob");
    }
    let app = app.restarted().await;
    let ada = ada.at(&app);
    assert_eq!(ada.try_complete(&upload).await, Ok(Completed::Missing(vec![1])));
    assert_eq!(put(&ada.sign_one(&upload, 1, &content).await, &content).await, 200);
    ada.complete(&upload).await;
    assert_eq!(app.state.verifier.once().await.expect("a check"), Some(VerificationOutcome::Verified));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn an_upload_that_the_store_has_forgotten_is_gone_and_its_room_given_back() {
    let bucket = Bucket::given();
    let app = bucket.app_with(&DIRECT).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.bin", &pattern(1000)).await;
    bucket.storage().await.discard(&blob(&app).await.0).await.expect("discarded");
    assert_eq!(ada.status_of(std::slice::from_ref(&upload.id)).await, [Err(UploadProblem::NotFound)]);
    assert_eq!(app.used("ada").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn giving_up_leaves_nothing_in_the_bucket_and_the_row_outlives_the_addresses() {
    let bucket = Bucket::given();
    let storage = bucket.storage().await;
    for how in ["direct", "app"] {
        let app = bucket.app_with(&[("HOLDALL_UPLOADS", how)]).await;
        let ada = app.signed_in("ada").await;
        let content = three_parts();
        let upload = ada.begin("large.bin", &content).await;
        let first = part(&content, &upload, 1);
        let signed = ada.sign_one(&upload, 1, first).await;
        let status =
            if how == "direct" { put(&signed, first).await } else { ada.put(&signed, first).await.status.as_u16() };
        assert!([200, 204].contains(&status), "{status}");
        assert_eq!(traces(&storage).await, (0, 1));
        assert_eq!(ada.abort(&upload).await, Ok(()));
        assert_eq!((traces(&storage).await, app.used("ada").await), ((0, 0), 0));
        app.state.maintenance.once().await.expect("a round");
        assert_eq!(app.count("blobs").await, 1, "as long as a signed address may bring a byte");
        app.clock.advance(LATE);
        app.state.maintenance.once().await.expect("a round");
        assert_eq!(app.count("blobs").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn parts_through_holdall_reach_the_bucket_whole_or_not_at_all() {
    let bucket = Bucket::given();
    let app = bucket.app_with(&[("HOLDALL_UPLOADS", "app")]).await;
    let ada = app.signed_in("ada").await;
    for content in [pattern(1), pattern(100_000), three_parts(), Vec::new()] {
        let upload = ada.begin("a.bin", &content).await;
        let numbers: Vec<u32> = (1..=content.len().div_ceil(PART_SIZE as usize) as u32).collect();
        if let Some(first) = numbers.first() {
            let right = part(&content, &upload, *first);
            let mut wrong = right.to_vec();
            wrong[0] ^= 1;
            let signed = ada.sign_one(&upload, *first, right).await;
            assert_eq!(ada.put(&signed, &wrong).await.status, 422);
            assert_eq!(ada.put(&signed, &right[1..]).await.status, 400);
            assert_eq!(ada.arrived(&upload).await, [0; 0]);
        }
        ada.send_parts(&upload, &content, &numbers).await;
        let id = ada.complete(&upload).await;
        assert!(ada.get(&format!("/files/{id}/content")).await.body == content, "{} bytes", content.len());
        app.state.verifier.once().await.expect("a check");
        assert_eq!(ada.verified_sum_of(&id).await, Some(sum(&content).to_string()));
    }
    assert_eq!(traces(&bucket.storage().await).await, (4, 0));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_second_site_in_the_same_bucket_is_refused() {
    let bucket = Bucket::given();
    let (one, other) = (bucket.app().await, bucket.app().await);
    one.state.instance.confirm().await.expect("the first to come");
    assert!(other.state.instance.confirm().await.expect_err("the second").to_string().contains("another Holdall"));
    one.state.instance.confirm().await.expect("still");
    assert_eq!(one.state.audit.run().await.expect("a look").unknown, 0, "the mark is no stranger");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn what_began_through_holdall_goes_on_there_after_uploads_became_direct() {
    let bucket = Bucket::given();
    let app = bucket.app_with(&[("HOLDALL_UPLOADS", "app")]).await;
    let ada = app.signed_in("ada").await;
    let content = pattern(1000);
    let small = ada.begin("small.bin", &content).await;
    assert_eq!(blob(&app).await.1, None, "one part is never begun at the bucket");
    let app = app.restarted_with(|config| config.storage.uploads = UploadMode::Direct).await;
    let ada = ada.at(&app);
    let signed = ada.sign_one(&small, 1, &content).await;
    assert!(signed.url.starts_with('/'), "{signed:?}");
    assert_eq!(ada.put(&signed, &content).await.status, 204);
    ada.complete(&small).await;
}
