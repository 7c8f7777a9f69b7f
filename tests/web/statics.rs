//! The site's own files, served by the binary on local storage.

use axum::http::Request;

use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    pages_refer_to_the_release_of_their_binary,
    a_releases_file_has_its_type_and_is_kept_for_ever,
    what_was_seen_before_is_not_sent_again,
    whoever_takes_brotli_gets_it,
    what_is_not_in_the_release_is_not_found,
    the_two_files_of_the_root_are_there,
    nothing_of_a_watched_site_is_answered,
}

async fn pages_refer_to_the_release_of_their_binary(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let release = app.state.assets.release();
    let page = ada.get("/files").await;
    let styles = page.attributes("link", "href");
    assert!(styles.contains(&format!("/static/{release}/pkg/holdall.css")), "{styles:?}");
    for address in styles.iter().chain(&page.attributes("script", "src")) {
        assert!(address.starts_with(&format!("/static/{release}/")), "{address}");
        assert_eq!(app.visitor().get(address).await.status, 200, "{address}");
    }
}

async fn a_releases_file_has_its_type_and_is_kept_for_ever(database: Database) {
    let app = App::start(&database).await;
    for (path, kind, beginning) in [
        ("pkg/holdall.js", "text/javascript; charset=utf-8", "export"),
        ("pkg/holdall.wasm", "application/wasm", "\0asm"),
        ("pkg/later.wasm", "application/wasm", "\0asm"),
        ("pkg/holdall.css", "text/css; charset=utf-8", "body"),
        ("icon.svg", "image/svg+xml", "<svg"),
    ] {
        let answer = app.visitor().get(&format!("/static/{}/{path}", app.state.assets.release())).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, kind));
        assert!(answer.text().starts_with(beginning));
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable, no-transform");
        assert!(!answer.headers.contains_key("set-cookie"));
    }
}

async fn what_was_seen_before_is_not_sent_again(database: Database) {
    let app = App::start(&database).await;
    let path = format!("/static/{}/pkg/holdall.js", app.state.assets.release());
    let etag = app.visitor().get(&path).await.header("etag").to_owned();
    assert!(etag.starts_with('"'), "{etag}");
    let again = app.visitor().ask(Request::get(&path).header("if-none-match", &etag)).await;
    assert_eq!((again.status.as_u16(), again.body.len(), again.header("etag")), (304, 0, etag.as_str()));
    let brotli = Request::get(&path).header("if-none-match", &etag).header("accept-encoding", "br");
    assert_eq!(app.visitor().ask(brotli).await.status, 200, "the smaller one has a tag of its own");
    assert_eq!(app.visitor().ask(Request::get(&path).header("if-none-match", "\"x\"")).await.status, 200);
}

async fn whoever_takes_brotli_gets_it(database: Database) {
    let app = App::start(&database).await;
    let path = format!("/static/{}/pkg/holdall.js", app.state.assets.release());
    let style = format!("/static/{}/pkg/holdall.css", app.state.assets.release());
    for (takes, path, encoding) in [
        ("gzip, deflate, br, zstd", &path, "br"),
        ("br;q=0, gzip", &path, ""),
        ("identity", &path, ""),
        ("br", &style, ""),
    ] {
        let answer = app.visitor().ask(Request::get(path).header("accept-encoding", takes)).await;
        assert_eq!(answer.header("content-encoding"), encoding, "{takes}");
        assert_eq!(answer.text() == "the script, smaller", encoding == "br");
        assert_eq!(answer.header("vary"), "accept-encoding");
        assert!(answer.header("content-type").starts_with("text/"), "the type of the file itself");
    }
}

async fn what_is_not_in_the_release_is_not_found(database: Database) {
    let app = App::start(&database).await;
    let release = app.state.assets.release().to_owned();
    for path in [
        format!("/static/{release}/pkg/other.js"),
        format!("/static/{release}/pkg"),
        format!("/static/{release}/"),
        format!("/static/{release}"),
        format!("/static/{}/pkg/holdall.js", "a".repeat(26)),
        "/static/pkg/holdall.js".to_owned(),
        format!("/static/{release}/../holdall.db"),
        format!("/static/{release}/..%2F..%2Fholdall.db"),
        format!("/static/{release}/%2Fetc%2Fpasswd"),
        "/static/".to_owned(),
    ] {
        let answer = app.visitor().get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.header("cache-control").contains("immutable"), "nobody keeps that there is nothing");
    }
}

async fn the_two_files_of_the_root_are_there(database: Database) {
    let app = App::start(&database).await;
    let robots = app.visitor().get("/robots.txt").await;
    assert_eq!((robots.status.as_u16(), robots.header("content-type")), (200, "text/plain; charset=utf-8"));
    assert!(robots.text().contains("User-agent"));
    let icon = app.visitor().get("/favicon.ico").await;
    assert_eq!((icon.status.as_u16(), icon.header("content-type")), (200, "image/x-icon"));
}

async fn nothing_of_a_watched_site_is_answered(database: Database) {
    let app = App::start(&database).await;
    for path in ["/pkg/holdall.js", "/pkg/holdall.wasm", "/start.js"] {
        assert_eq!(app.visitor().get(path).await.status, 404, "{path}");
    }
}
