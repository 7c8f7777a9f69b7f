//! Passwords that anybody would guess.

use zxcvbn::zxcvbn;

use crate::model::account::{Email, Name, Password};

/// How many guesses a password must outlast, as a power of ten: more than an address may make in a day.
const LEAST: f64 = 4.0;

/// How many characters are estimated at once. The time that zxcvbn takes grows faster than the length: a hundred characters
/// can keep a processor busy for most of a second.
const ESTIMATED: usize = 32;

/// How many words of a name are known to whoever guesses. Each that is in the password makes the estimate take longer.
const WORDS: usize = 8;

/// Whether a password is among the first ten thousand that somebody would try who knows the person's name and email
/// address, by the estimate of zxcvbn (<https://www.usenix.org/conference/usenixsecurity16/technical-sessions/presentation/wheeler>).
#[must_use]
pub fn is_common(password: &Password, name: &Name, email: &Email) -> bool {
    let (local, domain) = email.as_str().split_once('@').unwrap_or_default();
    let mut known = vec!["Holdall", name.as_str(), email.as_str(), local, domain];
    known.extend(name.as_str().split_whitespace().take(WORDS));
    // A longer one is at least as hard to guess as each piece of it.
    let characters: Vec<char> = password.reveal().chars().collect();
    let length = characters.len().min(ESTIMATED);
    let pieces = [&characters[..length], &characters[characters.len() - length..]];
    pieces.iter().all(|piece| zxcvbn(&piece.iter().collect::<String>(), &known).guesses_log10() < LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_first_is_common_and_a_few_words_are_not() {
        let (name, email) = (Name::parse("Ada Lovelace").unwrap(), Email::parse("ada@example.org").unwrap());
        let is_common = |password: &str| is_common(&Password::parse(password).unwrap(), &name, &email);
        for password in ["password123", "1234567890", "qwertyuiop", "aaaaaaaaaaaa", "ada@example.org", "abcdefghij"] {
            assert!(is_common(password), "{password}");
        }
        for password in ["correct horse battery", "correct horse 1", "a new and better password", "pv7qk2zxw9"] {
            assert!(!is_common(password), "{password}");
        }
        assert!(is_common(&"a".repeat(1000)));
        assert!(!is_common(&format!("{}pv7qk2zxw9", "a".repeat(500))), "its end is hard to guess");
        assert!(!is_common(&"4@8({[<369!1|70$5+%2".repeat(50)), "and it takes no time");
    }
}
