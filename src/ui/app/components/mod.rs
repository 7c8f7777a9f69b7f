//! Components used by several pages of the app.

pub(in crate::ui) mod breadcrumbs;
pub(in crate::ui) mod checked;
pub(in crate::ui) mod choose_folder;
pub(in crate::ui) mod deleting;
pub(in crate::ui) mod drag_and_paste;
pub(in crate::ui) mod drop_zone;
mod file_link;
pub(in crate::ui) mod file_list;
pub(in crate::ui) mod focus;
pub(in crate::ui) mod frame;
pub(in crate::ui) mod listed;
pub(in crate::ui) mod loading;
pub(in crate::ui) mod moving;
pub(in crate::ui) mod notice;
pub(in crate::ui) mod page_links;
pub(in crate::ui) mod question;
pub(in crate::ui) mod row;
pub(in crate::ui) mod row_events;
pub(in crate::ui) mod search_field;
pub(in crate::ui) mod search_hits;
pub(in crate::ui) mod selection;
pub(in crate::ui) mod session;
pub(in crate::ui) mod trash_row;
pub(in crate::ui) mod tray;
pub(in crate::ui) mod tray_row;
pub(in crate::ui) mod unfinished;
