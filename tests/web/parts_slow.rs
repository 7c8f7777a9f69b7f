//! Parts along a slow way: what the server has of one that is not answered yet, and how large parts are.

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use holdall::model::upload::{NewUpload, PART_SIZE, PartProgress, UploadProblem};
use tokio::sync::oneshot;

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::sending::{file, pattern};

on_both_databases! {
    what_has_come_of_a_part_is_told_while_it_comes_and_to_nobody_else,
    parts_are_smaller_where_the_way_is_slow,
}

async fn what_has_come_of_a_part_is_told_while_it_comes_and_to_nobody_else(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let content = pattern(100_000);
    let upload = ada.begin("a.bin", &content).await;
    let signed = ada.sign_one(&upload, 1, &content).await;
    assert_eq!(ada.progress_of(&upload, 1).await, Ok(PartProgress::Absent));

    let (go_on, signal) = oneshot::channel::<()>();
    let [first, rest] = [&content[..60_000], &content[60_000..]].map(Bytes::copy_from_slice);
    let rest = stream::once(async {
        signal.await.expect("a signal");
        Ok::<_, std::io::Error>(rest)
    });
    let mut request = Request::put(&signed.url).header("sec-fetch-site", "same-origin");
    for (name, value) in &signed.headers {
        request = request.header(name, value);
    }
    let body = Body::from_stream(stream::iter([Ok(first)]).chain(rest));
    let sending = ada.send(request.body(body).expect("a request"));
    let asking = async {
        while ada.progress_of(&upload, 1).await != Ok(PartProgress::Coming { bytes: 60_000 }) {
            tokio::task::yield_now().await;
        }
        assert_eq!(grace.progress_of(&upload, 1).await, Err(UploadProblem::NotFound));
        assert_eq!(ada.progress_of(&upload, 2).await, Ok(PartProgress::Absent));
        go_on.send(()).expect("somebody waits");
    };
    let (answer, ()) = tokio::join!(sending, asking);
    assert_eq!(answer.status, 204, "{}", answer.text());
    assert_eq!(ada.progress_of(&upload, 1).await, Ok(PartProgress::Arrived));
    ada.complete(&upload).await;
    assert_eq!(ada.progress_of(&upload, 1).await, Err(UploadProblem::NotFound));
}

async fn parts_are_smaller_where_the_way_is_slow(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = pattern(3 << 20);
    let at = |speed| NewUpload { speed, ..file("a.bin", content.len() as u64) };
    let uploads = ada.create(&[at(None), at(Some(5_000_000)), at(Some(100_000))]).await;
    let sizes: Vec<_> = uploads.iter().map(|upload| upload.as_ref().expect("an upload").part_size).collect();
    assert_eq!(sizes, [PART_SIZE, PART_SIZE, 1 << 20]);
    let slow = uploads[2].as_ref().expect("an upload");
    ada.send_parts(slow, &content, &[2, 3, 1]).await;
    let id = ada.complete(slow).await;
    assert!(ada.get(&format!("/files/{id}/content")).await.body == content);
}
