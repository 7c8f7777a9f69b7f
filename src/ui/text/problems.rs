//! What is said where something is wrong: what it is, and what to do.

use crate::model::form::Field;
use crate::model::problem::{FieldProblem, Problem};

/// What is said where something is wrong.
pub struct ProblemsText {
    /// Why a page, or a part of it, cannot be shown: heading and sentence.
    pub page: fn(&Problem) -> (&'static str, String),
    /// What is wrong with what was given, and what to do.
    pub value: fn(&FieldProblem) -> String,
    /// Of a field for files in which nothing was chosen.
    pub nothing_chosen: &'static str,
    /// Of a download for which nothing was chosen.
    pub nothing_selected: &'static str,
    /// Of a folder's name with a NUL in it.
    pub nul_in_folder_name: &'static str,
    /// Of a folder's name of more than 255 bytes.
    pub folder_name_too_long: &'static str,
}

impl ProblemsText {
    /// What is wrong at this field, and what to do.
    #[must_use]
    pub fn at(&self, field: Field, problem: &FieldProblem) -> String {
        let sentence = match (field, problem) {
            (Field::Avatar | Field::Files, FieldProblem::Empty) => self.nothing_chosen,
            (Field::FolderName, FieldProblem::NulInName { .. }) => self.nul_in_folder_name,
            (Field::FolderName, FieldProblem::NameTooLong { .. }) => self.folder_name_too_long,
            (Field::Entries, FieldProblem::Empty) => self.nothing_selected,
            (_, problem) => return (self.value)(problem),
        };
        sentence.to_owned()
    }

    /// Why something could not be done, without a heading.
    #[must_use]
    pub fn sentence(&self, problem: &Problem) -> String {
        (self.page)(problem).1
    }
}
