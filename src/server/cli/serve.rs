//! `holdall serve`: runs the site until a signal stops it, and lets transfers in progress finish.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::server::app::AppState;
use crate::server::cli::{Carried, Refusal, open, readable};
use crate::server::config::{Config, Publish};
use crate::server::domain::integrity::instance::Unconfirmed;
use crate::server::domain::integrity::privacy_guard::{PrivacyFinding, PrivacyGuard};
use crate::server::domain::site::Source;
use crate::server::jobs;
use crate::server::storage::BackendSettings;
use crate::server::web::{self, listen};

/// How long transfers may continue after the signal.
const GRACE: Duration = Duration::from_secs(30);

/// Runs the site.
pub async fn run(config: Config, carried: Carried) -> Result<(), Refusal> {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    for warning in readable::by_others(&config) {
        tracing::warn!("{warning}");
    }
    let state = open(&config, carried).await?;
    if !cfg!(debug_assertions) && !state.assets.has_site() {
        return Err("this binary carries no site: build it with script/build".to_owned());
    }
    prove_private(&state.guard).await?;
    if state.assets.source() == Source::Bucket {
        ready_assets(&state, config.publish).await?;
    }
    // The executor can be set only once in a process. An error means that it is set already.
    drop(any_spawner::Executor::init_tokio());
    let app = web::router(state.clone()).map_err(|error| format!("HOLDALL_URL: {error}"))?;
    let listener = TcpListener::bind(config.address)
        .await
        .map_err(|error| format!("{} cannot be listened on: {error}", config.address))?;
    match state.instance.confirm().await {
        Ok(()) => {}
        Err(error @ (Unconfirmed::Another | Unconfirmed::Missing { .. })) => return Err(error.to_string()),
        // If the store is down at the start, every round of the maintenance checks this again.
        Err(error) => tracing::warn!(%error, "the store does not answer yet"),
    }
    jobs::start(&state);
    log_address(&config, &listener);

    let (stop, stopped) = watch::channel(());
    tokio::spawn(async move {
        stop_signal().await;
        tracing::info!("stopping: transfers may go on for {} seconds", GRACE.as_secs());
        // An error means that no task is waiting for the signal any more.
        let _ = stop.send(());
    });
    let mut until = stopped.clone();
    let server =
        listen::serve(listener, app, state.trusted_proxies.clone(), async move { drop(until.changed().await) });
    let mut cut = stopped;
    let ended = async {
        server.await;
        // Waits for tasks that belong to no request any more, such as completing an upload.
        state.tasks.stop().await;
    };
    tokio::select! {
        () = ended => {}
        () = async { drop(cut.changed().await); tokio::time::sleep(GRACE).await } => tracing::warn!("transfers were cut off"),
    }
    state.close().await;
    Ok(())
}

/// Refuses to serve a bucket whose private objects anonymous clients can read. If the store does not respond, the
/// privacy guard tries again while the site runs, and no private files are delivered until it succeeds.
async fn prove_private(guard: &PrivacyGuard) -> Result<(), Refusal> {
    match guard.probe().await {
        Ok(PrivacyFinding::Closed) => Ok(()),
        Ok(PrivacyFinding::Open(addresses)) => Err(format!(
            "private files can be read by anybody, so nothing was started. A stranger could read a private object by:\n  {}\nClose the bucket: `holdall doctor` says what opens it and how to close it",
            addresses.join("\n  ")
        )),
        Err(error) => {
            tracing::warn!(%error, "whether strangers can read private files cannot be found out yet: trying again");
            Ok(())
        }
    }
}

/// Makes sure that the release that pages refer to is published: before the first page, or in the background,
/// repeatedly, while the store is down.
async fn ready_assets(state: &AppState, publish: Publish) -> Result<(), Refusal> {
    let assets = &state.assets;
    if publish == Publish::Manual {
        return match assets.find_published().await {
            Ok(true) => Ok(()),
            Ok(false) => {
                Err(format!("release {} is not in the bucket. Put it there with: holdall publish", assets.release()))
            }
            Err(error) => {
                Err(format!("whether release {} is in the bucket cannot be found out: {error}", assets.release()))
            }
        };
    }
    if !assets.has_site() {
        return Err("this binary carries no site to publish: build it with script/server".to_owned());
    }
    if let Err(error) = assets.publish().await {
        tracing::warn!(%error, "the site's own files cannot be published yet: trying again");
        jobs::publish_until_done(state);
    }
    Ok(())
}

/// Logs the site's address and the place of its data.
fn log_address(config: &Config, listener: &TcpListener) {
    let listening = listener.local_addr().map_or_else(|_| config.address.to_string(), |address| address.to_string());
    let data = std::path::absolute(&config.data).unwrap_or_else(|_| config.data.clone());
    let bytes = match &config.storage.backend {
        BackendSettings::Local { root } => {
            std::path::absolute(root).unwrap_or_else(|_| root.clone()).display().to_string()
        }
        BackendSettings::S3(s3) => {
            format!("bucket {} at {}", s3.bucket, s3.endpoint.as_deref().unwrap_or("Amazon S3"))
        }
    };
    tracing::info!(data = %data.display(), files = bytes, "Holdall is at {} (listening on {listening})", config.url.origin());
}

async fn stop_signal() {
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => drop(interrupted.await),
    }
}
