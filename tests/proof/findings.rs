//! Collects violations of what a proof checks.

use std::cell::RefCell;
use std::process::ExitCode;

/// The most violations that are printed.
const TOLD: usize = 20;

/// The violations found so far.
#[derive(Default)]
pub struct Findings {
    found: RefCell<Vec<String>>,
    when: RefCell<String>,
}

impl Findings {
    /// Sets the prefix of all further violations.
    pub fn when(&self, when: String) {
        *self.when.borrow_mut() = when;
    }

    /// Records the sentence as a violation unless `is_so`; returns `is_so`.
    pub fn check(&self, is_so: bool, otherwise: impl FnOnce() -> String) -> bool {
        if !is_so {
            self.found.borrow_mut().push(format!("{}{}", self.when.borrow(), otherwise()));
        }
        is_so
    }

    /// Prints the violations to standard error, and returns the exit code.
    pub fn told(&self) -> ExitCode {
        let found = self.found.borrow();
        eprintln!("failures: {}", found.len());
        for what in found.iter().take(TOLD) {
            eprintln!("  {what}");
        }
        if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
