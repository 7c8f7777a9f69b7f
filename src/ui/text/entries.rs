//! What the pages of files and folders say.

use crate::model::entry::Check;

/// What the pages of files and folders say.
pub struct EntriesText {
    /// What the place is called where one's files begin.
    pub files: &'static str,
    /// What the way to a folder is called.
    pub path: &'static str,

    /// Heading of a list with nothing in it.
    pub nothing_here: &'static str,
    /// What to do where one's files begin and there are none.
    pub no_files: &'static str,
    /// What to do in a folder with nothing in it.
    pub empty_folder: &'static str,

    /// What the list is a list of.
    pub list: &'static str,
    /// The column of boxes.
    pub select: &'static str,
    /// The column of names.
    pub name: &'static str,
    /// The column of sizes, and a file's own.
    pub size: &'static str,
    /// The column of types, and a file's own.
    pub media_type: &'static str,
    /// The column of when things came.
    pub added: &'static str,
    /// The column of what can be done.
    pub actions: &'static str,
    /// The type of a folder.
    pub folder: &'static str,
    /// The box of one row.
    pub select_named: fn(&str) -> String,
    /// After a file's type or check, where that leads to its page.
    pub about_named: fn(&str) -> String,
    /// The link that deletes one row.
    pub delete_named: fn(&str) -> String,
    /// What the links to a list's other pages are called.
    pub pages: &'static str,
    /// The page before.
    pub previous: &'static str,
    /// The page after.
    pub next: &'static str,

    /// The box that selects every row.
    pub select_all: &'static str,
    /// How many things are selected.
    pub selected: fn(usize) -> String,
    /// The button that downloads what is selected.
    pub download_selected: &'static str,
    /// The button that downloads all there is.
    pub download_everything: &'static str,
    /// The button that downloads the folder that is open.
    pub download_folder: &'static str,

    /// The field that takes files.
    pub choose_files: &'static str,
    /// The field that takes a folder.
    pub choose_folder: &'static str,
    /// The button that uploads.
    pub upload: &'static str,

    /// The page that makes a folder, and the link to it.
    pub new_folder: &'static str,
    /// The field for its name.
    pub folder_name: &'static str,
    /// The button that makes it.
    pub create_folder: &'static str,

    /// On a file's page: when it came.
    pub uploaded: &'static str,
    /// On a file's page: the sum of its bytes.
    pub sha256: &'static str,
    /// The link from a file's page to the list that it is in.
    pub back: &'static str,

    /// The question before a file is deleted.
    pub delete_file: &'static str,
    /// What is said there.
    pub file_is_gone: &'static str,
    /// The button that deletes a file.
    pub delete_for_ever: &'static str,
    /// The question before a folder is deleted.
    pub delete_folder: &'static str,
    /// What is said there.
    pub all_is_gone: &'static str,
    /// What goes with a folder: so many files and folders, and bytes.
    pub going: fn(u64, u64, u64) -> String,
    /// The button that deletes a folder with all that is in it: so many files and folders, and bytes.
    pub delete_all_for_ever: fn(u64, u64, u64) -> String,
    /// The button that deletes nothing.
    pub keep: &'static str,
}

/// What is said of whether a file is what was sent.
pub struct ChecksText {
    /// Beside the name of a file that was sent whole.
    pub being_checked: &'static str,
    /// What that means.
    pub being_checked_means: &'static str,
    /// Beside the name of a file that was compared.
    pub verified: &'static str,
    /// What that means; the file has this SHA-256.
    pub verified_means: fn(&str) -> String,
    /// Beside the name of a file that is not what was sent.
    pub damaged: &'static str,
    /// What that means.
    pub damaged_means: &'static str,
    /// Whether a file's bytes are known to be right, as its own page says it.
    pub at_length: fn(&Check) -> &'static str,
}
