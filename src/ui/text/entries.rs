//! What the pages of files and folders say.

use crate::ui::text::going;

/// Stands where something is still being asked for.
pub const LOADING: &str = "Loading…";

/// Heading of a list with nothing in it.
pub const NOTHING_HERE: &str = "Nothing here yet";
/// What to do where one's files begin and there are none.
pub const NO_FILES: &str = "Choose a file above and upload it. Only you can see what you keep here.";
/// What to do in a folder with nothing in it.
pub const EMPTY_FOLDER: &str = "Choose a file above and upload it into this folder, or make a folder in it.";

/// The field that takes files.
pub const CHOOSE_FILES: &str = "Choose files";
/// The field that takes a folder.
pub const CHOOSE_FOLDER: &str = "Choose a folder";

/// The page that makes a folder, and the link to it.
pub const NEW_FOLDER: &str = "New folder";
/// The field for its name.
pub const FOLDER_NAME: &str = "Folder name";
/// The button that makes it.
pub const CREATE_FOLDER: &str = "Create folder";

/// The link from a file's page to the list that it is in.
pub const BACK: &str = "Back to files";

/// The question before a file is deleted.
pub const DELETE_FILE: &str = "Delete this file?";
/// The question before a folder is deleted.
pub const DELETE_FOLDER: &str = "Delete this folder and everything in it?";
/// The button that deletes a file.
pub const DELETE_FOR_EVER: &str = "Delete for ever";
/// The button that deletes nothing.
pub const KEEP: &str = "Keep it";

/// The button that deletes a folder with all that is in it.
#[must_use]
pub fn delete_all_for_ever(files: u64, folders: u64, bytes: u64) -> String {
    format!("Delete {} for ever", going(files, folders, bytes))
}
