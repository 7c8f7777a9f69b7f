//! Files and folders: their content, and the forms that create folders, and rename and delete entries.

pub(super) mod content;
pub(super) mod delete;
pub(super) mod folders;
pub(super) mod place;
pub(super) mod preview;
pub(super) mod range;
pub(super) mod ranged;
pub(super) mod rename;
