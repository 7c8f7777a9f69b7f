//! What a search has found. As the rows of a folder's list (`row.rs`), a list of it is one piece of HTML.

use leptos::prelude::*;
use maud::{Markup, html};

use crate::model::entry::EntryKind;
use crate::model::file_name::FileName;
use crate::model::paths;
use crate::model::search::SearchHit;
use crate::ui::app::components::file_link;
use crate::ui::app::components::row::kind;
use crate::ui::components::icon::{self, Shape};
use crate::ui::components::name;
use crate::ui::components::time::{self, Running};
use crate::ui::text::{Text, moment, text};

/// Makes lists of what was found.
#[derive(Clone, Copy)]
pub(in crate::ui) struct SearchHits {
    text: &'static Text,
    running: Running,
}

impl SearchHits {
    /// For the page that is open.
    pub(in crate::ui) fn of_page() -> Self {
        Self { text: text(), running: expect_context() }
    }

    /// The items of a list.
    pub(in crate::ui) fn items(self, hits: &[SearchHit]) -> Markup {
        html! { @for hit in hits { li { (self.item(hit)) } } }
    }

    fn item(self, hit: &SearchHit) -> Markup {
        let shown = name::highlighted(&hit.name, &hit.highlights);
        let tile = FileName::parse(&hit.name).map(|name| name.tile()).unwrap_or_default();
        // The server's rendering must not depend on where it is.
        let when = match self.running.0.get_untracked() {
            true => time::local(&(hit.created as f64).into()),
            false => self.text.units.day(hit.created),
        };
        html! {
            @match hit.kind {
                EntryKind::Folder => {
                    span.tile data-kind="folder" { (icon::html(Shape::Folder)) }
                    a.hit href=(paths::folder(Some(&hit.id))) { (shown) }
                },
                EntryKind::File => {
                    span.tile data-kind=(kind(hit.media_type.as_deref().unwrap_or_default())) aria-hidden="true" { (tile) }
                    (file_link::html(Some("hit"), &hit.id, hit.preview.as_deref(), shown))
                },
            }
            a.where href=(paths::folder(Some(&hit.folder))) {
                (self.text.entries.files)
                @for step in &hit.path { " / " (name::html(step)) }
                " " span.visually-hidden { (self.text.search.opens_folder) }
            }
            span.size { (hit.size.map(|size| self.text.units.size(size)).unwrap_or_default()) }
            time datetime=(moment(hit.created)) { (when) }
        }
    }
}
