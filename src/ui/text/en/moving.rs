//! Moving files and folders, in English.

use crate::model::entry::EntryKind;
use crate::model::file_name::shown;
use crate::model::moving::NameChoice;
use crate::ui::text::MovingText;
use crate::ui::text::en::units::UNITS;

pub(super) const MOVING: MovingText = MovingText {
    move_selected: "Move selected",
    heading: |count| match count {
        1 => "Move".to_owned(),
        _ => format!("Move {} items", UNITS.number(count as u64)),
    },
    and_more: |count| format!("and {} more", UNITS.number(count as u64)),
    folders: "Folders in this folder",
    no_folders: "There are no folders in this one.",
    is_selected: "is being moved",
    is_here: |count| match count {
        1 => "It is here already. Choose another folder.".to_owned(),
        _ => "They are here already. Choose another folder.".to_owned(),
    },
    move_into: |folder| format!("Move to {}", shown(folder)),
    moved: |name, folder| format!("“{}” is in {} now.", shown(name), shown(folder)),
    moved_many: |count| format!("{} moved.", UNITS.count(count as u64, &["item", "items"])),
    cut: |count| {
        let items = UNITS.count(count as u64, &["item", "items"]);
        format!("{items} cut. Open another folder and paste there.")
    },
    is_taken: |folder| format!("is already in {}", shown(folder)),
    there: "Already there",
    coming: "To be moved",
    newer: "added later",
    keep_both: "Keep both",
    keep_both_means: |name| format!("The moved one will be called “{}”.", shown(name)),
    replace: "Replace",
    replace_means: |kind| match kind {
        EntryKind::File => "The file that is there now goes to the trash.",
        EntryKind::Folder => "The folder that is there now goes to the trash, with everything in it.",
    },
    skip: "Skip",
    skip_means: "It stays where it is.",
    for_all: |count| match count {
        1 => "Do the same for the other name that is taken".to_owned(),
        _ => format!("Do the same for the {} other names that are taken", UNITS.number(count as u64)),
    },
    stop: "Stop, and leave the rest where it is",
    answered: |choice| match choice {
        NameChoice::KeepBoth => "Moved under another name.",
        NameChoice::Replace => "Moved. What was there is in the trash.",
        NameChoice::Skip => "Left where it was.",
    },
};
