//! One file a page.

pub(super) mod about;
pub(super) mod account;
pub(super) mod delete;
pub(super) mod fault;
pub(super) mod files;
pub(super) mod landing;
pub(super) mod new_folder;
pub(super) mod sign_in;
pub(super) mod sign_up;
