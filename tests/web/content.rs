//! The content of a private file: who may read it, and the headers it is served with.

use axum::http::{Method, Request};
use serde_json::Value;

use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    whoever_is_signed_out_gets_no_byte,
    content_carries_what_keeps_it_from_doing_harm,
    what_a_browser_could_run_is_saved_and_not_shown,
    what_a_browser_plays_may_be_loaded_by_its_player,
    text_that_begins_like_something_else_is_shown_as_text,
    names_go_out_composed,
    what_was_seen_before_is_not_sent_again,
    parts_of_a_file_can_be_asked_for,
    a_range_goes_with_the_file_it_was_begun_of,
    head_says_what_get_would,
    an_anonymous_request_by_an_objects_key_is_refused,
}

const TEXT: &[u8] = b"0123456789abcdefghij";

async fn whoever_is_signed_out_gets_no_byte(database: Database) {
    let app = App::start(&database).await;
    let file = app.signed_in("ada").await.keeps("plans.txt", TEXT).await;
    let path = file.content();
    let sign_in = format!("/sign-in?next=%2Ffiles%2F{}%2Fcontent", file.id);
    let visitor = app.visitor();

    let fetched = visitor.get(&path).await;
    assert_eq!(fetched.status, 401);
    let as_image = Request::get(&path).header("sec-fetch-dest", "image").header("accept", "text/html");
    assert_eq!(visitor.ask(as_image).await.status, 401);
    let as_document = Request::get(&path).header("sec-fetch-dest", "document");
    assert_eq!(visitor.ask(as_document).await.leads_to(), sign_in);
    let old_browser = Request::get(&path).header("accept", "text/html,*/*");
    assert_eq!(visitor.ask(old_browser).await.leads_to(), sign_in);
    let ranged = visitor.ask(Request::get(&path).header("range", "bytes=0-3")).await;
    assert_eq!(ranged.status, 401);
    for answer in [fetched, ranged] {
        assert!(!answer.text().contains("0123") && !answer.text().contains("plans"), "{}", answer.text());
        assert_eq!(answer.header("content-disposition"), "");
        assert_eq!(answer.header("cache-control"), "private, no-store, no-transform");
    }
}

