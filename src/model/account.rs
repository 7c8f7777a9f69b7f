//! What a person says of themself: name, email and password, each with the rule it must keep, and what pages show of
//! an account. The same rules run in the browser and on the server; only the server's verdict counts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::problem::FieldProblem;

/// The most characters a name may have.
pub const NAME_LIMIT: usize = 200;
/// The most bytes an email address may have (RFC 5321 §4.5.3.1.3: a path of 256 with its brackets).
pub const EMAIL_LIMIT: usize = 254;
/// The fewest characters a password may have.
pub const PASSWORD_LEAST: usize = 10;
/// The most characters a password may have.
pub const PASSWORD_LIMIT: usize = 1000;

/// A person's name as they wrote it, without the blanks around it: 1 to 200 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Takes what was typed, or says what is wrong with it.
    pub fn parse(typed: &str) -> Result<Self, FieldProblem> {
        let name = typed.trim();
        if name.is_empty() {
            Err(FieldProblem::Empty)
        } else if name.chars().count() > NAME_LIMIT {
            Err(FieldProblem::TooLong { characters: NAME_LIMIT })
        } else if name.chars().any(char::is_control) {
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

/// An email address in the one form it is kept and compared in: folded to lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Takes what was typed, or says what is wrong with it. Only a letter sent to it could prove more than this does.
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
                    && !email.chars().any(|c| c.is_whitespace() || c.is_control()) =>
            {
                Ok(Self(email))
            }
            _ => Err(FieldProblem::NotAnEmail),
        }
    }

    /// The folded address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A password that somebody typed: 10 to 1,000 characters. It never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Takes a new password, or says what is wrong with it.
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

    /// The characters themselves, for hashing and for nothing else.
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

/// What an account may do on this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Runs the site: the first account, and whoever was made one.
    Administrator,
    /// Keeps files.
    Member,
}

/// An avatar's addresses, each a square of so many pixels, smallest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Avatar {
    /// (address, pixels a side).
    pub pictures: Vec<(String, u32)>,
}

/// What pages show of the account that is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// The name as the person wrote it.
    pub name: String,
    /// The folded email address.
    pub email: String,
    /// The person's picture, if they gave one.
    pub avatar: Option<Avatar>,
    /// Bytes of this account's files.
    pub used: u64,
    /// The most bytes this account may keep; `None` is without limit.
    pub quota: Option<u64>,
    /// Whether strangers can read private files straight from the bucket; only an administrator is told.
    pub exposed: bool,
}

/// One or two letters that stand for a person without a picture: of the first and the last word of the name.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// Which of the `colours` stands behind a person's initials: always the same one for the same address.
#[must_use]
pub fn colour_of(email: &str, colours: usize) -> usize {
    // Kept small at each step: a sum that overflows is another one in the browser, whose `usize` has 32 bits.
    email.bytes().fold(0, |sum, byte| (sum * 31 + usize::from(byte)) % colours)
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
        assert_eq!(Name::parse("Ada\u{0}Lovelace"), Err(FieldProblem::ControlCharacter));
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
