//! The trash: what was deleted, from where, and until when it stays.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;

use crate::api::trash::list_trash;
use crate::model::entry::PagePosition;
use crate::model::form::Field;
use crate::model::paths;
use crate::model::trash::TrashPage;
use crate::ui::app::components::loading::once_loaded;
use crate::ui::app::components::page_links::PageLinks;
use crate::ui::app::components::trash_row::TrashRows;
use crate::ui::app::content::{PageContent, take_first};
use crate::ui::app::loaded::loaded;
use crate::ui::app::state::Changes;
use crate::ui::components::field::Problems;
use crate::ui::components::form::Form;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::time::localize;
use crate::ui::text::text;

/// The page `/trash`.
#[component]
pub(in crate::ui) fn Trash() -> impl IntoView {
    let changes: Changes = expect_context();
    let query = use_query_map();
    let position = Memo::new(move |_| paths::position(|name| query.with(|query| query.get(name))));
    let first = if let PageContent::Trash(page) = take_first() { Some(page) } else { None };
    let page = loaded(first, move || (position.get(), changes.files.get()), |(position, _)| list_trash(position));
    let text = &text().trash;
    view! {
        <div class="head">
            <h1>{text.trash}</h1>
            {move || {
                let has_rows = page.with(|page| matches!(page, Some(Ok(page)) if !page.rows.is_empty()));
                has_rows.then(|| view! {
                    <div class="tools"><A href=paths::TRASH_EMPTY attr:class="button">{text.empty}</A></div>
                })
            }}
        </div>
        {once_loaded(page, |page| view! { <List page/> }.into_any())}
    }
}

#[component]
fn List(page: TrashPage) -> impl IntoView {
    let text = text();
    let TrashPage { rows, above, below, days } = page;
    let stays = (text.trash.stays)(days);
    if rows.is_empty() {
        return view! {
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
    let addresses = Memo::new(move |_| (first.clone(), last.clone()));
    let (context, table) = (TrashRows::of_page(), NodeRef::new());
    localize(table);
    view! {
        <p class="soft trash-note">{stays}</p>
        <Form action=paths::TRASH_RESTORE>
            <div class="selection">
                <button>{text.trash.restore_selected}</button>
                <Problems which=Field::Entries/>
            </div>
            <table class="files trash" node_ref=table>
                <caption class="visually-hidden">{text.trash.list}</caption>
                <thead>
                    <tr>
                        <th scope="col" class="pick"><span class="visually-hidden">{text.entries.select}</span></th>
                        <th scope="col">{text.entries.name}</th>
                        <th scope="col" class="was">{text.trash.was_in}</th>
                        <th scope="col" class="size">{text.entries.size}</th>
                        <th scope="col" class="when">{text.trash.deleted_at}</th>
                        <th scope="col" class="left">{text.trash.stays_until}</th>
                        <th scope="col" class="act"><span class="visually-hidden">{text.entries.actions}</span></th>
                    </tr>
                </thead>
                <tbody>{rows.iter().map(|row| context.row(row)).collect_view()}</tbody>
            </table>
        </Form>
        <PageLinks addresses/>
    }
    .into_any()
}
