//! What archives cost: their rows, a request for a range of them, and what is kept of them.

use axum::http::Request;
use holdall::model::upload::NewUpload;

use crate::app::App;
use crate::archives::{archive_of, entries, paths, run, with_three};
use crate::database::{Database, on_both_databases};
use crate::sending::file;

on_both_databases! {
    any_range_of_deep_folders_is_the_same_bytes_of_the_whole,
    a_request_for_a_range_asks_for_no_other_member,
    a_file_that_goes_with_its_folder_ends_the_archives_it_is_in,
    the_oldest_archives_of_an_account_are_forgotten,
    an_archive_whose_members_are_not_all_written_cannot_be_found,
    an_archive_of_too_many_long_names_is_refused,
}

async fn any_range_of_deep_folders_is_the_same_bytes_of_the_whole(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let deep: Vec<_> = (0..15).map(|level| format!("{level:0250}")).collect();
    let within = |levels: usize, name: &str| NewUpload { path: deep[..levels].to_vec(), ..file(name, 0) };
    let wanted: Vec<_> = (0..=15).flat_map(|levels| [within(levels, "a"), within(levels, "z")]).collect();
    for upload in ada.create(&wanted).await {
        ada.complete(&upload.expect("an upload")).await;
    }
    let path = archive_of(&ada, &[("all", "1")]).await;
    let whole = ada.get(&path).await.body;
    let listed = paths(&whole);
    assert_eq!(listed.len(), 15 + 32);
    let deepest = format!("{}/z", deep.join("/"));
    assert!(listed.contains(&deepest) && listed.contains(&"a".to_owned()) && listed.contains(&"z".to_owned()));
    assert!(listed.contains(&format!("{}/", deep[..3].join("/"))));
    let names: i64 = sqlx::query_scalar("SELECT CAST(SUM(LENGTH(name)) AS BIGINT) FROM download_entries")
        .fetch_one(&app.rows().await)
        .await
        .expect("rows");
    assert_eq!(names, 15 * 251 + 32, "each name is written once");
    for first in (0..whole.len()).step_by(1601) {
        for last in [first, first + 700, first + 20_000, whole.len() - 1].map(|last| last.min(whole.len() - 1)) {
            let answer = ada.ask(Request::get(&path).header("range", format!("bytes={first}-{last}"))).await;
            assert_eq!(answer.body, whole.slice(first..=last), "{first}-{last}");
        }
    }
}

async fn a_request_for_a_range_asks_for_no_other_member(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    let path = archive_of(&ada, &entries(&files)).await;
    let whole = ada.get(&path).await.body;
    run(&app.rows().await, "DELETE FROM download_entries WHERE header > 0".to_owned()).await;
    let range = |range: &'static str| ada.ask(Request::get(&path).header("range", range));
    assert_eq!(range("bytes=0-9").await.body, whole.slice(..10));
    assert_eq!(range("bytes=-22").await.body, whole.slice(whole.len() - 22..));
    assert_eq!(ada.ask(Request::head(&path)).await.status, 200);
    assert!(!ada.receives_whole(&path).await);
}

async fn a_file_that_goes_with_its_folder_ends_the_archives_it_is_in(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "outer").await;
    let inner = ada.makes_folder(&outer, "inner").await;
    ada.keeps_in(&inner, "deep.txt", b"deep").await;
    let kept = ada.keeps("kept.txt", b"kept").await;
    let with = archive_of(&ada, &[("all", "1")]).await;
    let without = archive_of(&ada, &[("entries", &kept.id)]).await;
    ada.deletes_for_ever(&outer).await;
    assert_eq!(ada.ask(Request::head(&with)).await.status, 410);
    assert_eq!(ada.get(&with).await.status, 410);
    assert_eq!(ada.get(&without).await.status, 200);
}

async fn the_oldest_archives_of_an_account_are_forgotten(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    let grace = app.signed_in("grace").await;
    grace.keeps("hers.txt", b"hers").await;
    let hers = archive_of(&grace, &[("all", "1")]).await;
    let first = archive_of(&ada, &entries(&files[..1])).await;
    let second = archive_of(&ada, &entries(&files[1..2])).await;
    let rows = app.rows().await;
    let taken: i64 = sqlx::query_scalar("SELECT bytes FROM downloads LIMIT 1").fetch_one(&rows).await.expect("a row");
    assert!((256..2048).contains(&taken), "{taken} bytes for one file");
    run(&rows, format!("UPDATE downloads SET bytes = {}", 60 << 20)).await;
    let third = archive_of(&ada, &entries(&files[2..])).await;
    assert_eq!(ada.get(&first).await.status, 200, "120 MiB and a little");
    run(&rows, format!("UPDATE downloads SET bytes = {}", 60 << 20)).await;
    let fourth = archive_of(&ada, &[("all", "1")]).await;
    assert_eq!(ada.get(&first).await.status, 404);
    for path in [&second, &third, &fourth] {
        assert_eq!(ada.get(path).await.status, 200);
    }
    assert_eq!(grace.get(&hers).await.status, 200, "another's are not touched");
}

async fn an_archive_whose_members_are_not_all_written_cannot_be_found(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    let path = archive_of(&ada, &entries(&files)).await;
    run(&app.rows().await, "UPDATE downloads SET tag = ''".to_owned()).await;
    assert_eq!(ada.get(&path).await.status, 404);
    assert_ne!(archive_of(&ada, &entries(&files)).await, path);
}

async fn an_archive_of_too_many_long_names_is_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.keeps("the file", b"x").await;
    // 55,000 names of 250 bytes, with keys to sort by of 1,000.
    let statement = "INSERT INTO entries (id, account, parent, kind, name, folded, sort, created, changed) \
         WITH RECURSIVE numbers (number) AS (SELECT 10000000 UNION ALL SELECT number + 1 FROM numbers WHERE number < 10054999) \
         SELECT '000000000000000000' || CAST(number AS TEXT), e.account, e.parent, 'folder', CAST(number AS TEXT) || $1, \
         CAST(number AS TEXT), CAST(number AS TEXT) || $2, 0, 0 FROM numbers CROSS JOIN entries e WHERE e.name = 'the file'";
    let texts = ["n".repeat(242), "5".repeat(992)];
    sqlx::query(statement).bind(&texts[0]).bind(&texts[1]).execute(&app.rows().await).await.expect("entries");
    let refused = ada.post("/downloads", &[("all", "1")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.shown().contains("too long together for one archive"), "{}", refused.shown());
    assert_eq!(app.count("downloads").await, 0);
}
