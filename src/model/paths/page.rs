//! The pages of the app, as their addresses tell them apart.

use crate::model::id::EntryId;
use crate::model::paths::{ABOUT, ACCOUNT, DELETE, FILES, FOLDER, NEW_FOLDER, NEW_FOLDER_IN, values};

/// A page of the app. Its title is `Text::title`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// The list of a folder; none is where the account's files begin.
    Files(Option<EntryId>),
    /// The form for a new folder in this one.
    NewFolder(Option<EntryId>),
    /// What is known of a file.
    About(EntryId),
    /// The question before an entry is deleted.
    Delete(EntryId),
    /// One's own account.
    Account,
}

impl Page {
    /// Reads a path, without its query; none where it is no page of the app.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let entry = |pattern| EntryId::parse(values(pattern, path)?.first()?.1);
        match path {
            FILES => Some(Self::Files(None)),
            NEW_FOLDER => Some(Self::NewFolder(None)),
            ACCOUNT => Some(Self::Account),
            _ => entry(FOLDER)
                .map(|id| Self::Files(Some(id)))
                .or_else(|| entry(NEW_FOLDER_IN).map(|id| Self::NewFolder(Some(id))))
                .or_else(|| entry(ABOUT).map(Self::About))
                .or_else(|| entry(DELETE).map(Self::Delete)),
        }
    }

    /// The folder whose list, or whose form for a new folder, this is.
    #[must_use]
    pub fn folder(self) -> Option<EntryId> {
        match self {
            Self::Files(folder) | Self::NewFolder(folder) => folder,
            Self::About(_) | Self::Delete(_) | Self::Account => None,
        }
    }
}
