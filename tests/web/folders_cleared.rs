//! Folders that are too large to be deleted in one transaction: they are out of the tree at once, and their rows go in
//! batches, between which others write, and which a crash does not stop for ever.

use std::time::Duration;

use holdall::model::id::EntryId;
use holdall::model::upload::{Completed, NewUpload, UploadProblem};

use crate::app::App;
use crate::archives::{archive_of, entries, run};
use crate::database::{Database, on_both_databases};
use crate::sending::file;
use crate::visitor::Visitor;

on_both_databases! {
    nothing_below_a_folder_that_is_being_deleted_can_be_reached,
    rows_go_in_batches_between_which_others_write,
    a_deletion_that_broke_off_is_taken_up_at_the_next_start,
    a_large_folder_is_gone_at_once_and_its_bytes_in_the_end,
    folders_on_the_way_of_files_are_made_at_the_pace_of_all_folders,
}

/// Puts so many files of ten bytes into a folder, half of them into folders of their own.
pub async fn fill(app: &App, folder: &str, files: i64) {
    let id = "SUBSTR('0000000000000000000000', 1, 22 - LENGTH(CAST(number AS TEXT))) || CAST(number AS TEXT)";
    let numbers = format!(
        "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {files})"
    );
    let from = format!("FROM numbers CROSS JOIN entries t WHERE t.id = '{folder}'");
    let entry = "INSERT INTO entries (id, account, parent, kind, name, folded, sort, blob, created, changed)";
    let name = "CAST(number AS TEXT), CAST(number AS TEXT), CAST(number AS TEXT)";
    for statement in [
        format!(
            "INSERT INTO blobs (id, account, key, state, size, media_type, created) {numbers} \
             SELECT '000b' || {id}, t.account, '00/000b' || {id}, 'stored', 10, 'text/plain', 0 {from}"
        ),
        format!(
            "{entry} {numbers} SELECT '000d' || {id}, t.account, t.id, 'folder', {name}, NULL, 0, 0 {from} AND number % 2 = 0"
        ),
        format!(
            "{entry} {numbers} SELECT '000f' || {id}, t.account, CASE WHEN number % 2 = 0 THEN '000d' || {id} ELSE t.id END, \
             'file', {name}, '000b' || {id}, 0, 0 {from}"
        ),
        format!(
            "UPDATE accounts SET used = used + {}, entries = entries + {} WHERE name = 'ada'",
            files * 10,
            files + files / 2
        ),
    ] {
        run(&app.rows().await, statement).await;
    }
}

/// What the process does before its first batch, and dies.
async fn detach(app: &App, list: &str) {
    let folder = id_of(list);
    run(&app.rows().await, format!("UPDATE entries SET parent = NULL, trashed = 1 WHERE id = '{folder}'")).await;
    run(&app.rows().await, "UPDATE accounts SET entries = entries - 1 WHERE name = 'ada'".to_owned()).await;
}

fn id_of(list: &str) -> EntryId {
    EntryId::parse(list.trim_start_matches("/files/")).expect("an id")
}

/// The bytes and entries of ada's account, which must be what its rows add up to at every moment.
async fn counted(app: &App) -> (i64, i64) {
    let rows = app.rows().await;
    let counted: (i64, i64) =
        sqlx::query_as("SELECT used, entries FROM accounts WHERE name = 'ada'").fetch_one(&rows).await.expect("a row");
    let there: (i64, i64) = sqlx::query_as(
        "SELECT (SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM blobs WHERE account = a.id), \
         (SELECT COUNT(*) FROM entries WHERE parent IS NOT NULL AND account = a.id) FROM accounts a WHERE name = 'ada'",
    )
    .fetch_one(&rows)
    .await
    .expect("a row");
    assert_eq!(counted, there);
    counted
}

