//! What pages ask about files.

use leptos::prelude::*;

use crate::model::error::Error;
use crate::model::file::{FileRow, FilesPage, Place};
use crate::model::id::EntryId;
use crate::model::json::Json;

/// One page of the asker's files, newest first, each with the link to its content.
#[server(endpoint = "files", prefix = "/api", input = Json, output = Json)]
pub async fn list_files(
    /// Which page.
    place: Place,
) -> Result<FilesPage, Error> {
    use crate::server::web::answers::{signed_in, state, told};

    state().files.list(&signed_in()?, &place).await.map_err(told)
}

/// One of the asker's files. Another person's is not found.
#[server(endpoint = "file", prefix = "/api", input = Json, output = Json)]
pub async fn file(
    /// Which file.
    id: EntryId,
) -> Result<FileRow, Error> {
    use crate::server::web::answers::{signed_in, state, told};

    state().files.row(&signed_in()?, &id).await.map_err(told)
}
