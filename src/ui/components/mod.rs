//! What several pages are made of.

pub(super) mod avatar;
pub(super) mod checked;
pub(super) mod choose_folder;
pub(super) mod crumbs;
pub(super) mod drop_zone;
pub(super) mod field;
pub(super) mod file_list;
pub(super) mod form;
pub(super) mod frame;
pub(super) mod icon;
pub(super) mod selection;
pub(super) mod session;
pub(super) mod time;
pub(super) mod tray;
pub(super) mod tray_row;
pub(super) mod unfinished;
