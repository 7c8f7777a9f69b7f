//! The list of files.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsCast as _;

use super::fault::Missing;
use crate::api::files::list_files;
use crate::model::file::{FileName, FileRow, FilesPage, Place};
use crate::model::form::Field as Which;
use crate::model::id::EntryId;
use crate::ui::app::Changes;
use crate::ui::components::field::{Problems, description};
use crate::ui::components::form::FormSignal;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::selection::{Pick, Selecting, provide_selection};
use crate::ui::components::sending::Uploads;
use crate::ui::components::time::Time;
use crate::ui::texts;

/// The page `/files`.
#[component]
pub(in crate::ui) fn Files() -> impl IntoView {
    let changes: Changes = expect_context();
    provide_selection();
    let query = use_query_map();
    let place = Memo::new(move |_| {
        let id = |name| query.with(|query| query.get_str(name).and_then(EntryId::parse));
        match (id("before"), id("after")) {
            (Some(id), _) => Place::OlderThan(id),
            (None, Some(id)) => Place::NewerThan(id),
            (None, None) => Place::Newest,
        }
    });
    let list = Resource::new(move || (place.get(), changes.files.get()), |(place, _)| list_files(place));
    view! {
        <div class="head"><h1>"Files"</h1><Upload/></div>
        <Transition fallback=|| view! { <p class="soft">"Loading…"</p> }>
            {move || Suspend::new(async move {
                match list.await {
                    Ok(page) if page.rows.is_empty() => view! { <Empty/> }.into_any(),
                    Ok(page) => view! { <List page/> }.into_any(),
                    Err(error) => view! { <Missing error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// The form that takes files. Where the page runs, choosing is enough.
#[component]
fn Upload() -> impl IntoView {
    let FormSignal(form) = expect_context();
    let uploads: Uploads = expect_context();
    let input = NodeRef::<leptos::html::Input>::new();
    let name = Which::Files.name();
    let wrong = move || form.with(|form| form.problems(Which::Files).next().is_some());
    let take = move |input: &web_sys::HtmlInputElement| {
        let files: Vec<_> =
            input.files().map(|files| (0..files.length()).filter_map(|at| files.get(at)).collect()).unwrap_or_default();
        if files.is_empty() {
            return;
        }
        form.update(|form| form.errors.clear());
        for file in files {
            uploads.add(file);
        }
        // The same file may be chosen again.
        input.set_value("");
    };
    let chosen = move |event: leptos::ev::Event| {
        if let Some(input) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            take(&input);
        }
    };
    // What was chosen before the page ran is sent as well.
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            take(&input);
        }
    });
    let pick = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <form class="upload" method="post" action="/files" enctype="multipart/form-data" on:submit=pick>
            <label for=name class="visually-hidden">"Choose files"</label>
            <input id=name name=name type="file" multiple=true node_ref=input on:change=chosen
                aria-invalid=move || wrong().then_some("true") aria-describedby=move || description(name, false, wrong())/>
            <button class="primary"><Icon shape=Shape::Up/>"Upload"</button>
            <Problems which=Which::Files/>
        </form>
    }
}

#[component]
fn Empty() -> impl IntoView {
    view! {
        <section class="empty">
            <Icon shape=Shape::Bag/>
            <h2>"Nothing here yet"</h2>
            <p>"Choose a file above and upload it. Only you can see what you keep here."</p>
        </section>
    }
}

#[component]
fn List(page: FilesPage) -> impl IntoView {
    let link = |name: &str, row: Option<&FileRow>| row.map(|row| format!("/files?{name}={}", row.id));
    let newer = page.newer.then(|| link("after", page.rows.first())).flatten();
    let older = page.older.then(|| link("before", page.rows.last())).flatten();
    let pages = (newer.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="pages" aria-label="Pages">
                {newer.map(|href| view! { <A href=href attr:class="button" attr:rel="prev">"Newer"</A> })}
                {older.map(|href| view! { <A href=href attr:class="button" attr:rel="next">"Older"</A> })}
            </nav>
        }
    });
    let ids = page.rows.iter().map(|row| row.id.clone()).collect();
    view! {
        <Selecting ids/>
        <table class="files">
            <caption class="visually-hidden">"Your files, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col" class="pick"><span class="visually-hidden">"Select"</span></th>
                    <th scope="col">"Name"</th>
                    <th scope="col" class="size">"Size"</th>
                    <th scope="col" class="type">"Type"</th>
                    <th scope="col" class="when">"Uploaded"</th>
                    <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                </tr>
            </thead>
            <tbody>{page.rows.into_iter().map(|row| view! { <Row row/> }).collect_view()}</tbody>
        </table>
        {pages}
    }
}

#[component]
fn Row(row: FileRow) -> impl IntoView {
    let tile = FileName::parse(&row.name).map(|name| name.tile()).unwrap_or_default();
    view! {
        <tr>
            <td class="pick"><Pick id=row.id.clone() name=row.name.clone()/></td>
            <td class="name">
                <div class="with-tile">
                    <span class="tile" data-kind=kind(&row.media_type) aria-hidden="true">{tile}</span>
                    <a href=row.link download="" rel="external"><bdi>{row.name.clone()}</bdi></a>
                </div>
            </td>
            <td class="size">{texts::size(row.size)}</td>
            <td class="type">{row.media_type}</td>
            <td class="when"><Time milliseconds=row.created/></td>
            <td class="act">
                <a href=format!("/files/{}/delete", row.id) class="act-link" aria-label=format!("Delete {}", row.name)>
                    <Icon shape=Shape::Bin/>
                </a>
            </td>
        </tr>
    }
}

/// The group of types that shares a colour; the letters on the tile say the same.
fn kind(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => "document",
        "text/plain" => "text",
        _ if media_type.starts_with("image/") => "picture",
        _ if media_type.starts_with("video/") || media_type.starts_with("audio/") => "film",
        _ => "other",
    }
}
