//! Pages: which one is shown to whom, and rendering them with what the server gives them.

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Json};
use leptos::nonce::Nonce;
use leptos::prelude::{IntoAny as _, provide_context};

use crate::model::form::{Done, FormState};
use crate::model::id::EntryId;
use crate::model::page::{Next, SignUp, SiteFiles};
use crate::model::problem::Problem;
use crate::server::app::AppState;
use crate::server::domain::access::principal::Principal;
use crate::server::web::csp;
use crate::server::web::error::{ErrorResponse, RequestId};
use crate::ui::{app, documents};

/// A page without wasm that has a form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// Sign up.
    SignUp,
    /// Sign in.
    SignIn,
}

/// `GET /`: what this is; whoever is signed in goes to their files.
pub async fn landing(
    State(state): State<AppState>,
    Extension(principal): Extension<Principal>,
    parts: Parts,
) -> Response {
    if principal.account().is_some() {
        return Redirect::to("/files").into_response();
    }
    let sign_up = state.accounts.sign_up_is();
    render(&state, &parts, FormState::default(), move || documents::landing(sign_up)).await
}

/// `GET /sign-up`.
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

/// `GET /sign-in`.
pub async fn sign_in(State(state): State<AppState>, principal: Extension<Principal>, parts: Parts) -> Response {
    form_page(&state, &principal.0, &parts, Document::SignIn).await
}

async fn form_page(state: &AppState, principal: &Principal, parts: &Parts, page: Document) -> Response {
    let next = Next::parse(&query(&parts.uri, "next").unwrap_or_default());
    if principal.account().is_some() {
        return Redirect::to(next.as_str()).into_response();
    }
    document(state, parts, page, FormState::default(), &next).await
}

/// A page with a form, as it is shown first or again.
pub async fn document(state: &AppState, parts: &Parts, page: Document, form: FormState, next: &Next) -> Response {
    let (next, sign_up) = (next.clone(), state.accounts.sign_up_is());
    render(state, parts, form, move || match page {
        Document::SignUp => documents::sign_up(next.clone()).into_any(),
        Document::SignIn => documents::sign_in(next.clone(), sign_up).into_any(),
    })
    .await
}

/// `GET` of every page of the app: for people who are signed in.
pub async fn app(State(state): State<AppState>, Extension(principal): Extension<Principal>, parts: Parts) -> Response {
    if principal.account().is_none() {
        return to_sign_in(&parts);
    }
    let form =
        FormState { done: query(&parts.uri, "done").and_then(|word| Done::from_word(&word)), ..FormState::default() };
    render(&state, &parts, form, app::app).await
}

/// `GET` of a page of one file or folder of the app. What is no id is not found, as an id that nothing has.
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

/// A page of the app again, after its form was refused.
pub async fn app_again(state: &AppState, parts: &Parts, path: &str, form: FormState) -> Response {
    let Ok(uri) = Uri::try_from(path) else { return ErrorResponse::from(Problem::NotFound).into_response() };
    let mut parts = parts.clone();
    parts.uri = uri;
    render(state, &parts, form, app::app).await
}

/// `GET` of an address that only takes forms: somebody has reloaded the page.
pub async fn to_account() -> Redirect {
    Redirect::to("/account")
}

/// `GET` of an address that only takes forms of the files page.
pub async fn to_files() -> Redirect {
    Redirect::to("/files")
}

/// Sends a document to the sign-in page, and afterwards back to where it wanted to go.
pub fn to_sign_in(parts: &Parts) -> Response {
    let wanted = parts.uri.path_and_query().map_or("/files", |wanted| wanted.as_str());
    let query = serde_urlencoded::to_string([("next", wanted)]).unwrap_or_default();
    Redirect::to(&format!("/sign-in?{query}")).into_response()
}

/// An error page.
pub async fn problem(state: &AppState, parts: &Parts, problem: &Problem) -> Response {
    let problem = problem.clone();
    render(state, parts, FormState::default(), move || documents::problem(problem.clone())).await
}

/// A value of the address's query. Read by our own hand: leptos' parser decodes twice.
fn query(uri: &Uri, name: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(uri.query()?).ok()?;
    pairs.into_iter().find(|(of, _)| of == name).map(|(_, value)| value)
}

async fn render<V: leptos::IntoView + 'static>(
    state: &AppState,
    parts: &Parts,
    form: FormState,
    shell: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> Response {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        return ErrorResponse::from(Problem::Internal { request: String::new() }).into_response();
    }
    let nonce = data_encoding::BASE64URL_NOPAD.encode(&bytes);
    let files = match state.assets.addresses() {
        Ok(files) => files,
        Err(error) => return ErrorResponse::from(error).into_response(),
    };
    let policy = csp::policy(&nonce, &files, state.avatars.origin(), state.multipart_uploads.origin());
    let context = context(state, parts, move || {
        provide_context(Nonce::from_value(nonce.clone()));
        provide_context::<SiteFiles>(files.clone());
        provide_context(form.clone());
    });
    let mut parts = parts.clone();
    parts.method = Method::GET;
    let mut response =
        leptos_axum::render_app_async_with_context(context, shell)(Request::from_parts(parts, Body::empty())).await;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// What server functions find, whether a page that is rendered calls them or a page that runs.
fn context(
    state: &AppState,
    parts: &Parts,
    more: impl Fn() + Clone + Send + Sync + 'static,
) -> impl Fn() + Clone + Send + Sync + 'static {
    let principal = parts.extensions.get::<Principal>().cloned().unwrap_or_default();
    let request = parts.extensions.get::<RequestId>().cloned().unwrap_or_else(|| RequestId(String::new()));
    let state = state.clone();
    move || {
        provide_context(state.clone());
        provide_context(principal.clone());
        provide_context(request.clone());
        more();
    }
}

/// `POST /api/…`: a server function, called by a page that runs.
pub async fn server_function(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let context = context(&state, &parts, || {});
    let request = Request::from_parts(parts, body);
    let response = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    match response.status() {
        StatusCode::INTERNAL_SERVER_ERROR => {}
        // leptos says so of a function that it does not know, and does not say it as data.
        StatusCode::BAD_REQUEST if !response.headers().contains_key(header::CONTENT_TYPE) => {
            return (StatusCode::BAD_REQUEST, Json(Problem::Outdated)).into_response();
        }
        _ => return response,
    }
    // leptos says 500 of arguments that it cannot read; on this side of the network nothing else is one of these.
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if let Ok(Problem::Network | Problem::Outdated) = serde_json::from_slice(&body) {
        parts.status = StatusCode::BAD_REQUEST;
    }
    Response::from_parts(parts, Body::from(body))
}
