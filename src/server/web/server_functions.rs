//! What server functions need: the state, the principal, and the translation of errors. It works the same for a call by
//! a running page and for a page that is rendered on the server.

use axum::http::StatusCode;
use axum::http::request::Parts;
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;

use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::domain::access::accounts::Account;
use crate::server::domain::access::principal::Principal;
use crate::server::domain::access::scope::Scope;
use crate::server::web::error::{self, RequestId};

/// The application's state.
#[must_use]
pub fn state() -> AppState {
    expect_context()
}

/// The account that is signed in.
///
/// # Errors
/// [`Problem::NotSignedIn`]; the response gets the matching status.
pub fn account() -> Result<Account, Problem> {
    let principal = use_context::<Principal>().unwrap_or_default();
    principal.account().cloned().ok_or_else(not_signed_in)
}

/// The scope of the principal.
///
/// # Errors
/// [`Problem::NotSignedIn`]; the response gets the matching status.
pub fn scope() -> Result<Scope, Problem> {
    let principal = use_context::<Principal>().unwrap_or_default();
    principal.scope().ok_or_else(not_signed_in)
}

fn not_signed_in() -> Problem {
    answer_with(StatusCode::UNAUTHORIZED);
    Problem::NotSignedIn
}

/// Translates an error into what the page is shown, and gives the response the matching status.
#[must_use]
pub fn to_problem(error: Error) -> Problem {
    let request = use_context::<RequestId>().unwrap_or_else(|| RequestId(String::new()));
    let parts = use_context::<Parts>();
    let (problem, status) = error::to_problem(error, &request, parts.as_ref());
    answer_with(status);
    problem
}

fn answer_with(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}
