//! What several pages are made of.

pub(super) mod avatar;
pub(super) mod field;
pub(super) mod form;
pub(super) mod frame;
pub(super) mod icon;
pub(super) mod selection;
pub(super) mod sending;
pub(super) mod time;
pub(super) mod tray;
