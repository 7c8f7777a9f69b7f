//! Interruptions: connections that break, and a store that fails.

use std::time::Duration;

use crate::answer::Answer;
use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::form::Form;

on_both_databases! {
    an_upload_that_is_cut_off_leaves_nothing,
    an_upload_whose_sender_leaves_leaves_nothing,
    an_upload_whose_process_dies_gives_its_room_back_within_minutes,
    files_before_the_one_that_is_cut_off_are_kept,
    an_upload_that_was_swept_away_meanwhile_is_refused,
    a_store_that_fails_is_a_clear_page_and_loses_nothing,
    a_deletion_the_store_did_not_take_is_finished_by_the_sweep,
    a_folders_bytes_that_the_store_did_not_let_go_are_taken_by_the_sweep,
    many_deletions_that_broke_off_are_finished_in_one_go,
    a_database_that_is_gone_is_a_clear_page,
    what_watches_the_process_is_told,
}

async fn an_upload_that_is_cut_off_leaves_nothing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = vec![7; 3_000_000];
    let answer = ada.send(Form::new().file("files", "half.bin", &content).cut_off("/files")).await;
    assert_eq!(answer.status.as_u16() / 100, 4, "{}", answer.text());
    app.is_clean().await;
    assert!(ada.get("/files").await.files().is_empty());
    assert_eq!(app.used("ada").await, 0);
}

async fn an_upload_whose_sender_leaves_leaves_nothing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form = Form::new().file("files", "half.bin", &vec![7; 3_000_000]);
    leaves_once(&app, ada.send(form.stuck("/files")), "blobs", 1).await;
    app.is_clean().await;
    assert!(ada.get("/files").await.files().is_empty());
}

async fn an_upload_whose_process_dies_gives_its_room_back_within_minutes(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form = Form::new().file("files", "half.bin", &vec![7; 3_000_000]);
    // Nothing of a process that is killed runs again: neither what renews its lease nor what clears up behind it.
    let mut upload = Box::pin(ada.send(form.stuck("/files")));
    while app.stored(&["tmp"]).is_empty() {
        drop(tokio::time::timeout(Duration::from_millis(5), &mut upload).await);
    }
    let reserved = app.used("ada").await;
    std::mem::forget(upload);
    app.state.maintenance.once().await.expect("a round");
    assert_eq!((app.used("ada").await, app.count("blobs").await), (reserved, 1), "it may still be alive");
    app.clock.advance(Duration::from_secs(180));
    app.state.maintenance.once().await.expect("a round");
    assert_eq!(app.used("ada").await, 0);
    app.is_clean().await;
}

async fn files_before_the_one_that_is_cut_off_are_kept(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form = Form::new().file("files", "whole.txt", b"whole").file("files", "half.txt", b"half");
    // The root folder is an entry, too.
    leaves_once(&app, ada.send(form.stuck("/files")), "entries", 2).await;
    let files = ada.get("/files").await.files();
    assert_eq!(files.len(), 1);
    assert_eq!(ada.get(&files[0].content()).await.text(), "whole");
}

async fn an_upload_that_was_swept_away_meanwhile_is_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let (go_on, signal) = tokio::sync::oneshot::channel();
    let upload = ada.send(Form::new().file("files", "slow.bin", &vec![7; 2_000_000]).halting("/files", signal));
    let sweep = async {
        while app.count("blobs").await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        app.state.maintenance.once().await.expect("a round");
        assert_eq!(app.count("blobs").await, 1, "an upload under way is left alone");
        // An upload that has expired is.
        app.sweep_halted_upload().await;
        go_on.send(()).expect("somebody who uploads");
    };
    let (answer, ()) = tokio::join!(upload, sweep);
    assert_eq!(answer.status, 408, "{}", answer.text());
    app.is_clean().await;
    assert!(ada.get("/files").await.files().is_empty());
    assert_eq!(app.used("ada").await, 0);
}

