//! The pages of files and folders, in English.

use crate::model::entry::Verification;
use crate::model::file_name::shown;
use crate::ui::text::en::units::UNITS;
use crate::ui::text::{EntriesText, VerificationText};

pub(super) const FILES: &str = "Files";

pub(super) const ENTRIES: EntriesText = EntriesText {
    files: FILES,
    path: "Breadcrumb",
    nothing_here: "Nothing here yet",
    no_files: "Choose a file above and upload it. Only you can see what you keep here.",
    empty_folder: "Choose a file above and upload it into this folder, or make a folder in it.",
    list: "Folders by name, then files, newest first",
    select: "Select",
    name: "Name",
    size: "Size",
    media_type: "Type",
    added: "Added",
    actions: "Actions",
    folder: "Folder",
    select_named: |name| format!("Select {name}"),
    about_named: |name| format!(", about {name}"),
    delete_named: |name| format!("Delete {name}"),
    pages: "Pages",
    previous: "Previous",
    next: "Next",
    select_all: "Select all",
    selected: |count| format!("{} selected", UNITS.number(count as u64)),
    download_selected: "Download selected",
    delete_selected: "Delete selected",
    download_everything: "Download everything",
    download_folder: "Download this folder",
    choose_files: "Choose files",
    choose_folder: "Choose a folder",
    upload: "Upload",
    new_folder: "New folder",
    folder_name: "Folder name",
    create_folder: "Create folder",
    rename: "Rename",
    new_file_name: "File name",
    new_folder_name: "Folder name",
    renamed: |before, now| format!("“{}” is called “{}” now.", shown(before), shown(now)),
    uploaded: "Uploaded",
    sha256: "SHA-256",
    back: "Back to files",
    delete_file: "Delete this file?",
    delete_folder: "Delete this folder and everything in it?",
    goes_to_trash: "It goes to the trash, and can be put back from there.",
    delete: "Delete",
};

pub(super) const VERIFICATION: VerificationText = VerificationText {
    being_checked: "being checked",
    being_checked_means: "All bytes have arrived. The store's are being read and compared with what was sent.",
    verified: "✓ verified",
    damaged: "damaged",
    damaged_means: "What lies in the store is not what was sent, or is missing, so it is not given out. Upload the file again.",
    mismatched: "not as announced",
    mismatched_means: "What arrived is not what was announced before it was sent, so it is not given out. Upload the file again.",
    at_length: |check| match check {
        Verification::Waiting => {
            "Uploaded, being checked: all of it has arrived and can be downloaded; it is still to be read once more and compared."
        }
        Verification::Verified => "Verified: what lies in the store is what was sent, byte for byte.",
        Verification::Mismatched => {
            "Did not arrive as its sender described it: the bytes are not those that were announced before they were sent. Perhaps they changed on the way, or the file changed while it was sent. Nothing of it is given out. Upload the file again."
        }
        Verification::Damaged => {
            "Damaged: what lies in the store is not what was sent, or is missing, so it is not given out. Upload the file again, and tell whoever runs this site: a backup may still have it."
        }
    },
};
