//! Reads what the proofs need from a page.

use scraper::{Html, Selector};

/// The values of an attribute, of all elements that match a CSS selector and have it.
pub fn attributes(page: &str, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    let page = Html::parse_document(page);
    page.select(&selector).filter_map(|element| element.attr(name).map(str::to_owned)).collect()
}
