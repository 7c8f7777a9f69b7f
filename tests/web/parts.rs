//! Multipart uploads through Holdall into the local folder.

use axum::body::Body;
use axum::http::Request;
use holdall::model::entry::Verification;
use holdall::model::upload::{Completed, PART_SHA256, PART_SIZE, UploadProblem};

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::sending::{file, part, pattern, sum, three_parts};

on_both_databases! {
    an_upload_that_is_asked_for_twice_is_read_once,
    a_file_in_parts_comes_back_byte_for_byte,
    a_file_of_no_bytes_needs_no_part,
    a_file_of_one_part_is_verified_once_it_is_read,
    an_upload_goes_on_after_a_restart_with_what_is_missing,
    another_browser_of_the_account_goes_on,
    a_part_of_another_length_does_not_count,
    a_part_of_another_content_does_not_count,
    a_part_that_arrived_keeps_its_content,
    a_part_that_was_not_named_is_refused,
    a_part_sent_twice_at_once_is_one,
    completing_twice_at_once_makes_one_file,
    a_name_that_is_taken_gets_a_number,
}

async fn an_upload_that_is_asked_for_twice_is_read_once(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.create(&[file("a.bin", 5)]).await.remove(0).expect("an upload");
    let answers = ada.status_of(&[upload.id.clone(), upload.id.clone(), upload.id.clone()]).await;
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(answers[2], Err(UploadProblem::Later { seconds: 1 }));
}

async fn a_file_in_parts_comes_back_byte_for_byte(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    assert_eq!((upload.part_size, upload.size), (PART_SIZE, content.len() as u64));
    assert_eq!(app.used("ada").await, content.len() as i64, "room is set aside before the first byte");
    ada.send_parts(&upload, &content, &[3, 1, 2]).await;
    assert_eq!(app.count("entries").await, 1, "no file before it is complete");
    let id = ada.complete(&upload).await;
    assert_eq!(ada.check_of(&id).await, Verification::Waiting);
    assert!(ada.get(&format!("/files/{id}/content")).await.body == content);
    app.state.verifier.once().await.expect("a check").expect("something to check");
    assert_eq!(ada.verified_sum_of(&id).await, Some(sum(&content).to_string()));
    assert_eq!(app.state.verifier.once().await.expect("no check"), None);
    assert!(ada.unfinished().await.is_empty());
    assert_eq!((app.used("ada").await, app.count("parts").await), (content.len() as i64, 0));
    assert_eq!(app.stored(&["private", "tmp"]).len(), 1);
}

async fn a_file_of_no_bytes_needs_no_part(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("empty.txt", b"").await;
    assert_eq!(ada.try_sign(&upload, 1, b"").await, Err(UploadProblem::NoSuchPart));
    let id = ada.complete(&upload).await;
    assert_eq!(ada.get(&format!("/files/{id}/content")).await.text(), "");
    app.state.verifier.once().await.expect("a check").expect("something to check");
    assert_eq!(ada.verified_sum_of(&id).await, Some(sum(b"").to_string()));
}

async fn a_file_of_one_part_is_verified_once_it_is_read(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("small.txt", b"content").await;
    ada.send_parts(&upload, b"content", &[1]).await;
    let id = ada.complete(&upload).await;
    let by_form = ada.keeps("form.txt", b"content").await;
    for id in [&id, &by_form.id] {
        assert_eq!(ada.check_of(id).await, Verification::Waiting);
        app.state.verifier.once().await.expect("a check").expect("something to check");
        assert_eq!(ada.verified_sum_of(id).await, Some(sum(b"content").to_string()));
    }
    assert!(ada.get(&format!("/files/{id}/content")).await.header("content-type").starts_with("text/plain"));
    let about = ada.get(&format!("/files/{id}/about")).await;
    assert!(about.shown().contains("Verified") && about.shown().contains(sum(b"content").as_str()), "{}", about.text());
}

async fn an_upload_goes_on_after_a_restart_with_what_is_missing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    ada.send_parts(&upload, &content, &[2]).await;
    let app = app.restarted().await;
    let ada = ada.at(&app);
    let [listed] = &ada.unfinished().await[..] else { panic!("one unfinished upload") };
    assert_eq!((&listed.id, listed.arrived_bytes, listed.modified_ms), (&upload.id, PART_SIZE, upload.modified_ms));
    let status = ada.status_of(std::slice::from_ref(&upload.id)).await.remove(0).expect("an upload");
    let [arrived] = &status.arrived[..] else { panic!("one part: {status:?}") };
    assert_eq!((arrived.number, &arrived.sha256), (2, &sum(part(&content, &upload, 2))));
    assert_eq!(ada.try_complete(&upload).await, Ok(Completed::Missing(vec![1, 3])));
    assert!(ada.sign_one(&upload, 2, part(&content, &upload, 2)).await.arrived, "nothing is sent twice");
    ada.send_parts(&upload, &content, &[1, 3]).await;
    let id = ada.complete(&upload).await;
    assert!(ada.get(&format!("/files/{id}/content")).await.body == content);
}

