//! What the proofs read out of a page.

use scraper::{Html, Selector};

/// The values of an attribute, of the elements that a CSS selector finds and that have it.
pub fn attributes(page: &str, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    let page = Html::parse_document(page);
    page.select(&selector).filter_map(|element| element.attr(name).map(str::to_owned)).collect()
}
