//! What pages ask about files and folders.

use leptos::prelude::*;

use crate::model::entry::{Breadcrumb, Deletion, FileRow, FilesPage, PagePosition};
use crate::model::id::EntryId;
use crate::model::json::Json;
use crate::model::problem::Problem;

/// One page of one of the asker's folders, or of where their files begin: folders by name, and then files, newest first,
/// each with the link to its content. Another person's folder is not found.
#[server(endpoint = "files", prefix = "/api", input = Json, output = Json)]
pub async fn list_files(
    /// Which folder; none is where the files begin.
    #[server(default)]
    folder: Option<EntryId>,
    /// Which page.
    place: PagePosition,
) -> Result<FilesPage, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.list(&scope()?, folder.as_ref(), &place).await.map_err(to_problem)
}

/// One of the asker's files. Another person's is not found.
#[server(endpoint = "file", prefix = "/api", input = Json, output = Json)]
pub async fn file(
    /// Which file.
    id: EntryId,
) -> Result<FileRow, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.row(&scope()?, &id).await.map_err(to_problem)
}

/// The way to one of the asker's folders: the outermost first, the folder itself last. Another person's is not found.
#[server(endpoint = "folder-path", prefix = "/api", input = Json, output = Json)]
pub async fn folder_path(
    /// Which folder.
    folder: EntryId,
) -> Result<Vec<Breadcrumb>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.path(&scope()?, &folder).await.map_err(to_problem)
}

/// What goes when one of the asker's files or folders is deleted. Another person's is not found.
#[server(endpoint = "deletion", prefix = "/api", input = Json, output = Json)]
pub async fn deletion_preview(
    /// Which file or folder.
    id: EntryId,
) -> Result<Deletion, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.deletion_preview(&scope()?, &id).await.map_err(to_problem)
}
