//! Patterns of paths: filling in their variable segments, and parsing paths by them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters to percent-encode in a segment or a query: all but the unreserved ones of RFC 3986 §2.3.
pub(super) const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path with these values, percent-encoded, in place of the pattern's variable segments.
pub(super) fn fill<const N: usize>(pattern: &str, values: [&str; N]) -> String {
    let mut values = values.into_iter();
    let mut path = String::new();
    for segment in pattern.split('/').skip(1) {
        path.push('/');
        match name(segment) {
            Some(_) => path.extend(utf8_percent_encode(values.next().unwrap_or_default(), COMPONENT)),
            None => path.push_str(segment),
        }
    }
    path
}

/// The names and raw values of the variable segments in a path; `None` if the path does not match the pattern.
#[must_use]
pub fn values<'a>(pattern: &'static str, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut values = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(values),
            (Some(wanted), Some(given)) => match name(wanted) {
                Some(name) if !given.is_empty() => values.push((name, given)),
                None if wanted == given => {}
                _ => return None,
            },
            _ => return None,
        }
    }
}

/// The name of a variable segment; `None` if the segment is fixed.
fn name(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}
