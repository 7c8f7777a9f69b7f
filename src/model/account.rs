//! What people enter about themselves: name, email and password, each with its validation rule; and what pages show of
//! an account. The same rules run in the browser and on the server; only the server's result counts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::file_name::is_unseen;
use crate::model::problem::FieldProblem;

/// The most characters a name may have.
pub const NAME_LIMIT: usize = 200;
/// The most bytes an email address may have (RFC 5321 §4.5.3.1.3: a path of 256 including its angle brackets).
pub const EMAIL_LIMIT: usize = 254;
/// The fewest characters a password may have.
pub const PASSWORD_LEAST: usize = 10;
/// The most characters a password may have.
pub const PASSWORD_LIMIT: usize = 1000;

/// The most bytes the file of a picture may have (10 MiB).
pub const AVATAR_LIMIT: u64 = 10 * 1024 * 1024;

/// The most pixels a picture may have: what the largest sensors of phones make (8192 by 6144).
pub const PIXEL_LIMIT: u64 = 8192 * 6144;

/// A person's name as typed, trimmed: 1 to 200 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Validates what was typed, or says what is wrong with it.
    pub fn parse(typed: &str) -> Result<Self, FieldProblem> {
        let name = typed.trim();
        if name.chars().all(is_blank) {
            Err(FieldProblem::Empty)
        } else if name.chars().count() > NAME_LIMIT {
            Err(FieldProblem::TooLong { characters: NAME_LIMIT })
        } else if name.chars().any(|c| c.is_control() || is_unseen(c)) {
            Err(FieldProblem::ControlCharacter)
        } else {
            Ok(Self(name.to_owned()))
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character shows nothing by itself, although it takes up room: the blank of Braille is a letter by its category.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// An email address in the form in which it is stored and compared: lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Validates what was typed, or says what is wrong with it. Only sending an email could prove more than this does.
    pub fn parse(typed: &str) -> Result<Self, FieldProblem> {
        let email = typed.trim().to_lowercase();
        if email.is_empty() {
            return Err(FieldProblem::Empty);
        }
        if email.len() > EMAIL_LIMIT {
            return Err(FieldProblem::TooLong { characters: EMAIL_LIMIT });
        }
        match email.split_once('@') {
            Some((local, domain))
                if !local.is_empty()
                    && !domain.is_empty()
                    && !domain.contains('@')
                    && !email.chars().any(|c| c.is_whitespace() || is_unseen(c)) =>
            {
                Ok(Self(email))
            }
            _ => Err(FieldProblem::NotAnEmail),
        }
    }

    /// The address in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A password as typed: 10 to 1,000 characters. Its `Debug` output does not contain it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Validates a new password, or says what is wrong with it.
    pub fn parse(typed: &str) -> Result<Self, FieldProblem> {
        let length = typed.chars().count();
        if length == 0 {
            Err(FieldProblem::Empty)
        } else if length < PASSWORD_LEAST {
            Err(FieldProblem::TooShort { characters: PASSWORD_LEAST })
        } else if length > PASSWORD_LIMIT {
            Err(FieldProblem::TooLong { characters: PASSWORD_LIMIT })
        } else {
            Ok(Self(typed.to_owned()))
        }
    }

    /// The plain text of the password; use it for hashing only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The role of an account on this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Administers the site: the first account, and every account that was made an administrator.
    Administrator,
    /// Stores files, and nothing else.
    Member,
}

/// The addresses of an avatar: square pictures of several sizes, smallest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Avatar {
    /// (address, side length in pixels).
    pub pictures: Vec<(String, u32)>,
}

/// What pages show of the signed-in account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// The name as the person typed it.
    pub name: String,
    /// The email address in lower case.
    pub email: String,
    /// The avatar, if the account has one.
    pub avatar: Option<Avatar>,
    /// The letters that are shown in place of a missing avatar. The server knows their upper case: the table of all letters
    /// would be a large part of the wasm.
    pub initials: String,
    /// Bytes used by this account's files.
    pub used: u64,
    /// The quota in bytes; `None` means unlimited.
    pub quota: Option<u64>,
    /// What the account is warned of.
    pub warnings: Warnings,
}

