//! The names of files inside an archive. Every name becomes a single path component that cannot leave the folder in
//! which the archive is unpacked, on Unix or Windows:
//!
//! - `/`, `\`, `:` and control characters become `_`, as they separate paths, name a drive or end a line;
//! - in a name made only of dots and spaces, each of them becomes `_`, as `..` is the parent folder, and Windows drops
//!   dots and spaces at the end, which turns `.. ` into it;
//! - names in one folder that differ only in case are made unique by a number: “name (1).ext”.
//!
//! Everything else stays as it was typed. Paths are never absolute, since no component is empty.

use std::collections::HashMap;

use crate::model::file_name::FileName;
use crate::server::domain::entries::names::folded;

/// Turns a name into a safe path component that is no longer in bytes.
pub fn harmless(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_control() || "/\\:".contains(c) { '_' } else { c }).collect();
    if name.chars().all(|c| c == '.' || c.is_whitespace()) { "_".repeat(name.chars().count().max(1)) } else { name }
}

/// The names in use in one folder of an archive.
#[derive(Default)]
pub struct Names {
    /// Each folded name with the number that was last tried for it.
    taken: HashMap<String, u32>,
}

impl Names {
    /// Reserves a safe name, or the first free one of “name (1)”, “name (2)” …
    pub fn take(&mut self, name: String) -> String {
        let wanted = folded(&name);
        let Some(tried) = self.taken.get(&wanted) else {
            self.taken.insert(wanted, 0);
            return name;
        };
        let mut number = *tried;
        // Continues from the last number, so that a thousand equal names do not need a million attempts.
        loop {
            number += 1;
            let Ok(name) = FileName::parse(&name).map(|name| name.numbered(number)) else { return name };
            let key = folded(name.as_str());
            if self.taken.contains_key(&key) {
                continue;
            }
            self.taken.insert(key, 0);
            self.taken.insert(wanted, number);
            return name.as_str().to_owned();
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
            ("ends.", "ends."),
            ("שלום🎒.txt", "שלום🎒.txt"),
            ("\u{202e}gpj.exe", "\u{202e}gpj.exe"),
            ("", "_"),
        ];
        for (name, harmed) in table {
            assert_eq!(harmless(name), harmed, "{name:?}");
            assert!(harmless(name).len() <= name.len().max(1));
        }
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
}
