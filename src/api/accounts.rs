//! Server functions about the signed-in account.

use leptos::prelude::*;

use crate::api::call::Call;
use crate::model::account::Viewer;
use crate::model::problem::Problem;

/// The signed-in account, as pages show it.
#[server(endpoint = "viewer", prefix = "/api", protocol = Call)]
pub async fn me() -> Result<Viewer, Problem> {
    use crate::server::web::server_functions::{account, state, to_problem};

    let (state, account) = (state(), account()?);
    let quota = state.upload_rules.quota_or_site(account.quota);
    let warnings = state.contents.warnings(&account).await.map_err(to_problem)?;
    state.avatars.viewer(&account, quota, warnings).map_err(to_problem)
}
