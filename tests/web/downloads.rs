//! Downloads of several files, of folders and of everything as one archive: the contents, and resuming after an
//! interruption.

use axum::http::Request;

use crate::app::App;
use crate::archives::{FOLDER, INNER, archive, archive_of, entries, in_folder, paths, run, with_three};
use crate::database::{Database, on_both_databases};
use crate::form::Form;

on_both_databases! {
    several_files_come_as_one_archive_of_known_length,
    any_range_of_an_archive_is_the_same_bytes_of_the_whole,
    a_download_that_broke_off_goes_on_where_it_ended,
    a_folder_comes_with_all_that_is_in_it,
    everything_is_everything_of_ones_own,
    a_page_that_runs_is_told_where_the_archive_lies,
    the_same_selection_is_the_same_download_until_something_changes,
    ten_thousand_files_make_an_archive_and_a_hundred_thousand_and_one_do_not,
    the_list_has_a_box_for_each_file,
}

async fn several_files_come_as_one_archive_of_known_length(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    let path = archive_of(&ada, &entries(&files[..2])).await;
    let whole = ada.get(&path).await;
    assert_eq!((whole.status.as_u16(), whole.header("content-type")), (200, "application/zip"));
    assert_eq!(paths(&whole.body), ["b.bin", "empty"]);
    assert!(whole.text().contains("third") && !whole.text().contains("first"));
    assert_eq!(whole.header("content-length"), whole.body.len().to_string());
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("cache-control"), "private, no-store, no-transform");
    assert_eq!(whole.header("content-security-policy"), "sandbox; default-src 'none'");
    assert!(whole.header("content-disposition").starts_with("attachment; filename=\"Holdall 2"));
    assert!(whole.header("etag").starts_with('"'));

    let head = ada.ask(Request::head(&path)).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    for name in ["content-length", "content-type", "content-disposition", "etag", "last-modified", "accept-ranges"] {
        assert_eq!(head.header(name), whole.header(name), "{name}");
    }
    let again = ada.ask(Request::get(&path).header("if-none-match", whole.header("etag"))).await;
    assert_eq!(again.status, 304);
    assert_eq!(ada.get(&format!("{path}/whatever.zip")).await.status, 404, "no name is in the address");
    let only = archive(&ada, &entries(&files[..1])).await;
    assert!(only.header("content-disposition").starts_with("attachment; filename=\"b.bin.zip\""));
}

async fn any_range_of_an_archive_is_the_same_bytes_of_the_whole(database: Database) {
    let app = App::start(&database).await;
    let (ada, _) = with_three(&app).await;
    // Larger than what is read ahead at once.
    let long: Vec<u8> = (0..700_000_u32).map(|n| (n % 251) as u8).collect();
    ada.keeps("long.bin", &long).await;
    let path = archive_of(&ada, &[("all", "1")]).await;
    let whole = ada.get(&path).await.body;
    let length = whole.len();
    let mut ranges = vec![(0, 0), (0, length - 1), (length - 1, length - 1), (length - 22, length - 1), (29, 31)];
    let mut seed = 1_u64;
    for _ in 0..60 {
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % length
        };
        let (one, other) = (random(), random());
        ranges.push((one.min(other), one.max(other)));
    }
    // Resume at every boundary near the end, where small structures follow each other.
    ranges.extend((length - 400..length).map(|start| (start, (start + 40).min(length - 1))));
    for (first, last) in ranges {
        let answer = ada.ask(Request::get(&path).header("range", format!("bytes={first}-{last}"))).await;
        assert_eq!(answer.status, 206);
        assert_eq!(answer.header("content-range"), format!("bytes {first}-{last}/{length}"));
        assert_eq!(answer.header("content-type"), "application/zip");
        assert_eq!(answer.body, whole.slice(first..=last), "{first}-{last}");
    }
}

async fn a_download_that_broke_off_goes_on_where_it_ended(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    let path = archive_of(&ada, &[("all", "1")]).await;
    let whole = ada.get(&path).await;
    let etag = whole.header("etag").to_owned();
    let app = app.restarted().await;
    let ada = ada.at(&app);
    // Renaming a file does not change a download that has been requested.
    run(&app.rows().await, format!("UPDATE entries SET name = 'renamed' WHERE id = '{}'", files[0].id)).await;
    let rest = |tag: &str| Request::get(&path).header("range", "bytes=50-").header("if-range", tag.to_owned());
    let answer = ada.ask(rest(&etag)).await;
    assert_eq!((answer.status.as_u16(), answer.body), (206, whole.body.slice(50..)));
    assert_eq!(ada.ask(rest("\"another\"")).await.body, whole.body);
}

