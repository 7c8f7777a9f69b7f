//! The language of a response.

use axum::http::{HeaderMap, header};

use crate::ui::text::{LANGUAGES, Text, of_tag};

/// The texts in the client's preferred language among those that Holdall has, by `Accept-Language` (RFC 9110 §12.5.4).
#[must_use]
pub fn text_for(headers: &HeaderMap) -> &'static Text {
    let given = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    preferences(given).flat_map(fallbacks).find_map(of_tag).unwrap_or(LANGUAGES[0])
}

/// A tag, and what it says with one subtag less each time: `zh-Hant-TW`, `zh-Hant`, `zh` (lookup, RFC 4647 §3.4).
fn fallbacks(tag: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(tag), |tag| tag.rsplit_once('-').map(|(shorter, _)| shorter))
}

/// The tags of a list such as `de-AT, en;q=0.8`, in descending order of preference.
fn preferences(given: &str) -> impl Iterator<Item = &str> {
    let range = |range| {
        let (tag, weight) = str::split_once(range, ';').unwrap_or((range, ""));
        let weight: f32 = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse).ok()?;
        (weight > 0.0).then_some((weight, tag.trim()))
    };
    let mut ranges: Vec<_> = given.split(',').filter_map(range).collect();
    // The sort is stable: languages of the same weight stay in the order of the header.
    ranges.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    ranges.into_iter().map(|(_, tag)| tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_liked_best_comes_first() {
        let list = |given| preferences(given).collect::<Vec<_>>();
        assert_eq!(list("de-AT, en;q=0.5, fr;q=0.8"), ["de-AT", "fr", "en"]);
        assert_eq!(list("en, de;q=0, fr;q=x"), ["en"]);
        assert_eq!(fallbacks("zh-Hant-TW").collect::<Vec<_>>(), ["zh-Hant-TW", "zh-Hant", "zh"]);
        let text = |given| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, given);
            text_for(&headers).tag
        };
        assert_eq!(text(header::HeaderValue::from_static("tlh, en-GB;q=0.5")), "en");
        assert_eq!(text_for(&HeaderMap::new()).tag, LANGUAGES[0].tag);
    }
}