async fn another_browser_of_the_account_goes_on(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    ada.send_parts(&upload, &content, &[1]).await;
    let elsewhere = app.visitor();
    elsewhere.sign_in("ada").await;
    assert_eq!(elsewhere.arrived(&upload).await, [1]);
    elsewhere.send_parts(&upload, &content, &[2, 3]).await;
    elsewhere.complete(&upload).await;
    assert_eq!(ada.get("/files").await.file_names(), ["large.bin"]);
}

async fn a_part_of_another_length_does_not_count(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.bin", &pattern(1000)).await;
    for wrong in [pattern(999), pattern(1001), pattern(0)] {
        let signed = ada.sign_one(&upload, 1, &wrong).await;
        assert_eq!(ada.put(&signed, &wrong).await.status, 400, "{} bytes", wrong.len());
        // Also without a `Content-Length`.
        let request = Request::put(&signed.url).header("sec-fetch-site", "same-origin");
        let request = request.header(PART_SHA256, sum(&wrong).as_str());
        assert_eq!(ada.send(request.body(Body::from(wrong)).expect("a request")).await.status, 400);
    }
    assert_eq!(ada.arrived(&upload).await, [0; 0]);
    assert_eq!(ada.try_complete(&upload).await, Ok(Completed::Missing(vec![1])));
}

async fn a_part_of_another_content_does_not_count(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let (right, mut wrong) = (pattern(100_000), pattern(100_000));
    wrong[70_000] ^= 1;
    let upload = ada.begin("a.bin", &right).await;
    let signed = ada.sign_one(&upload, 1, &right).await;
    assert_eq!(ada.put(&signed, &wrong).await.status, 422);
    assert_eq!(ada.arrived(&upload).await, [0; 0]);
    assert_eq!(ada.put(&signed, &right).await.status, 204);
    assert_eq!(ada.put(&signed, &right).await.status, 204, "again is no error");
    let id = ada.complete(&upload).await;
    assert!(ada.get(&format!("/files/{id}/content")).await.body == right);
}

async fn a_part_that_arrived_keeps_its_content(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.bin", b"right").await;
    // Before the part has arrived, another digest may be declared: the file may have been read incorrectly the first
    // time.
    ada.sign_one(&upload, 1, b"wrong").await;
    ada.send_parts(&upload, b"right", &[1]).await;
    assert_eq!(ada.try_sign(&upload, 1, b"wrong").await, Err(UploadProblem::OtherContent));
    let id = ada.complete(&upload).await;
    assert_eq!(ada.get(&format!("/files/{id}/content")).await.text(), "right");
}

async fn a_part_that_was_not_named_is_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.bin", b"right").await;
    let signed = ada.sign_one(&upload, 1, b"right").await;
    let mut unnamed = signed.clone();
    unnamed.headers.clear();
    assert_eq!(ada.put(&unnamed, b"right").await.status, 400);
    let mut other = signed.clone();
    other.headers[0].1 = sum(b"wrong").to_string();
    assert_eq!(ada.put(&other, b"wrong").await.status, 422);
    let mut beyond = signed.clone();
    beyond.url = format!("/uploads/{}/parts/2", upload.id);
    assert_eq!(ada.put(&beyond, b"right").await.status, 404);
    assert_eq!(ada.arrived(&upload).await, [0; 0]);
}

async fn a_part_sent_twice_at_once_is_one(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = pattern(3_000_000);
    let upload = ada.begin("a.bin", &content).await;
    let signed = ada.sign_one(&upload, 1, &content).await;
    let answers = futures::future::join_all((0..4).map(|_| ada.put(&signed, &content))).await;
    assert!(answers.iter().any(|answer| answer.status == 204));
    // A request that was superseded by a later one gets 408, and may be repeated.
    assert!(answers.iter().all(|answer| [204, 408].contains(&answer.status.as_u16())), "{answers:?}");
    let id = ada.complete(&upload).await;
    assert!(ada.get(&format!("/files/{id}/content")).await.body == content);
}

async fn completing_twice_at_once_makes_one_file(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.txt", b"once").await;
    ada.send_parts(&upload, b"once", &[1]).await;
    let answers = futures::future::join_all((0..4).map(|_| ada.try_complete(&upload))).await;
    let id = ada.complete(&upload).await;
    for answer in answers {
        match answer {
            Ok(Completed::Working) => {}
            Ok(Completed::File { id: other, name, .. }) => assert_eq!((other.as_str(), &*name), (&*id, "a.txt")),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(ada.get("/files").await.file_names(), ["a.txt"]);
    assert_eq!(app.used("ada").await, 4);
    assert_eq!(ada.abort(&upload).await, Err(UploadProblem::NotFound));
    assert_eq!(ada.get(&format!("/files/{id}/content")).await.text(), "once");
}

async fn a_name_that_is_taken_gets_a_number(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.keeps("a.txt", b"first").await;
    let upload = ada.begin("A.txt", b"second").await;
    ada.send_parts(&upload, b"second", &[1]).await;
    let Ok(Completed::File { name, .. }) = ada.try_complete(&upload).await else { panic!("no file") };
    assert_eq!(name, "A (1).txt");
}
