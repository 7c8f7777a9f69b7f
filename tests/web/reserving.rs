//! Limits of multipart uploads: quota, size and number; and how abandoned uploads release their reservation.

use std::time::Duration;

use holdall::model::problem::FieldProblem;
use holdall::model::upload::{OPEN_UPLOADS, UploadProblem};

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::sending::{file, part, three_parts};

on_both_databases! {
    two_tabs_do_not_pass_the_quota_together,
    a_file_larger_than_the_limit_is_refused_with_the_number,
    giving_up_makes_room_again_and_leaves_nothing,
    an_upload_that_had_its_time_is_swept_and_its_room_given_back,
    a_part_of_an_upload_that_was_given_up_leaves_nothing,
    an_upload_whose_parts_the_folder_has_lost_is_given_up,
    so_many_uploads_may_be_open_and_no_more,
    a_completion_that_broke_off_is_finished_by_the_sweep,
    a_completion_that_broke_off_after_the_store_had_done_its_part_is_too,
    deleting_a_file_that_came_in_parts_gives_its_room_back,
}

async fn two_tabs_do_not_pass_the_quota_together(database: Database) {
    let app = App::with(&database, &[("HOLDALL_QUOTA", "10 kB")]).await;
    let ada = app.signed_in("ada").await;
    let wanted = [file("a.bin", 4000)];
    let answers = futures::future::join_all((0..4).map(|_| ada.create(&wanted))).await.concat();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
    let refused = UploadProblem::Refused(FieldProblem::OverQuota { used: 8000, quota: 10_000 });
    assert_eq!(answers.iter().filter(|answer| **answer == Err(refused.clone())).count(), 2);
    assert_eq!(app.used("ada").await, 8000);
    // Uploads by form share the same quota.
    assert_eq!(ada.upload("form.bin", &[7; 2001]).await.status, 413);
    assert_eq!(ada.upload("form.bin", &[7; 2000]).await.status, 303);
}

async fn a_file_larger_than_the_limit_is_refused_with_the_number(database: Database) {
    let app = App::with(&database, &[("HOLDALL_MAX_FILE", "1 MiB")]).await;
    let ada = app.signed_in("ada").await;
    let answers = ada.create(&[file("a.bin", (1 << 20) + 1), file("b.bin", 1 << 20)]).await;
    assert_eq!(answers[0], Err(UploadProblem::Refused(FieldProblem::TooLarge { limit: 1 << 20 })));
    assert!(answers[1].is_ok());
}

async fn giving_up_makes_room_again_and_leaves_nothing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    ada.send_parts(&upload, &content, &[1, 3]).await;
    assert_eq!(ada.abort(&upload).await, Ok(()));
    assert_eq!((app.used("ada").await, app.count("uploads").await, app.count("parts").await), (0, 0, 0));
    app.is_clean().await;
    assert_eq!(ada.abort(&upload).await, Err(UploadProblem::NotFound));
    assert_eq!(ada.try_complete(&upload).await, Err(UploadProblem::NotFound));
    assert_eq!(app.used("ada").await, 0, "and once only");
}

async fn an_upload_that_had_its_time_is_swept_and_its_room_given_back(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.txt", b"content").await;
    ada.send_parts(&upload, b"content", &[1]).await;
    app.state.maintenance.once().await.expect("a round");
    assert_eq!(ada.unfinished().await.len(), 1, "one under way is left alone");
    app.outlast_uploads();
    app.state.maintenance.once().await.expect("a round");
    assert!(ada.unfinished().await.is_empty());
    assert_eq!(app.used("ada").await, 0);
    app.is_clean().await;
}

async fn a_part_of_an_upload_that_was_given_up_leaves_nothing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.txt", b"content").await;
    let signed = ada.sign_one(&upload, 1, b"content").await;
    ada.abort(&upload).await.expect("given up");
    assert_eq!(ada.put(&signed, b"content").await.status, 404);
    app.is_clean().await;
}

