//! What is not as it must be.

use std::cell::RefCell;
use std::process::ExitCode;

/// How many are told in full.
const TOLD: usize = 20;

/// All that was found wrong so far.
#[derive(Default)]
pub struct Findings {
    found: RefCell<Vec<String>>,
    when: RefCell<String>,
}

impl Findings {
    /// Says how far things are: it stands before what is found from now on.
    pub fn when(&self, when: String) {
        *self.when.borrow_mut() = when;
    }

    /// Remembers a sentence where this is not so, and gives it back.
    pub fn check(&self, is_so: bool, otherwise: impl FnOnce() -> String) -> bool {
        if !is_so {
            self.found.borrow_mut().push(format!("{}{}", self.when.borrow(), otherwise()));
        }
        is_so
    }

    /// Prints them, apart from what a proof prints, and gives the exit code.
    pub fn told(&self) -> ExitCode {
        let found = self.found.borrow();
        eprintln!("failures: {}", found.len());
        for what in found.iter().take(TOLD) {
            eprintln!("  {what}");
        }
        if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
