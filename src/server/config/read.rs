//! Reads one variable at a time and collects the errors.

use std::fmt;
use std::time::Duration;

/// An invalid variable, and the values it accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError {
    /// The variable.
    pub variable: &'static str,
    /// What the variable accepts.
    pub takes: String,
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.takes)
    }
}

/// Reads variables and collects errors; an empty value counts as not set.
pub(super) struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    faults: Vec<SettingError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { variable, faults: Vec::new() }
    }

    pub(super) fn text(&self, name: &'static str) -> Option<String> {
        (self.variable)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Reads a value with `parse`; a value that it rejects is an error. The error does not contain the value, which may
    /// be a secret that was put into the wrong variable.
    pub(super) fn parsed<T>(
        &mut self,
        name: &'static str,
        takes: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(&text);
        if value.is_none() {
            self.fault(name, &format!("takes {takes}"));
        }
        value
    }

    pub(super) fn one_of<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let words = choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" or ");
        self.parsed(name, &words, |text| choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value))
    }

    pub(super) fn fault(&mut self, variable: &'static str, takes: &str) {
        self.faults.push(SettingError { variable, takes: takes.to_owned() });
    }

    pub(super) fn faults(self) -> Vec<SettingError> {
        self.faults
    }
}

/// A size in bytes: a number followed by KiB, MiB, GiB or TiB (powers of 1024) or kB, MB, GB or TB (powers of 1000).
pub(super) fn size(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number: u64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim() {
        "" | "B" => 1,
        "kB" | "KB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(unit).filter(|bytes| i64::try_from(*bytes).is_ok())
}

/// A duration: a positive number followed by s, min, h or d.
#[must_use]
pub fn span(text: &str) -> Option<Duration> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number: u32 = text[..digits].parse().ok().filter(|number| *number > 0)?;
    let unit = match text[digits..].trim() {
        "s" => 1,
        "min" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => return None,
    };
    Some(Duration::from_secs(u64::from(number) * unit))
}
