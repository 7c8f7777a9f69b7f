//! `holdall migrate`.

use crate::server::cli::{Refusal, open, tell};
use crate::server::config::Config;

/// Opens the site, which migrates, and closes it again.
pub async fn run(config: &Config) -> Result<(), Refusal> {
    open(config).await?.close().await;
    tell("The database is up to date.");
    Ok(())
}
