//! The trash, in English.

use crate::model::file_name::shown;
use crate::ui::text::TrashText;
use crate::ui::text::en::units::UNITS;

pub(super) const TRASH: TrashText = TrashText {
    trash: "Trash",
    stays: |days| {
        let days = UNITS.count(days, &["day", "days"]);
        format!("What you delete stays here for {days} and can be put back. Until then it counts to your storage.")
    },
    nothing: "Nothing in the trash",
    list: "What was deleted, newest first",
    was_in: "Was in",
    gone: "(deleted)",
    deleted_at: "Deleted",
    until: "until",
    stays_until: "Stays until",
    restore: "Put back",
    restore_named: |name| format!("Put back {name}"),
    restore_selected: "Put back selected",
    folder_gone: "The folder that this was in is gone. It comes to where your files begin.",
    name_taken: |folder| format!("There is something else of this name in {} already.", shown(folder)),
    new_name: "New name",
    restore_to: |folder| format!("Put back into {}", shown(folder)),
    empty: "Empty trash…",
    empty_all: "Empty the trash?",
    delete_for_ever_named: |name| format!("Delete {name} for ever"),
    delete_file: "Delete this file for ever?",
    delete_folder: "Delete this folder and everything in it for ever?",
    is_gone: "There is no copy to bring back.",
    is_kept: "Copies that are elsewhere stay, and so the storage that they share with these is not freed.",
    delete_one: |bytes| format!("Delete for ever, frees {}", UNITS.size(bytes)),
    going,
    delete_all: |files, folders, bytes| format!("Delete {} for ever", going(files, folders, bytes)),
    more_than: |counted| format!("more than {counted}"),
    delete_it: "Delete all of it for ever",
    keep: "Keep it",
    deleted: |name| format!("“{}” is in the trash.", shown(name)),
    deleted_many: |count| format!("{} in the trash.", UNITS.count(count as u64, &["item is", "items are"])),
    undo: "Undo",
    undone: "Undone.",
};

/// What goes: `12 files and 3 folders (1.2 GB)`.
fn going(files: u64, folders: u64, bytes: u64) -> String {
    let size = UNITS.size(bytes);
    let (of_files, of_folders) = (UNITS.count(files, &["file", "files"]), UNITS.count(folders, &["folder", "folders"]));
    match (files, folders) {
        (0, _) => of_folders,
        (_, 0) => format!("{of_files} ({size})"),
        _ => format!("{of_files} and {of_folders} ({size})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_is_counted() {
        assert_eq!(going(12, 3, 1_234_567_890), "12 files and 3 folders (1.2 GB)");
        assert_eq!(going(1, 1, 0), "1 file and 1 folder (0 B)");
        assert_eq!(going(2, 0, 2_000), "2 files (2.0 kB)");
        assert_eq!(going(0, 2, 0), "2 folders");
    }
}
