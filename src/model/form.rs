//! Forms: which fields there are, what can be wrong with what was typed, and the state a page is rendered with after
//! a refusal. The sentences that people read stand in `ui::texts`.

use serde::{Deserialize, Serialize};

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

/// What is wrong with what was given in a field. Sizes are in bytes, lengths in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldProblem {
    /// Nothing was given.
    Empty,
    /// Fewer characters than this.
    TooShort {
        /// The fewest.
        characters: usize,
    },
    /// More characters than this.
    TooLong {
        /// The most.
        characters: usize,
    },
    /// A character that cannot be seen, such as a line end or NUL.
    ControlCharacter,
    /// No email address.
    NotAnEmail,
    /// Another account has this email address.
    Taken,
    /// Email and password do not belong together. One sentence for every cause.
    SignInFailed,
    /// The current password is another one.
    WrongPassword,
    /// No JPEG, PNG, WebP or GIF.
    NotAPicture,
    /// A picture that ends early or contradicts itself.
    DamagedPicture,
    /// More picture elements than the limit.
    TooManyPixels {
        /// The most.
        limit: u64,
    },
    /// More bytes than the limit.
    TooLarge {
        /// The most, in bytes.
        limit: u64,
    },
    /// The account's quota would be exceeded.
    OverQuota {
        /// Bytes in use.
        used: u64,
        /// The most, in bytes.
        quota: u64,
    },
    /// A file name with a NUL in it.
    NulInName {
        /// What the file was called, the NUL shown as ␀.
        name: String,
    },
    /// A file name of more than 255 bytes.
    NameTooLong {
        /// The beginning of the name.
        name: String,
    },
    /// More uploads open than an account may have.
    TooManyUploads {
        /// The most.
        limit: u64,
    },
    /// The folder has a file or a folder of this name.
    NameTaken,
    /// More folders one in the other than the limit.
    TooDeep {
        /// The most.
        limit: usize,
    },
    /// The folder was deleted meanwhile.
    FolderGone,
    /// The server's disk is nearly full.
    NoSpace,
    /// The upload stood still for too long, or broke off.
    Interrupted,
    /// More files and folders than one archive has.
    TooManyEntries {
        /// The most.
        limit: u64,
    },
    /// A file whose bytes are still being checked, so that no archive can be made of it yet.
    NotChecked {
        /// The file's name.
        name: String,
    },
    /// A file whose bytes in the store are not those that were sent.
    DamagedFile {
        /// The file's name.
        name: String,
    },
    /// A file that lies so deep in folders that no archive can hold its path.
    PathTooLong {
        /// The file's name.
        name: String,
    },
    /// The form was not one that this page sends.
    Malformed,
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
