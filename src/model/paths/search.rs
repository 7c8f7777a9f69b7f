//! The addresses of what is found. They have all that is asked for, so that they can be kept and reloaded.

use percent_encoding::utf8_percent_encode;

use crate::model::id::EntryId;
use crate::model::paths::pattern::COMPONENT;
use crate::model::paths::with_query;
use crate::model::search::SearchQuery;

/// What a search has found.
pub const SEARCH: &str = "/search";
/// Query parameter: what is searched for.
pub const WORDS: &str = "words";
/// Query parameter: the folder in which a search began.
pub const IN: &str = "in";
/// Query parameter: from where on a page of what was found begins.
pub const FROM: &str = "from";

/// A page of what is found.
#[must_use]
pub fn search(query: &SearchQuery) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, COMPONENT).to_string();
    let mut address = with_query(SEARCH, WORDS, &query.words);
    for (name, value) in
        [(IN, query.folder.as_ref().map(ToString::to_string)), (FROM, query.next.map(|next| next.to_string()))]
    {
        if let Some(value) = value {
            address += &format!("&{name}={}", encoded(&value));
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
        next: query(FROM).and_then(|next| next.parse().ok()),
    }
}
