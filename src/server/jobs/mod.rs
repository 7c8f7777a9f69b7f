//! Background work: jobs that wait in the database and are leased, periodic work, and the tasks that a shutdown waits
//! for. What the work does is in `domain`; when it runs is decided here.

pub(super) mod queue;
pub(super) mod round_robin;
pub(super) mod tasks;

use std::time::Duration;

use crate::server::app::AppState;
use crate::server::domain::blobs::verify;
use crate::server::domain::entries::Entries;
use crate::server::domain::integrity::{maintenance, repair, reserve};
use crate::server::domain::site::Assets;
use crate::server::log_limiter::MINUTE;

/// The pause before another attempt to publish the site's files.
const PUBLISH_AGAIN: Duration = Duration::from_secs(5);

/// How often new names are put into the search index, and the pause in between while there are more of them, in which others
/// may write.
const INDEX_PERIOD: Duration = Duration::from_secs(2);
const INDEX_PAUSE: Duration = Duration::from_millis(20);
/// The pause after a failure.
const INDEX_AGAIN: Duration = Duration::from_secs(30);

/// Starts all background work of a running site.
pub(super) fn start(state: &AppState) {
    let (tasks, maintenance) = (&state.tasks, state.maintenance.clone());
    tasks.every(move || {
        let maintenance = maintenance.clone();
        async move {
            maintenance.round().await;
            Some(maintenance::PERIOD)
        }
    });
    let entries = state.entries.clone();
    tasks.every(move || {
        let entries = entries.clone();
        async move {
            if let Err(error) = entries.expire_trash().await {
                tracing::warn!(%error, "what has been in the trash long enough is left to the next round");
            }
            if let Err(error) = entries.clear_detached().await {
                tracing::warn!(%error, "what is left of deleted files and folders is left to the next round");
            }
            Some(maintenance::PERIOD)
        }
    });
    let entries = state.entries.clone();
    tasks.every(move || {
        let entries = entries.clone();
        async move { Some(index_names(&entries).await) }
    });
    for _ in 0..verify::AT_ONCE {
        let verifier = state.verifier.clone();
        tasks.every(move || {
            let verifier = verifier.clone();
            async move {
                verifier.round().await;
                Some(Duration::ZERO)
            }
        });
    }
    let verifier = state.verifier.clone();
    tasks.every(move || {
        let verifier = verifier.clone();
        async move { verifier.scrub_round().await }
    });
    let reserve = state.reserve.clone();
    tasks.every(move || {
        let reserve = reserve.clone();
        async move {
            // Ends early only if the process does.
            drop(tokio::task::spawn_blocking(move || reserve.poll()).await);
            Some(reserve::PERIOD)
        }
    });
    let accounts = state.accounts.clone();
    tasks.every(move || {
        accounts.tell_refusals_left_out();
        async { Some(MINUTE) }
    });
    let audit = state.audit.clone();
    tasks.every(move || {
        let audit = audit.clone();
        async move { Some(if audit.round().await { repair::DAILY } else { repair::SOON }) }
    });
    watch_privacy(state);
}

/// Has names put into the search index. Returns the pause before the next ones.
async fn index_names(entries: &Entries) -> Duration {
    match entries.index_names().await {
        Ok(true) => INDEX_PAUSE,
        Ok(false) => INDEX_PERIOD,
        Err(error) => {
            tracing::warn!(%error, "names cannot be put into the search index: trying again");
            INDEX_AGAIN
        }
    }
}

/// Probes whether anonymous clients can read private objects: within seconds until the first success, daily from then
/// on, and sooner while something is wrong. Does nothing for a folder, which has no addresses to probe.
fn watch_privacy(state: &AppState) {
    if !state.guard.has_addresses() {
        return;
    }
    let (guard, mut is_first) = (state.guard.clone(), true);
    state.tasks.every(move || {
        let (guard, is_first) = (guard.clone(), std::mem::take(&mut is_first));
        async move {
            // The first probe ran before the server started to listen.
            if is_first {
                guard.clear_canaries().await;
            } else {
                guard.look_and_tell().await;
            }
            Some(guard.pause())
        }
    });
}

/// Publishes the site's own files in the background, and retries until it succeeds.
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
