//! Conditional and range requests: the table in `ranges.txt`, through the router, for a stored file and for an archive.

use axum::http::Request;

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::visitor::Visitor;

on_both_databases! {
    a_file_is_answered_as_the_table_says,
    an_archive_is_answered_as_the_table_says,
    all_of_an_empty_file_can_be_asked_for_but_no_part_of_it,
}

const TABLE: &str = include_str!("ranges.txt");
const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

async fn a_file_is_answered_as_the_table_says(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let content: Vec<u8> = (0..1000_u32).map(|n| (n % 251) as u8).collect();
    let path = ada.keeps("a.bin", &content).await.content();
    agrees(&ada, &path).await;
}

async fn an_archive_is_answered_as_the_table_says(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    // This size makes the archive exactly a thousand bytes long.
    let file = ada.keeps("a.bin", &[7; 1000 - (30 + 46 + 22 + 2 * (5 + 9))]).await;
    let path = ada.post("/downloads", &[("entries", &file.id)]).await.leads_to().to_owned();
    agrees(&ada, &path).await;
}

async fn agrees(visitor: &Visitor, path: &str) {
    let whole = visitor.get(path).await;
    assert_eq!(whole.body.len(), 1000);
    let modified = httpdate::parse_http_date(whole.header("last-modified")).expect("a date");
    let filled = |text: &str| {
        text.replace("{etag}", whole.header("etag"))
            .replace("{modified}", whole.header("last-modified"))
            .replace("{earlier}", &httpdate::fmt_http_date(modified - HOUR))
            .replace("{later}", &httpdate::fmt_http_date(modified + HOUR))
    };
    let lines: Vec<_> = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(lines.len() >= 40);
    for line in lines {
        let [method, headers, expected, _] = line.splitn(4, " |").map(str::trim).collect::<Vec<_>>()[..] else {
            panic!("four columns: {line}")
        };
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers.split("; ").filter_map(|header| header.split_once(": ")) {
            request = request.header(name, filled(value));
        }
        let answer = visitor.ask(request).await;
        let range = expected
            .split_once('-')
            .map(|(first, last)| (first.parse::<usize>().expect("a number"), last.parse::<usize>().expect("a number")));
        let status = if range.is_some() { "206" } else { expected };
        assert_eq!(answer.status.as_str(), status, "{line}");
        let body = match (range, method, status) {
            (Some((first, last)), ..) => {
                assert_eq!(answer.header("content-range"), format!("bytes {first}-{last}/1000"), "{line}");
                whole.body.slice(first..=last)
            }
            (None, "GET", "200") => whole.body.clone(),
            _ => bytes::Bytes::new(),
        };
        match status {
            "200" => assert_eq!(answer.header("content-length"), "1000", "{line}"),
            "206" => assert_eq!(answer.header("content-length"), body.len().to_string(), "{line}"),
            "416" => assert_eq!(answer.header("content-range"), "bytes */1000", "{line}"),
            _ => {}
        }
        if answer.status.is_success() || status == "304" {
            assert_eq!(answer.body, body, "{line}");
        }
        // A 304 has the validators of the 200 it replaces (RFC 9110 §15.4.5), and so have all other answers here.
        assert_eq!(answer.header("etag"), whole.header("etag"), "{line}");
        assert_eq!(answer.header("cache-control"), "private, no-store, no-transform", "{line}");
    }
}

async fn all_of_an_empty_file_can_be_asked_for_but_no_part_of_it(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let path = ada.keeps("empty", b"").await.content();
    for (range, status) in [("bytes=0-", 416), ("bytes=0-0", 416), ("bytes=-0", 416), ("bytes=-5", 200)] {
        let answer = ada.ask(Request::get(&path).header("range", range)).await;
        assert_eq!((answer.status.as_u16(), answer.body.is_empty()), (status, true), "{range}");
    }
}
