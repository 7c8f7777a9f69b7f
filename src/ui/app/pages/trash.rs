//! The trash: what was deleted, from where, and until when it stays.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::entry::PagePosition;
use crate::model::form::Field;
use crate::model::paths;
use crate::model::trash::TrashPage;
use crate::ui::app::components::page_links::page_links;
use crate::ui::app::components::trash_row::TrashRows;
use crate::ui::components::field::Problems;
use crate::ui::components::form::Form;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::time::localize;
use crate::ui::text::text;

/// The page `/trash`.
#[component]
pub(super) fn TrashList(page: TrashPage) -> impl IntoView {
    let text = text();
    let TrashPage { rows, above, below, days } = page;
    let (stays, is_empty) = ((text.trash.stays)(days), rows.is_empty());
    let empty = (!is_empty).then(|| {
        view! { <div class="tools"><A href=paths::TRASH_EMPTY attr:class="button">{text.trash.empty}</A></div> }
    });
    let head = view! { <div class="head"><h1>{text.trash.trash}</h1>{empty}</div> };
    if is_empty {
        return view! {
            {head}
            <section class="empty">
                <Icon shape=Shape::Bin/>
                <h2>{text.trash.nothing}</h2>
                <p>{stays}</p>
            </section>
        }
        .into_any();
    }
    let first = rows.first().filter(|_| above).map(|row| paths::trash(&PagePosition::Above(row.cursor())));
    let last = rows.last().filter(|_| below).map(|row| paths::trash(&PagePosition::Below(row.cursor())));
    let table = NodeRef::new();
    localize(table);
    let html = TrashRows::of_page().table(&rows);
    view! {
        {head}
        <p class="soft trash-note">{stays}</p>
        <Form action=paths::TRASH_RESTORE>
            <div class="selection">
                <button>{text.trash.restore_selected}</button>
                <Problems which=Field::Entries/>
            </div>
            <table class="files trash" node_ref=table inner_html=html.into_string()></table>
        </Form>
        {page_links((first, last))}
    }
    .into_any()
}