async fn a_folder_comes_with_all_that_is_in_it(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    in_folder(&app, FOLDER, "Photos", None, &files[..1]).await;
    in_folder(&app, INNER, "inner", Some(FOLDER), &files[1..2]).await;
    in_folder(&app, "00000000000000000000000003", "nothing in it", Some(INNER), &[]).await;
    let all_of_it = ["Photos/", "Photos/b.bin", "Photos/inner/", "Photos/inner/empty", "Photos/inner/nothing in it/"];
    let answer = archive(&ada, &[("folder", FOLDER)]).await;
    assert_eq!(paths(&answer.body), all_of_it);
    assert!(answer.header("content-disposition").starts_with("attachment; filename=\"Photos.zip\""));
    // A file selected twice is included once.
    let both = archive(&ada, &[("entries", INNER), ("entries", FOLDER), ("entries", &files[1].id)]).await;
    assert_eq!(paths(&both.body), all_of_it);
    let inner = archive(&ada, &[("entries", INNER), ("entries", &files[2].id)]).await;
    assert_eq!(paths(&inner.body), ["a.txt", "inner/", "inner/empty", "inner/nothing in it/"]);
    // Entries in the trash are not included, nor is anything below them.
    run(&app.rows().await, format!("UPDATE entries SET trashed = 1 WHERE id = '{INNER}'")).await;
    assert_eq!(paths(&archive(&ada, &[("folder", FOLDER)]).await.body), all_of_it[..2]);
    assert_eq!(ada.post("/downloads", &[("entries", INNER)]).await.status, 404);
}

async fn everything_is_everything_of_ones_own(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    app.signed_in("grace").await.keeps("hers.txt", b"a private line").await;
    in_folder(&app, FOLDER, "c", None, &files[..1]).await;
    let everything = archive(&ada, &[("all", "1")]).await;
    assert_eq!(paths(&everything.body), ["a.txt", "c/", "c/b.bin", "empty"]);
    assert!(!everything.text().contains("private"));
    let nothing = app.signed_in("edsger").await.post("/downloads", &[("all", "1")]).await;
    assert_eq!(nothing.status, 422, "there is nothing");
}

async fn a_page_that_runs_is_told_where_the_archive_lies(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    let answer = ada.post_for_data("/downloads", &entries(&files)).await;
    let path = answer.data::<serde_json::Value>()["Go"].as_str().expect("a path").to_owned();
    assert_eq!(paths(&ada.get(&path).await.body).len(), 3);
    let refused = ada.post_for_data("/downloads", &[]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.data::<serde_json::Value>()["Refused"]["errors"][0]["problem"], "Empty");
}

async fn the_same_selection_is_the_same_download_until_something_changes(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    let first = archive_of(&ada, &entries(&files)).await;
    let (one, other) = (archive_of(&ada, &entries(&files)).await, archive_of(&ada, &[("all", "1")]).await);
    assert_eq!((&one, &other), (&first, &first), "a second click makes no second one");
    assert_eq!(app.count("downloads").await, 1);
    let etag = ada.get(&first).await.header("etag").to_owned();
    ada.keeps("d.txt", b"fourth").await;
    let second = archive_of(&ada, &[("all", "1")]).await;
    assert_ne!(second, first);
    assert_ne!(ada.get(&second).await.header("etag"), etag);
    assert_eq!(ada.get(&first).await.header("etag"), etag, "the first is what it was");
}

/// Adds more entries that refer to the first file, numbered from..=to.
async fn many(app: &App, from: i64, to: i64) {
    let statement = "INSERT INTO entries (id, account, parent, kind, name, folded, sort, blob, created, changed) \
         WITH RECURSIVE numbers (number) AS (SELECT $1 UNION ALL SELECT number + 1 FROM numbers WHERE number < $2) \
         SELECT SUBSTR('00000000000000000000000000', 1, 26 - LENGTH(CAST(number AS TEXT))) || CAST(number AS TEXT), \
         e.account, e.parent, e.kind, 'file ' || CAST(number AS TEXT), 'file ' || CAST(number AS TEXT), '0' || CAST(number AS TEXT), \
         e.blob, 0, 0 FROM numbers CROSS JOIN entries e WHERE e.name = 'the file'";
    sqlx::query(statement).bind(from).bind(to).execute(&app.rows().await).await.expect("entries");
}

async fn ten_thousand_files_make_an_archive_and_a_hundred_thousand_and_one_do_not(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("the file", b"x").await;
    many(&app, 2, 10_000).await;
    let all = archive(&ada, &[("all", "1")]).await;
    let paths = paths(&all.body);
    assert_eq!((paths.len(), paths[1].as_str(), paths[9_999].as_str()), (10_000, "file 100", "the file"));
    let ids: Vec<_> = (2..=10_000).map(|number| format!("{number:026}")).collect();
    let fields: Vec<_> = ids.iter().map(|id| ("entries", id.as_str())).chain([("entries", file.id.as_str())]).collect();
    assert_eq!(archive(&ada, &fields).await.body, all.body, "chosen one by one they are the same");

    many(&app, 10_001, 100_001).await;
    let refused = ada.post("/downloads", &[("all", "1")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.shown().contains("more than 100,000 files and folders"), "{}", refused.shown());
}

async fn the_list_has_a_box_for_each_file(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.send_form("/files", Form::new().file("files", "report.pdf", b"x").file("files", "\"><b>", b"y")).await;
    let page = ada.get("/files").await;
    let boxes = "td input[type=\"checkbox\"]";
    let labels = page.attributes(boxes, "aria-label");
    assert_eq!(labels, ["Select \"><b>", "Select report.pdf"]);
    let values = page.attributes(boxes, "value");
    let ids: Vec<_> = page.files().into_iter().map(|file| file.id).collect();
    assert_eq!(values, ids);
    assert!(page.tags(boxes).iter().all(|tag| tag.attribute("form") == Some("selection")));
    // The box that selects all is for scripts, and sends nothing.
    let named = page.attributes("form.selection input[type=\"checkbox\"]", "name");
    assert!(named.is_empty(), "{named:?}");
    assert!(page.shown().contains("Download selected") && page.shown().contains("Download everything"));
}
