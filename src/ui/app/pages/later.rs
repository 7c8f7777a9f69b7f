//! The pages of the second wasm that show one thing that is asked of the server, most often before something is done.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::model::paths::{self, Page};
use crate::ui::app::address::of_address;
use crate::ui::app::components::loading::once_loaded;
use crate::ui::app::content::{LaterContent, PageContent, take_first};
use crate::ui::app::loaded::loaded;
use crate::ui::app::pages::delete::DeleteQuestion;
use crate::ui::app::pages::delete_for_ever::{DeletionQuestion, EmptyingQuestion};
use crate::ui::app::pages::move_to::FolderChoice;
use crate::ui::app::pages::name_taken::NameTakenForm;
use crate::ui::app::pages::rename::RenameForm;
use crate::ui::app::pages::restore::RestoreForm;
use crate::ui::app::pages::search::SearchResults;
use crate::ui::app::pages::trash::TrashList;
use crate::ui::app::state::Changes;

/// The page that is open, if it is one of these.
#[component]
pub(in crate::ui) fn LaterPage() -> impl IntoView {
    let (changes, query): (Changes, _) = (expect_context(), use_query_map());
    let page = of_address(|page| match page {
        Page::Files(_) | Page::NewFolder(_) | Page::About(_) | Page::Account => None,
        page => Some(page),
    });
    let first = match take_first() {
        PageContent::Later(json) => serde_json::from_slice(json.as_bytes()).ok(),
        _ => None,
    };
    let question = move || {
        let page = page.get();
        // What is being typed on the others stays.
        if page == Some(Page::Trash) {
            changes.files.track();
        }
        let value = |name: &str| query.with(|query| query.get(name));
        (page, paths::position(value), paths::search_query(value))
    };
    let content = loaded(first, question, |(page, position, search)| LaterContent::load(page, position, search));
    once_loaded(content, |content| match content {
        LaterContent::Rename(id, what) => view! { <RenameForm id what/> }.into_any(),
        LaterContent::ChooseFolder(request, what) => view! { <FolderChoice request what/> }.into_any(),
        LaterContent::NameTaken(request, what) => view! { <NameTakenForm request what/> }.into_any(),
        LaterContent::Delete(id, what) => view! { <DeleteQuestion id what/> }.into_any(),
        LaterContent::Search(query, page) => view! { <SearchResults query page/> }.into_any(),
        LaterContent::Trash(page) => view! { <TrashList page/> }.into_any(),
        LaterContent::Restore(id, what) => view! { <RestoreForm id what/> }.into_any(),
        LaterContent::DeleteForEver(id, what) => view! { <DeletionQuestion id what/> }.into_any(),
        LaterContent::EmptyTrash(doomed) => view! { <EmptyingQuestion doomed/> }.into_any(),
    })
}
