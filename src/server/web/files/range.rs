//! Conditional and range requests (RFC 9110 §13 and §14), evaluated from Holdall's own data about a file. The store
//! receives at most one simple range.

use std::ops::Range;

use axum::http::{HeaderMap, Method, header};

/// The validators and length of the selected representation.
pub struct Representation<'a> {
    /// The strong entity tag, including its quotes.
    pub etag: &'a str,
    /// When it was last modified: seconds since 1970, UTC.
    pub modified: i64,
    /// Its length in bytes.
    pub length: u64,
}

/// The response that a request gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RangeOutcome {
    /// 200 with the entire content.
    Whole,
    /// 206 with these bytes.
    Partial(Range<u64>),
    /// 304.
    NotModified,
    /// 412.
    PreconditionFailed,
    /// 416.
    NotSatisfiable,
}

/// Evaluates the preconditions in the order of RFC 9110 §13.2.2, and then the range.
pub fn decide(method: &Method, headers: &HeaderMap, known: &Representation<'_>) -> RangeOutcome {
    let date = |name| text(headers, name).and_then(|value| parse_date(&value));
    if let Some(tags) = text(headers, header::IF_MATCH) {
        if !matches(&tags, known.etag, Comparison::Strong) {
            return RangeOutcome::PreconditionFailed;
        }
    } else if date(header::IF_UNMODIFIED_SINCE).is_some_and(|since| known.modified > since) {
        return RangeOutcome::PreconditionFailed;
    }
    if let Some(tags) = text(headers, header::IF_NONE_MATCH) {
        if matches(&tags, known.etag, Comparison::Weak) {
            return RangeOutcome::NotModified;
        }
    } else if date(header::IF_MODIFIED_SINCE).is_some_and(|since| known.modified <= since) {
        return RangeOutcome::NotModified;
    }
    // Ranges apply to GET only (§14.2). If `If-Range` does not match, the whole file is sent (§13.1.5).
    let applies = method == Method::GET && text(headers, header::IF_RANGE).is_none_or(|given| if_range(&given, known));
    match text(headers, header::RANGE).filter(|_| applies) {
        Some(range) => range_of(&range, known.length),
        None => RangeOutcome::Whole,
    }
}

/// Whether `If-None-Match` says that the client has the content with this entity tag. For content that never changes,
/// and therefore has no meaningful modification date.
pub fn is_unchanged(headers: &HeaderMap, etag: &str) -> bool {
    text(headers, header::IF_NONE_MATCH).is_some_and(|tags| matches(&tags, etag, Comparison::Weak))
}

/// All values of a header, joined into one list.
fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

#[derive(PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

/// Whether a list of entity tags contains `etag` (§8.8.3.2), which must be strong and contain no comma.
fn matches(list: &str, etag: &str, comparison: Comparison) -> bool {
    // An asterisk matches any tag, but only as the entire value (§13.1.1, §13.1.2).
    list.trim() == "*"
        || list.split(',').map(str::trim).any(|tag| {
            let tag = if comparison == Comparison::Weak { tag.strip_prefix("W/").unwrap_or(tag) } else { tag };
            tag == etag
        })
}

/// Whether `If-Range` refers to exactly this content. A date matches only if it equals `Last-Modified`.
fn if_range(given: &str, known: &Representation<'_>) -> bool {
    given.trim() == known.etag || parse_date(given).is_some_and(|date| date == known.modified)
}

/// Parses a single byte range. Several ranges, and invalid ones, are answered with the whole file (§14.2 allows both).
fn range_of(range: &str, length: u64) -> RangeOutcome {
    let Some((unit, set)) = range.split_once('=') else { return RangeOutcome::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") || set.contains(',') {
        return RangeOutcome::Whole;
    }
    let Some((first, last)) = set.trim().split_once('-') else { return RangeOutcome::Whole };
    let number = |text: &str| -> Option<u64> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that overflows lies beyond the end of any file.
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let range = match (first, last) {
        ("", suffix) => match number(suffix) {
            // A suffix of an empty file is satisfiable, but `Content-Range` cannot express it (§14.1.2, §14.4).
            Some(suffix) if suffix > 0 && length == 0 => return RangeOutcome::Whole,
            Some(suffix) => length.saturating_sub(suffix)..length,
            None => return RangeOutcome::Whole,
        },
        (first, "") => match number(first) {
            Some(first) => first..length,
            None => return RangeOutcome::Whole,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => first..length.min(last.saturating_add(1)),
            _ => return RangeOutcome::Whole,
        },
    };
    if range.start < range.end { RangeOutcome::Partial(range) } else { RangeOutcome::NotSatisfiable }
}

/// Parses an HTTP date (§5.6.7), in any of its three formats, to seconds since 1970.
fn parse_date(text: &str) -> Option<i64> {
    let time = httpdate::parse_http_date(text.trim()).ok()?;
    let span = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(span.as_secs()).ok()
}

