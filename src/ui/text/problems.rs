//! Error messages: what is wrong, and what to do about it.

use crate::model::form::Field;
use crate::model::problem::{FieldProblem, Problem};

/// Error messages.
pub struct ProblemsText {
    /// Why a page, or a part of it, cannot be shown: heading and sentence.
    pub page: fn(&Problem) -> (&'static str, String),
    /// What is wrong with a field, and how to correct it.
    pub value: fn(&FieldProblem) -> String,
    /// A file field in which no file was chosen.
    pub nothing_chosen: &'static str,
    /// A download for which nothing was selected.
    pub nothing_selected: &'static str,
    /// A name that was typed and contains NUL.
    pub nul_in_typed_name: &'static str,
    /// The folder to which something was to be moved is gone.
    pub not_moved_there: &'static str,
    /// A name that was typed and has more than 255 bytes.
    pub typed_name_too_long: &'static str,
}

impl ProblemsText {
    /// The message for this field and problem.
    #[must_use]
    pub fn at(&self, field: Field, problem: &FieldProblem) -> String {
        let sentence = match (field, problem) {
            (Field::Avatar | Field::Files, FieldProblem::Empty) => self.nothing_chosen,
            (Field::FolderName | Field::EntryName, FieldProblem::NulInName { .. }) => self.nul_in_typed_name,
            (Field::FolderName | Field::EntryName, FieldProblem::NameTooLong { .. }) => self.typed_name_too_long,
            (Field::Entries, FieldProblem::Empty) => self.nothing_selected,
            (Field::Entries, FieldProblem::FolderGone) => self.not_moved_there,
            (_, problem) => return (self.value)(problem),
        };
        sentence.to_owned()
    }

    /// Why something could not be done, as a sentence without a heading.
    #[must_use]
    pub fn sentence(&self, problem: &Problem) -> String {
        (self.page)(problem).1
    }
}
