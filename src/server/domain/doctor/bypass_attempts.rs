//! Attempts to read a private object through a public location, by paths that start in the public one and reach
//! `private` if they are resolved carelessly.

use crate::server::domain::doctor::Subject;
use crate::server::domain::doctor::attempts::{Attempt, AttemptTally};
use crate::server::domain::doctor::report::{Line, Verdict};
use crate::server::storage::{Canary, Endpoint, LocationKind, Private};

/// The spellings of a step to the parent.
const UP: [&str; 4] = ["..", "%2e%2e", ".%2e", "%2E."];

/// Examines this group, at every endpoint below each public location, and at the site itself.
pub(super) async fn examine(subject: &Subject<'_>, endpoints: &[Endpoint], canary: &Canary<Private>) -> Line {
    let target = format!("{}{}", subject.survey.prefix(LocationKind::Private), canary.name());
    let site = Endpoint { address: subject.site.to_owned(), host: None };
    let mut attempts = Vec::new();
    for kind in [LocationKind::Static, LocationKind::Media] {
        let location = subject.survey.prefix(kind);
        let location = location.trim_end_matches('/');
        for path in paths(location, &target).into_iter().chain(from_root(location, &target)) {
            attempts.extend(endpoints.iter().map(|base| (base.clone(), Attempt::new("GET", "GET", path.clone()))));
        }
    }
    for route in ["static", "media"] {
        // A proxy may add the location's prefix to the site's path, so both depths are tried.
        let end = target.rsplit_once("/.").map_or(target.as_str(), |(location, _)| location);
        let last = end.rsplit('/').next().unwrap_or(end);
        let short = format!("{last}/{}", canary.name());
        for target in [&target, &short] {
            attempts
                .extend(paths(route, target).into_iter().map(|path| (site.clone(), Attempt::new("GET", "GET", path))));
        }
    }
    let mut tally = AttemptTally::default();
    tally.try_all(&subject.client, attempts, |_, answer| answer.contains(&canary.body)).await;
    tally.line("private.tricks", "No way around leads to a private object", Verdict::Failed).remedy(
        "Whatever answers there resolves .. or %2e after it has decided what is public. Let it refuse such paths, or decide by the path it resolves.",
    )
}

/// The paths for an endpoint whose root is a location, as with a CDN.
fn from_root(location: &str, target: &str) -> Vec<String> {
    let depth = location.split('/').count();
    let climb = |up: &str, by: &str| vec![up; depth].join(by);
    vec![
        format!("/{}/{target}", climb("..", "/")),
        format!("/{}/{target}", climb("%2e%2e", "/")),
        format!("/{}%2f{target}", climb("..", "%2f")),
    ]
}

/// The paths from a location up to the root and down to the target.
fn paths(location: &str, target: &str) -> Vec<String> {
    let depth = location.split('/').count();
    let encoded = target.replace('/', "%2f");
    let mut paths = Vec::new();
    for up in UP {
        let climb = vec![up; depth].join("/");
        paths.push(format!("/{location}/{climb}/{target}"));
        paths.push(format!("/{location}//{climb}/{target}"));
        paths.push(format!("/{location}/{}%2f{target}", vec![up; depth].join("%2f")));
    }
    paths.push(format!("/{location}/{}%2f{encoded}", vec![".."; depth].join("%2f")));
    paths.push(format!("/{location}/x/{}/{target}", vec![".."; depth + 1].join("/")));
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_goes_up_as_far_as_it_went_down() {
        let paths = paths("a/static", "a/private/x");
        for path in [
            "/a/static/../../a/private/x",
            "/a/static//../../a/private/x",
            "/a/static/%2e%2e%2f%2e%2e%2fa/private/x",
            "/a/static/.%2e/.%2e/a/private/x",
            "/a/static/..%2f..%2fa%2fprivate%2fx",
            "/a/static/x/../../../a/private/x",
        ] {
            assert!(paths.iter().any(|one| one == path), "{path}: {paths:?}");
        }
    }
}
