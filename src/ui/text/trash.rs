//! The texts of the trash, and of what can be undone.

/// The texts of the trash, and of what can be undone.
pub struct TrashText {
    /// The heading of the trash, and the link to it.
    pub trash: &'static str,
    /// How long entries stay in the trash: the number of days.
    pub stays: fn(u64) -> String,
    /// The heading of the empty trash.
    pub nothing: &'static str,
    /// The accessible name of the list.
    pub list: &'static str,
    /// The heading of the column of the folders that entries were in.
    pub was_in: &'static str,
    /// What is said of a folder that was deleted, too.
    pub gone: &'static str,
    /// The heading of the column of the dates of deletion.
    pub deleted_at: &'static str,
    /// What precedes the date until when an entry stays.
    pub until: &'static str,
    /// The heading of the column of the dates until when entries stay.
    pub stays_until: &'static str,

    /// The button that puts an entry back, and the title of the page for it.
    pub restore: &'static str,
    /// Its accessible name in a row: the name of the entry.
    pub restore_named: fn(&str) -> String,
    /// The button that puts the selected entries back.
    pub restore_selected: &'static str,
    /// The explanation if the folder is gone that an entry was in.
    pub folder_gone: &'static str,
    /// The explanation if another entry has the name: the name of the folder.
    pub name_taken: fn(&str) -> String,
    /// The label of the other name.
    pub new_name: &'static str,
    /// The button that puts an entry back into a folder of this name.
    pub restore_to: fn(&str) -> String,

    /// The link to the page that empties the trash.
    pub empty: &'static str,
    /// The question before the trash is emptied.
    pub empty_all: &'static str,
    /// The accessible name of a row's link for deleting for ever: the name of the entry.
    pub delete_for_ever_named: fn(&str) -> String,
    /// The question before a file is deleted for ever.
    pub delete_file: &'static str,
    /// The question before a folder is deleted for ever.
    pub delete_folder: &'static str,
    /// The explanation below it.
    pub is_gone: &'static str,
    /// The explanation where copies elsewhere have the same content.
    pub is_kept: &'static str,
    /// The button that deletes a file for ever: its size in bytes.
    pub delete_one: fn(u64) -> String,
    /// The contents of a folder, or of the trash: the numbers of files and folders, and the size in bytes.
    pub going: fn(u64, u64, u64) -> String,
    /// The button that deletes these for ever.
    pub delete_all: fn(u64, u64, u64) -> String,
    /// More than what was counted.
    pub more_than: fn(&str) -> String,
    /// The button that deletes what was not all counted.
    pub delete_it: &'static str,
    /// The link that keeps it.
    pub keep: &'static str,

    /// What is told after an entry of this name was deleted.
    pub deleted: fn(&str) -> String,
    /// What is told after so many entries were deleted.
    pub deleted_many: fn(usize) -> String,
    /// The button that undoes what was done last.
    pub undo: &'static str,
    /// What is told after that.
    pub undone: &'static str,
}