/// What is wrong with the site. Only administrators are told; for everybody else it is the default, nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warnings {
    /// Whether anonymous clients can read private files straight from the bucket.
    pub exposed: bool,
    /// How many files of the whole site are damaged.
    pub damaged: u64,
}

/// One or two letters shown in place of a missing avatar: the initials of the first and the last word of the name.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// Which of `colours` background colours a person's initials get: always the same for the same email address.
#[must_use]
pub fn colour_of(email: &str, colours: usize) -> usize {
    // Kept small at each step: a sum that overflows is another one in the browser, whose `usize` has 32 bits.
    email.bytes().fold(0, |sum, byte| (sum * 31 + usize::from(byte)) % colours)
}

/// Whether people may create accounts for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignUp {
    /// Anyone may.
    Open,
    /// Only the operator of the site creates accounts.
    Closed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_the_same_in_the_browser_and_on_the_server() {
        // The exact sum of the bytes, each times a power of 31, has 121 bits.
        let exact = "ada.lovelace@example.org".bytes().fold(0_u128, |sum, byte| sum * 31 + u128::from(byte));
        for colours in [1, 5, 7, 12] {
            assert_eq!(colour_of("ada.lovelace@example.org", colours) as u128, exact % colours as u128);
        }
    }

    #[test]
    fn a_name_is_trimmed_and_bounded() {
        assert_eq!(Name::parse("  Ada Lovelace ").map(|name| name.as_str().to_owned()), Ok("Ada Lovelace".to_owned()));
        assert_eq!(Name::parse(" \t"), Err(FieldProblem::Empty));
        assert_eq!(Name::parse(&"é".repeat(200)).map(|_| ()), Ok(()));
        assert_eq!(Name::parse(&"x".repeat(201)), Err(FieldProblem::TooLong { characters: 200 }));
        for blank in ["", " \u{a0}", "\u{2800}\u{2800}"] {
            assert_eq!(Name::parse(blank), Err(FieldProblem::Empty), "{blank:?}");
        }
        for unseen in ["Ada\u{0}Lovelace", "\u{202e}adA", "\u{3164}"] {
            assert_eq!(Name::parse(unseen), Err(FieldProblem::ControlCharacter), "{unseen:?}");
        }
    }

    #[test]
    fn an_email_is_folded_and_needs_two_sides() {
        assert_eq!(
            Email::parse(" Ada@Example.ORG ").map(|email| email.as_str().to_owned()),
            Ok("ada@example.org".to_owned())
        );
        for bad in ["ada", "@example.org", "ada@", "a@b@c", "ada love@example.org", "ada@exa\nmple.org"] {
            assert_eq!(Email::parse(bad), Err(FieldProblem::NotAnEmail), "{bad:?}");
        }
        assert_eq!(
            Email::parse(&format!("{}@example.org", "x".repeat(250))),
            Err(FieldProblem::TooLong { characters: 254 })
        );
    }

    #[test]
    fn a_password_has_10_to_1000_characters_of_any_kind() {
        assert_eq!(Password::parse("123456789"), Err(FieldProblem::TooShort { characters: 10 }));
        assert!(Password::parse("ö".repeat(10).as_str()).is_ok());
        assert!(Password::parse(&" ".repeat(1000)).is_ok());
        assert_eq!(Password::parse(&"x".repeat(5000)), Err(FieldProblem::TooLong { characters: 1000 }));
        assert_eq!(format!("{:?}", Password::parse("correct horse battery")), "Ok(Password(…))");
    }

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        assert_eq!(initials("Ada King Lovelace"), "AL");
        assert_eq!(initials("ada"), "A");
        assert_eq!(initials("«Ärger» ßen"), "ÄSS");
        assert_eq!(initials("!!! ???"), "");
    }
}
