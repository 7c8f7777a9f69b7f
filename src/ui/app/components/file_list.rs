//! A folder's list, and the links to its other pages.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use maud::html;

use crate::model::entry::{ListOrder, PagePosition, Verification};
use crate::model::id::EntryId;
use crate::model::paths;
use crate::ui::app::components::deleting::Deleting;
use crate::ui::app::components::listed::{ListedPage, ListedRow};
use crate::ui::app::components::page_links::page_links;
use crate::ui::app::components::row::RowContext;
use crate::ui::app::components::selection::{Selecting, follow_boxes, rename_by_key};
use crate::ui::app::prefetch;
use crate::ui::components::time::localize;
use crate::ui::text::text;

/// One page of a folder's list. Rows keep their DOM elements when the list is reloaded, even if they move: somebody may
/// be about to press a button in one.
#[component]
pub(in crate::ui) fn FileList(folder: Option<EntryId>, order: ListOrder, page: Memo<ListedPage>) -> impl IntoView {
    let (of, text) = (folder.clone(), &text().entries);
    let addresses = Memo::new(move |_| {
        page.with(|ListedPage { rows, above, below }| {
            let first = rows.first().filter(|_| *above).map(|row| PagePosition::Above(row.cursor()));
            let last = rows.last().filter(|_| *below).map(|row| PagePosition::Below(row.cursor()));
            let link = |position| paths::list(of.as_ref(), order, &position);
            (first.map(link), last.map(link))
        })
    });
    let ids = Memo::new(move |_| page.with(|page| page.rows.iter().map(|row| row.cursor().id).collect::<Vec<_>>()));
    // A file that was verified and turns out to be damaged gets another row.
    let key = |row: &ListedRow| (row.cursor().id, row.check() == Some(Verification::Damaged));
    let rows = RowContext::of_list(page);
    let table = NodeRef::new();
    localize(table);
    rows.follow_names(table);
    let (deleting, rename) = (Deleting::of_page(), rename_by_key());
    let key_pressed = move |event: KeyboardEvent| {
        rename(&event);
        deleting.key_pressed(&event);
    };
    let clicked = move |event: MouseEvent| {
        prefetch::follows(&event);
        deleting.clicked(&event);
    };
    // The head of a column with a link to the order by it, or to the reverse of the order that there is.
    let column = |class: Option<&str>, by: ListOrder, reversed: ListOrder, ascends: bool, word: &str| {
        let is_ascending = if order == by { Some(ascends) } else { (order == reversed).then_some(!ascends) };
        let direction = is_ascending.map(|ascends| if ascends { ("ascending", " ↑") } else { ("descending", " ↓") });
        let to = if order == by { reversed } else { by };
        let href = paths::list(folder.as_ref(), to, &PagePosition::Top);
        html! {
            th class=[class] scope="col" aria-sort=[direction.map(|(name, _)| name)] {
                a href=(href) { (word) span aria-hidden="true" { (direction.map(|(_, arrow)| arrow).unwrap_or_default()) } }
            }
        }
    };
    // One piece of HTML, since it never changes.
    let head = html! {
        tr {
            th.pick scope="col" { span.visually-hidden { (text.select) } }
            (column(None, ListOrder::Name, ListOrder::NameReversed, true, text.name))
            th.size scope="col" { (text.size) }
            th.type scope="col" { (text.media_type) }
            (column(Some("when"), ListOrder::Newest, ListOrder::Oldest, false, text.added))
            th.act scope="col" { span.visually-hidden { (text.actions) } }
        }
    };
    view! {
        <Selecting ids folder/>
        <table class="files" node_ref=table on:change=follow_boxes() on:keydown=key_pressed on:click=clicked
            on:pointerover=|event| prefetch::points(&event) on:focusin=|event| prefetch::points(&event)>
            <caption class="visually-hidden">{text.list}</caption>
            <thead inner_html=head.into_string()></thead>
            <tbody>
                <For each=move || page.with(|page| page.rows.clone()) key=key children=move |row| rows.row(row)/>
            </tbody>
        </table>
        {move || page_links(addresses.get())}
    }
}
