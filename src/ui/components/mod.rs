//! Components used by both documents and the app.

pub(super) mod avatar;
pub(super) mod field;
pub(super) mod form;
pub(super) mod icon;
pub(super) mod name;
pub(super) mod time;
pub(super) mod with_scripts;
