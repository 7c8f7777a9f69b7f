//! Calls of the server, each with a timeout.

use leptos::prelude::window;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCache, RequestInit, Response};

use crate::model::paths;
use crate::model::problem::{ANSWERED_BY, Problem};
use crate::ui::app::uploads::timeout::within;

/// The timeout of a server call, in milliseconds.
const TIMEOUT: i32 = 60_000;

/// Calls the server. A timeout counts as a network failure.
pub(super) async fn call<T>(call: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    within(TIMEOUT, call).await.unwrap_or(Err(Problem::Network))
}

/// Whether the site responds.
pub(super) async fn probe() -> bool {
    let init = RequestInit::new();
    init.set_cache(RequestCache::NoStore);
    let answer = JsFuture::from(window().fetch_with_str_and_init(paths::LIVE, &init)).await;
    answer.ok().and_then(|answer| answer.dyn_into::<Response>().ok()).is_some_and(|answer| {
        // The sign-in page of a network answers anything.
        let mark = answer.headers().get(ANSWERED_BY.0).ok().flatten();
        answer.ok() && mark.as_deref() == Some(ANSWERED_BY.1)
    })
}
