//! Downloads that are refused, have expired or would be incomplete.

use std::time::Duration;

use axum::http::Request;

use crate::app::App;
use crate::archives::{FOLDER, archive_of, entries, in_folder, run, with_three};
use crate::database::{Database, on_both_databases};

on_both_databases! {
    nobody_gets_at_what_is_anothers,
    a_form_without_anything_selected_says_so,
    a_file_that_was_deleted_ends_the_download,
    after_a_day_a_download_is_over,
    an_object_that_is_gone_or_short_breaks_the_connection,
    a_file_that_is_still_being_checked_is_named,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn nobody_gets_at_what_is_anothers(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    in_folder(&app, FOLDER, "c", None, &files[..1]).await;
    let path = archive_of(&ada, &entries(&files)).await;
    let grace = app.signed_in("grace").await;
    let hers = grace.keeps("hers.txt", b"x").await;
    for fields in [
        vec![("entries", files[1].id.as_str())],
        vec![("entries", hers.id.as_str()), ("entries", files[1].id.as_str())],
        vec![("folder", FOLDER)],
        vec![("entries", "../../etc/passwd")],
        vec![("entries", "' OR 1=1 --")],
    ] {
        assert_eq!(grace.post("/downloads", &fields).await.status, 404, "{fields:?}");
    }
    assert_eq!(grace.get(&path).await.status, 404);
    assert_eq!(grace.ask(Request::get(&path).header("range", "bytes=0-3")).await.status, 404);
    let visitor = app.visitor();
    assert_eq!(visitor.post("/downloads", &[("all", "1")]).await.status, 401);
    assert_eq!(visitor.get(&path).await.status, 401);
    assert_eq!(visitor.ask(Request::head(&path)).await.status, 401);
    let document = visitor.ask(Request::get(&path).header("sec-fetch-dest", "document")).await;
    assert!(document.leads_to().starts_with("/sign-in?next=%2Fdownloads%2F"));
    for path in ["/downloads/x", "/downloads/00000000000000000000000009", "/downloads/00000000000000000000000009/a.zip"]
    {
        assert_eq!(ada.get(path).await.status, 404, "{path}");
    }
    assert_eq!(ada.get("/downloads").await.leads_to(), "/files");
    let foreign = Request::post("/downloads")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(ada.send(foreign.body("all=1".into()).expect("a request")).await.status, 403);
}

async fn a_form_without_anything_selected_says_so(database: Database) {
    let app = App::start(&database).await;
    let (ada, _) = with_three(&app).await;
    let answer = ada.post("/downloads", &[]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.shown().contains("Select something first."), "{}", answer.shown());
    assert_eq!(answer.text().matches("<td class=\"pick\">").count(), 3, "the list is still there");
    assert_eq!(app.count("downloads").await, 0);
}

async fn a_file_that_was_deleted_ends_the_download(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    let (with, without) = (archive_of(&ada, &entries(&files)).await, archive_of(&ada, &entries(&files[..2])).await);
    ada.deletes_for_ever(&files[2].delete()).await;
    for request in [Request::get(&with), Request::get(&with).header("range", "bytes=0-3")] {
        let answer = ada.ask(request).await;
        assert_eq!(answer.status, 410);
        assert!(answer.shown().contains("something in it was deleted since"), "{}", answer.shown());
        assert_eq!(answer.header("content-disposition"), "");
    }
    assert_eq!(ada.get(&without).await.status, 200, "what is not in it does not matter");
}

async fn after_a_day_a_download_is_over(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    let path = archive_of(&ada, &entries(&files)).await;
    let rows = app.rows().await;
    let age: i64 = sqlx::query_scalar("SELECT expires - created FROM downloads").fetch_one(&rows).await.expect("a row");
    assert_eq!(age, 24 * 60 * 60 * 1000);
    app.state.maintenance.once().await.expect("a round");
    assert_eq!(ada.get(&path).await.status, 200);
    app.clock.advance(DAY);
    assert_eq!(ada.get(&path).await.status, 410);
    app.state.maintenance.once().await.expect("a round");
    assert_eq!((app.count("downloads").await, app.count("download_entries").await), (1, 0));
    let answer = ada.get(&path).await;
    assert_eq!(answer.status, 410);
    assert!(answer.shown().contains("more than 24 hours ago"));
    assert_ne!(archive_of(&ada, &entries(&files)).await, path, "an old one is not taken up again");
    app.clock.advance(29 * DAY);
    app.state.maintenance.once().await.expect("a round");
    assert_eq!(ada.get(&path).await.status, 410, "known for a month");
    app.clock.advance(3 * DAY);
    app.state.maintenance.once().await.expect("a round");
    assert_eq!(app.count("downloads").await, 0);
    assert_eq!(ada.get(&path).await.status, 404);
}

async fn an_object_that_is_gone_or_short_breaks_the_connection(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for (name, size) in [("a-small.bin", 1000), ("b-large.bin", 900_000)] {
        ada.keeps(name, &vec![7; size]).await;
    }
    let path = archive_of(&ada, &[("all", "1")]).await;
    assert!(ada.receives_whole(&path).await);
    let mut objects = app.stored(&["private"]);
    objects.sort_by_key(|object| object.metadata().expect("a file").len());
    for object in objects {
        let content = std::fs::read(&object).expect("a file");
        std::fs::write(&object, &content[1..]).expect("a file");
        assert!(!ada.receives_whole(&path).await, "one byte is missing");
        std::fs::remove_file(&object).expect("a file");
        assert!(!ada.receives_whole(&path).await, "an object is missing");
        std::fs::write(&object, &content).expect("a file");
        assert!(ada.receives_whole(&path).await);
    }
}

async fn a_file_that_is_still_being_checked_is_named(database: Database) {
    let app = App::start(&database).await;
    let (ada, files) = with_three(&app).await;
    run(
        &app.rows().await,
        format!(
            "UPDATE blobs SET state = 'completing' WHERE id = (SELECT blob FROM entries WHERE id = '{}')",
            files[0].id
        ),
    )
    .await;
    let answer = ada.post("/downloads", &entries(&files)).await;
    assert_eq!(answer.status, 422);
    assert!(answer.shown().contains("b.bin is still being checked"), "{}", answer.shown());
    assert_eq!(ada.post("/downloads", &entries(&files[1..])).await.status, 303);
}
