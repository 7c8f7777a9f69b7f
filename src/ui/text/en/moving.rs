//! Moving files and folders, in English.

use crate::model::file_name::shown;
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
    is_moved: "is moved itself",
    is_here: |count| match count {
        1 => "It is here already. Choose another folder.".to_owned(),
        _ => "They are here already. Choose another folder.".to_owned(),
    },
    move_into: |folder| format!("Move to {}", shown(folder)),
    moved: |name, folder| format!("“{}” is in {} now.", shown(name), shown(folder)),
    moved_many: |count| format!("{} moved.", UNITS.count(count as u64, &["item is", "items are"])),
    cut: |count| {
        let items = UNITS.count(count as u64, &["item is", "items are"]);
        format!("{items} cut. Open another folder, and press Ctrl-V there.")
    },
    name_taken: "This name is taken",
    is_taken: |folder| format!("There is something of this name in {} already.", shown(folder)),
    there: "Already there",
    coming: "Coming",
    newer: "newer",
    keep_both: "Keep both",
    keep_both_means: |name| format!("The one that comes is called “{}”.", shown(name)),
    replace: "Replace",
    replace_means: "The one that is there now goes to the trash.",
    skip: "Skip",
    skip_means: "Nothing changes. The one that was to come stays where it is.",
    for_all: |count| match count {
        1 => "Do the same for the other name that is taken".to_owned(),
        _ => format!("Do the same for the {} other names that are taken", UNITS.number(count as u64)),
    },
    stop: "Stop moving",
};
