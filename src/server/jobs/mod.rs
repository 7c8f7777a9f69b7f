//! What runs by itself: jobs that wait in the database and are taken up under a lease, work that is done every so often,
//! and the tasks that a shutdown waits for. What is done stands in `domain`; here is when, and by whom.

pub(super) mod queue;
pub(super) mod tasks;

use std::time::Duration;

use crate::server::app::AppState;
use crate::server::domain::blobs::verify;
use crate::server::domain::integrity::{repair, sweep};
use crate::server::domain::site::Assets;

/// How long to wait before a publishing that failed is tried again.
const PUBLISH_AGAIN: Duration = Duration::from_secs(5);

/// Starts all that a running site does by itself.
pub(super) fn start(state: &AppState) {
    let (tasks, sweep) = (&state.tasks, state.sweep.clone());
    tasks.every(move || {
        let sweep = sweep.clone();
        async move {
            sweep.round().await;
            Some(sweep::PERIOD)
        }
    });
    for _ in 0..verify::AT_ONCE {
        let checks = state.checks.clone();
        tasks.every(move || {
            let checks = checks.clone();
            async move {
                checks.round().await;
                Some(Duration::ZERO)
            }
        });
    }
    let audit = state.audit.clone();
    tasks.every(move || {
        let audit = audit.clone();
        async move { Some(if audit.round().await { repair::DAILY } else { repair::SOON }) }
    });
    watch_privacy(state);
}

/// Tries whether strangers can read what is private: within seconds until it has passed once, every day from then on, and
/// sooner while something is wrong. A folder has no address that could be tried.
fn watch_privacy(state: &AppState) {
    if !state.guard.has_addresses() {
        return;
    }
    let (guard, mut is_first) = (state.guard.clone(), true);
    state.tasks.every(move || {
        let (guard, is_first) = (guard.clone(), std::mem::take(&mut is_first));
        async move {
            // It was tried before anything was served.
            if is_first {
                guard.clear_canaries().await;
            } else {
                guard.look_and_tell().await;
            }
            Some(guard.pause())
        }
    });
}

/// Publishes the site's own files beside the running site, until it is done.
pub(super) fn publish_until_done(state: &AppState) {
    let assets = state.assets.clone();
    state.tasks.every(move || {
        let assets = assets.clone();
        async move { publish(&assets).await }
    });
}

async fn publish(assets: &Assets) -> Option<Duration> {
    match assets.publish().await {
        Ok(published) => {
            tracing::info!(?published, "the site's own files are published");
            None
        }
        Err(error) => {
            tracing::warn!(%error, "the site's own files cannot be published yet: trying again");
            Some(PUBLISH_AGAIN)
        }
    }
}
