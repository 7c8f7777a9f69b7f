//! The texts of the pages of files and folders.

use crate::model::entry::Verification;

/// The texts of the pages of files and folders.
pub struct EntriesText {
    /// The name of the account's root folder.
    pub files: &'static str,
    /// The accessible name of the breadcrumbs.
    pub path: &'static str,

    /// The heading of an empty list.
    pub nothing_here: &'static str,
    /// What to do in an empty root folder.
    pub no_files: &'static str,
    /// What to do in an empty folder.
    pub empty_folder: &'static str,

    /// The accessible name of the list.
    pub list: &'static str,
    /// The heading of the column of checkboxes.
    pub select: &'static str,
    /// The heading of the column of names.
    pub name: &'static str,
    /// The heading of the column of sizes, and the label of a file's size.
    pub size: &'static str,
    /// The heading of the column of types, and the label of a file's type.
    pub media_type: &'static str,
    /// The heading of the column of upload dates.
    pub added: &'static str,
    /// The heading of the column of actions.
    pub actions: &'static str,
    /// The type shown for a folder.
    pub folder: &'static str,
    /// The accessible name of a row's checkbox.
    pub select_named: fn(&str) -> String,
    /// The hint after a file's verification label, which links to the details.
    pub about_named: fn(&str) -> String,
    /// The accessible name of a row's link for deleting.
    pub delete_named: fn(&str) -> String,
    /// The accessible name of the links to the list's other pages.
    pub pages: &'static str,
    /// The link to the previous page.
    pub previous: &'static str,
    /// The link to the next page.
    pub next: &'static str,

    /// The checkbox that selects every row.
    pub select_all: &'static str,
    /// The number of selected entries.
    pub selected: fn(usize) -> String,
    /// The button that downloads the selected entries.
    pub download_selected: &'static str,
    /// The button that deletes the selected entries.
    pub delete_selected: &'static str,
    /// The button that downloads all files of the account.
    pub download_everything: &'static str,
    /// The button that downloads the open folder.
    pub download_folder: &'static str,

    /// The label of the file field.
    pub choose_files: &'static str,
    /// The label of the folder field.
    pub choose_folder: &'static str,
    /// The button that uploads.
    pub upload: &'static str,

    /// The title of the form for a new folder, and links to it.
    pub new_folder: &'static str,
    /// The label of the new folder's name.
    pub folder_name: &'static str,
    /// The button that creates the folder.
    pub create_folder: &'static str,

    /// The title of the form for another name, links to it, and its button.
    pub rename: &'static str,
    /// The label of a file's new name.
    pub new_file_name: &'static str,
    /// The label of a folder's new name.
    pub new_folder_name: &'static str,

    /// What is told after renaming: the name before, and the name now.
    pub renamed: fn(&str, &str) -> String,

    /// The label of a file's upload date.
    pub uploaded: &'static str,
    /// The label of a file's SHA-256.
    pub sha256: &'static str,
    /// The link from a file's details back to the list that contains it.
    pub back: &'static str,

    /// The question before a file is deleted.
    pub delete_file: &'static str,
    /// The question before a folder is deleted.
    pub delete_folder: &'static str,
    /// The explanation below it.
    pub goes_to_trash: &'static str,
    /// The button that deletes.
    pub delete: &'static str,
}

/// The texts for the verification of stored files.
pub struct VerificationText {
    /// The label of a file that was uploaded but is not verified yet.
    pub being_checked: &'static str,
    /// Its explanation.
    pub being_checked_means: &'static str,
    /// The label of a verified file.
    pub verified: &'static str,
    /// The label of a damaged file.
    pub damaged: &'static str,
    /// Its explanation.
    pub damaged_means: &'static str,
    /// The label of a file whose bytes are not those that were announced.
    pub mismatched: &'static str,
    /// Its explanation.
    pub mismatched_means: &'static str,
    /// The label of the verification on a file's details.
    pub at_length: fn(Verification) -> &'static str,
}
