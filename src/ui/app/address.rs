//! Addresses in leptos' router: the patterns of `paths` as its routes, and the entry named by the current address.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use leptos_router::{PartialPathMatch, PathSegment, PossibleRouteMatch};

use crate::model::id::EntryId;
use crate::model::paths;
use crate::model::problem::Problem;

/// A pattern of `paths` as a leptos route. It matches whole paths only, so such a route cannot have child routes.
#[derive(Clone, Copy)]
pub(super) struct Pattern(pub &'static str);

impl PossibleRouteMatch for Pattern {
    fn optional(&self) -> bool {
        false
    }

    fn test<'a>(&self, path: &'a str) -> Option<PartialPathMatch<'a>> {
        let matched = path.strip_suffix('/').unwrap_or(path);
        let values = paths::values(self.0, matched)?.into_iter().map(|(name, value)| (name.into(), value.to_owned()));
        Some(PartialPathMatch::new(&path[matched.len()..], values.collect(), matched))
    }

    fn generate_path(&self, path: &mut Vec<PathSegment>) {
        // Only used by servers that let leptos list its routes; ours are listed in `server::web::router`.
        path.push(PathSegment::Static(self.0.into()));
    }
}

/// The entry named by the current address; `None` if it names none, as for the account's root.
pub(super) fn entry_of_address() -> impl Fn() -> Result<Option<EntryId>, Problem> + Copy + Send + Sync + 'static {
    let params = use_params_map();
    move || {
        let id = params.with(|params| params.get(paths::ENTRY));
        id.map(|id| EntryId::parse(&id).ok_or(Problem::NotFound)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_takes_its_own_addresses_alone() {
        let matched = Pattern(paths::ABOUT).test("/files/7/about").expect("a match");
        assert_eq!((matched.matched(), matched.is_complete()), ("/files/7/about", true));
        assert_eq!(matched.params(), [(paths::ENTRY.into(), "7".to_owned())]);
        assert!(Pattern(paths::FILES).test("/files/").is_some_and(|matched| matched.is_complete()));
        for other in ["/files/7", "/files//about", "/files/7/about/x", "/"] {
            assert!(Pattern(paths::ABOUT).test(other).is_none(), "{other}");
        }
    }
}