async fn content_carries_what_keeps_it_from_doing_harm(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("a.txt", TEXT).await;
    let content = ada.get(&file.content()).await;
    assert_eq!(content.header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(content.header("cache-control"), "private, no-store, no-transform");
    assert_eq!(content.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(content.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(content.header("content-disposition"), "inline; filename=\"a.txt\"; filename*=UTF-8''a.txt");
    assert_eq!(content.header("content-length"), "20");
    assert_eq!(content.header("accept-ranges"), "bytes");
}

async fn what_a_browser_could_run_is_saved_and_not_shown(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for (name, content) in [
        ("page.html", "<!DOCTYPE html><html><script>alert(1)</script></html>"),
        ("picture.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
        ("feed.xml", "<?xml version=\"1.0\"?><a/>"),
        ("paper.pdf", "%PDF-1.7\n"),
        ("late.html", "\n\n   <html><body onload=alert(1)>"),
    ] {
        let file = ada.keeps(name, content.as_bytes()).await;
        let answer = ada.get(&file.content()).await;
        let (kind, saved) =
            (answer.header("content-type"), answer.header("content-disposition").starts_with("attachment"));
        // Browsers execute nothing in plain text served with `nosniff`.
        let harmless = saved && kind == "application/octet-stream" || kind == "text/plain; charset=utf-8";
        assert!(harmless, "{name}: {kind}, {}", answer.header("content-disposition"));
    }
    let file = ada.keeps("page.html", b"<!DOCTYPE html><html><script>alert(1)</script></html>").await;
    let answer = ada.get(&file.content()).await;
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert!(answer.header("content-disposition").starts_with("attachment;"));
}

async fn what_a_browser_plays_may_be_loaded_by_its_player(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let of = |content: &'static [u8]| {
        let ada = &ada;
        async move {
            let path = ada.keeps("tone", content).await.content();
            ada.ask(Request::get(&path).header("range", "bytes=0-7")).await
        }
    };
    for (content, kind) in [
        (b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0".as_slice(), "audio/x-wav"),
        (b"ID3\x04\0\0\0\0\x0f\x76TSSE", "audio/mpeg"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4"),
    ] {
        let answer = of(content).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (206, kind));
        let policy = answer.header("content-security-policy");
        // The player's page loads the file again, with the cookie that `sandbox` would keep back.
        assert!(policy.starts_with("default-src 'none'; media-src 'self';") && !policy.contains("sandbox"), "{policy}");
        assert!(answer.header("content-disposition").starts_with("inline;"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    for content in
        [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0".as_slice(), b"ID3 tags explained", b"<html><audio src=x>", b"%PDF-1.7\n"]
    {
        assert_eq!(of(content).await.header("content-security-policy"), "sandbox; default-src 'none'");
    }
}

async fn text_that_begins_like_something_else_is_shown_as_text(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for text in ["BMW 320d, list of repairs", "GIFT ideas for December", "%PDF-notes by hand", "MZ is a signature"] {
        let file = ada.keeps("notes", text.as_bytes()).await;
        let answer = ada.get(&file.content()).await;
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8", "{text}");
        assert!(answer.header("content-disposition").starts_with("inline;"), "{text}");
    }
}

async fn names_go_out_composed(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("bla\u{308}a\u{308}.bin", b"x").await;
    assert_eq!(file.name, "bla\u{308}a\u{308}.bin", "and stay as they were sent");
    let content = ada.get(&file.content()).await;
    assert!(content.header("content-disposition").ends_with("filename*=UTF-8''bl%C3%A4%C3%A4.bin"));
}

async fn what_was_seen_before_is_not_sent_again(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let path = ada.keeps("a.txt", TEXT).await.content();
    let seen = ada.get(&path).await;
    let etag = seen.header("etag");
    assert!(etag.starts_with('"') && etag.len() > 2, "a strong tag: {etag}");
    for (name, value) in
        [("if-none-match", etag), ("if-none-match", "*"), ("if-modified-since", seen.header("last-modified"))]
    {
        let again = ada.ask(Request::get(&path).header(name, value)).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{name}: {value}");
        assert_eq!(again.header("etag"), etag);
    }
    assert_eq!(ada.ask(Request::get(&path).header("if-none-match", "\"another\"")).await.status, 200);
    assert_eq!(ada.ask(Request::get(&path).header("if-match", "\"another\"")).await.status, 412);
    let stranger = app.signed_in("grace").await;
    assert_eq!(
        stranger.ask(Request::get(&path).header("if-none-match", etag)).await.status,
        404,
        "a tag opens nothing"
    );
}

async fn parts_of_a_file_can_be_asked_for(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let path = ada.keeps("a.txt", TEXT).await.content();
    for (range, part, bytes) in [
        ("bytes=0-3", "0123", "bytes 0-3/20"),
        ("bytes=10-", "abcdefghij", "bytes 10-19/20"),
        ("bytes=-2", "ij", "bytes 18-19/20"),
        ("bytes=18-99", "ij", "bytes 18-19/20"),
    ] {
        let answer = ada.ask(Request::get(&path).header("range", range)).await;
        assert_eq!((answer.status.as_u16(), answer.text().as_str()), (206, part), "{range}");
        assert_eq!(answer.header("content-range"), bytes);
        assert_eq!(answer.header("content-length"), part.len().to_string());
    }
    for range in ["bytes=20-", "bytes=-0", "bytes=99999999999999999999-"] {
        let answer = ada.ask(Request::get(&path).header("range", range)).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-range")), (416, "bytes */20"), "{range}");
        assert!(!answer.text().contains("0123"));
    }
    for range in ["bytes=0-1,3-4", "lines=1-2", "bytes=5-2", "nonsense"] {
        let answer = ada.ask(Request::get(&path).header("range", range)).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_ref()), (200, TEXT), "{range}");
    }
}

async fn a_range_goes_with_the_file_it_was_begun_of(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let path = ada.keeps("a.txt", TEXT).await.content();
    let etag = ada.get(&path).await.header("etag").to_owned();
    let ranged = |tag: &str| Request::get(&path).header("range", "bytes=0-3").header("if-range", tag.to_owned());
    assert_eq!(ada.ask(ranged(&etag)).await.status, 206);
    assert_eq!(ada.ask(ranged("\"another\"")).await.status, 200);
}

async fn head_says_what_get_would(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let path = ada.keeps("a.txt", TEXT).await.content();
    let (get, head) = (ada.get(&path).await, ada.ask(Request::head(&path)).await);
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    for name in ["content-length", "content-type", "content-disposition", "etag", "last-modified", "accept-ranges"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
        assert_ne!(head.header(name), "", "{name}");
    }
    assert_eq!(app.visitor().ask(Request::head(&path)).await.status, 401);
}

async fn an_anonymous_request_by_an_objects_key_is_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.keeps("a.txt", b"a private line").await;
    let key = app.stored(&["private"]).swap_remove(0);
    let key = key.strip_prefix(app.folder("private")).expect("a key").to_str().expect("text").to_owned();
    let release = app.state.assets.release().to_owned();
    for path in [
        format!("/media/{key}"),
        format!("/private/{key}"),
        format!("/static/{key}"),
        format!("/static/../private/{key}"),
        format!("/static/{release}/../../private/{key}"),
        format!("/static/{release}/..%2F..%2Fprivate%2F{key}"),
        format!("/media/..%2Fprivate%2F{key}"),
        format!("/media/../private/{key}"),
        format!("/files/{key}/content"),
        format!("/pkg/{key}"),
    ] {
        for visitor in [&app.visitor(), &ada] {
            for method in [Method::GET, Method::HEAD] {
                let answer = visitor.ask(Request::builder().method(method).uri(&path)).await;
                assert_eq!(answer.status, 404, "{path}");
                assert!(!answer.text().contains("a private line"), "{path}");
            }
        }
    }
    let api = app.visitor().call("files", r#"{"position":"Top"}"#).await;
    assert_eq!(api.status, 401);
    assert_eq!(api.data::<Value>(), Value::from("NotSignedIn"));
}
