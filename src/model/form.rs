//! Forms: their fields, and the state a page is rendered with after a form was refused.

use serde::{Deserialize, Serialize};

use crate::model::problem::FieldProblem;

/// A field of one of the site's forms; its `name` is what the browser sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Field {
    /// A person's name.
    Name,
    /// An email address.
    Email,
    /// The password to sign in or to sign up with.
    Password,
    /// The current password, required to change it.
    CurrentPassword,
    /// The new password.
    NewPassword,
    /// The avatar's picture.
    Avatar,
    /// The files to upload.
    Files,
    /// The name of a new folder.
    FolderName,
    /// Another name for a file or folder.
    EntryName,
    /// The files and folders to download.
    Entries,
}

impl Field {
    /// The control's `name`, also the prefix of the ids of its label, hint and error.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Password => "password",
            Self::CurrentPassword => "current-password",
            Self::NewPassword => "new-password",
            Self::Avatar => "avatar",
            Self::Files => "files",
            Self::FolderName => "folder-name",
            Self::EntryName => "entry-name",
            Self::Entries => "entries",
        }
    }
}

/// A problem with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field beside which it is shown.
    pub field: Field,
    /// What is wrong.
    pub problem: FieldProblem,
}

/// The state of the last submitted form: what was typed (never passwords) and what was wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormState {
    /// The values that were typed, by field.
    pub values: Vec<(Field, String)>,
    /// The problems found.
    pub errors: Vec<FieldError>,
    /// The change that was made, for the page to confirm.
    pub done: Option<Done>,
}

/// The change that a form made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Done {
    /// The name was changed.
    Name,
    /// The avatar was changed.
    Avatar,
    /// The avatar was removed.
    AvatarRemoved,
    /// The password was changed and the other sessions were ended.
    Password,
}

impl Done {
    /// The value that stands for it in the query of the redirect.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Avatar => "avatar",
            Self::AvatarRemoved => "avatar-removed",
            Self::Password => "password",
        }
    }

    /// Parses that value; `None` if it is unknown.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Name, Self::Avatar, Self::AvatarRemoved, Self::Password].into_iter().find(|done| done.word() == word)
    }
}

impl FormState {
    /// The state after a form was refused for these problems.
    #[must_use]
    pub fn refused(values: Vec<(Field, String)>, errors: Vec<FieldError>) -> Self {
        Self { values, errors, done: None }
    }

    /// The value typed in a field; empty if there is none.
    #[must_use]
    pub fn value(&self, field: Field) -> &str {
        self.values.iter().find(|(of, _)| *of == field).map_or("", |(_, value)| value)
    }

    /// All problems of a field.
    pub fn problems(&self, field: Field) -> impl Iterator<Item = &FieldProblem> {
        self.errors.iter().filter(move |error| error.field == field).map(|error| &error.problem)
    }
}

/// The answer to a form submitted with `Accept: application/json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FormAnswer {
    /// The change was made; a browser without scripts is redirected here.
    Go(String),
    /// The form was refused: nothing has changed.
    Refused(FormState),
}
