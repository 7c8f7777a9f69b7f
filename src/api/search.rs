//! The server function that searches.

use leptos::prelude::*;

use crate::api::call::Call;
use crate::model::problem::Problem;
use crate::model::search::{SearchPage, SearchQuery};

/// One page of the account's files and folders in whose names the words stand.
#[server(endpoint = "search", prefix = "/api", protocol = Call)]
pub async fn search_names(
    /// What is searched for.
    query: SearchQuery,
) -> Result<SearchPage, Problem> {
    use crate::server::web::server_functions::{scope, state, to_problem};

    state().entries.search(&scope()?, &query).await.map_err(to_problem)
}
