//! Previews, in English.

use crate::ui::text::PreviewText;

pub(super) const PREVIEW: PreviewText = PreviewText {
    title: "Preview · Holdall",
    back: "Back to the list",
    facts: |size, folder| format!("{size} in {folder}"),
    details: "Details",
    download: "Download",
    other_files: "Other files",
    previous: "Previous file",
    next: "Next file",
    cut: |size| format!("Only the first {size} are shown. Download the file to read all of it."),
    not_drawn: "Your browser cannot show this picture. Download the file to open it with another program.",
    not_shown: "Files of this kind cannot be shown here. Download the file to open it with another program.",
};
