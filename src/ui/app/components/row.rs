//! The rows of a folder's list. A list has many of them and most never change, so they are plain views: what they need is
//! looked up once for all, and no row follows anything that its list does not expect to change.

use std::sync::Arc;

use leptos::prelude::*;

use crate::model::entry::{FileRow, FilesPage, FolderRow, Verification};
use crate::model::file_name::{FileName, shown};
use crate::model::id::EntryId;
use crate::model::paths;
use crate::ui::app::components::checked::checked;
use crate::ui::app::components::selection::check_box;
use crate::ui::components::icon::{Icon, Shape};
use crate::ui::components::name::Name;
use crate::ui::components::time::{Running, time};
use crate::ui::text::{Text, text};

/// What all rows of a list share.
#[derive(Clone, Copy)]
pub(in crate::ui) struct RowContext {
    text: &'static Text,
    running: Running,
    page: Memo<FilesPage>,
}

impl RowContext {
    /// For the rows of a list that shows this page.
    pub(in crate::ui) fn of_list(page: Memo<FilesPage>) -> Self {
        Self { text: text(), running: expect_context(), page }
    }

    /// The row of a folder.
    pub(in crate::ui) fn folder(self, row: FolderRow) -> impl IntoView {
        let text = &self.text.entries;
        view! {
            <tr>
                <td class="pick">{check_box(&row.id, (text.select_named)(&row.name))}</td>
                <td class="name">
                    <div class="with-tile">
                        <span class="tile" data-kind="folder"><Icon shape=Shape::Folder/></span>
                        <a href=paths::folder(Some(&row.id))><Name of=row.name.clone()/></a>
                    </div>
                </td>
                <td class="size"></td>
                <td class="type">{text.folder}</td>
                <td class="when">{time(row.created, self.running, &self.text.units)}</td>
                <td class="act">{self.delete(&row.id, &row.name)}</td>
            </tr>
        }
    }

    /// The row of a file.
    pub(in crate::ui) fn file(self, row: FileRow) -> impl IntoView {
        let text = &self.text.entries;
        let checks = &self.text.checks;
        let tile = FileName::parse(&row.name).map(|name| name.tile()).unwrap_or_default();
        let about = (text.about_named)(&shown(&row.name));
        let address = paths::about(&row.id);
        let state = FileState::of(&row, self.page);
        view! {
            <tr>
                <td class="pick">{check_box(&row.id, (text.select_named)(&row.name))}</td>
                <td class="name">
                    <div class="with-tile">
                        <span class="tile" data-kind=state.reads(|_, media_type| kind(media_type)) aria-hidden="true">{tile}</span>
                        <a href=paths::content(&row.id) download="" rel="external"><Name of=row.name.clone()/></a>
                        // On narrow screens, which have no column for the type, this link leads to the file's page.
                        <a href=address.clone() class="check-link">
                            {state.reads(move |check, _| checked(check, checks))}<span class="visually-hidden">{about.clone()}</span>
                        </a>
                    </div>
                </td>
                <td class="size">{self.text.units.size(row.size)}</td>
                <td class="type">
                    <a href=address>{state.reads(|_, media_type| media_type.to_owned())}<span class="visually-hidden">{about}</span></a>
                </td>
                <td class="when">{time(row.created, self.running, &self.text.units)}</td>
                <td class="act">{self.delete(&row.id, &row.name)}</td>
            </tr>
        }
    }

    fn delete(self, id: &EntryId, name: &str) -> impl IntoView + use<> {
        let label = (self.text.entries.delete_named)(name);
        view! { <a href=paths::delete(id) class="act-link" aria-label=label><Icon shape=Shape::Bin/></a> }
    }
}

/// What verification finds out about a file: whether its bytes are right, and its media type.
#[derive(Clone)]
struct FileState {
    check: Verification,
    media_type: Arc<str>,
    /// What is known of it now, while it is being verified.
    awaited: Option<Memo<FileRow>>,
}

impl FileState {
    fn of(row: &FileRow, page: Memo<FilesPage>) -> Self {
        let awaited = (row.check == Verification::Waiting).then(|| {
            let first = row.clone();
            Memo::new(move |before: Option<&FileRow>| {
                page.with(|page| page.file(&first.id).or(before).unwrap_or(&first).clone())
            })
        });
        Self { check: row.check, media_type: row.media_type.as_str().into(), awaited }
    }

    /// What `read` makes of the state and the media type, again whenever these change.
    fn reads<T: 'static, R: Fn(Verification, &str) -> T + Clone + Send + 'static>(
        &self,
        read: R,
    ) -> impl Fn() -> T + Clone + Send + use<T, R> {
        let Self { check, media_type, awaited } = self.clone();
        move || match awaited {
            Some(row) => row.with(|row| read(row.check, &row.media_type)),
            None => read(check, &media_type),
        }
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
