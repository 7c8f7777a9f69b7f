//! The pages of the app, told apart by their addresses.

use crate::model::id::EntryId;
use crate::model::moving::MoveRequest;
use crate::model::paths::moving::{parse_choose_folder, parse_name_taken};
use crate::model::paths::{
    ABOUT, ACCOUNT, DELETE, DELETE_FOR_EVER, FILES, FOLDER, NEW_FOLDER, NEW_FOLDER_IN, RENAME, RESTORE, SEARCH, TRASH,
    TRASH_EMPTY, values,
};

/// A page of the app. `Text::title` has its title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// The list of a folder; `None` is the account's root.
    Files(Option<EntryId>),
    /// The form for a new folder inside this one.
    NewFolder(Option<EntryId>),
    /// The details of a file.
    About(EntryId),
    /// The form for another name of an entry.
    Rename(EntryId),
    /// The confirmation before an entry is put into the trash.
    Delete(EntryId),
    /// To which folder entries are to be moved or copied.
    ChooseFolder(MoveRequest),
    /// What is done with the names of entries that are taken there.
    NameTaken(MoveRequest),
    /// What a search has found.
    Search,
    /// The trash.
    Trash,
    /// How an entry of the trash is to be put back.
    Restore(EntryId),
    /// The confirmation before an entry of the trash is deleted for ever.
    DeleteForEver(EntryId),
    /// The confirmation before the trash is emptied.
    EmptyTrash,
    /// The account page.
    Account,
}

impl Page {
    /// Parses a path without its query; `None` if it is not a page of the app.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let entry = |pattern| EntryId::parse(values(pattern, path)?.first()?.1);
        match path {
            FILES => Some(Self::Files(None)),
            NEW_FOLDER => Some(Self::NewFolder(None)),
            ACCOUNT => Some(Self::Account),
            SEARCH => Some(Self::Search),
            TRASH => Some(Self::Trash),
            TRASH_EMPTY => Some(Self::EmptyTrash),
            _ => entry(FOLDER)
                .map(|id| Self::Files(Some(id)))
                .or_else(|| entry(NEW_FOLDER_IN).map(|id| Self::NewFolder(Some(id))))
                .or_else(|| entry(ABOUT).map(Self::About))
                .or_else(|| entry(RENAME).map(Self::Rename))
                .or_else(|| entry(DELETE).map(Self::Delete))
                .or_else(|| entry(RESTORE).map(Self::Restore))
                .or_else(|| entry(DELETE_FOR_EVER).map(Self::DeleteForEver))
                .or_else(|| parse_choose_folder(path).map(Self::ChooseFolder))
                .or_else(|| parse_name_taken(path).map(Self::NameTaken)),
        }
    }

    /// The folder whose list this is, in which `None` is the account's root; `None` if it is no list of a folder.
    #[must_use]
    pub fn listed(self) -> Option<Option<EntryId>> {
        if let Self::Files(folder) = self { Some(folder) } else { None }
    }

    /// The folder that is listed, or in which a folder is to be created.
    #[must_use]
    pub fn folder(self) -> Option<EntryId> {
        match self {
            Self::Files(folder) | Self::NewFolder(folder) => folder,
            _ => None,
        }
    }
}
