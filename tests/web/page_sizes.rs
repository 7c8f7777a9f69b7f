//! How large rendered pages may be. A page that outgrows its limit is slow for people on slow networks, so a limit is
//! raised only for something that is worth it to them.

use axum::http::Request;

use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    a_list_of_fifty_files_is_small,
    pages_without_wasm_are_small,
}

async fn a_list_of_fifty_files_is_small(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for number in 0..50 {
        ada.upload(&format!("report {number:05}.txt"), b"This is a report.").await;
    }
    while app.state.verifier.once().await.expect("a check").is_some() {}
    let page = ada.get("/files").await;
    assert_eq!(page.files().len(), 50);
    assert!(page.body.len() <= 58_000, "{} bytes", page.body.len());
    let packed = ada.ask(Request::get("/files").header("accept-encoding", "br")).await;
    assert!(packed.body.len() <= 6_000, "{} bytes compressed", packed.body.len());
}

async fn pages_without_wasm_are_small(database: Database) {
    let app = App::start(&database).await;
    for path in ["/", "/sign-in", "/sign-up"] {
        let packed = app.visitor().ask(Request::get(path).header("accept-encoding", "br")).await;
        assert!(packed.body.len() <= 2_500, "{path}: {} bytes compressed", packed.body.len());
    }
}
