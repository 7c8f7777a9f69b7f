//! Names of files and folders: which are valid, and how a duplicate is renamed.

use crate::model::problem::FieldProblem;

/// The most bytes a file name may have.
pub const FILE_NAME_LIMIT: usize = 255;

/// A file's name as its owner typed it: 1 to 255 bytes of any characters except NUL. It is displayed as text and never
/// used as a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Validates a name, or says what is wrong with it.
    pub fn parse(given: &str) -> Result<Self, FieldProblem> {
        if given.is_empty() {
            Err(FieldProblem::Empty)
        } else if given.contains('\0') {
            Err(FieldProblem::NulInName { name: shorten(&given.replace('\0', "␀"), 80).to_owned() })
        } else if given.len() > FILE_NAME_LIMIT {
            Err(FieldProblem::NameTooLong { name: shorten(given, 80).to_owned() })
        } else {
            Ok(Self(given.to_owned()))
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that is as much of this text as fits into 255 bytes, with its extension.
    #[must_use]
    pub fn fitting(given: &str) -> Self {
        let (stem, extension) = split_extension(given);
        let (stem, extension) = if extension.len() < FILE_NAME_LIMIT { (stem, extension) } else { (given, "") };
        Self(format!("{}{extension}", shorten(stem, FILE_NAME_LIMIT - extension.len())))
    }

    /// The `n`th alternative if this name is taken: “name (n).ext”, with the stem shortened to stay within 255 bytes.
    #[must_use]
    pub fn numbered(&self, n: u32) -> Self {
        let (stem, extension) = split_extension(&self.0);
        let suffix = format!(" ({n}){extension}");
        // If the extension leaves no room for a stem, treat it as part of the stem.
        let (stem, suffix) =
            if suffix.len() < FILE_NAME_LIMIT { (stem, suffix) } else { (self.as_str(), format!(" ({n})")) };
        Self(format!("{}{suffix}", shorten(stem, FILE_NAME_LIMIT - suffix.len())))
    }

    /// The extension in upper case if it is short and plain, shown in the tile beside the name: `PDF`.
    #[must_use]
    pub fn tile(&self) -> String {
        let extension = split_extension(&self.0).1;
        match extension.get(1..) {
            Some(word) if (1..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                word.to_ascii_uppercase()
            }
            _ => String::new(),
        }
    }
}

/// Whether a character of a name is invisible and could disguise the name, such as its ending: it changes the direction
/// of what follows (Unicode Annex 9), or takes up no room. Line ends and tabs are not among them, as pages show a space; nor
/// are the joiners that Persian and emoji need.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    let moves_or_hides = matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e001f}'
    );
    moves_or_hides || c.is_control() && !"\t\n\r".contains(c)
}

/// A name as it is shown in the middle of a text that has no markup: what [`is_unseen`] appears as “�”.
#[must_use]
pub fn shown(name: &str) -> String {
    name.chars().map(|c| if is_unseen(c) { '\u{fffd}' } else { c }).collect()
}

/// A name without its extension.
#[must_use]
pub fn stem(name: &str) -> &str {
    split_extension(name).0
}

/// Splits a name into its stem and its extension with the dot. A name whose only dot comes first has no extension.
fn split_extension(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && dot + 1 < name.len() => name.split_at(dot),
        _ => (name, ""),
    }
}

/// The longest prefix of `text` of at most `bytes` bytes that ends on a character boundary.
fn shorten(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> FileName {
        FileName::parse(text).expect("a good name")
    }

    #[test]
    fn any_characters_but_nul_make_a_name() {
        for good in [
            "a",
            "../../etc/passwd",
            "\"><script>alert(1)</script>.txt",
            "</title>",
            "100%.txt",
            "a%2Fb",
            "שלום.txt",
            "🎒.png",
            "\n",
            "\\",
        ] {
            assert_eq!(name(good).as_str(), good);
        }
        assert_eq!(FileName::parse(""), Err(FieldProblem::Empty));
        assert_eq!(FileName::parse("a\0b"), Err(FieldProblem::NulInName { name: "a␀b".to_owned() }));
        assert!(FileName::parse(&"x".repeat(255)).is_ok());
        assert!(matches!(FileName::parse(&"é".repeat(128)), Err(FieldProblem::NameTooLong { .. })));
    }

    #[test]
    fn a_number_goes_before_the_extension() {
        assert_eq!(name("report.pdf").numbered(1).as_str(), "report (1).pdf");
        assert_eq!(name("README").numbered(2).as_str(), "README (2)");
        assert_eq!(name(".profile").numbered(1).as_str(), ".profile (1)");
        assert_eq!(name("ends.").numbered(1).as_str(), "ends. (1)");
        assert_eq!(name("archive.tar.gz").numbered(3).as_str(), "archive.tar (3).gz");
    }

    #[test]
    fn a_numbered_name_stays_within_255_bytes_and_between_characters() {
        let long = name(&format!("{}.txt", "é".repeat(125)));
        let numbered = long.numbered(12);
        assert!(numbered.as_str().len() <= 255);
        assert!(numbered.as_str().ends_with("é (12).txt"));
        let all_extension = name(&format!("a.{}", "x".repeat(253)));
        assert!(all_extension.numbered(1).as_str().len() <= 255);
        assert!(all_extension.numbered(1).as_str().ends_with("x (1)"));
    }

    #[test]
    fn what_hides_an_ending_is_seen() {
        assert_eq!(shown("annexe\u{202e}gpj.exe"), "annexe�gpj.exe");
        for code in [
            "202a", "202d", "202e", "202c", "2066", "2067", "2068", "2069", "200e", "200f", "61c", "200b", "feff",
            "ad", "2028",
        ] {
            let hidden = u32::from_str_radix(code, 16).ok().and_then(char::from_u32).expect("a character");
            assert_eq!(shown(&format!("a{hidden}b")), "a�b", "{code}");
        }
        assert_eq!(shown("a\u{1}b"), "a�b");
        // Persian and emoji need the joiners, flags of regions the tags.
        for plain in
            ["line\r\nend", "שלום🎒.txt", "می\u{200c}خواهم.txt", "👩\u{200d}🚀.png", "a b\u{a0}c.txt", "日本語"]
        {
            assert_eq!(shown(plain), plain);
        }
    }

    #[test]
    fn a_text_is_shortened_before_its_extension() {
        assert_eq!(FileName::fitting("a.txt").as_str(), "a.txt");
        let fitted = FileName::fitting(&format!("{}.txt", "é".repeat(200)));
        assert!(fitted.as_str().len() <= 255 && fitted.as_str().ends_with("é.txt"));
        assert_eq!(FileName::fitting(&format!("a.{}", "x".repeat(300))).as_str().len(), 255);
    }

    #[test]
    fn the_tile_is_a_short_plain_extension() {
        assert_eq!(name("a.jpeg").tile(), "JPEG");
        assert_eq!(name("a.tar.gz").tile(), "GZ");
        assert_eq!(name("a.<b>").tile(), "");
        assert_eq!(name("a").tile(), "");
    }
}
