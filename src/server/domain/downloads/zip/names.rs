//! The names of files inside an archive. Every name becomes a single path component that can be made on Windows, macOS
//! and Unix, and that cannot leave the folder in which the archive is unpacked:
//!
//! - names are composed (NFC), as macOS alone decomposes them;
//! - `/`, `\`, `:`, `<`, `>`, `"`, `|`, `?`, `*` and control characters become `_`: they separate paths, name a drive or
//!   a stream, end a line, or are refused by Windows;
//! - dots and spaces at the end become `_`, as Windows drops them; in a name made of nothing else all do, as `..` is the
//!   parent folder;
//! - a device of Windows, such as `CON` or `nul.txt`, gets a `_` before its first dot;
//! - names in one folder that some system takes for the same are made unique by a number: “name (1).ext”.
//!
//! Everything else stays as it was typed. Paths are never absolute, since no component is empty.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization as _;

use crate::model::file_name::{FILE_NAME_LIMIT, FileName};

/// What a name must not contain (Microsoft, “Naming Files, Paths, and Namespaces”), besides control characters.
const RESERVED: &str = "/\\:<>\"|?*";

/// Turns a name into a path component of at most 255 bytes that every system can make.
pub fn harmless(name: &str) -> String {
    let name: String = name.nfc().map(|c| if c.is_control() || RESERVED.contains(c) { '_' } else { c }).collect();
    if name.chars().all(|c| c == '.' || c.is_whitespace()) {
        return "_".repeat(name.chars().count().max(1));
    }
    // Cutting a name that is too long may take away what told it from a device.
    let name = beside_devices(FileName::fitting(&beside_devices(name)).as_str().to_owned());
    let name = cut(name);
    let kept = name.trim_end_matches(['.', ' ']).len();
    format!("{}{}", &name[..kept], "_".repeat(name.len() - kept))
}

/// The name without its end, if it is longer than a name may be.
fn cut(mut name: String) -> String {
    name.truncate(name.floor_char_boundary(FILE_NAME_LIMIT));
    name
}

/// The name, with a `_` at the end of its first word if that is a device of Windows, which ignores case, extensions and
/// spaces before them.
fn beside_devices(mut name: String) -> String {
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches(' ');
    let end = stem.len();
    let stem = stem.to_uppercase();
    let numbered = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let is_port =
        numbered.is_some_and(|rest| rest.chars().count() == 1 && rest.contains(|c| "0123456789¹²³".contains(c)));
    if is_port || ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str()) {
        name.insert(end, '_');
    }
    name
}

/// The form in which two names count as equal: composed, and in upper case as Windows compares (`ς` and `σ` are one)
/// after lower case (`İ` and `ẞ` have no other way to meet theirs).
fn folded(name: &str) -> String {
    name.nfc().flat_map(char::to_lowercase).flat_map(char::to_uppercase).nfc().collect()
}

/// The names in use in one folder of an archive.
#[derive(Default)]
pub struct Names {
    /// The folded names.
    taken: HashSet<String>,
    /// The last number that was tried for names with equal numbered forms. A long name is cut so that its number fits, and
    /// many long names can become equal by that. The key is the folded name with the lowest number of as many digits.
    tried: HashMap<String, u32>,
}

