//! What documents and the app are both made of.

pub(super) mod avatar;
pub(super) mod field;
pub(super) mod form;
pub(super) mod icon;
pub(super) mod time;
