//! The rows of a folder's list, and the way to its other pages.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::entry::{EntryRow, FileRow, FilesPage, FolderRow, folder_address};
use crate::model::file_name::FileName;
use crate::model::id::EntryId;
use crate::ui::app::components::checked::Checked;
use crate::ui::app::components::selection::{Pick, Selecting};
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::time::Time;
use crate::ui::text;

/// A page of a folder's list. When it is asked for again, each row stays what it is, wherever it stands then: somebody may
/// be about to press something in it.
#[component]
pub(in crate::ui) fn FileList(folder: Option<EntryId>, page: Memo<FilesPage>) -> impl IntoView {
    let address = folder_address(folder.as_ref());
    let link = move |name: &str, row: Option<&EntryRow>| row.map(|row| format!("{address}?{name}={}", row.mark()));
    let ways = Memo::new(move |_| {
        page.with(|FilesPage { rows, above, below }| {
            (above.then(|| link("above", rows.first())).flatten(), below.then(|| link("below", rows.last())).flatten())
        })
    });
    let pages = move || {
        let (above, below) = ways.get();
        (above.is_some() || below.is_some()).then(|| {
            view! {
                <nav class="pages" aria-label="Pages">
                    {above.map(|href| view! { <A href=href attr:class="button" attr:rel="prev">"Previous"</A> })}
                    {below.map(|href| view! { <A href=href attr:class="button" attr:rel="next">"Next"</A> })}
                </nav>
            }
        })
    };
    let ids = Memo::new(move |_| page.with(|page| page.rows.iter().map(|row| row.mark().id).collect::<Vec<_>>()));
    let row = move |row| match row {
        EntryRow::Folder(row) => view! { <OfFolder row/> }.into_any(),
        EntryRow::File(row) => view! { <OfFile row page/> }.into_any(),
    };
    view! {
        <Selecting ids folder/>
        <table class="files">
            <caption class="visually-hidden">"Folders by name, then files, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col" class="pick"><span class="visually-hidden">"Select"</span></th>
                    <th scope="col">"Name"</th>
                    <th scope="col" class="size">"Size"</th>
                    <th scope="col" class="type">"Type"</th>
                    <th scope="col" class="when">"Added"</th>
                    <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                </tr>
            </thead>
            <tbody>
                <For each=move || page.with(|page| page.rows.clone()) key=|row| row.mark().id children=row/>
            </tbody>
        </table>
        {pages}
    }
}

#[component]
fn OfFolder(row: FolderRow) -> impl IntoView {
    let name = row.name.clone();
    view! {
        <tr>
            <td class="pick"><Pick id=row.id.clone() name=row.name.clone()/></td>
            <td class="name">
                <div class="with-tile">
                    <span class="tile" data-kind="folder"><Icon shape=Shape::Folder/></span>
                    <A href=folder_address(Some(&row.id))><bdi>{name}</bdi></A>
                </div>
            </td>
            <td class="size"></td>
            <td class="type">"Folder"</td>
            <td class="when"><Time milliseconds=row.created/></td>
            <td class="act"><Delete id=row.id name=row.name/></td>
        </tr>
    }
}

#[component]
fn OfFile(row: FileRow, page: Memo<FilesPage>) -> impl IntoView {
    let first = row.clone();
    let now = Memo::new(move |before: Option<&FileRow>| {
        page.with(|page| page.file(&first.id).or(before).unwrap_or(&first).clone())
    });
    let tile = FileName::parse(&row.name).map(|name| name.tile()).unwrap_or_default();
    let about = StoredValue::new(format!(", about {}", row.name));
    let address = format!("/files/{}/about", row.id);
    // What is found out once it is read whole.
    let (media_type, check) =
        (move || now.with(|row| row.media_type.clone()), move || now.with(|row| row.check.clone()));
    view! {
        <tr>
            <td class="pick"><Pick id=row.id.clone() name=row.name.clone()/></td>
            <td class="name">
                <div class="with-tile">
                    <span class="tile" data-kind=move || kind(&media_type()) aria-hidden="true">{tile}</span>
                    <a href=row.link download="" rel="external"><bdi>{row.name.clone()}</bdi></a>
                    // Where there is no room for the type, this is the way to the file's page.
                    <A href=address.clone() attr:class="check-link">
                        {move || view! { <Checked check=check()/> }}<span class="visually-hidden">{about.get_value()}</span>
                    </A>
                </div>
            </td>
            <td class="size">{text::size(row.size)}</td>
            <td class="type">
                <A href=address>{media_type}<span class="visually-hidden">{about.get_value()}</span></A>
            </td>
            <td class="when"><Time milliseconds=row.created/></td>
            <td class="act"><Delete id=row.id name=row.name/></td>
        </tr>
    }
}

#[component]
fn Delete(id: EntryId, name: String) -> impl IntoView {
    view! {
        <a href=format!("/files/{id}/delete") class="act-link" aria-label=format!("Delete {name}")>
            <Icon shape=Shape::Bin/>
        </a>
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