impl Names {
    /// Reserves a safe name, or the first free one of “name (1)”, “name (2)” … No number of equal names is tried twice,
    /// so that a hundred thousand take hardly longer than as many different ones.
    pub fn take(&mut self, name: String) -> String {
        if self.taken.insert(folded(&name)) {
            return name;
        }
        let Ok(name) = FileName::parse(&name) else { return name };
        let mut first = 1_u32;
        loop {
            let beyond = first.saturating_mul(10);
            let tried = self.tried.entry(folded(name.numbered(first).as_str())).or_insert(first - 1);
            while *tried + 1 < beyond {
                *tried += 1;
                let name = name.numbered(*tried);
                if self.taken.insert(folded(name.as_str())) {
                    return name.as_str().to_owned();
                }
            }
            first = beyond;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder_one_unpacks_in() {
        let table = [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("..", "__"),
            (".", "_"),
            ("...", "___"),
            (".. ", "___"),
            (" ", "_"),
            ("/etc/passwd", "_etc_passwd"),
            ("..\\..\\boot.ini", ".._.._boot.ini"),
            ("C:evil.exe", "C_evil.exe"),
            ("\\\\server\\share", "__server_share"),
            ("a\0b\n\u{7f}\u{85}", "a_b___"),
            ("..\u{a0}", "___"),
            (".hidden", ".hidden"),
            ("ends.", "ends_"),
            ("etc. ..", "etc____"),
            ("trail ", "trail_"),
            ("a*b", "a_b"),
            ("what?.txt", "what_.txt"),
            ("a<b>|c\".txt", "a_b__c_.txt"),
            ("u\u{308}ber", "über"),
            ("שלום🎒.txt", "שלום🎒.txt"),
            ("\u{202e}gpj.exe", "\u{202e}gpj.exe"),
            ("", "_"),
        ];
        for (name, harmed) in table {
            assert_eq!(harmless(name), harmed, "{name:?}");
        }
    }

    #[test]
    fn no_name_is_a_device_of_windows() {
        let table = [
            ("CON", "CON_"),
            ("aux.txt", "aux_.txt"),
            ("NUL.tar.gz", "NUL_.tar.gz"),
            ("Prn .txt", "Prn_ .txt"),
            ("COM1.log", "COM1_.log"),
            ("lpt0", "lpt0_"),
            ("com³.x", "com³_.x"),
            ("CONIN$", "CONIN$_"),
            ("conout$.txt", "conout$_.txt"),
            ("nul.", "nul__"),
            ("nul:", "nul_"),
            ("CONSOLE.txt", "CONSOLE.txt"),
            ("COM10", "COM10"),
            ("COM", "COM"),
            ("aux_.txt", "aux_.txt"),
            (".con", ".con"),
            ("file.con", "file.con"),
        ];
        for (name, harmed) in table {
            assert_eq!(harmless(name), harmed, "{name:?}");
        }
        // Also where the mark has to be put into a name that is as long as names may be.
        for (stem, rest) in
            [("aux.", "x".repeat(251)), ("CON", format!(".{}", "é".repeat(125))), ("nul", ".".repeat(252))]
        {
            let safe = harmless(&format!("{stem}{rest}"));
            assert!(safe.len() <= 255 && safe.starts_with(&format!("{}_", stem.trim_end_matches('.'))), "{safe}");
        }
    }

    #[test]
    fn a_safe_name_has_at_most_255_bytes_and_keeps_its_ending() {
        // Composed, this character is twice as long.
        let names =
            ["\u{1d15e}".repeat(63) + "x", format!("CON.{}.jpeg", "x".repeat(246)), "\u{1d15e}".repeat(60) + ".jpeg"];
        for name in names {
            assert!(FileName::parse(&name).is_ok());
            let safe = harmless(&name);
            assert!(safe.len() <= 255, "{name}");
            assert_eq!(safe.ends_with(".jpeg"), name.ends_with(".jpeg"), "{name}");
        }
        assert_eq!(harmless(&format!("{}. {}", "x".repeat(253), "y".repeat(9))).len(), 255);
    }

    #[test]
    fn names_of_one_folder_are_told_apart_by_a_number() {
        let mut names = Names::default();
        let mut take = |name: &str| names.take(name.to_owned());
        assert_eq!(take("a.txt"), "a.txt");
        assert_eq!(take("A.TXT"), "A (1).TXT");
        assert_eq!(take("a (2).txt"), "a (2).txt");
        assert_eq!(take("a.txt"), "a (3).txt");
        assert_eq!(take("a (1).txt"), "a (1) (1).txt");
        assert_eq!(take("ς.txt"), "ς.txt");
        assert_eq!(take("σ.txt"), "σ (1).txt");
        assert_eq!(take("Σ.txt"), "Σ (2).txt");
        assert_eq!(take("straße"), "straße");
        assert_eq!(take("STRAẞE"), "STRAẞE (1)");
        assert_eq!(take("ı"), "ı");
        assert_eq!(take("I"), "I (1)");
        assert_eq!(take("Ünder"), "Ünder");
        assert_eq!(take("u\u{308}nder"), "u\u{308}nder (1)");
        let long = "é".repeat(127);
        assert_eq!(take(&long), long);
        assert_eq!(take(&long).len(), 254);
    }

    #[test]
    fn ten_thousand_of_the_same_name_take_no_time() {
        let mut names = Names::default();
        for _ in 0..10_000 {
            names.take("a/b".replace('/', "_"));
        }
        assert_eq!(names.take("a_b".to_owned()), "a_b (10000)");
    }

    #[test]
    fn long_names_that_are_one_once_they_are_numbered_take_no_time_either() {
        let mut names = Names::default();
        let mut seen = HashSet::new();
        let begin = "a".repeat(251);
        for round in 0..20_000 {
            // Each of 5,000 names comes four times.
            let taken = names.take(format!("{begin}{:04}", round % 5_000));
            assert!(taken.len() <= 255 && seen.insert(folded(&taken)), "{taken}");
        }
    }
}
