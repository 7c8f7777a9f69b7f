//! The addresses of what is found. They have all that is asked for, so that they can be kept and reloaded.

use crate::model::id::EntryId;
use crate::model::paths::{BELOW, with_query};
use crate::model::search::{SearchPart, SearchQuery};

/// What a search has found.
pub const SEARCH: &str = "/search";
/// Query parameter: what is searched for.
pub const WORDS: &str = "words";
/// Query parameter: the folder in which a search began.
pub const IN: &str = "in";

/// A page of what is found.
#[must_use]
pub fn search(query: &SearchQuery) -> String {
    let mut address = with_query(SEARCH, WORDS, &query.words);
    let below = match &query.part {
        SearchPart::First => None,
        SearchPart::HereBelow(id) => Some(id.to_string()),
        SearchPart::ElsewhereBelow(number) => Some(number.to_string()),
    };
    for (name, value) in [(IN, query.folder.as_ref().map(ToString::to_string)), (BELOW, below)] {
        if let Some(value) = value {
            address = with_query(&address, name, &value);
        }
    }
    address
}

/// What an address of the search asks for, of which `query` gives the parameters.
#[must_use]
pub fn search_query(query: impl Fn(&str) -> Option<String>) -> SearchQuery {
    SearchQuery {
        words: query(WORDS).unwrap_or_default(),
        folder: query(IN).and_then(|id| EntryId::parse(&id)),
        part: query(BELOW).and_then(|below| part(&below)).unwrap_or_default(),
    }
}

/// The part after an entry, or after a number of the index.
fn part(below: &str) -> Option<SearchPart> {
    let number = || below.parse().ok().map(SearchPart::ElsewhereBelow);
    EntryId::parse(below).map(SearchPart::HereBelow).or_else(number)
}