async fn an_upload_whose_parts_the_folder_has_lost_is_given_up(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    ada.send_parts(&upload, &content, &[1]).await;
    std::fs::remove_file(&app.stored(&["tmp"])[0]).expect("what was written");
    let second = part(&content, &upload, 2);
    let signed = ada.sign_one(&upload, 2, second).await;
    assert_eq!(ada.put(&signed, second).await.status, 404);
    assert!(ada.unfinished().await.is_empty());
    assert_eq!(app.used("ada").await, 0);
}

async fn so_many_uploads_may_be_open_and_no_more(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("first.txt", b"content").await;
    for _ in 0..9 {
        assert!(ada.create(&vec![file("a.txt", 1); 100]).await.iter().all(Result::is_ok));
    }
    let last = ada.create(&vec![file("a.txt", 1); 100]).await;
    assert_eq!(last.iter().filter(|answer| answer.is_ok()).count(), 99);
    assert_eq!(last[99], Err(UploadProblem::Refused(FieldProblem::TooManyUploads { limit: OPEN_UPLOADS })));
    ada.abort(&upload).await.expect("given up");
    assert!(ada.create(&[file("a.txt", 1)]).await[0].is_ok());
    assert!(app.signed_in("eve").await.create(&[file("a.txt", 1)]).await[0].is_ok(), "another account has its own");
}

/// Marks every upload as being completed under a lease until this time.
pub async fn completing(rows: &sqlx::AnyPool, until: i64) {
    sqlx::query("UPDATE blobs SET state = 'completing'").execute(rows).await.expect("a blob");
    let held = "INSERT INTO jobs (kind, subject, due, lease_until, lease_token) \
                SELECT 'complete_upload', id, 1, $1, 'another' FROM blobs WHERE 1 = 1 \
                ON CONFLICT (kind, subject) DO UPDATE SET due = 1, lease_until = excluded.lease_until, lease_token = 'another'";
    sqlx::query(held).bind(until).execute(rows).await.expect("a job");
}

async fn a_completion_that_broke_off_is_finished_by_the_sweep(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.txt", b"content").await;
    ada.send_parts(&upload, b"content", &[1]).await;
    let rows = app.rows().await;
    completing(&rows, app.clock.now() + 60_000).await;
    assert_eq!(ada.abort(&upload).await, Err(UploadProblem::Completing));
    app.clock.advance(Duration::from_secs(60));
    let app = app.restarted().await;
    app.state.maintenance.once().await.expect("a round");
    let ada = ada.at(&app);
    let [file] = &ada.get("/files").await.files()[..] else { panic!("one file") };
    assert_eq!(ada.get(&file.content()).await.text(), "content");
    assert_eq!(ada.complete(&upload).await, file.id);
}

async fn a_completion_that_broke_off_after_the_store_had_done_its_part_is_too(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let upload = ada.begin("a.txt", b"content").await;
    ada.send_parts(&upload, b"content", &[1]).await;
    let id = ada.complete(&upload).await;
    // As if the process had been killed before its transaction.
    let rows = app.rows().await;
    for statement in [
        "DELETE FROM entries WHERE kind = 'file'",
        "INSERT INTO uploads (id, account, path, name, size, modified, part_size, created) \
         SELECT id, account, '[]', 'a.txt', size, 0, 8388608, 0 FROM blobs",
        "UPDATE blobs SET verified = NULL",
        "DELETE FROM jobs",
        "INSERT INTO jobs (kind, subject, due) SELECT 'expire_upload', id, 9000000000000 FROM blobs",
    ] {
        sqlx::query(statement).execute(&rows).await.expect("a statement");
    }
    completing(&rows, 1).await;
    assert_ne!(ada.complete(&upload).await, id);
    assert_eq!(ada.get("/files").await.file_names(), ["a.txt"]);
    assert_eq!(app.used("ada").await, 7);
}

async fn deleting_a_file_that_came_in_parts_gives_its_room_back(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("large.bin", &content).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    let id = ada.complete(&upload).await;
    ada.deletes_for_ever(&format!("/files/{id}")).await;
    assert_eq!((app.used("ada").await, app.count("parts").await), (0, 0));
    app.is_clean().await;
}
