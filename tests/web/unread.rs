//! Answers that their clients do not read.

use axum::body::to_bytes;

use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    whoever_reads_no_page_gets_no_more_and_others_do,
}

async fn whoever_reads_no_page_gets_no_more_and_others_do(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    ada.keeps("the file", b"x").await;
    // A page of 50 folders whose names are all markup.
    let statement = "INSERT INTO entries (id, account, parent, kind, name, folded, sort, created, changed) \
         WITH RECURSIVE numbers (number) AS (SELECT 10 UNION ALL SELECT number + 1 FROM numbers WHERE number < 59) \
         SELECT '000000000000000000000000' || CAST(number AS TEXT), e.account, e.parent, 'folder', \
         CAST(number AS TEXT) || $1, CAST(number AS TEXT), CAST(number AS TEXT), 0, 0 \
         FROM numbers CROSS JOIN entries e WHERE e.name = 'the file'";
    sqlx::query(statement).bind("<".repeat(250)).execute(&app.rows().await).await.expect("entries");
    let mut unread = Vec::new();
    let refused = loop {
        let answer = ada.open("/files").await;
        if answer.status() != 200 {
            break answer;
        }
        unread.push(answer);
        assert!(unread.len() < 1_000, "without end");
    };
    assert_eq!(refused.status(), 429);
    assert!(unread.len() > 20, "{} pages", unread.len());
    assert_eq!(grace.open("/files").await.status(), 200);
    assert_eq!(ada.get("/account").await.status, 200, "a small page");

    let size: usize = unread[0].headers()["content-length"].to_str().expect("digits").parse().expect("a number");
    let read = to_bytes(unread.remove(0).into_body(), usize::MAX).await.expect("the whole page");
    assert_eq!(read.len(), size);
    assert_eq!(ada.open("/files").await.status(), 200, "in the place of the one that was read");
    drop(unread);
    assert_eq!(ada.get("/files").await.status, 200);
}
