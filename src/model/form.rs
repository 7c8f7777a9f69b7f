//! Forms: which fields there are, and the state a page is rendered with after a refusal.

use serde::{Deserialize, Serialize};

use crate::model::problem::FieldProblem;

/// A field of one of the site's forms; its `name` is what the browser sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Field {
    /// A person's name.
    Name,
    /// An email address.
    Email,
    /// The password one signs in or up with.
    Password,
    /// The password one has, asked before a change.
    CurrentPassword,
    /// The password one wants.
    NewPassword,
    /// The picture.
    Avatar,
    /// The files to upload.
    Files,
    /// What a new folder is to be called.
    FolderName,
    /// The files and folders to download.
    Entries,
}

impl Field {
    /// The control's `name`, and the stem of the ids around it.
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
            Self::Entries => "entries",
        }
    }
}

/// A problem at its field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Where it is shown.
    pub field: Field,
    /// What is wrong.
    pub problem: FieldProblem,
}

/// What a page shows of the form that was sent last: what was typed (never a password) and what was wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormState {
    /// What was typed, by field.
    pub values: Vec<(Field, String)>,
    /// What was wrong.
    pub errors: Vec<FieldError>,
    /// Something was done, and the page may say so.
    pub done: Option<Done>,
}

/// What the last form did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Done {
    /// The name was changed.
    Name,
    /// The picture was changed.
    Avatar,
    /// The picture was taken away.
    AvatarRemoved,
    /// The password was changed and the other sessions ended.
    Password,
}

impl Done {
    /// The word that stands in the address after the redirect.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Avatar => "avatar",
            Self::AvatarRemoved => "avatar-removed",
            Self::Password => "password",
        }
    }

    /// Reads the word back; anything else is nothing.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Name, Self::Avatar, Self::AvatarRemoved, Self::Password].into_iter().find(|done| done.word() == word)
    }
}

impl FormState {
    /// The state after one refusal.
    #[must_use]
    pub fn refused(values: Vec<(Field, String)>, errors: Vec<FieldError>) -> Self {
        Self { values, errors, done: None }
    }

    /// What was typed in a field, or nothing.
    #[must_use]
    pub fn value(&self, field: Field) -> &str {
        self.values.iter().find(|(of, _)| *of == field).map_or("", |(_, value)| value)
    }

    /// What is wrong at a field.
    pub fn problems(&self, field: Field) -> impl Iterator<Item = &FieldProblem> {
        self.errors.iter().filter(move |error| error.field == field).map(|error| &error.problem)
    }
}

/// The answer to a form that was sent with `Accept: application/json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FormAnswer {
    /// It is done; this is where a browser without scripts is sent.
    Go(String),
    /// It is refused: nothing has changed.
    Refused(FormState),
}
