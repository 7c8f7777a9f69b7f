//! Multipart uploads that are refused: from other accounts, from anonymous clients, and with invalid values.

use axum::body::Body;
use axum::http::Request;
use holdall::model::id::UploadId;
use holdall::model::problem::{FieldProblem, Problem};
use holdall::model::upload::{PART_SHA256, PartToSign, UploadProblem};

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::sending::{file, sum};

on_both_databases! {
    a_strangers_upload_is_not_found,
    whoever_is_signed_out_sends_nothing,
    a_part_has_one_address,
    names_and_numbers_that_cannot_be_are_refused_one_by_one,
    only_a_hundred_are_answered_at_a_time,
}

async fn a_strangers_upload_is_not_found(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.txt", b"mine").await;
    let signed = ada.sign_one(&upload, 1, b"mine").await;
    let eve = app.signed_in("eve").await;
    assert!(eve.unfinished().await.is_empty());
    assert_eq!(eve.try_sign(&upload, 1, b"mine").await, Err(UploadProblem::NotFound));
    assert_eq!(eve.put(&signed, b"mine").await.status, 404);
    assert_eq!(eve.status_of(std::slice::from_ref(&upload.id)).await, [Err(UploadProblem::NotFound)]);
    assert_eq!(eve.try_complete(&upload).await, Err(UploadProblem::NotFound));
    assert_eq!(eve.abort(&upload).await, Err(UploadProblem::NotFound));
    ada.put(&signed, b"mine").await;
    ada.complete(&upload).await;
    assert_eq!(eve.try_complete(&upload).await, Err(UploadProblem::NotFound), "the file is not hers either");
}

async fn whoever_is_signed_out_sends_nothing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.txt", b"mine").await;
    let signed = ada.sign_one(&upload, 1, b"mine").await;
    assert_eq!(app.visitor().put(&signed, b"mine").await.status, 401);
    for (function, arguments) in [
        ("create", r#"{"files":[]}"#),
        ("sign", r#"{"parts":[]}"#),
        ("status", r#"{"uploads":[]}"#),
        ("unfinished", "{}"),
        ("complete", r#"{"uploads":[]}"#),
        ("abort", r#"{"uploads":[]}"#),
    ] {
        let answer = app.visitor().call(&format!("uploads/{function}"), arguments).await;
        assert_eq!((answer.status.as_u16(), answer.data()), (401, Problem::NotSignedIn), "{function}");
    }
    // A page of another site cannot send anything in the account's name.
    let foreign = Request::put(&signed.url).header("sec-fetch-site", "cross-site");
    let foreign = foreign.header(PART_SHA256, sum(b"mine").as_str()).body(Body::from("mine")).expect("a request");
    assert_eq!(ada.send(foreign).await.status, 403);
}

async fn a_part_has_one_address(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.txt", b"mine").await;
    let signed = ada.sign_one(&upload, 1, b"mine").await;
    let address = signed.url.strip_suffix('1').expect("the number").to_owned();
    for number in ["+1", "01", "%31x", "1.0", "-1", "0", "4294967297", "%ff"] {
        let request = Request::put(format!("{address}{number}")).header("sec-fetch-site", "same-origin");
        let request = request.header(PART_SHA256, sum(b"mine").as_str()).body(Body::from("mine")).expect("a request");
        assert_eq!(ada.send(request).await.status, 404, "{number}");
    }
    assert_eq!(ada.put(&signed, b"mine").await.status, 204);
}

async fn names_and_numbers_that_cannot_be_are_refused_one_by_one(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let mut deep = file("deep.txt", 1);
    deep.path = vec!["folder".to_owned(); 101];
    let mut nul = file("nul.txt", 1);
    nul.path = vec!["a\0b".to_owned()];
    let wanted = [file("", 1), file("good.txt", 4), deep, nul, file("endless.bin", u64::MAX)];
    let answers = ada.create(&wanted).await;
    let refused = |at: usize| match &answers[at] {
        Err(UploadProblem::Refused(problem)) => problem.clone(),
        other => panic!("{at}: {other:?}"),
    };
    assert_eq!(refused(0), FieldProblem::Empty);
    assert_eq!(refused(2), FieldProblem::TooDeep { limit: 100 });
    assert!(matches!(refused(3), FieldProblem::NulInName { .. }));
    assert!(matches!(refused(4), FieldProblem::TooLarge { .. }));
    assert_eq!(answers[1].as_ref().map(|upload| upload.name.as_str()), Ok("good.txt"));
    assert_eq!(app.used("ada").await, 4);
}

async fn only_a_hundred_are_answered_at_a_time(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let name = "\u{1F392}".repeat(60);
    let answers = ada.create(&vec![file(&name, 1); 101]).await;
    assert!(answers[..100].iter().all(Result::is_ok));
    assert_eq!(answers[100], Err(UploadProblem::Later { seconds: 1 }));
    let ids: Vec<UploadId> = answers[..100].iter().flatten().map(|upload| upload.id.clone()).collect();
    let parts: Vec<_> = ids.iter().map(|id| PartToSign { upload: id.clone(), number: 1, sha256: sum(b"x") }).collect();
    assert!(ada.sign(&parts).await.iter().all(Result::is_ok));
    assert_eq!(ada.status_of(&ids).await.iter().flatten().count(), 100);
}
