//! What leaves the trash: by hand, all at once, and after its time.

use std::time::Duration;

use crate::app::App;
use crate::archives::run;
use crate::database::{Database, on_both_databases};
use crate::folders_cleared::fill;
use crate::form::Form;

on_both_databases! {
    emptying_the_trash_says_what_goes_and_takes_all_of_it,
    what_has_been_there_long_enough_goes_by_itself,
    more_than_one_batch_goes,
    what_was_deleted_out_of_a_folder_before_stays_when_the_folder_goes,
    a_crash_in_the_middle_leaves_nothing_for_good,
}

const DAY: Duration = Duration::from_secs(86400);

async fn emptying_the_trash_says_what_goes_and_takes_all_of_it(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let theirs = grace.keeps("theirs.txt", b"123").await;
    grace.post(&theirs.delete(), &[]).await.leads_to();
    assert!(ada.get("/trash/empty").await.shown().contains("0 folders"), "{}", ada.get("/trash/empty").await.shown());
    let list = ada.makes_folder("/files", "folder").await;
    ada.keeps_in(&list, "in.txt", b"12345").await;
    let file = ada.keeps("out.txt", b"12345").await;
    ada.keeps("kept.txt", b"kept").await;
    ada.post(&format!("{list}/delete"), &[]).await.leads_to();
    ada.post(&file.delete(), &[]).await.leads_to();
    // As by a process whose clock is ahead.
    run(&app.rows().await, format!("UPDATE entries SET trashed = trashed + 3600000 WHERE id = '{}'", file.id)).await;
    let asked = ada.get("/trash/empty").await;
    assert_eq!(asked.heading(), "Empty the trash?");
    assert!(asked.shown().contains("Delete 2 files and 1 folder (10 B) for ever"), "{}", asked.shown());
    assert_eq!(app.used("ada").await, 14);
    assert_eq!(ada.post("/trash/empty", &[]).await.leads_to(), "/trash");
    app.has_blobs(2).await;
    assert_eq!((app.used("ada").await, app.used("grace").await), (4, 3));
    assert_eq!(app.count("entries").await, 4, "two roots, what is kept and what is another's");
    assert_eq!(ada.post("/trash/empty", &[]).await.leads_to(), "/trash", "once more does no harm");
}

async fn what_has_been_there_long_enough_goes_by_itself(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    for visitor in [&ada, &grace] {
        let old = visitor.keeps("old.txt", b"old").await;
        visitor.post(&old.delete(), &[]).await.leads_to();
    }
    app.clock.advance(DAY);
    let new = ada.keeps("new.txt", b"newer").await;
    ada.post(&new.delete(), &[]).await.leads_to();
    app.clock.advance(DAY * 29 - Duration::from_secs(1));
    app.state.entries.expire_trash().await.expect("a database");
    assert_eq!(app.count("blobs").await, 3, "not yet");
    app.clock.advance(Duration::from_secs(1));
    app.state.entries.expire_trash().await.expect("a database");
    app.state.entries.clear_detached().await.expect("a database");
    app.has_blobs(1).await;
    assert_eq!((app.used("ada").await, app.used("grace").await), (5, 0));
    assert_eq!(ada.post(&format!("/trash/{}/restore", new.id), &[]).await.leads_to(), "/files");
    assert_eq!(ada.get(&new.content()).await.text(), "newer");
}

async fn more_than_one_batch_goes(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "many").await;
    fill(&app, list.trim_start_matches("/files/"), 1400).await;
    let at = list.trim_start_matches("/files/");
    run(&app.rows().await, format!("UPDATE entries SET trashed = 1 WHERE parent = '{at}'")).await;
    assert!(ada.get("/trash/empty").await.shown().contains("Delete 1,400 files and 700 folders (14 kB) for ever"));
    assert_eq!(ada.post("/trash/empty", &[]).await.leads_to(), "/trash");
    app.state.entries.clear_detached().await.expect("a database");
    app.is_clean().await;
    assert_eq!((app.count("entries").await, app.used("ada").await), (2, 0));
    let counted: i64 = sqlx::query_scalar("SELECT entries FROM accounts WHERE name = 'ada'")
        .fetch_one(&app.rows().await)
        .await
        .expect("a row");
    assert_eq!(counted, 1);
}

async fn what_was_deleted_out_of_a_folder_before_stays_when_the_folder_goes(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "outer").await;
    let inner = ada.makes_folder(&outer, "inner").await;
    let kept = ada.makes_folder(&inner, "kept").await;
    let deep = ada.keeps_in(&kept, "deep.txt", b"deep").await;
    let form = (0..60).fold(Form::new(), |form, number| form.file("files", &number.to_string(), b"x"));
    ada.send_form(&inner, form).await.leads_to();
    ada.post(&format!("{kept}/delete"), &[]).await.leads_to();
    let some: Vec<_> = ada.get(&inner).await.rows();
    let fields: Vec<_> = some.iter().map(|row| ("entries", row.id.as_str())).collect();
    ada.post("/trash", &fields).await.leads_to();
    ada.post(&format!("{outer}/delete"), &[]).await.leads_to();
    let for_ever = format!("/trash/{}/delete", outer.trim_start_matches("/files/"));
    assert!(ada.get(&for_ever).await.shown().contains("Delete 10 files and 2 folders (10 B) for ever"));
    assert_eq!(ada.post(&for_ever, &[]).await.leads_to(), "/trash");
    app.has_blobs(51).await;
    let page = ada.call("trash", r#"{"position":"Top"}"#).await.data::<holdall::model::trash::TrashPage>();
    assert_eq!((page.rows.len(), page.below), (50, true), "the folder, and fifty files");
    let id = kept.trim_start_matches("/files/");
    assert_eq!(ada.post(&format!("/trash/{id}/restore"), &[]).await.leads_to(), "/files");
    assert_eq!(ada.get(&deep.content()).await.text(), "deep");
    assert_eq!(app.used("ada").await, 54);
}

async fn a_crash_in_the_middle_leaves_nothing_for_good(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("gone.txt", b"gone").await;
    ada.keeps("kept.txt", b"kept").await;
    ada.post(&file.delete(), &[]).await.leads_to();
    // What the process does before it clears, and dies.
    run(&app.rows().await, format!("UPDATE entries SET parent = NULL WHERE id = '{}'", file.id)).await;
    run(&app.rows().await, "UPDATE accounts SET entries = entries - 1 WHERE name = 'ada'".to_owned()).await;
    let app = app.restarted().await;
    app.state.entries.clear_detached().await.expect("a database");
    app.has_blobs(1).await;
    assert_eq!((app.count("entries").await, app.used("ada").await), (2, 4));
}
