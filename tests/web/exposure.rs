//! Pages whose static files are on another origin: addresses, integrity, and the content security policy. `end2end`
//! tests how a browser handles these.

use axum::http::Request;

use crate::answer::Answer;
use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    by_default_everything_comes_from_holdall,
    behind_a_cdn_pages_refer_to_it_and_the_policy_lets_them,
    a_cdn_may_fetch_from_holdall_what_pages_refer_to,
    each_location_is_exposed_by_itself,
}

const CDN: [(&str, &str); 4] = [
    ("HOLDALL_STATIC_EXPOSURE", "cdn"),
    ("HOLDALL_STATIC_URL", "https://cdn.example.org/own"),
    ("HOLDALL_MEDIA_EXPOSURE", "cdn"),
    ("HOLDALL_MEDIA_URL", "https://faces.example.org"),
];

/// A directive of a page's content security policy.
fn directive(page: &Answer, name: &str) -> String {
    let policy = page.header("content-security-policy");
    let found = policy.split("; ").find_map(|directive| directive.strip_prefix(name)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("no {name} in {policy}")).to_owned()
}

async fn by_default_everything_comes_from_holdall(database: Database) {
    let app = App::start(&database).await;
    let page = app.signed_in("ada").await.get("/files").await;
    for directive in ["style-src", "img-src", "font-src", "connect-src"].map(|name| directive(&page, name)) {
        assert_eq!(directive, "'self'");
    }
    assert!(page.asset_addresses().iter().all(|address| address.starts_with("/static/")));
}

async fn behind_a_cdn_pages_refer_to_it_and_the_policy_lets_them(database: Database) {
    let app = App::with(&database, &CDN).await;
    let page = app.signed_in("ada").await.get("/files").await;
    let release = app.state.assets.release();
    let expected =
        ["pkg/holdall.js.br", "pkg/holdall.wasm", "pkg/later.wasm", "pkg/holdall.css", "start.js", "icon.svg"];
    let mut expected = expected.map(|path| format!("https://cdn.example.org/own/{release}/{path}")).to_vec();
    let mut found = page.asset_addresses();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert_eq!(directive(&page, "style-src"), "'self' https://cdn.example.org");
    assert_eq!(directive(&page, "connect-src"), "'self' https://cdn.example.org");
    assert_eq!(directive(&page, "img-src"), "'self' https://cdn.example.org https://faces.example.org");
    let has_sum = |sum: Option<&str>| sum.is_some_and(|sum| sum.starts_with("sha256-"));
    for tag in page.tags("link[href]:not([href*=\"icon.svg\"]), script[src]") {
        assert_eq!(tag.attribute("crossorigin"), Some("anonymous"), "{tag:?}");
        assert!(has_sum(tag.attribute("integrity")), "{tag:?}");
    }
    let wasm = page.tags("meta[name=wasm], meta[name=later]");
    assert!(wasm.len() == 2 && wasm.iter().all(|wasm| has_sum(wasm.attribute("data-integrity"))), "{wasm:?}");
}

async fn a_cdn_may_fetch_from_holdall_what_pages_refer_to(database: Database) {
    let app = App::with(&database, &CDN).await;
    let page = app.signed_in("ada").await.get("/files").await;
    for address in page.asset_addresses() {
        let path = address.strip_prefix("https://cdn.example.org/own").expect("an address of the CDN");
        let answer = app.visitor().ask(Request::get(format!("/static{path}")).header("accept-encoding", "gzip")).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-encoding"), if path.ends_with(".br") { "br" } else { "" });
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_ne!(answer.header("content-type"), "application/octet-stream", "{path}");
    }
}

async fn each_location_is_exposed_by_itself(database: Database) {
    let app = App::with(&database, &CDN[2..]).await;
    let page = app.signed_in("ada").await.get("/files").await;
    assert!(page.asset_addresses().iter().all(|address| address.starts_with("/static/")));
    assert_eq!(directive(&page, "img-src"), "'self' https://faces.example.org");
    assert_eq!(directive(&page, "style-src"), "'self'");
}
