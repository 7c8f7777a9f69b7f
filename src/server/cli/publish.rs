//! `holdall publish`.

use super::{Refusal, tell};
use crate::server::config::Config;
use crate::server::domain::assets::Site;
use crate::server::state::open_assets;
use crate::server::storage::BackendSettings;

/// Puts the release that this binary carries into the bucket.
pub async fn run(config: &Config) -> Result<(), Refusal> {
    let site = Site::carried();
    if !site.is_whole() {
        return Err("this binary carries no release: build it with script/server, or `cargo leptos build --release --precompress`".to_owned());
    }
    if !matches!(config.storage.backend, BackendSettings::S3(_)) {
        return Err("there is nothing to publish to: on local storage the binary answers for its own files".to_owned());
    }
    let assets = open_assets(config, site).await.map_err(|error| error.to_string())?;
    let published = assets.publish().await.map_err(|error| error.to_string())?;
    tell(&format!(
        "Release {} is published: {} files written, {} were there.",
        assets.release(),
        published.written,
        published.skipped
    ));
    Ok(())
}
