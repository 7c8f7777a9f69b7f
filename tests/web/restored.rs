//! A database that is older than the store, as after a restored backup: nothing that lies whole in the store may be thrown
//! away. And completions that never end.

use holdall::model::entry::Check;
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

/// Makes the rows what they were before the upload was complete; `store_upload` is the bucket's name for it.
pub async fn rewind(app: &App, upload: &Upload, store_upload: Option<String>, expires: i64) {
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
    due.bind(upload.id.to_string()).bind(expires).execute(&rows).await.expect("a job");
}

/// The one file of an account, which must have this content.
pub async fn is_kept(app: &App, visitor: &Visitor, content: &[u8]) {
    let [file] = &visitor.get("/files").await.files()[..] else { panic!("one file") };
    assert_eq!(visitor.check_of(&file.id).await, Check::Waiting);
    app.state.checks.once().await.expect("a check").expect("something to check");
    assert!(visitor.get(&file.content()).await.body == content);
    assert_eq!(visitor.check_of(&file.id).await, Check::Verified { sha256: sum(content).to_string() });
}

/// A site whose store has an upload whole, and whose rows do not know it.
async fn rewound(database: &Database, expires: i64) -> (App, Visitor, Vec<u8>, Upload) {
    let app = App::start(database).await;
    let ada = app.signed_in("ada").await;
    let content = three_parts();
    let upload = ada.begin("old.bin", &content).await;
    ada.send_parts(&upload, &content, &[1, 2, 3]).await;
    ada.complete(&upload).await;
    rewind(&app, &upload, None, expires).await;
    (app, ada, content, upload)
}

async fn an_upload_that_the_store_has_whole_is_a_file_and_not_swept(database: Database) {
    let (app, ada, content, _) = rewound(&database, 0).await;
    app.state.sweep.once().await.expect("a sweep");
    assert!(ada.unfinished().await.is_empty());
    is_kept(&app, &ada, &content).await;
    assert_eq!(app.used("ada").await, content.len() as i64);
}

async fn an_upload_that_the_store_has_whole_can_be_gone_on_with(database: Database) {
    let (app, ada, content, upload) = rewound(&database, i64::MAX).await;
    ada.complete(&upload).await;
    is_kept(&app, &ada, &content).await;
}

async fn a_completion_that_never_ends_is_given_up_with_its_time(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let rows = app.rows().await;
    let upload = ada.begin("a.txt", b"content").await;
    ada.send_parts(&upload, b"content", &[1]).await;
    // The disk does not give it back.
    let [unfinished] = &app.stored(&["tmp"])[..] else { panic!("one file") };
    std::fs::remove_file(unfinished).expect("what was written");
    std::fs::create_dir(unfinished).expect("something else");
    completing(&rows, 9_000_000_000_000).await;
    app.due_now().await;
    app.state.sweep.once().await.expect("a sweep");
    assert_eq!(ada.abort(&upload).await, Err(UploadProblem::Completing), "somebody is at it");
    completing(&rows, 1).await;
    app.state.sweep.once().await.expect("a sweep");
    assert!(ada.unfinished().await.is_empty());
    assert_eq!(app.used("ada").await, 0);
}
