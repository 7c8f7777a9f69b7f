//! The pages of the app, one in each file.

pub(in crate::ui) mod about;
pub(in crate::ui) mod account;
pub(in crate::ui) mod delete;
pub(in crate::ui) mod delete_for_ever;
pub(in crate::ui) mod files;
pub(in crate::ui) mod later;
pub(in crate::ui) mod move_to;
pub(in crate::ui) mod name_taken;
pub(in crate::ui) mod new_folder;
pub(in crate::ui) mod rename;
pub(in crate::ui) mod restore;
pub(in crate::ui) mod search;
pub(in crate::ui) mod trash;
