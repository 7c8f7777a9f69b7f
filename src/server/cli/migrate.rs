//! `holdall migrate`: brings the database's schema up to date.

use crate::server::cli::{Carried, Refusal, open, tell};
use crate::server::config::Config;

/// Opens the site, which migrates the database, and closes it again.
pub async fn run(config: &Config, carried: Carried) -> Result<(), Refusal> {
    open(config, carried).await?.close().await;
    tell("The database is up to date.");
    Ok(())
}
