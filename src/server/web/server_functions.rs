//! What the bodies of server functions need: the state, who asks, and the translation of what goes wrong. It works the
//! same whether a running page calls or a page that is rendered.

use axum::http::StatusCode;
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;

use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::domain::Error;
use crate::server::domain::access::accounts::Account;
use crate::server::web::auth::Principal;
use crate::server::web::error::{self, RequestId};

/// The running site.
#[must_use]
pub fn state() -> AppState {
    expect_context()
}

/// The account that asks.
pub fn signed_in() -> Result<Account, Problem> {
    use_context::<Principal>().and_then(|asker| asker.0).ok_or_else(|| {
        answer_with(StatusCode::UNAUTHORIZED);
        Problem::NotSignedIn
    })
}

/// What the page is told; the answer gets the status that goes with it.
#[must_use]
pub fn to_problem(error: Error) -> Problem {
    let request = use_context::<RequestId>().unwrap_or_else(|| RequestId(String::new()));
    let (problem, status) = error::to_problem(error, &request);
    answer_with(status);
    problem
}

fn answer_with(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}
