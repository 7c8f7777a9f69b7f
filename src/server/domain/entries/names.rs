//! Names that were typed, and the forms of a name that the database compares and sorts by.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;

use crate::model::file_name::{FILE_NAME_LIMIT, FileName};
use crate::model::problem::FieldProblem;

/// Validates a name that was typed or chosen. macOS hands out decomposed names, which have up to three times the bytes: one
/// that is too long only for that is kept composed, as it goes out.
///
/// # Errors
/// As of [`FileName::parse`].
pub fn parse_typed(given: &str) -> Result<FileName, FieldProblem> {
    match FileName::parse(given) {
        Err(FieldProblem::NameTooLong { .. }) if given.len() <= 3 * FILE_NAME_LIMIT => {
            FileName::parse(&given.nfc().collect::<String>())
        }
        parsed => parsed,
    }
}

/// The form in which two names count as equal: NFC (Unicode Annex 15), lower case.
pub(in crate::server::domain) fn folded(name: &str) -> String {
    name.nfc().flat_map(char::to_lowercase).nfc().collect()
}

/// A key that sorts names naturally, “2.txt” before “10.txt”. It is written in `[0-9a-f]`, so that every database
/// sorts it alike; each run of digits is preceded by its length.
pub(in crate::server::domain) fn sort_key(name: &str) -> String {
    let folded = folded(name);
    let mut key = String::with_capacity(folded.len() * 2);
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let run = if digits > 0 {
            let number = rest[..digits].trim_start_matches('0');
            // 0x30 is the byte of '0', so a number sorts among other characters where a digit does.
            let _ = write!(key, "30{:02x}", number.len());
            key.push_str(number);
            digits
        } else {
            for byte in rest[..first.len_utf8()].bytes() {
                let _ = write!(key, "{byte:02x}");
            }
            first.len_utf8()
        };
        rest = &rest[run..];
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_the_same() {
        assert_eq!(folded("Ünder.TXT"), folded("u\u{308}nder.txt"));
        assert_ne!(folded("a"), folded("b"));
    }

    #[test]
    fn a_decomposed_name_may_be_as_long_as_the_same_name_composed() {
        let name = "한국어파일".repeat(10) + ".pdf";
        let decomposed: String = name.nfd().collect();
        assert!(decomposed.len() > FILE_NAME_LIMIT && name.len() < FILE_NAME_LIMIT);
        assert_eq!(parse_typed(&decomposed).expect("a name").as_str(), name);
        let short = "u\u{308}.txt";
        assert_eq!(parse_typed(short).expect("a name").as_str(), short, "what fits stays as it was typed");
        for long in ["한국어파일".repeat(20), "n".repeat(256), "e\u{301}".repeat(10_000)] {
            assert!(matches!(parse_typed(&long), Err(FieldProblem::NameTooLong { .. })));
        }
    }

    #[test]
    fn numbers_are_ordered_by_their_size() {
        let mut names = ["10.txt", "a2", "2.txt", "a10", "A1", "002.txt", "b", "日本", "100.txt"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["2.txt", "002.txt", "10.txt", "100.txt", "A1", "a2", "a10", "b", "日本"]);
        assert!(names.iter().all(|name| sort_key(name).bytes().all(|b| b.is_ascii_hexdigit())));
    }
}
