//! A database that is older than the store, as after restoring a backup: no complete object in the store may be
//! deleted. And completions that never finish.

use std::time::Duration;

use holdall::model::entry::Verification;
use holdall::model::upload::{Upload, UploadProblem};

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::reserving::completing;
use crate::sending::{sum, three_parts};
use crate::visitor::Visitor;

on_both_databases! {
    an_upload_that_the_store_has_whole_is_a_file_and_not_swept,
    an_upload_that_the_store_has_whole_can_be_gone_on_with,
    a_completion_that_never_ends_is_given_up_with_its_time,
}

/// Resets the rows to their state before the upload was completed; `store_upload` is the store's id of the upload.
pub async fn rewind(app: &App, upload: &Upload, store_upload: Option<String>) {
    let rows = app.rows().await;
    let again = "INSERT INTO uploads (id, account, path, name, size, modified, part_size, store_upload, created) \
                 SELECT id, account, '[]', 'old.bin', size, 0, $1, $2, 0 FROM blobs";
    let part_size = i64::try_from(upload.part_size).expect("few bytes");
    sqlx::query(again).bind(part_size).bind(store_upload).execute(&rows).await.expect("an upload");
    for statement in [
        "DELETE FROM entries WHERE kind = 'file'",
        "UPDATE blobs SET state = 'uploading', sha256 = NULL, crc32 = NULL, verified = NULL",
        "DELETE FROM parts",
        "DELETE FROM jobs",
    ] {
        sqlx::query(statement).execute(&rows).await.expect("a statement");
    }
    let due = sqlx::query("INSERT INTO jobs (kind, subject, due) VALUES ('expire_upload', $1, $2)");
    due.bind(upload.id.to_string()).bind(upload.expires).execute(&rows).await.expect("a job");
}

/// Asserts that the account has exactly one file, with this content.
pub async fn is_kept(app: &App, visitor: &Visitor, content: &[u8]) {
    let [file] = &visitor.get("/files").await.files()[..] else { panic!("one file") };
    assert_eq!(visitor.check_of(&file.id).await, Verification::Waiting);
    app.state.verifier.once().await.expect("a check").expect("something to check");
    assert!(visitor.get(&file.content()).await.body == content);
    assert_eq!(visitor.verified_sum_of(&file.id).await, Some(sum(content).to_string()));
}

/// A site whose store has completed an upload, while its rows say that it is incomplete.
async fn rewound(database: &Database) -> (App, Visitor, Vec<u8>, Upload) {
    let app = App::start(database).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("old.bin", &content).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    ada.complete(&upload).await;
    rewind(&app, &upload, None).await;
    (app, ada, content, upload)
}

async fn an_upload_that_the_store_has_whole_is_a_file_and_not_swept(database: Database) {
    let (app, ada, content, _) = rewound(&database).await;
    app.outlast_uploads();
    app.state.maintenance.once().await.expect("a round");
    assert!(ada.unfinished().await.is_empty());
    is_kept(&app, &ada, &content).await;
    assert_eq!(app.used("ada").await, content.len() as i64);
}

async fn an_upload_that_the_store_has_whole_can_be_gone_on_with(database: Database) {
    let (app, ada, content, upload) = rewound(&database).await;
    ada.complete(&upload).await;
    is_kept(&app, &ada, &content).await;
}

async fn a_completion_that_never_ends_is_given_up_with_its_time(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let rows = app.rows().await;
    let upload = ada.begin("a.txt", b"content").await;
    ada.send_parts(&upload, b"content", &[1]).await;
    // As if the disk had lost the file.
    let [unfinished] = &app.stored(&["tmp"])[..] else { panic!("one file") };
    std::fs::remove_file(unfinished).expect("what was written");
    std::fs::create_dir(unfinished).expect("something else");
    app.outlast_uploads();
    completing(&rows, app.clock.now() + 60_000).await;
    app.state.maintenance.once().await.expect("a round");
    assert_eq!(ada.abort(&upload).await, Err(UploadProblem::Completing), "somebody is at it");
    app.clock.advance(Duration::from_secs(60));
    app.state.maintenance.once().await.expect("a round");
    assert!(ada.unfinished().await.is_empty());
    assert_eq!(app.used("ada").await, 0);
}
