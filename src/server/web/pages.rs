//! Which page is shown at an address. `rendering.rs` has how it becomes HTML.

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use leptos::IntoView;
use leptos::prelude::{IntoAny as _, provide_context};

use crate::model::account::SignUp;
use crate::model::form::{Done, FormState};
use crate::model::id::EntryId;
use crate::model::paths::{self, Page, ReturnTo};
use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::domain::access::principal::Principal;
use crate::server::web::body::collected::{Collected, collect};
use crate::server::web::compress::Compressible;
use crate::server::web::error::ErrorResponse;
use crate::server::web::rendering::{Rendering, context, in_turn, query};
use crate::server::web::{compress, shape};
use crate::ui::app::Content;
use crate::ui::{app, documents};

/// A page without wasm that has a form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// The sign-up page.
    SignUp,
    /// The sign-in page.
    SignIn,
}

/// `GET /`: the landing page; an account that is signed in is redirected to its files.
pub async fn landing(
    State(state): State<AppState>,
    Extension(principal): Extension<Principal>,
    parts: Parts,
) -> Response {
    if principal.account().is_some() {
        return Redirect::to(paths::FILES).into_response();
    }
    let sign_up = state.accounts.sign_up_is();
    render(&state, &parts, FormState::default(), || documents::landing(sign_up))
}

/// `GET /sign-up`: the sign-up page.
pub async fn sign_up(
    State(state): State<AppState>,
    principal: Extension<Principal>,
    parts: Parts,
) -> Result<Response, ErrorResponse> {
    if state.accounts.sign_up_is() == SignUp::Closed && principal.0.account().is_none() {
        return Err(Problem::SignUpClosed.into());
    }
    Ok(form_page(&state, &principal.0, &parts, Document::SignUp).await)
}

/// `GET /sign-in`: the sign-in page. Somebody who has just signed in comes by it, if the site's address is https.
pub async fn sign_in(
    State(state): State<AppState>,
    principal: Extension<Principal>,
    parts: Parts,
) -> Result<Response, ErrorResponse> {
    match query(&parts.uri, paths::COOKIE_CHECK) {
        Some(next) if principal.0.account().is_some() => {
            Ok(Redirect::to(ReturnTo::parse(&next).as_str()).into_response())
        }
        Some(_) => Err(Problem::CookieNotKept { address: state.url.origin().to_owned() }.into()),
        None => Ok(form_page(&state, &principal.0, &parts, Document::SignIn).await),
    }
}

async fn form_page(state: &AppState, principal: &Principal, parts: &Parts, page: Document) -> Response {
    let next = ReturnTo::parse(&query(&parts.uri, paths::NEXT).unwrap_or_default());
    if principal.account().is_some() {
        return Redirect::to(next.as_str()).into_response();
    }
    document(state, parts, page, FormState::default(), &next)
}

/// Renders a document with a form, either for the first time or with the form's problems.
pub fn document(state: &AppState, parts: &Parts, page: Document, form: FormState, next: &ReturnTo) -> Response {
    let (next, sign_up) = (next.clone(), state.accounts.sign_up_is());
    render(state, parts, form, || match page {
        Document::SignUp => documents::sign_up(next).into_any(),
        Document::SignIn => documents::sign_in(next, sign_up).into_any(),
    })
}

/// `GET` of any page of the app, for accounts that are signed in.
pub async fn app(State(state): State<AppState>, Extension(principal): Extension<Principal>, parts: Parts) -> Response {
    if principal.account().is_none() {
        return to_sign_in(&parts);
    }
    let form = FormState {
        done: query(&parts.uri, paths::DONE).and_then(|word| Done::from_word(&word)),
        ..FormState::default()
    };
    render_app(&state, &parts, form).await
}