/// Sends a request that never ends, and drops it once the table has this many rows, as the server does when a
/// connection breaks.
async fn leaves_once(app: &App, upload: impl Future<Output = Answer>, table: &str, rows: i64) {
    let far_enough = async {
        while app.count(table).await < rows {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        answer = upload => panic!("answered: {}", answer.text()),
        () = far_enough => {}
    }
}

/// How soon a failed deletion is retried.
const RETRY: Duration = Duration::from_secs(60);

/// Moves the private folder away, so that even root can neither read nor write in it.
fn break_store(app: &App) {
    std::fs::rename(app.folder("private"), app.folder("elsewhere")).expect("a folder");
    std::fs::write(app.folder("private"), b"no folder").expect("a file in its place");
}

fn mend_store(app: &App) {
    std::fs::remove_file(app.folder("private")).expect("the file in its place");
    std::fs::rename(app.folder("elsewhere"), app.folder("private")).expect("a folder");
}

async fn a_store_that_fails_is_a_clear_page_and_loses_nothing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("kept.txt", b"kept").await;
    break_store(&app);
    let upload = ada.upload("another.txt", b"content").await;
    let download = ada.get(&file.content()).await;
    for answer in [&upload, &download] {
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert_ne!(answer.header("retry-after"), "");
        assert!(answer.shown().contains("Not available right now"), "{}", answer.text());
        assert!(!answer.text().contains("os error") && !answer.text().contains("/private"), "internals stay inside");
    }
    let for_data = ada.send_form("/files", Form::new().file("files", "another.txt", b"content").for_data()).await;
    assert_eq!(for_data.status, 503);
    assert_eq!(for_data.data::<holdall::model::problem::Problem>(), holdall::model::problem::Problem::Unavailable);
    assert_eq!(ada.get("/files").await.file_names(), ["kept.txt"], "the list needs no store");
    mend_store(&app);
    assert_eq!(ada.get(&file.content()).await.text(), "kept");
    assert_eq!(app.used("ada").await, 4);
    assert_eq!(ada.upload("another.txt", b"content").await.status, 303);
}

async fn a_deletion_the_store_did_not_take_is_finished_by_the_sweep(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("gone.txt", b"gone").await;
    break_store(&app);
    ada.deletes_for_ever(&file.delete()).await;
    assert!(ada.get("/trash").await.shown().contains("Nothing in the trash"), "it is out of the list at once");
    assert_eq!(app.used("ada").await, 4, "it is still in the store");
    mend_store(&app);
    assert_eq!((app.stored(&["private"]).len(), app.count("blobs").await), (1, 1), "and its row is still there");
    app.clock.advance(RETRY);
    assert_eq!(app.state.maintenance.once().await.expect("a round"), 1);
    assert_eq!((app.stored(&["private"]).len(), app.count("blobs").await), (0, 0));
}

async fn a_folders_bytes_that_the_store_did_not_let_go_are_taken_by_the_sweep(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "gone").await;
    ada.keeps_in(&list, "one.txt", b"one").await;
    ada.keeps_in(&list, "two.txt", b"two").await;
    break_store(&app);
    ada.deletes_for_ever(&list).await;
    assert!(ada.get("/files").await.rows().is_empty(), "it is out of the list at once");
    assert_eq!(app.used("ada").await, 6, "they are still in the store");
    // Until both background deletions have failed once.
    let tried = "SELECT COUNT(*) FROM jobs WHERE kind = 'delete_blob' AND last_error IS NOT NULL";
    while sqlx::query_scalar::<_, i64>(tried).fetch_one(&app.rows().await).await.expect("jobs") < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    mend_store(&app);
    assert_eq!((app.stored(&["private"]).len(), app.count("blobs").await), (2, 2), "and their rows are still there");
    app.clock.advance(RETRY);
    assert_eq!(app.state.maintenance.once().await.expect("a round"), 2);
    assert_eq!((app.stored(&["private"]).len(), app.count("blobs").await, app.used("ada").await), (0, 0, 0));
}

async fn many_deletions_that_broke_off_are_finished_in_one_go(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "gone").await;
    let form = (0..250).fold(Form::new(), |form, number| form.file("files", &number.to_string(), b"x"));
    ada.send_form(&list, form).await.leads_to();
    break_store(&app);
    ada.deletes_for_ever(&list).await;
    // Until the deletion in the background has given up for now.
    let tried = "SELECT COUNT(*) FROM jobs WHERE kind = 'delete_blob' AND last_error IS NOT NULL";
    while sqlx::query_scalar::<_, i64>(tried).fetch_one(&app.rows().await).await.expect("jobs") < 100 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    mend_store(&app);
    app.clock.advance(RETRY);
    app.state.maintenance.round().await;
    assert_eq!((app.stored(&["private"]).len(), app.count("blobs").await), (0, 0));
}

async fn a_database_that_is_gone_is_a_clear_page(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    app.state.close().await;
    for path in ["/files", "/account"] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, 503, "{path}: {}", answer.text());
        assert!(answer.shown().contains("Not available right now"));
    }
    assert_eq!(app.visitor().sign_in("ada").await.status, 503);
    assert_eq!(app.visitor().get("/").await.status, 200, "the landing page needs none");
}

async fn what_watches_the_process_is_told(database: Database) {
    let app = App::start(&database).await;
    let watcher = app.visitor();
    assert_eq!(watcher.get("/health/live").await.status, 200);
    assert_eq!(app.ready().await.status, 200);
    break_store(&app);
    let not_ready = app.ready().await;
    assert_eq!((not_ready.status.as_u16(), not_ready.text().as_str()), (503, "not ready\n"));
    mend_store(&app);
    assert_eq!(app.ready().await.status, 200);
    app.state.close().await;
    assert_eq!(app.ready().await.status, 503);
    assert_eq!(watcher.get("/health/live").await.status, 200);
}