/// Formats seconds since 1970 as an HTTP date.
pub fn date(seconds: i64) -> String {
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds.max(0).unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADE: i64 = 1_764_000_000;

    fn verdict(method: &Method, given: &[(&str, &str)]) -> RangeOutcome {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            let name: header::HeaderName = name.parse().expect("a header name");
            headers.append(name, value.parse().expect("a header value"));
        }
        decide(method, &headers, &Representation { etag: "\"tag\"", modified: MADE, length: 1000 })
    }

    #[test]
    fn conditions_and_ranges_agree_with_rfc_9110() {
        let (made, before, after) = (date(MADE), date(MADE - 1), date(MADE + 1));
        let table: &[(&[(&str, &str)], RangeOutcome)] = &[
            (&[], RangeOutcome::Whole),
            (&[("if-none-match", "\"tag\"")], RangeOutcome::NotModified),
            (&[("if-none-match", "W/\"tag\"")], RangeOutcome::NotModified),
            (&[("if-none-match", "\"other\", \"tag\"")], RangeOutcome::NotModified),
            (&[("if-none-match", "\"other\""), ("if-none-match", "\"tag\"")], RangeOutcome::NotModified),
            (&[("if-none-match", "*")], RangeOutcome::NotModified),
            (&[("if-none-match", "\"other\"")], RangeOutcome::Whole),
            (&[("if-none-match", "\"other\""), ("if-modified-since", &after)], RangeOutcome::Whole),
            (&[("if-modified-since", &made)], RangeOutcome::NotModified),
            (&[("if-modified-since", &before)], RangeOutcome::Whole),
            (&[("if-modified-since", "yesterday")], RangeOutcome::Whole),
            (&[("if-match", "\"tag\"")], RangeOutcome::Whole),
            (&[("if-match", "*")], RangeOutcome::Whole),
            (&[("if-none-match", "\"other\", *")], RangeOutcome::Whole),
            (&[("if-match", "*, \"other\"")], RangeOutcome::PreconditionFailed),
            (&[("if-modified-since", &made), ("if-modified-since", &made)], RangeOutcome::Whole),
            (&[("if-match", "W/\"tag\"")], RangeOutcome::PreconditionFailed),
            (&[("if-match", "\"other\"")], RangeOutcome::PreconditionFailed),
            (&[("if-unmodified-since", &before)], RangeOutcome::PreconditionFailed),
            (&[("if-unmodified-since", &made)], RangeOutcome::Whole),
            (&[("if-match", "\"tag\""), ("if-unmodified-since", &before)], RangeOutcome::Whole),
            (&[("range", "bytes=0-0")], RangeOutcome::Partial(0..1)),
            (&[("range", "bytes=0-")], RangeOutcome::Partial(0..1000)),
            (&[("range", "bytes=999-")], RangeOutcome::Partial(999..1000)),
            (&[("range", "bytes=500-5000")], RangeOutcome::Partial(500..1000)),
            (&[("range", "bytes=-1")], RangeOutcome::Partial(999..1000)),
            (&[("range", "bytes=-5000")], RangeOutcome::Partial(0..1000)),
            (&[("range", "Bytes=1-2")], RangeOutcome::Partial(1..3)),
            (&[("range", "bytes=1000-")], RangeOutcome::NotSatisfiable),
            (&[("range", "bytes=1000-2000")], RangeOutcome::NotSatisfiable),
            (&[("range", "bytes=-0")], RangeOutcome::NotSatisfiable),
            (&[("range", "bytes=99999999999999999999-")], RangeOutcome::NotSatisfiable),
            (&[("range", "bytes=0-99999999999999999999")], RangeOutcome::Partial(0..1000)),
            (&[("range", "bytes=5-2")], RangeOutcome::Whole),
            (&[("range", "bytes=a-b")], RangeOutcome::Whole),
            (&[("range", "bytes=")], RangeOutcome::Whole),
            (&[("range", "bytes=-")], RangeOutcome::Whole),
            (&[("range", "bytes=+1-2")], RangeOutcome::Whole),
            (&[("range", "items=0-1")], RangeOutcome::Whole),
            (&[("range", "bytes=0-0,5-6")], RangeOutcome::Whole),
            (&[("range", "bytes=0-0"), ("if-range", "\"tag\"")], RangeOutcome::Partial(0..1)),
            (&[("range", "bytes=0-0"), ("if-range", "W/\"tag\"")], RangeOutcome::Whole),
            (&[("range", "bytes=0-0"), ("if-range", "\"other\"")], RangeOutcome::Whole),
            (&[("range", "bytes=0-0"), ("if-range", &made)], RangeOutcome::Partial(0..1)),
            (&[("range", "bytes=0-0"), ("if-range", &after)], RangeOutcome::Whole),
            (&[("range", "bytes=0-0"), ("if-none-match", "\"tag\"")], RangeOutcome::NotModified),
            (&[("range", "bytes=0-0"), ("if-match", "\"other\"")], RangeOutcome::PreconditionFailed),
        ];
        for (given, expected) in table {
            assert_eq!(&verdict(&Method::GET, given), expected, "{given:?}");
        }
        assert_eq!(verdict(&Method::HEAD, &[("range", "bytes=0-0")]), RangeOutcome::Whole);
        assert_eq!(verdict(&Method::HEAD, &[("if-none-match", "\"tag\"")]), RangeOutcome::NotModified);
    }

    #[test]
    fn an_empty_file_has_no_range() {
        let verdict = |range: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, range.parse().expect("a value"));
            decide(&Method::GET, &headers, &Representation { etag: "\"tag\"", modified: MADE, length: 0 })
        };
        assert_eq!(verdict("bytes=0-"), RangeOutcome::NotSatisfiable);
        assert_eq!(verdict("bytes=-0"), RangeOutcome::NotSatisfiable);
        assert_eq!(verdict("bytes=-5"), RangeOutcome::Whole);
    }
}
