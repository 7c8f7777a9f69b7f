//! How names are compared with what somebody searches for: by letters alone, whatever their case and accents. The index
//! keeps short grams of names (`db/search.rs`), by which names are found that may match; whether they do is decided here.

use std::collections::BTreeSet;
use std::ops::Range;

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::model::id::AccountId;

/// The most words that are searched for, and the most letters of each. The rest is left out.
const WORDS: usize = 10;
const LETTERS: usize = 100;
/// The most letters of a name that are compared. Some characters become many, and no name that people write has so many.
const NAME_LETTERS: usize = 512;
/// How many letters of a word are looked up together.
const GRAM: usize = 3;
/// The most grams that are looked up. More of them would hardly leave out more names.
const LOOKED_UP: usize = 24;

/// What somebody searches for: words that must all stand in a name, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchWords(Vec<String>);

impl SearchWords {
    /// The words of what was typed.
    #[must_use]
    pub fn parse(typed: &str) -> Self {
        let words = typed.split_whitespace().map(|word| word.chars().flat_map(letters_of).take(LETTERS).collect());
        Self(words.filter(|word: &String| !word.is_empty()).take(WORDS).collect())
    }

    /// Whether there is nothing to search for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where the words stand in a name, in bytes, sorted and without overlaps; `None` if one of them does not. A word of one
    /// or two letters must be the beginning of a word of the name.
    #[must_use]
    pub fn find_in(&self, name: &str) -> Option<Vec<Range<usize>>> {
        let letters = Letters::of(name);
        let found: Option<Vec<_>> = self.0.iter().map(|word| letters.find(word)).collect();
        let mut found = found?;
        found.sort_by_key(|range| range.start);
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(found.len());
        for range in found {
            match merged.last_mut() {
                Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        Some(merged)
    }

    /// The grams that every name of the account has in which the words stand, separated by blanks.
    #[must_use]
    pub fn grams(&self, account: &AccountId) -> String {
        let of_word = |word: &String| {
            let letters: Vec<char> = word.chars().collect();
            match is_short(word) {
                true => vec![start_gram_of(account, &letters)],
                false => letters.windows(GRAM).map(|letters| gram_of(account, letters)).collect(),
            }
        };
        let grams: BTreeSet<_> = self.0.iter().flat_map(of_word).collect();
        grams.into_iter().take(LOOKED_UP).collect::<Vec<_>>().join(" ")
    }
}

/// Whether a word must be the beginning of a word of the name, because too much has its letters in the midst.
fn is_short(word: &str) -> bool {
    word.chars().nth(GRAM - 1).is_none()
}

/// The grams under which a name of the account is found, separated by blanks.
#[must_use]
pub fn grams_of_name(account: &AccountId, name: &str) -> String {
    let letters: Vec<char> = name.chars().flat_map(letters_of).take(NAME_LETTERS).collect();
    let grams = letters.windows(GRAM).map(|letters| gram_of(account, letters));
    let is_start =
        |at: usize| starts_word(at.checked_sub(1).and_then(|before| letters.get(before)).copied(), letters[at]);
    let starts = (0..letters.len()).filter(|at| is_start(*at)).flat_map(|at| {
        let rest = &letters[at..];
        (1..GRAM).filter_map(move |length| rest.get(..length)).map(|start| start_gram_of(account, start))
    });
    let grams: BTreeSet<_> = grams.chain(starts).collect();
    grams.into_iter().collect::<Vec<_>>().join(" ")
}

/// A name as it is compared, and of which bytes of the name each of its bytes was made.
struct Letters {
    text: String,
    made_of: Vec<Range<usize>>,
}

impl Letters {
    fn of(name: &str) -> Self {
        let (mut text, mut made_of) =
            (String::with_capacity(name.len()), Vec::<Range<usize>>::with_capacity(name.len()));
        let mut count = 0;
        for (start, char) in name.char_indices() {
            if count == NAME_LETTERS {
                break;
            }
            let (end, before) = (start + char.len_utf8(), text.len());
            for letter in letters_of(char).take(NAME_LETTERS - count) {
                text.push(letter);
                count += 1;
            }
            made_of.resize(text.len(), start..end);
            // An accent of its own belongs to the letter before it.
            if text.len() == before
                && let Some(base) = made_of.last().map(|base| base.start)
            {
                made_of.iter_mut().rev().take_while(|made| made.start == base).for_each(|made| made.end = end);
            }
        }
        Self { text, made_of }
    }

    /// Where a word stands first, in bytes of the name.
    fn find(&self, word: &str) -> Option<Range<usize>> {
        let starts = |at: &usize| {
            let (before, rest) = self.text.split_at(*at);
            rest.chars().next().is_some_and(|first| starts_word(before.chars().next_back(), first))
        };
        let at = match is_short(word) {
            true => self.text.match_indices(word).map(|(at, _)| at).find(starts)?,
            false => self.text.find(word)?,
        };
        Some(self.made_of.get(at)?.start..self.made_of.get(at + word.len() - 1)?.end)
    }
}

/// Whether a word begins with this letter after that one: after what is neither a letter nor a digit, where digits begin or end,
/// and anywhere in scripts that put no spaces between words. A symbol is a word by itself.
fn starts_word(before: Option<char>, letter: char) -> bool {
    let class = |char: char| (char.is_alphanumeric(), char.is_numeric());
    match letter.is_alphanumeric() {
        true => before.is_none_or(|before| class(before) != class(letter)) || has_no_spaces(letter),
        false => !letter.is_whitespace(),
    }
}

/// The letters as which a character is compared: in lower case and without accents.
fn letters_of(char: char) -> impl Iterator<Item = char> {
    std::iter::once(char).nfkd().filter(|char| !is_accent(*char)).flat_map(char::to_lowercase).flat_map(|char| {
        let (first, second) = match char {
            'ß' => ('s', Some('s')),
            'æ' => ('a', Some('e')),
            'œ' => ('o', Some('e')),
            'þ' => ('t', Some('h')),
            'ø' => ('o', None),
            'ł' => ('l', None),
            'đ' | 'ð' => ('d', None),
            'ı' => ('i', None),
            'ς' => ('σ', None),
            other => (other, None),
        };
        // What lower case adds, as to İ.
        std::iter::once(first).chain(second).filter(|char| !is_accent(*char))
    })
}

/// Whether a character is an accent, which may be left out where one writes: of Latin, Greek and Cyrillic letters, the points of
/// Hebrew and Arabic, and what chooses how a symbol is drawn. The vowel signs of Indic scripts and the voicing marks of Japanese
/// make other words.
fn is_accent(char: char) -> bool {
    is_combining_mark(char)
        && matches!(char, '\u{0300}'..='\u{036F}' | '\u{0591}'..='\u{05C7}' | '\u{0610}'..='\u{06ED}'
            | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE2F}')
}

/// Whether the script of a character puts no spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
fn has_no_spaces(char: char) -> bool {
    matches!(char, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The gram of letters anywhere in a name: 40 bits that differ for each account, so that what one has does not delay another's
/// search.
fn gram_of(account: &AccountId, letters: &[char]) -> String {
    hashed(account, 'g', letters)
}

/// The gram of letters with which a word begins.
fn start_gram_of(account: &AccountId, letters: &[char]) -> String {
    hashed(account, 's', letters)
}

fn hashed(account: &AccountId, kind: char, letters: &[char]) -> String {
    let text: String = account.as_str().chars().chain([kind]).chain(letters.iter().copied()).collect();
    data_encoding::BASE32_DNSSEC.encode(&Sha256::digest(text)[..5])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(letter: &str) -> AccountId {
        AccountId::parse(&letter.repeat(26)).expect("an id")
    }

    fn found(words: &str, name: &str) -> Option<Vec<String>> {
        let words = SearchWords::parse(words);
        let ranges = words.find_in(name)?;
        let (asked, kept) = (words.grams(&account("0")), grams_of_name(&account("0"), name));
        let kept: BTreeSet<_> = kept.split(' ').collect();
        assert!(asked.split(' ').all(|gram| kept.contains(gram)), "the index finds {name} by {words:?}");
        Some(ranges.into_iter().map(|range| name[range].to_owned()).collect())
    }

    #[test]
    fn words_are_found_whatever_their_case_accents_script_and_order() {
        for (words, name, parts) in [
            ("uber", "Übergabeprotokoll.pdf", vec!["Über"]),
            ("UBER", "Schubert, D 899.flac", vec!["uber"]),
            ("über", "Zimmer gegenu\u{308}ber.jpg", vec!["u\u{308}ber"]),
            ("strasse", "Straße 5", vec!["Straße"]),
            ("lodz", "Łódź.txt", vec!["Łódź"]),
            ("istanbul", "İSTANBUL.txt", vec!["İSTANBUL"]),
            ("σπιτι", "Σπίτι στη Χώρα", vec!["Σπίτι"]),
            ("翻訳", "Übersetzung 翻訳 v2.docx", vec!["翻訳"]),
            ("訳", "翻訳", vec!["訳"]),
            ("ファイル", "新しいﾌｧｲﾙ", vec!["ﾌｧｲﾙ"]),
            ("한국", "한국어파일.txt", vec!["한국"]),
            ("привет", "ПРИВЕТ мир", vec!["ПРИВЕТ"]),
            ("2026 naxos", "Naxos 2026.zip", vec!["Naxos", "2026"]),
            ("5", "Straße 5", vec!["5"]),
            ("img 12", "IMG_1234.JPG", vec!["IMG", "12"]),
            (".pdf", "a.pdf", vec![".pdf"]),
            ("%", "100%.txt", vec!["%"]),
            ("🎉", "🎉 party.jpg", vec!["🎉"]),
            ("दीन", "दीन.txt", vec!["दीन"]),
            ("aab aba", "xaaba", vec!["aaba"]),
        ] {
            assert_eq!(
                found(words, name),
                Some(parts.into_iter().map(str::to_owned).collect()),
                "{words:?} in {name:?}"
            );
        }
    }

    #[test]
    fn what_does_not_stand_there_is_not_found() {
        for (words, name) in [
            ("uber x", "Über"),
            ("er", "Über"),
            ("verb", "Über"),
            ("naxos 2025", "Naxos 2026"),
            ("😀😀", "a"),
            ("दिन", "दीन.txt"),
            ("カギ", "ガキ"),
        ] {
            assert_eq!(SearchWords::parse(words).find_in(name), None, "{words:?} in {name:?}");
        }
        assert!(SearchWords::parse(" \u{308} ").is_empty() && !SearchWords::parse("%").is_empty());
    }

    #[test]
    fn grams_are_of_one_account_and_bounded() {
        let one = grams_of_name(&account("0"), "Über.pdf");
        let other = grams_of_name(&account("1"), "Über.pdf");
        assert!(one.split(' ').all(|gram| !other.contains(gram)), "{one} {other}");
        let long = "\u{FDFA}".repeat(85);
        assert!(grams_of_name(&account("0"), &long).split(' ').count() <= 3 * NAME_LETTERS);
        assert!(SearchWords::parse("صلى").find_in(&long).is_some());
        assert!(SearchWords::parse(&"abcdefghij ".repeat(500)).grams(&account("0")).split(' ').count() <= LOOKED_UP);
    }
}
