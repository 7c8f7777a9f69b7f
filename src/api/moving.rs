//! Server functions about moving and copying files and folders.

use leptos::prelude::*;

use crate::api::call::Call;
use crate::model::entry::PagePosition;
use crate::model::moving::{MoveRequest, Moving, TakenName};
use crate::model::problem::Problem;

/// What is to be moved or copied, and the folder to which it may go, with one page of the folders in it. Another account's entries are
/// answered as not found.
#[server(endpoint = "move", prefix = "/api", protocol = Call)]
pub async fn move_preview(
    /// What is to be moved or copied, and the folder.
    request: MoveRequest,
    /// Which page of the list of folders.
    position: PagePosition,
) -> Result<Moving, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.move_preview(&scope()?, &request, &position).await.map_err(to_problem)
}

/// The first of the entries whose name is taken where they are to go; `None` if none is. Another account's folder is answered
/// as not found.
#[server(endpoint = "taken-name", prefix = "/api", protocol = Call)]
pub async fn first_taken_name(
    /// What is to be moved or copied, and the folder.
    request: MoveRequest,
) -> Result<Option<TakenName>, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.first_taken_name(&scope()?, &request).await.map_err(to_problem)
}
