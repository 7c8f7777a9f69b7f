//! `holdall publish`: publishes this binary's release, and lists or removes the releases in the bucket.

use std::time::Duration;

use clap::Args;

use crate::server::app::open_assets;
use crate::server::cli::{Carried, Refusal, tell};
use crate::server::clock::Clock;
use crate::server::config::{self, Config};
use crate::server::domain::Error;
use crate::server::domain::site::{Assets, Release, State};
use crate::server::storage::BackendSettings;
use crate::ui::text::{ENGLISH, moment};

/// The minimum age at which a release may be removed: servers are upgraded one after the other, and tabs stay open.
const SHORTEST: Duration = Duration::from_secs(3600);
/// How many names are printed of objects that belong to no release.
const NAMES: usize = 10;

/// The arguments of `holdall publish`.
#[derive(Args)]
pub struct PublishArguments {
    /// List the releases in the bucket, oldest first; publish nothing
    #[arg(long, conflicts_with_all = ["prune_older_than", "dry_run"])]
    list: bool,
    /// Remove the releases whose place another one took longer ago than SPAN (such as 12h or 30d, 1h at least), never
    /// this binary's own; publish nothing
    ///
    /// Take a span that is longer than tabs stay open, and longer than servers of an older version run on. What was
    /// never published to the end goes once the newest of its files is older than SPAN.
    #[arg(long, value_name = "SPAN", value_parser = span)]
    prune_older_than: Option<Duration>,
    /// Say what would be written, or removed, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Publishes the release embedded in this binary, or does what the arguments request instead.
pub async fn run(config: &Config, carried: Carried, arguments: &PublishArguments) -> Result<(), Refusal> {
    let site = carried();
    if !site.is_whole() {
        return Err("this binary carries no release: build it with script/build".to_owned());
    }
    if !matches!(config.storage.backend, BackendSettings::S3(_)) {
        return Err("there is nothing to publish to: on local storage the binary answers for its own files".to_owned());
    }
    let assets = open_assets(config, site, Clock::system()).await.map_err(|error| error.to_string())?;
    let done = match arguments.prune_older_than {
        Some(span) => prune(&assets, span, arguments.dry_run).await,
        None if arguments.list => list(&assets).await,
        None if arguments.dry_run => rehearse(&assets).await,
        None => publish(&assets).await,
    };
    done.map_err(|error| error.to_string())
}

async fn publish(assets: &Assets) -> Result<(), Error> {
    let published = assets.publish().await?;
    tell(&format!(
        "Release {} is published: {} files written, {} were there.",
        assets.release(),
        published.written,
        published.skipped
    ));
    Ok(())
}

async fn rehearse(assets: &Assets) -> Result<(), Error> {
    let paths = assets.unpublished().await?;
    for path in &paths {
        tell(&format!("would write\t{}/{path}", assets.release()));
    }
    tell(&match paths.len() {
        0 => format!("Release {} is there already; nothing would be written.", assets.release()),
        count => format!("Release {}: {count} objects would be written.", assets.release()),
    });
    Ok(())
}

async fn list(assets: &Assets) -> Result<(), Error> {
    let found = assets.releases().await?;
    let states = assets.states(&found.releases).await?;
    for (release, state) in found.releases.iter().zip(&states) {
        let (version, state) = match state {
            State::Whole { version } => (version.as_str(), "whole".to_owned()),
            State::Damaged { version, files } => (version.as_str(), format!("damaged: should have {files} files")),
            State::Unfinished => ("?", "unfinished".to_owned()),
        };
        let own = if release.name == assets.release() { ", this binary's" } else { "" };
        tell(&format!("{}\t{version}\t{}\t{state}{own}", release.name, about(release)));
    }
    if found.releases.is_empty() {
        tell("There are no releases.");
    }
    say_others(&found.others);
    Ok(())
}

async fn prune(assets: &Assets, span: Duration, dry_run: bool) -> Result<(), Error> {
    let outdated = assets.outdated(span).await?;
    for release in &outdated.releases {
        if !dry_run {
            assets.remove(release).await?;
        }
        let what = if dry_run { "would remove" } else { "removed" };
        tell(&format!("{what}\t{}\t{}", release.name, about(release)));
    }
    if outdated.releases.is_empty() {
        tell("There is nothing to remove.");
    }
    say_others(&outdated.others);
    Ok(())
}

/// When a release was published, and its size.
fn about(release: &Release) -> String {
    format!("{}\t{} files\t{}", moment(release.published), release.files, ENGLISH.units.size(release.bytes))
}

fn say_others(others: &[String]) {
    if others.is_empty() {
        return;
    }
    let names = others.iter().take(NAMES).map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let more = match others.len().saturating_sub(NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    tell(&format!("Left alone, being part of no release: {names}{more}."));
}

fn span(text: &str) -> Result<Duration, String> {
    let span = config::span(text).ok_or("a number with s, min, h or d behind it, such as 30d")?;
    if span < SHORTEST {
        Err("1h is the shortest: open tabs still use what was just replaced".to_owned())
    } else {
        Ok(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::error::ErrorKind;
    use clap::{Command, FromArgMatches as _};

    fn parse(words: &str) -> Result<PublishArguments, ErrorKind> {
        let command = PublishArguments::augment_args(Command::new("publish").no_binary_name(true));
        let matches = command.try_get_matches_from(words.split_whitespace());
        matches.and_then(|matches| PublishArguments::from_arg_matches(&matches)).map_err(|error| error.kind())
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        for words in ["--list --dry-run", "--list --prune-older-than 7d", "--dry-run --list"] {
            assert_eq!(parse(words).err(), Some(ErrorKind::ArgumentConflict), "{words}");
        }
        assert_eq!(parse("extra").err(), Some(ErrorKind::UnknownArgument));
        for words in ["", "--list", "--dry-run", "--prune-older-than 7d", "--prune-older-than 1h --dry-run"] {
            assert!(parse(words).is_ok(), "{words}");
        }
    }

    #[test]
    fn a_span_is_an_hour_at_least() {
        assert_eq!(
            parse("--prune-older-than 36h").ok().and_then(|a| a.prune_older_than.map(|s| s.as_secs())),
            Some(129_600)
        );
        for span in ["59min", "3599s", "0d", "week", "-1d", "7"] {
            let words = format!("--prune-older-than={span}");
            assert_eq!(parse(&words).err(), Some(ErrorKind::ValueValidation), "{span}");
        }
    }
}
