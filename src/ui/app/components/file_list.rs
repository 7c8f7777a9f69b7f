//! The rows of a folder's list, and the links to its other pages.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::entry::{EntryRow, FileRow, FilesPage, FolderRow, PagePosition};
use crate::model::file_name::{FileName, shown};
use crate::model::id::EntryId;
use crate::model::paths;
use crate::ui::app::components::checked::Checked;
use crate::ui::app::components::selection::{Pick, Selecting};
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::name::Name;
use crate::ui::components::time::Time;
use crate::ui::text::text;

/// One page of a folder's list. Rows keep their DOM elements when the list is reloaded, even if they move: somebody may
/// be about to press a button in one.
#[component]
pub(in crate::ui) fn FileList(folder: Option<EntryId>, page: Memo<FilesPage>) -> impl IntoView {
    let (of, text) = (folder.clone(), &text().entries);
    let ways = Memo::new(move |_| {
        page.with(|FilesPage { rows, above, below }| {
            let first = rows.first().filter(|_| *above).map(|row| PagePosition::Above(row.mark()));
            let last = rows.last().filter(|_| *below).map(|row| PagePosition::Below(row.mark()));
            let link = |position| paths::list(of.as_ref(), &position);
            (first.map(link), last.map(link))
        })
    });
    let pages = move || {
        let (above, below) = ways.get();
        (above.is_some() || below.is_some()).then(|| {
            view! {
                <nav class="pages" aria-label=text.pages>
                    {above.map(|href| view! { <A href=href attr:class="button" attr:rel="prev">{text.previous}</A> })}
                    {below.map(|href| view! { <A href=href attr:class="button" attr:rel="next">{text.next}</A> })}
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
            <caption class="visually-hidden">{text.list}</caption>
            <thead>
                <tr>
                    <th scope="col" class="pick"><span class="visually-hidden">{text.select}</span></th>
                    <th scope="col">{text.name}</th>
                    <th scope="col" class="size">{text.size}</th>
                    <th scope="col" class="type">{text.media_type}</th>
                    <th scope="col" class="when">{text.added}</th>
                    <th scope="col" class="act"><span class="visually-hidden">{text.actions}</span></th>
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
                    <A href=paths::folder(Some(&row.id))><Name of=name/></A>
                </div>
            </td>
            <td class="size"></td>
            <td class="type">{text().entries.folder}</td>
            <td class="when"><Time milliseconds=row.created/></td>
            <td class="act"><Delete id=row.id name=row.name/></td>
        </tr>
    }
}

#[component]
fn OfFile(row: FileRow, page: Memo<FilesPage>) -> impl IntoView {
    let (first, text) = (row.clone(), text());
    let now = Memo::new(move |before: Option<&FileRow>| {
        page.with(|page| page.file(&first.id).or(before).unwrap_or(&first).clone())
    });
    let tile = FileName::parse(&row.name).map(|name| name.tile()).unwrap_or_default();
    let about = StoredValue::new((text.entries.about_named)(&shown(&row.name)));
    let address = paths::about(&row.id);
    // These details change once the file has been verified.
    let (media_type, check) =
        (move || now.with(|row| row.media_type.clone()), move || now.with(|row| row.check.clone()));
    view! {
        <tr>
            <td class="pick"><Pick id=row.id.clone() name=row.name.clone()/></td>
            <td class="name">
                <div class="with-tile">
                    <span class="tile" data-kind=move || kind(&media_type()) aria-hidden="true">{tile}</span>
                    <a href=row.link download="" rel="external"><Name of=row.name.clone()/></a>
                    // On narrow screens, which have no column for the type, this link leads to the file's page.
                    <A href=address.clone() attr:class="check-link">
                        {move || view! { <Checked check=check()/> }}<span class="visually-hidden">{about.get_value()}</span>
                    </A>
                </div>
            </td>
            <td class="size">{text.units.size(row.size)}</td>
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
        <a href=paths::delete(&id) class="act-link" aria-label=(text().entries.delete_named)(&name)>
            <Icon shape=Shape::Bin/>
        </a>
    }
}

/// The group of file types that share a colour. The letters on the tile give the same information.
fn kind(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => "document",
        "text/plain" => "text",
        _ if media_type.starts_with("image/") => "picture",
        _ if media_type.starts_with("video/") || media_type.starts_with("audio/") => "film",
        _ => "other",
    }
}