/// `GET` of a page of one file or folder. An invalid id is treated like one that does not exist.
pub async fn of_entry(
    state: State<AppState>,
    principal: Extension<Principal>,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<Response, ErrorResponse> {
    if EntryId::parse(&id).is_none() {
        return Err(Problem::NotFound.into());
    }
    Ok(app(state, principal, parts).await)
}

/// Renders a page of the app again after its form was rejected.
pub async fn app_again(state: &AppState, parts: &Parts, path: &str, form: FormState) -> Response {
    let Ok(uri) = Uri::try_from(path) else { return ErrorResponse::from(Problem::NotFound).into_response() };
    let mut parts = parts.clone();
    parts.uri = uri;
    render_app(state, &parts, form).await
}

/// `GET` of an address that accepts only forms, as when a page is reloaded: redirects to the account page.
pub async fn to_account() -> Redirect {
    Redirect::to(paths::ACCOUNT)
}

/// `GET` of an address that accepts only forms of the files page: redirects to that page.
pub async fn to_files() -> Redirect {
    Redirect::to(paths::FILES)
}

/// `GET` of an address that accepts only forms of the trash: redirects to it.
pub async fn to_trash() -> Redirect {
    Redirect::to(paths::TRASH)
}

/// Redirects to the sign-in page, which afterwards leads back to the requested address.
pub fn to_sign_in(parts: &Parts) -> Response {
    let wanted = ReturnTo::parse(parts.uri.path_and_query().map_or(paths::FILES, |wanted| wanted.as_str()));
    Redirect::to(&paths::sign_in(&wanted)).into_response()
}

/// Renders an error page.
pub fn problem(state: &AppState, parts: &Parts, problem: &Problem) -> Response {
    let problem = problem.clone();
    // The address may be one that nothing can be rendered for.
    let mut parts = parts.clone();
    parts.uri = Uri::from_static(paths::LANDING);
    render(state, &parts, FormState::default(), || documents::problem(problem))
}

/// Renders a page of the app, once what it shows is loaded.
async fn render_app(state: &AppState, parts: &Parts, form: FormState) -> Response {
    // Of a path whose letters are encoded, the router may know more.
    let Some(page) = Page::parse(parts.uri.path()) else {
        return ErrorResponse::from(Problem::NotFound).into_response();
    };
    let rendering = match Rendering::start(state, parts) {
        Ok(rendering) => rendering,
        Err(error) => return error.into_response(),
    };
    let content = Content::load(page.clone(), parts.uri.to_string(), |name| query(&parts.uri, name), form);
    let content = rendering.loaded(content).await;
    let html = in_turn(parts, || shape::with_shape(&rendering.html(|| app::app(&page, content)))).await;
    html.map_or_else(IntoResponse::into_response, |html| rendering.answer(html))
}

/// Renders a document without wasm.
fn render<V: IntoView + 'static>(
    state: &AppState,
    parts: &Parts,
    form: FormState,
    document: impl FnOnce() -> V,
) -> Response {
    let rendering = match Rendering::start(state, parts) {
        Ok(rendering) => rendering,
        Err(error) => return error.into_response(),
    };
    let html = rendering.html(|| {
        provide_context(form);
        document()
    });
    rendering.answer(html)
}

/// `POST /api/…`: a server function, called by a running page.
pub async fn server_function(State(state): State<AppState>, request: Request) -> Result<Response, ErrorResponse> {
    let (parts, body) = request.into_parts();
    let Collected { bytes, held: _held } = collect(&parts, body).await?;
    let context = context(&state, &parts);
    let compressible = Compressible::answer_to(&parts.headers);
    let request = Request::from_parts(parts, Body::from(bytes));
    let mut response = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    compress::allow(&mut response, compressible);
    match response.status() {
        StatusCode::INTERNAL_SERVER_ERROR => {}
        // leptos answers a call of an unknown function with 400 and a body without a content type.
        StatusCode::BAD_REQUEST if !response.headers().contains_key(header::CONTENT_TYPE) => {
            return Ok((StatusCode::BAD_REQUEST, Json(Problem::Outdated)).into_response());
        }
        _ => return Ok(response),
    }
    // leptos answers 500 if it cannot parse the arguments. Only then does the body have one of these problems.
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if let Ok(Problem::Network | Problem::Outdated) = serde_json::from_slice(&body) {
        parts.status = StatusCode::BAD_REQUEST;
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}
