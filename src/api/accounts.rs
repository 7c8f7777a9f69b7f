//! What pages ask about the account that is signed in.

use leptos::prelude::*;

use crate::model::account::Viewer;
use crate::model::json::Json;
use crate::model::problem::Problem;

/// The account that is signed in, as pages show it.
#[server(endpoint = "viewer", prefix = "/api", input = Json, output = Json)]
pub async fn me() -> Result<Viewer, Problem> {
    use crate::server::web::server_functions::{signed_in, state, to_problem};

    let state = state();
    state.avatars.viewer(&signed_in()?, &state.files).await.map_err(to_problem)
}
