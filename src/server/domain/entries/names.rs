//! Names that were typed, and the forms of a name that the database compares and sorts by.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;

use crate::model::file_name::{FILE_NAME_LIMIT, FileName};
use crate::model::problem::FieldProblem;
use crate::server::db::types::NameForms;

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

/// A name with the forms that the database compares and sorts by.
pub(in crate::server::domain) fn forms(name: &FileName) -> NameForms {
    NameForms { name: name.as_str().to_owned(), folded: folded(name.as_str()), sort: sort_key(name.as_str()) }
}

/// How many digits a sort key has at most. Names may become three times as long when they are folded, and a key stands in
/// an index besides its row: names that differ only beyond this are in the order in which they came.
const SORT_KEY_LIMIT: usize = 512;

/// A key that sorts names naturally, “2.txt” before “10.txt”. It is written in `[0-9a-f]`, so that every database
/// sorts it alike; each run of digits is preceded by its length.
pub(in crate::server::domain) fn sort_key(name: &str) -> String {
    let folded = folded(name);
    let mut key = String::with_capacity(SORT_KEY_LIMIT.min(folded.len() * 2));
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next()
        && key.len() < SORT_KEY_LIMIT
    {
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
    key.truncate(SORT_KEY_LIMIT);
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
    fn a_sort_key_is_bounded_and_orders_by_all_that_most_names_have() {
        let worst = "\u{1D160}".repeat(62);
        assert!(folded(&worst).len() > 2 * FILE_NAME_LIMIT, "it grows when it is folded");
        assert_eq!(sort_key(&worst).len(), SORT_KEY_LIMIT);
        let long = "n".repeat(FILE_NAME_LIMIT - 1);
        assert!(sort_key(&format!("{long}a")) < sort_key(&format!("{long}b")), "all 255 bytes of a plain name count");
        assert!(sort_key(&"7".repeat(FILE_NAME_LIMIT)).len() <= SORT_KEY_LIMIT);
    }

    #[test]
    fn numbers_are_ordered_by_their_size() {
        let mut names = ["10.txt", "a2", "2.txt", "a10", "A1", "002.txt", "b", "日本", "100.txt"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["2.txt", "002.txt", "10.txt", "100.txt", "A1", "a2", "a10", "b", "日本"]);
        assert!(names.iter().all(|name| sort_key(name).bytes().all(|b| b.is_ascii_hexdigit())));
    }
}
