//! `holdall publish`.

use super::{Refusal, open, tell};
use crate::server::config::Config;
use crate::server::domain::assets::{Site, Source};

/// Puts the release that this binary carries into the bucket.
pub async fn run(config: &Config) -> Result<(), Refusal> {
    if !Site::carried().is_whole() {
        return Err("this binary carries no release: build it with script/server, or `cargo leptos build --release --precompress`".to_owned());
    }
    let state = open(config).await?;
    if state.assets.source() != Source::Bucket {
        return Err("there is nothing to publish to: on local storage the binary answers for its own files".to_owned());
    }
    let published = state.assets.publish().await.map_err(|error| error.to_string())?;
    state.close().await;
    tell(&format!(
        "Release {} is published: {} files written, {} were there.",
        state.assets.release(),
        published.written,
        published.skipped
    ));
    Ok(())
}
