//! What is compressed on its way out, and what never is.

use std::io::Read as _;

use axum::body::Body;
use axum::http::Request;
use flate2::read::GzDecoder;

use crate::answer::Answer;
use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    pages_and_lists_go_out_compressed,
    what_a_page_of_another_site_asks_for_is_not,
    files_of_people_never_are,
    whoever_accepts_nothing_that_there_is_gets_it_plain,
}

fn get(path: &str) -> axum::http::request::Builder {
    Request::get(path).header("accept-encoding", "gzip")
}

fn unpacked(answer: &Answer) -> String {
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert!(answer.header("vary").contains("accept-encoding"), "{}", answer.header("vary"));
    let mut text = String::new();
    GzDecoder::new(&answer.body[..]).read_to_string(&mut text).expect("gzip");
    text
}

async fn pages_and_lists_go_out_compressed(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for number in 0..20 {
        ada.upload(&format!("a file of number {number}.txt"), b"x").await;
    }
    for path in ["/files", "/account", "/nowhere"] {
        let plain = ada.get(path).await;
        assert_eq!(plain.header("content-encoding"), "", "{path}");
        let packed = ada.ask(get(path)).await;
        let page = unpacked(&packed);
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("</html>"), "{path}");
        assert!(packed.body.len() * 3 < plain.body.len() * 2, "{path}: {} of {}", packed.body.len(), plain.body.len());
    }
    let list = Request::post("/api/files")
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .header("accept-encoding", "gzip")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(r#"{"folder":null,"position":"Top"}"#));
    let list = unpacked(&ada.send(list.expect("a request")).await);
    assert!(list.contains("a file of number 19.txt"), "{list}");
}

async fn what_a_page_of_another_site_asks_for_is_not(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for (site, encoding) in [("cross-site", ""), ("same-site", ""), ("none", "gzip"), ("same-origin", "gzip")] {
        let answer = ada.ask(get("/files").header("sec-fetch-site", site)).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-encoding")), (200, encoding), "{site}");
    }
}

async fn files_of_people_never_are(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content = "<p>the same again</p>".repeat(1000);
    for name in ["page.html", "text.txt", "data.json"] {
        let file = ada.keeps(name, content.as_bytes()).await;
        let answer = ada.ask(get(&file.content())).await;
        assert_eq!((answer.header("content-encoding"), answer.body.len()), ("", content.len()), "{name}");
    }
}

async fn whoever_accepts_nothing_that_there_is_gets_it_plain(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for (accepted, encoding) in [
        ("*;q=0", ""),
        ("deflate, *;q=0", ""),
        ("identity;q=0", ""),
        ("gzip;q=0, br;q=0.000, identity;q=0", ""),
        ("gzip;q=1.000;foo=1, *;q=0", "gzip"),
        ("GZIP, identity;q=0", "gzip"),
        ("gzip;q=0.5, br;q=1", "br"),
    ] {
        for path in ["/files", "/health/live", "/static/none.js"] {
            let plain = ada.get(path).await.status;
            let answer = ada.ask(Request::get(path).header("accept-encoding", accepted)).await;
            assert_eq!(answer.status, plain, "{path}, {accepted}");
        }
        let answer = ada.ask(Request::get("/files").header("accept-encoding", accepted)).await;
        assert_eq!(answer.header("content-encoding"), encoding, "{accepted}");
    }
}
