//! Holdall as it is, but of another release: it carries the same files and another robots.txt. For proofs about what happens
//! when one release takes the place of another; `NEWER_RELEASE` tells several of them apart.

use std::process::ExitCode;

use holdall::server::cli;
use holdall::server::domain::site::Site;

fn main() -> ExitCode {
    cli::run(newer)
}

fn newer() -> Site {
    #[expect(clippy::disallowed_methods, reason = "which release this is is no setting of Holdall's")]
    let number = std::env::var("NEWER_RELEASE").unwrap_or_default();
    let robots = format!("# Release {number}\nUser-agent: *\nDisallow: /\n");
    let files = Site::carried();
    let others = files.files().filter(|(path, _)| !path.starts_with("robots.txt"));
    let others = others.map(|(path, asset)| (path.to_owned(), asset.bytes()));
    Site::of(others.chain([("robots.txt".to_owned(), robots.into())]))
}
