//! Holdall as another release: it carries the same files with a different robots.txt. For proofs about replacing one
//! release by another; `NEWER_RELEASE` distinguishes several of them.

use std::process::ExitCode;

use holdall::server::cli;
use holdall::server::domain::site::AssetBundle;

fn main() -> ExitCode {
    cli::run(newer)
}

fn newer() -> AssetBundle {
    #[expect(clippy::disallowed_methods, reason = "which release this is is no setting of Holdall's")]
    let number = std::env::var("NEWER_RELEASE").unwrap_or_default();
    let robots = format!("# Release {number}\nUser-agent: *\nDisallow: /\n");
    let files = AssetBundle::carried();
    let others = files.files().filter(|(path, _)| !path.starts_with("robots.txt"));
    let others = others.map(|(path, asset)| (path.to_owned(), asset.bytes()));
    AssetBundle::of(others.chain([("robots.txt".to_owned(), robots.into())]))
}
