//! Server functions about the trash.

use leptos::prelude::*;

use crate::api::call::Call;
use crate::model::entry::PagePosition;
use crate::model::id::EntryId;
use crate::model::problem::Problem;
use crate::model::trash::{Deletion, Doomed, Restoring, TrashPage};

/// One page of the account's trash, what was put there last first.
#[server(endpoint = "trash", prefix = "/api", protocol = Call)]
pub async fn list_trash(
    /// Which page of the list.
    position: PagePosition,
) -> Result<TrashPage, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.list_trash(&scope()?, &position).await.map_err(to_problem)
}

/// What stands in the way of putting an entry of the account's trash back. Another account's entry is answered as not
/// found.
#[server(endpoint = "restoring", prefix = "/api", protocol = Call)]
pub async fn restoring_preview(
    /// The file or folder.
    id: EntryId,
) -> Result<Restoring, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.restoring_preview(&scope()?, &id).await.map_err(to_problem)
}

/// What deleting an entry of the account's trash for ever would remove. Another account's entry is answered as not found.
#[server(endpoint = "deletion", prefix = "/api", protocol = Call)]
pub async fn deletion_preview(
    /// The file or folder.
    id: EntryId,
) -> Result<Deletion, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.deletion_preview(&scope()?, &id).await.map_err(to_problem)
}

/// What emptying the account's trash would remove.
#[server(endpoint = "emptying", prefix = "/api", protocol = Call)]
pub async fn emptying_preview() -> Result<Doomed, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.emptying_preview(&scope()?).await.map_err(to_problem)
}
