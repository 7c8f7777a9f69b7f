//! The rows of a folder's list. A list has many of them and most never change, so each is one piece of HTML, which the server
//! sends and the browser takes over as it is. The browser changes single cells of it: the times, once it knows where it
//! is, and what is found out about a file that was not verified yet.

use leptos::prelude::*;
use maud::{Markup, html};
use wasm_bindgen::JsCast as _;
use web_sys::{Element, NodeList};

use crate::model::entry::{EntryRow, FileRow, FolderRow, Verification};
use crate::model::file_name::{FileName, shown};
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::paths;
use crate::ui::app::components::file_link;
use crate::ui::app::components::listed::{ListedPage, ListedRow};
use crate::ui::app::components::row_events::entry_of;
use crate::ui::app::components::selection;
use crate::ui::components::icon::{self, Shape};
use crate::ui::components::name;
use crate::ui::components::time::{self, Running};
use crate::ui::text::{Text, moment, text};

/// The parts of a row that change when its file was verified.
const VERIFIED: [&str; 3] = [".tile", ".check", ".type"];
/// The link of a file's name, and what of it changes then: only now is it known whether the file can be shown.
const NAME_LINK: &str = "td.name a";
const OF_NAME_LINK: [&str; 3] = ["href", "rel", "download"];

/// What all rows of a list share.
#[derive(Clone, Copy)]
pub(in crate::ui) struct RowContext {
    text: &'static Text,
    running: Running,
    page: Memo<ListedPage>,
}

impl RowContext {
    /// For the rows of a list that shows this page.
    pub(in crate::ui) fn of_list(page: Memo<ListedPage>) -> Self {
        Self { text: text(), running: expect_context(), page }
    }

    /// The row of a folder or a file.
    pub(in crate::ui) fn row(self, row: ListedRow) -> impl IntoView {
        let element = NodeRef::new();
        let html = match &row {
            // Hydration keeps what stands in the page.
            ListedRow::Rendered(_) => Markup::default(),
            ListedRow::Known(row) => {
                if let EntryRow::File(row) = &**row
                    && row.check == Verification::Waiting
                {
                    self.follow(row.clone(), element);
                }
                self.html(row)
            }
        };
        view! { <tr node_ref=element inner_html=html.into_string()></tr> }
    }

    /// Shows the names that entries have been given since their rows were made. Such a row is made anew in its place.
    pub(in crate::ui) fn follow_names(self, table: NodeRef<leptos::html::Table>) {
        Effect::new(move |_| {
            let Some(table) = table.get() else { return };
            self.page.with(|page| {
                for row in table.query_selector_all("tbody tr").into_iter().flat_map(elements) {
                    let name = row.query_selector("td.name bdi").ok().flatten().and_then(|name| name.text_content());
                    let entry = entry_of(&row).and_then(|id| page.known(&id));
                    if let Some(entry) = entry.filter(|entry| name.as_deref() != Some(entry.name())) {
                        row.set_inner_html(&self.html(entry).into_string());
                    }
                }
            });
        });
    }

    fn html(self, row: &EntryRow) -> Markup {
        match row {
            EntryRow::Folder(row) => self.folder(row),
            EntryRow::File(row) => self.file(row),
        }
    }

    fn folder(self, row: &FolderRow) -> Markup {
        let text = &self.text.entries;
        let tile = html! { span.tile data-kind="folder" { (icon::html(Shape::Folder)) } };
        let link = html! { a href=(paths::folder(Some(&row.id))) { (name::html(&row.name)) } };
        self.cells(&row.id, &row.name, html! { (tile) (link) }, "", text.folder, row.created)
    }

    fn file(self, row: &FileRow) -> Markup {
        let tile = FileName::parse(&row.name).map(|name| name.tile()).unwrap_or_default();
        let about = (self.text.entries.about_named)(&shown(&row.name));
        let name = html! {
            span.tile data-kind=(kind(&row.media_type)) aria-hidden="true" { (tile) }
            (file_link::html(None, &row.id, row.preview.as_deref(), name::html(&row.name)))
            a.check-link href=(paths::about(&row.id)) {
                (self.check(row.check)) span.visually-hidden { (about) }
            }
        };
        self.cells(&row.id, &row.name, name, &self.text.units.size(row.size), &row.media_type, row.created)
    }

    fn cells(self, id: &EntryId, name: &str, cell: Markup, size: &str, kind: &str, created: i64) -> Markup {
        let text = &self.text.entries;
        // The server's rendering must not depend on where it is.
        let when = match self.running.0.get_untracked() {
            true => time::local(&(created as f64).into()),
            false => self.text.units.day(created),
        };
        html! {
            td.pick {
                label.pick-box {
                    input type="checkbox" name=(Field::Entries.name()) value=(id) form=(selection::FORM)
                        aria-label=((text.select_named)(name));
                }
            }
            td.name { div.with-tile { (cell) } }
            td.size { (size) }
            td.type { (kind) }
            td.when { time datetime=(moment(created)) { (when) } }
            td.act {
                a.act-link href=(paths::delete(id)) aria-label=((text.delete_named)(name)) { (icon::html(Shape::Bin)) }
            }
        }
    }

    /// The label beside a file's name that says whether its stored bytes were verified.
    fn check(self, check: Verification) -> Markup {
        let text = &self.text.verification;
        let (word, kind, means) = match check {
            Verification::Waiting => (text.being_checked, "waiting", Some(text.being_checked_means)),
            Verification::Verified => (text.verified, "verified", None),
            Verification::Mismatched => (text.mismatched, "mismatched", Some(text.mismatched_means)),
            Verification::Damaged => (text.damaged, "damaged", Some(text.damaged_means)),
        };
        html! { span.check data-check=(kind) title=[means] { (word) } }
    }

    /// Shows what is found out about a file that was not verified when its row was made. All else stays: somebody may be
    /// about to press a button in it.
    fn follow(self, first: FileRow, element: NodeRef<leptos::html::Tr>) {
        let row = Memo::new(move |before: Option<&FileRow>| {
            self.page.with(|page| page.file(&first.id).or(before).unwrap_or(&first).clone())
        });
        Effect::new(move |before: Option<()>| {
            let row = row.get();
            if before.is_none() {
                return;
            }
            let (Some(old), Ok(new)) = (element.get_untracked(), document().create_element("tr")) else { return };
            new.set_inner_html(&self.file(&row).into_string());
            let both = |part: &str| {
                let found = |row: &Element| row.query_selector(part).ok().flatten();
                found(&old).zip(found(&new))
            };
            for (old, new) in VERIFIED.into_iter().filter_map(both) {
                // Fails only where the page has no such element any more.
                drop(old.replace_with_with_node_1(&new));
            }
            // The link itself stays, with the focus.
            if let Some((old, new)) = both(NAME_LINK) {
                for name in OF_NAME_LINK {
                    // Fails only for names that no attribute can have.
                    drop(match new.get_attribute(name) {
                        Some(value) => old.set_attribute(name, &value),
                        None => old.remove_attribute(name),
                    });
                }
            }
        });
    }
}

/// The elements of a list of nodes.
fn elements(nodes: NodeList) -> impl Iterator<Item = Element> {
    (0..nodes.length()).filter_map(move |at| nodes.get(at)?.dyn_into().ok())
}

/// The group of file types that share a colour. The letters on the tile give the same information.
pub(super) fn kind(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => "document",
        "text/plain" => "text",
        _ if media_type.starts_with("image/") => "picture",
        _ if media_type.starts_with("video/") || media_type.starts_with("audio/") => "film",
        _ => "other",
    }
}
