//! The table of the trash. As the rows of a folder's list (`row.rs`), it is one piece of HTML.

use leptos::prelude::*;
use maud::{Markup, html};

use crate::model::control;
use crate::model::entry::EntryKind;
use crate::model::file_name::{FileName, shown};
use crate::model::form::Field;
use crate::model::paths;
use crate::model::trash::{FormerFolder, TrashRow};
use crate::ui::app::components::row::kind;
use crate::ui::components::icon::{self, Shape};
use crate::ui::components::name;
use crate::ui::components::time::{self, Running};
use crate::ui::text::{Text, moment, text};

/// Makes the table of the trash.
#[derive(Clone, Copy)]
pub(in crate::ui) struct TrashRows {
    text: &'static Text,
    running: Running,
}

impl TrashRows {
    /// For the page that is open.
    pub(in crate::ui) fn of_page() -> Self {
        Self { text: text(), running: expect_context() }
    }

    /// The content of the table.
    pub(in crate::ui) fn table(self, rows: &[TrashRow]) -> Markup {
        let (entries, text) = (&self.text.entries, &self.text.trash);
        html! {
            caption.visually-hidden { (text.list) }
            thead {
                tr {
                    th.pick scope="col" { span.visually-hidden { (entries.select) } }
                    th scope="col" { (entries.name) }
                    th.was scope="col" { (text.was_in) }
                    th.size scope="col" { (entries.size) }
                    th.when scope="col" { (text.deleted_at) }
                    th.left scope="col" { (text.stays_until) }
                    th.act scope="col" { span.visually-hidden { (entries.actions) } }
                }
            }
            tbody { @for row in rows { tr { (self.row(row)) } } }
        }
    }

    /// The cells of a file or folder.
    fn row(self, row: &TrashRow) -> Markup {
        let (entries, text) = (&self.text.entries, &self.text.trash);
        let tile = FileName::parse(&row.name).map(|name| name.tile()).unwrap_or_default();
        let name = shown(&row.name);
        let size = row.size.map(|size| self.text.units.size(size)).unwrap_or_default();
        html! {
            td.pick {
                label.pick-box {
                    input type="checkbox" name=(Field::Entries.name()) value=(row.id)
                        aria-label=((entries.select_named)(&row.name));
                }
            }
            td.name {
                div.with-tile {
                    @match row.kind {
                        EntryKind::Folder => span.tile data-kind="folder" { (icon::html(Shape::Folder)) },
                        EntryKind::File => span.tile data-kind=(kind(row.media_type.as_deref().unwrap_or_default()))
                            aria-hidden="true" { (tile) },
                    }
                    span.named { (name::html(&row.name)) }
                    span.meta { (self.former(&row.was_in)) ", " (text.until) " " (self.time(row.until)) }
                }
            }
            td.was { (self.former(&row.was_in)) }
            td.size { (size) }
            td.when { (self.time(row.trashed)) }
            td.left { (self.time(row.until)) }
            td.act {
                button name=(control::ONLY) value=(row.id) aria-label=((text.restore_named)(&name)) { (text.restore) }
                a.act-link href=(paths::delete_for_ever(&row.id)) aria-label=((text.delete_for_ever_named)(&name)) {
                    (icon::html(Shape::Bin))
                }
            }
        }
    }

    /// The folder that something was in.
    fn former(self, folder: &FormerFolder) -> Markup {
        html! {
            @if folder.path.is_empty() { (self.text.entries.files) }
            @for (at, step) in folder.path.iter().enumerate() {
                @if at > 0 { " / " }
                (name::html(step))
            }
            @if folder.gone { " " span.gone { (self.text.trash.gone) } }
        }
    }

    fn time(self, milliseconds: i64) -> Markup {
        // The server's rendering must not depend on where it is.
        let when = match self.running.0.get_untracked() {
            true => time::local(&(milliseconds as f64).into()),
            false => self.text.units.day(milliseconds),
        };
        html! { time datetime=(moment(milliseconds)) { (when) } }
    }
}
