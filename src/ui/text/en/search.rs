//! Searching, in English.

use crate::model::file_name::shown;
use crate::ui::text::SearchText;
use crate::ui::text::en::units::UNITS;

pub(super) const SEARCH: SearchText = SearchText {
    search: "Search",
    hint: "Search by name",
    nothing_asked: "Type a part of a name. Case and accents do not matter, nor the order of words.",
    nothing_found: "Nothing found. Try a shorter part of the name, or fewer words.",
    found: |count, more| match more {
        true => format!("More than {}", UNITS.count(count as u64, &["found", "found"])),
        false => UNITS.count(count as u64, &["found", "found"]),
    },
    here: |folder| format!("In {}", shown(folder)),
    elsewhere: "Elsewhere",
    shown_in: |folder, name| format!("Show {} in {}", shown(name), shown(folder)),
};
