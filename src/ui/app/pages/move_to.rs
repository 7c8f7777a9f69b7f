//! The page that asks to which folder entries are to be moved or copied. One goes through the folders by links, so that it works without
//! scripts.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::components::A;
use maud::{Markup, html};

use crate::model::entry::PagePosition;
use crate::model::form::Field;
use crate::model::id::EntryId;
use crate::model::moving::{FolderTarget, MoveRequest, Moving};
use crate::model::paths;
use crate::ui::app::components::breadcrumbs::breadcrumbs_to;
use crate::ui::app::components::moving::HiddenMoveRequest;
use crate::ui::app::components::notice::Notices;
use crate::ui::app::components::page_links::page_links;
use crate::ui::components::field::Problems;
use crate::ui::components::form::Form;
use crate::ui::components::icon::{self, Shape};
use crate::ui::components::name;
use crate::ui::text::{Text, text};

/// The pages `/files/move/{entries}/to/{folder}` and `/files/copy/{entries}/to/{folder}`.
#[component]
pub(super) fn FolderChoice(request: MoveRequest, what: Moving) -> impl IntoView {
    let text = text();
    let Moving { names, count, from, path, is_here, folders, below } = what;
    let operation = request.operation;
    let next = below.map(|row| paths::choose_folder(&request, &PagePosition::Below(row)));
    let entries = request.entries.clone();
    let to = |to: Option<&EntryId>| {
        paths::choose_folder(&MoveRequest { operation, entries: entries.clone(), to: to.cloned() }, &PagePosition::Top)
    };
    let folder = path.last().map_or(text.entries.files, |crumb| crumb.name.as_str()).to_owned();
    let cancel = view! { <A href=paths::folder(from.as_ref()) attr:class="button">{text.frame.cancel}</A> };
    let form = if is_here {
        view! {
            <p class="soft">{(text.moving.is_here)(count)}</p>
            <div class="choices">{cancel}</div>
        }
        .into_any()
    } else {
        let (notices, back): (Notices, _) =
            (expect_context(), MoveRequest { operation, entries: request.entries.clone(), to: from.clone() });
        let one = names.first().filter(|_| count == 1).map(|name| (text.moving.placed)(operation, name, &folder));
        let on_done = Arc::new(move |path: &str, _: Option<&str>| {
            notices.placed(path, back.clone(), one.as_deref());
        });
        let label = (text.moving.place_in)(operation, &folder);
        view! {
            <Form action=paths::place(operation) on_done>
                <HiddenMoveRequest request from/>
                <div class="choices">
                    <button class="primary">{label}</button>
                    {cancel}
                </div>
            </Form>
        }
        .into_any()
    };
    let more = count.saturating_sub(names.len());
    let folders = match folders.is_empty() {
        true => html! { p.soft { (text.moving.no_folders) } },
        false => folder_list(&folders, to, text),
    };
    view! {
        <section class="ask">
            <h1>{(text.moving.heading)(operation, count)}</h1>
            <p class="what" inner_html=names_of(&names, more, text).into_string()></p>
            {breadcrumbs_to(&path, to)}
            <div inner_html=folders.into_string()></div>
            {page_links((None, next))}
            <Problems which=Field::Entries/>
            {form}
        </section>
    }
}

fn names_of(names: &[String], more: usize, text: &Text) -> Markup {
    html! {
        @for name in names { span { (name::html(name)) } " " }
        @if more > 0 { span.soft { ((text.moving.and_more)(more)) } }
    }
}

fn folder_list(folders: &[FolderTarget], to: impl Fn(Option<&EntryId>) -> String, text: &Text) -> Markup {
    html! {
        table.files {
            caption.visually-hidden { (text.moving.folders) }
            thead { tr { th scope="col" { (text.entries.name) } } }
            tbody {
                @for FolderTarget { id, name, is_selected } in folders {
                    tr {
                        td.name {
                            div.with-tile {
                                span.tile data-kind="folder" { (icon::html(Shape::Folder)) }
                                @if *is_selected {
                                    span { (name::html(name)) " " span.soft { (text.moving.is_selected) } }
                                } @else {
                                    a href=(to(Some(id))) { (name::html(name)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
