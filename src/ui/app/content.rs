//! What the pages of the app show of what the server knows. The server loads it before it renders a page and sends it
//! along, so that the browser starts from the same. A running page loads it itself when somebody goes there
//! (`loaded.rs`).

use futures::future::{join, join3};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsError, JsValue};

use crate::api::accounts::me;
use crate::api::entries::{entry, file, folder_path};
use crate::api::moving::{first_taken_name, move_preview};
use crate::api::search::search_names;
use crate::api::trash::{deletion_preview, emptying_preview, list_trash, restoring_preview};
use crate::model::account::Viewer;
use crate::model::entry::{Breadcrumb, EntryPlace, FileDetails, ListOrder, PagePosition};
use crate::model::form::FormState;
use crate::model::id::{EntryId, UploadId};
use crate::model::moving::{MoveRequest, Moving, TakenName};
use crate::model::paths::{self, Page};
use crate::model::problem::Problem;
use crate::model::search::{SearchPage, SearchQuery};
use crate::model::trash::{Deletion, Doomed, Restoring, TrashPage};
use crate::ui::app::components::listed::FolderList;
use crate::ui::app::components::unfinished::UnfinishedPage;
use crate::ui::app::{later, prefetch};
use crate::ui::shell::CONTENT;

/// What a page of the app starts from.
#[derive(Serialize, Deserialize)]
pub struct Content {
    /// The path and query of the page, which an answer to a form may not have in the address bar.
    address: String,
    /// The account.
    pub(super) viewer: Result<Viewer, Problem>,
    /// The state of the form that was last submitted.
    pub(super) form: FormState,
    /// What the page itself shows.
    pub(super) page: PageContent,
}

/// What one page shows.
#[derive(Serialize, Deserialize)]
pub(in crate::ui) enum PageContent {
    /// The list of a folder.
    Files(FilesContent),
    /// The path of the folder in which one is to be created.
    NewFolder(Result<Vec<Breadcrumb>, Problem>),
    /// The details of a file.
    About(Result<AboutContent, Problem>),
    /// What a page of the second wasm shows: a `Result<LaterContent, Problem>` as JSON of its own, so that what reads it is loaded later.
    Later(String),
    /// Nothing but the account.
    Nothing,
}

impl Content {
    /// Loads what the page at `address` shows. `query` gives the parameters of the address, and `form` is the state of the
    /// page's forms. Whatever cannot be loaded is part of the content as a problem.
    pub async fn load(page: Page, address: String, query: impl Fn(&str) -> Option<String>, form: FormState) -> Self {
        let (viewer, page) = join(me(), PageContent::load(page, query)).await;
        Self { address, viewer, form, page }
    }

    /// What the open page brought along. The address bar is given the page's address: that of a form, whose answer it may
    /// be, is none of the app's.
    ///
    /// # Errors
    /// If the page lacks it.
    pub fn of_page() -> Result<Self, JsError> {
        let element = document().get_element_by_id(CONTENT);
        let json = element.and_then(|element| element.text_content()).unwrap_or_default();
        // As all other JSON is read, so that the wasm has the code for that once.
        let content: Self = serde_json::from_slice(json.as_bytes())?;
        let path = content.address.split('?').next();
        if window().location().pathname().ok().as_deref() != path
            && let Ok(history) = window().history()
        {
            // Fails only for other origins.
            drop(history.replace_state_with_url(&JsValue::NULL, "", Some(&content.address)));
        }
        Ok(content)
    }

    /// Whether the page that starts from this cannot be shown without what is loaded later.
    pub(super) fn needs_later(&self) -> bool {
        let path = self.address.split('?').next().unwrap_or_default();
        Page::parse(path).as_ref().is_some_and(later::is_needed_for)
    }

    /// As JSON that may stand in a page's `<script>` (HTML, section 4.12.1.3). `None` only by a bug.
    pub(in crate::ui) fn to_json(&self) -> Option<String> {
        Some(serde_json::to_string(self).ok()?.replace('<', "\\u003c"))
    }
}

impl PageContent {
    async fn load(page: Page, query: impl Fn(&str) -> Option<String>) -> Self {
        match page {
            Page::Files(folder) => {
                let after = query(paths::UNFINISHED).and_then(|id| UploadId::parse(&id));
                let order = paths::order(&query);
                Self::Files(FilesContent::load(folder, order, paths::position(query), after).await)
            }
            Page::NewFolder(folder) => Self::NewFolder(way_to(folder).await),
            Page::About(id) => Self::About(AboutContent::load(id).await),
            Page::Account => Self::Nothing,
            page => {
                let content = LaterContent::load(Some(page), paths::position(&query), paths::search_query(query)).await;
                // Fails only by a bug.
                Self::Later(serde_json::to_string(&content).unwrap_or_default())
            }
        }
    }
}

