//! Moving and copying files and folders, in English.

use crate::model::entry::EntryKind;
use crate::model::file_name::shown;
use crate::model::moving::{MoveOrCopy, NameChoice};
use crate::ui::text::MovingText;
use crate::ui::text::en::units::UNITS;

pub(super) const MOVING: MovingText = MovingText {
    move_selected: "Move selected",
    copy_selected: "Copy selected",
    heading: |operation, count| match count {
        1 => of(operation, ["Move", "Copy"]).to_owned(),
        _ => format!("{} {} items", of(operation, ["Move", "Copy"]), UNITS.number(count as u64)),
    },
    and_more: |count| format!("and {} more", UNITS.number(count as u64)),
    folders: "Folders in this folder",
    no_folders: "There are no folders in this one.",
    is_selected: "is selected",
    is_here: |count| match count {
        1 => "It is here already. Choose another folder.".to_owned(),
        _ => "They are here already. Choose another folder.".to_owned(),
    },
    place_in: |operation, folder| format!("{} to {}", of(operation, ["Move", "Copy"]), shown(folder)),
    placed: |operation, name, folder| {
        let (name, folder) = (shown(name), shown(folder));
        match operation {
            MoveOrCopy::Move => format!("“{name}” is in {folder} now."),
            MoveOrCopy::Copy => format!("A copy of “{name}” is in {folder} now."),
        }
    },
    placed_many: |operation, count| format!("{} {}.", items(count), of(operation, ["moved", "copied"])),
    taken_up: |operation, count| match operation {
        MoveOrCopy::Move => format!("{} cut. Open another folder and paste there.", items(count)),
        MoveOrCopy::Copy => format!("{} to copy. Open a folder and paste there.", items(count)),
    },
    is_taken: |folder| format!("is already in {}", shown(folder)),
    there: "Already there",
    coming: |operation| of(operation, ["To be moved", "To be copied"]),
    newer: "added later",
    keep_both: "Keep both",
    keep_both_means: |operation, name| {
        format!("{} will be called “{}”.", of(operation, ["The moved one", "The copy"]), shown(name))
    },
    replace: "Replace",
    replace_means: |kind| match kind {
        EntryKind::File => "The file that is there now goes to the trash.",
        EntryKind::Folder => "The folder that is there now goes to the trash, with everything in it.",
    },
    skip: "Skip",
    skip_means: |operation| of(operation, ["It stays where it is.", "It is not copied."]),
    for_all: |count| match count {
        1 => "Do the same for the other name that is taken".to_owned(),
        _ => format!("Do the same for the {} other names that are taken", UNITS.number(count as u64)),
    },
    stop: "Stop, and leave the rest",
    answered: |operation, choice| match choice {
        NameChoice::KeepBoth => of(operation, ["Moved under another name.", "Copied under another name."]),
        NameChoice::Replace => {
            of(operation, ["Moved. What was there is in the trash.", "Copied. What was there is in the trash."])
        }
        NameChoice::Skip => of(operation, ["Left where it was.", "Not copied."]),
    },
};

fn of(operation: MoveOrCopy, [moving, copying]: [&'static str; 2]) -> &'static str {
    match operation {
        MoveOrCopy::Move => moving,
        MoveOrCopy::Copy => copying,
    }
}

fn items(count: usize) -> String {
    UNITS.count(count as u64, &["item", "items"])
}
