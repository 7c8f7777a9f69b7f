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
    opens_folder: "(open this folder)",
    more_found: "More of what was found",
    nothing_yet: "Nothing found among the names that were compared. Go on with the others below.",
    incomplete: "Much has been added a moment ago, and some of it is not found yet. Search again in a minute.",
    more_here: "More in this folder",
    more_elsewhere: "More elsewhere",
    to_first: "Back to the first results",
};