/// What the list of a folder shows.
#[derive(Serialize, Deserialize)]
pub(in crate::ui) struct FilesContent {
    pub(super) path: Result<Vec<Breadcrumb>, Problem>,
    pub(super) list: FolderList,
    pub(super) unfinished: Result<UnfinishedPage, Problem>,
}

impl FilesContent {
    /// Loads a page of a folder's list, and the page of incomplete uploads that begins after one.
    async fn load(folder: Option<EntryId>, order: ListOrder, position: PagePosition, after: Option<UploadId>) -> Self {
        let list = FolderList::load(folder.clone(), order, position);
        let (path, list, unfinished) = join3(way_to(folder), list, UnfinishedPage::load(after)).await;
        Self { path, list, unfinished }
    }
}

/// What the details of a file show.
#[derive(Serialize, Deserialize)]
pub(in crate::ui) struct AboutContent {
    pub(super) details: FileDetails,
    /// The folder that contains the file; `None` is the account's root.
    pub(super) folder: Option<EntryId>,
}

impl AboutContent {
    async fn load(id: EntryId) -> Result<Self, Problem> {
        let (details, folder) = join(details_of(Some(id.clone())), folder_of(Some(id))).await;
        Ok(Self { details: details?, folder })
    }
}

/// What a page of the second wasm shows: one thing that is asked of the server, most often before something is done. They are
/// of one type, so that the wasm has the code that loads and keeps it once.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::ui) enum LaterContent {
    /// What would be renamed.
    Rename(EntryId, EntryPlace),
    /// What would be moved or copied, and to where.
    ChooseFolder(MoveRequest, Moving),
    /// What is done with a name that is taken.
    NameTaken(MoveRequest, TakenName),
    /// What would be put into the trash.
    Delete(EntryId, EntryPlace),
    /// What was found of what was searched for.
    Search(SearchQuery, SearchPage),
    /// A page of the trash.
    Trash(TrashPage),
    /// What would be put back.
    Restore(EntryId, Restoring),
    /// What would be deleted for ever.
    DeleteForEver(EntryId, Deletion),
    /// What emptying the trash would delete.
    EmptyTrash(Doomed),
}

impl LaterContent {
    /// Loads what a page shows; `position` is the page of a list, and `search` what is searched for.
    pub(super) async fn load(page: Option<Page>, position: PagePosition, search: SearchQuery) -> Result<Self, Problem> {
        Ok(match page {
            Some(Page::Rename(id)) => Self::Rename(id.clone(), entry(id).await?),
            Some(Page::ChooseFolder(request)) => Self::folder_choice(request, position).await?,
            Some(Page::NameTaken(request)) => match first_taken_name(request.clone()).await? {
                Some(taken) => Self::NameTaken(request, taken),
                // It is free meanwhile.
                None => Self::folder_choice(request, position).await?,
            },
            Some(Page::Delete(id)) => Self::Delete(id.clone(), entry(id).await?),
            Some(Page::Search) => Self::Search(search.clone(), search_names(search).await?),
            Some(Page::Trash) => Self::Trash(list_trash(position).await?),
            Some(Page::Restore(id)) => Self::Restore(id.clone(), restoring_preview(id).await?),
            Some(Page::DeleteForEver(id)) => Self::DeleteForEver(id.clone(), deletion_preview(id).await?),
            Some(Page::EmptyTrash) => Self::EmptyTrash(emptying_preview().await?),
            _ => return Err(Problem::NotFound),
        })
    }

    async fn folder_choice(request: MoveRequest, position: PagePosition) -> Result<Self, Problem> {
        Ok(Self::ChooseFolder(request.clone(), move_preview(request, position).await?))
    }
}

/// The details of a file.
pub(super) async fn details_of(id: Option<EntryId>) -> Result<FileDetails, Problem> {
    file(id.ok_or(Problem::NotFound)?).await
}

/// The folder that contains a file; `None` is the account's root.
pub(super) async fn folder_of(id: Option<EntryId>) -> Option<EntryId> {
    entry(id?).await.ok()?.parent
}

/// The breadcrumbs of an address; the account's root needs no request.
pub(super) async fn way_to(folder: Option<EntryId>) -> Result<Vec<Breadcrumb>, Problem> {
    match (prefetch::path(folder.as_ref()), folder) {
        (Some(path), _) => Ok(path),
        (None, Some(folder)) => folder_path(folder).await,
        (None, None) => Ok(Vec::new()),
    }
}

/// What came with the page, until the page that is opened first has taken it.
#[derive(Clone, Copy)]
struct First(StoredValue<Option<PageContent>>);

/// Provides what came with the page.
pub(super) fn provide_first(page: PageContent) {
    provide_context(First(StoredValue::new(Some(page))));
}

/// What came with the page, for the page that is opened first.
pub(in crate::ui) fn take_first() -> PageContent {
    let First(first) = expect_context();
    first.try_update_value(Option::take).flatten().unwrap_or(PageContent::Nothing)
}
