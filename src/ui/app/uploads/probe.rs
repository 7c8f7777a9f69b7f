//! Asks whether the site responds.

use web_sys::{RequestCache, RequestInit};

use crate::api::fetch::{Fetched, fetch};
use crate::api::timeout::within;
use crate::model::paths;
use crate::model::problem::Problem;
use crate::ui::app::uploads::queue::Probed;

/// The timeout of a probe, in milliseconds.
const PROBE_TIMEOUT: i32 = 10_000;

/// Whether the site responds, and if not, who does instead.
pub(super) async fn probe() -> Probed {
    match ask(paths::LIVE).await {
        Some(Ok(answer)) if answer.status < 400 => Probed::Up,
        // Some proxies answer this address themselves, and pass all others on.
        Some(Err(Problem::OnTheWay { status })) => match ask(paths::FUNCTIONS).await {
            Some(Ok(_)) => Probed::Up,
            _ => Probed::OnTheWay(status),
        },
        _ => Probed::NoAnswer,
    }
}

/// The same, and whether it says that it can store nothing now. No answer, and one of something on the way, do not say so.
pub(super) async fn probe_with_store() -> Probed {
    match probe().await {
        Probed::Up => match ask(paths::READY).await {
            Some(Ok(answer)) if answer.status == 503 => Probed::WithoutStore,
            _ => Probed::Up,
        },
        probed => probed,
    }
}

async fn ask(path: &str) -> Option<Result<Fetched, Problem>> {
    let request = RequestInit::new();
    request.set_cache(RequestCache::NoStore);
    within(PROBE_TIMEOUT, fetch(path, &request)).await
}
