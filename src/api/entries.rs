//! Server functions about files and folders.

use leptos::prelude::*;

use crate::api::call::Call;
use crate::model::entry::{Breadcrumb, EntryPlace, FileDetails, FilesPage, ListOrder, PagePosition};
use crate::model::id::EntryId;
use crate::model::problem::Problem;

/// One page of a folder of the account, or of its root: folders, then files, each with the address of its content. Another
/// account's folder is answered as not found.
#[server(endpoint = "files", prefix = "/api", protocol = Call)]
pub async fn list_files(
    /// The folder; `None` is the account's root.
    #[server(default)]
    folder: Option<EntryId>,
    /// Which page of the list.
    position: PagePosition,
    /// The order of the list.
    #[server(default)]
    order: ListOrder,
) -> Result<FilesPage, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.list(&scope()?, folder.as_ref(), order, &position).await.map_err(to_problem)
}

/// A file of the account, with its details. Another account's file is answered as not found.
#[server(endpoint = "file", prefix = "/api", protocol = Call)]
pub async fn file(
    /// The file.
    id: EntryId,
) -> Result<FileDetails, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.details(&scope()?, &id).await.map_err(to_problem)
}

/// The folders from the root down to a folder of the account: outermost first, the folder itself last. Another
/// account's folder is answered as not found.
#[server(endpoint = "folder-path", prefix = "/api", protocol = Call)]
pub async fn folder_path(
    /// The folder.
    folder: EntryId,
) -> Result<Vec<Breadcrumb>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.path(&scope()?, &folder).await.map_err(to_problem)
}

/// A file or a folder of the account, and where it lies. Another account's entry is answered as not found.
#[server(endpoint = "entry", prefix = "/api", protocol = Call)]
pub async fn entry(
    /// The file or folder.
    id: EntryId,
) -> Result<EntryPlace, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.place(&scope()?, &id).await.map_err(to_problem)
}
