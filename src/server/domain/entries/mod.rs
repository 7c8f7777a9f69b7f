//! The tree of files and folders of an account: names, lists, paths, and what is made and deleted in it.

pub mod files;
pub mod folders;
pub(super) mod free_name;
mod list;
pub(super) mod names;