async fn nothing_below_a_folder_that_is_being_deleted_can_be_reached(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "outer").await;
    let list = ada.makes_folder(&outer, "going").await;
    let inner = ada.makes_folder(&list, "inner").await;
    let (deep, kept) = (ada.keeps_in(&inner, "deep.txt", b"deep").await, ada.keeps("kept.txt", b"kept").await);
    let into = |path: Vec<String>| NewUpload { folder: Some(id_of(&inner)), path, ..file("late.txt", 0) };
    let unfinished = ada.create(&[into(vec!["sub".to_owned()])]).await.remove(0).expect("an upload");
    let chosen = [kept.clone()];
    let (with, without) = (archive_of(&ada, &[("all", "1")]).await, archive_of(&ada, &entries(&chosen)).await);
    detach(&app, &list).await;

    assert!(ada.get(&outer).await.rows().is_empty());
    for path in [&list, &inner, &format!("{list}/delete"), &format!("{inner}/delete"), &deep.content(), &deep.delete()]
    {
        assert_eq!(ada.get(path).await.status, 404, "{path}");
    }
    for path in [format!("{inner}/delete"), deep.delete()] {
        assert_eq!(ada.post(&path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(ada.post(&format!("{inner}/new-folder"), &[("folder-name", "new")]).await.status, 404);
    assert_eq!(ada.send_form(&inner, crate::form::Form::new().file("files", "a", b"a")).await.status, 404);
    assert!(ada.create(&[into(Vec::new())]).await.remove(0).is_err());
    assert_eq!(ada.get(&with).await.status, 410);
    assert_eq!(ada.get(&without).await.status, 200);
    assert_ne!(ada.post("/downloads", &[("entries", &deep.id)]).await.status, 303);
    assert_ne!(ada.post("/downloads", &[("entries", id_of(&inner).as_str())]).await.status, 303);
    let Ok(Completed::File { folders, .. }) = ada.try_complete(&unfinished).await else { panic!("no file") };
    assert_eq!(folders, ["sub"], "not in what is being deleted");
    ada.makes_folder(&outer, "going").await;

    assert_eq!(counted(&app).await, (8, 7));
    app.state.entries.clear_detached().await.expect("a database");
    app.has_blobs(2).await;
    assert_eq!(counted(&app).await, (4, 5));
    assert_eq!((ada.get(&with).await.status.as_u16(), ada.get(&without).await.status.as_u16()), (410, 200));
}

async fn rows_go_in_batches_between_which_others_write(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let list = ada.makes_folder("/files", "large").await;
    fill(&app, id_of(&list).as_str(), 1400).await;
    assert_eq!(counted(&app).await, (14_000, 2101));
    detach(&app, &list).await;
    let scope = app.scope_of("ada").await;
    let (mut before, mut batches) = (app.count("entries").await, 0);
    while app.state.entries.clear_batch(scope.owner()).await.expect("a database") {
        grace.makes_folder("/files", &batches.to_string()).await;
        let now = app.count("entries").await;
        assert!(before - now < 1024, "{before} to {now}");
        let (used, entries) = counted(&app).await;
        assert!(used >= 0 && entries >= 0);
        (before, batches) = (now, batches + 1);
    }
    assert!(batches >= 4, "{batches}");
    assert_eq!(counted(&app).await, (14_000, 0), "the objects are still there");
    assert_eq!(app.count("jobs WHERE kind = 'delete_blob'").await, 1400);
    assert_eq!(app.state.maintenance.once().await.expect("a round"), 100);
    assert_eq!(counted(&app).await, (13_000, 0), "as many bytes as were deleted are given back");
    while app.state.maintenance.once().await.expect("a round") > 0 {}
    assert_eq!(counted(&app).await, (0, 0));
}

async fn a_deletion_that_broke_off_is_taken_up_at_the_next_start(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "large").await;
    fill(&app, id_of(&list).as_str(), 700).await;
    detach(&app, &list).await;
    assert!(app.state.entries.clear_batch(app.scope_of("ada").await.owner()).await.expect("a database"));
    let (used, _) = counted(&app).await;
    assert!(used > 0, "some are left");
    let app = app.restarted().await;
    app.state.entries.clear_detached().await.expect("a database");
    assert_eq!(app.count("entries").await, 1, "the root");
    app.is_clean().await;
    assert_eq!(counted(&app).await, (0, 0));
}

async fn a_large_folder_is_gone_at_once_and_its_bytes_in_the_end(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "large").await;
    let real = ada.keeps_in(&list, "real.txt", b"12345").await;
    fill(&app, id_of(&list).as_str(), 1400).await;
    ada.deletes_for_ever(&list).await;
    assert_eq!(ada.get(&real.content()).await.status, 404);
    let again = ada.makes_folder("/files", "large").await;
    assert!(ada.get(&again).await.rows().is_empty());
    app.is_clean().await;
    assert_eq!(counted(&app).await, (0, 1));
    assert_eq!(app.count("entries").await, 2);
}

/// Uses up what may be made in this minute, but for a hundred folders or so, with paths that are refused.
async fn use_up_the_pace(ada: &Visitor) {
    let deep = holdall::model::upload::NewFolder { folder: None, path: vec!["x".to_owned(); 119] };
    ada.make_folders(&vec![deep; 100]).await;
}

async fn folders_on_the_way_of_files_are_made_at_the_pace_of_all_folders(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    use_up_the_pace(&ada).await;
    let below = |top: &str| {
        let path = (0..60).map(|level| if level == 0 { top.to_owned() } else { level.to_string() }).collect();
        NewUpload { path, ..file("a.txt", 0) }
    };
    let mut uploads = ada.create(&[below("one"), below("two"), below("one")]).await.into_iter();
    let mut next = || uploads.next().expect("an answer").expect("an upload");
    let [one, two, beside] = [next(), next(), next()];
    assert!(matches!(ada.try_complete(&one).await, Ok(Completed::File { .. })));
    let refused = ada.try_complete(&two).await;
    let Err(UploadProblem::Later { seconds }) = refused else { panic!("not refused: {refused:?}") };
    assert!((1..=61).contains(&seconds), "{seconds}");
    assert!(matches!(ada.try_complete(&beside).await, Ok(Completed::File { .. })), "its folders are there");
    let by_hand = ada.post("/files/new-folder", &[("folder-name", "by hand")]).await;
    assert_eq!((by_hand.status.as_u16(), by_hand.header("retry-after").is_empty()), (429, false));
    app.clock.advance(Duration::from_secs(seconds.into()));
    assert!(matches!(ada.try_complete(&two).await, Ok(Completed::File { .. })), "who waits gets through");
    ada.makes_folder("/files", "by hand").await;
}
