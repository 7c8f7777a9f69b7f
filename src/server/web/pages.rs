//! Which page is shown at an address, and how pages are rendered.

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Json};
use leptos::nonce::Nonce;
use leptos::prelude::{IntoAny as _, provide_context};
use url::form_urlencoded;

use crate::model::account::SignUp;
use crate::model::form::{Done, FormState};
use crate::model::id::EntryId;
use crate::model::paths::{self, ReturnTo};
use crate::model::problem::Problem;
use crate::model::site_files::SiteFiles;
use crate::server::app::AppState;
use crate::server::domain::access::principal::Principal;
use crate::server::web::body::collected::{Collected, collect};
use crate::server::web::compress::Compressible;
use crate::server::web::error::{ErrorResponse, RequestId};
use crate::server::web::language::text_for;
use crate::server::web::{compress, csp, shape};
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
    render(&state, &parts, FormState::default(), move || documents::landing(sign_up)).await
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
    document(state, parts, page, FormState::default(), &next).await
}

/// Renders a document with a form, either for the first time or with the form's problems.
pub async fn document(state: &AppState, parts: &Parts, page: Document, form: FormState, next: &ReturnTo) -> Response {
    let (next, sign_up) = (next.clone(), state.accounts.sign_up_is());
    render(state, parts, form, move || match page {
        Document::SignUp => documents::sign_up(next.clone()).into_any(),
        Document::SignIn => documents::sign_in(next.clone(), sign_up).into_any(),
    })
    .await
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
    shape::fill_in(render(&state, &parts, form, app::app).await).await
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
    shape::fill_in(render(state, &parts, form, app::app).await).await
}

/// `GET` of an address that accepts only forms, as when a page is reloaded: redirects to the account page.
pub async fn to_account() -> Redirect {
    Redirect::to(paths::ACCOUNT)
}

/// `GET` of an address that accepts only forms of the files page: redirects to that page.
pub async fn to_files() -> Redirect {
    Redirect::to(paths::FILES)
}

/// Redirects to the sign-in page, which afterwards leads back to the requested address.
pub fn to_sign_in(parts: &Parts) -> Response {
    let wanted = ReturnTo::parse(parts.uri.path_and_query().map_or(paths::FILES, |wanted| wanted.as_str()));
    Redirect::to(&paths::sign_in(&wanted)).into_response()
}

/// Renders an error page.
pub async fn problem(state: &AppState, parts: &Parts, problem: &Problem) -> Response {
    let problem = problem.clone();
    // The address may be one that nothing can be rendered for.
    let mut parts = parts.clone();
    parts.uri = Uri::from_static(paths::LANDING);
    render(state, &parts, FormState::default(), move || documents::problem(problem.clone())).await
}

/// The value of a parameter in the address's query. Not parsed by leptos, whose parser decodes values twice.
fn query(uri: &Uri, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(uri.query()?.as_bytes());
    pairs.find(|(of, _)| of == name).map(|(_, value)| value.into_owned())
}

/// The address with no more of its query than the pages of the app ask for: leptos looks through all parameters for each.
fn with_known_query(uri: &Uri) -> Uri {
    if uri.query().is_none() {
        return uri.clone();
    }
    let names = [paths::BELOW, paths::ABOVE, paths::UNFINISHED];
    let known = names.into_iter().filter_map(|name| query(uri, name).map(|value| (name, value)));
    let known = form_urlencoded::Serializer::new(String::new()).extend_pairs(known).finish();
    let path = if known.is_empty() { uri.path().to_owned() } else { format!("{}?{known}", uri.path()) };
    path.parse().unwrap_or_else(|_| Uri::from_static(paths::LANDING))
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
    let policy = csp::policy(&nonce, &files, state.avatars.origin().as_deref(), state.multipart_uploads.origin());
    let context = context(state, parts, move || {
        provide_context(Nonce::from_value(nonce.clone()));
        provide_context::<SiteFiles>(files.clone());
        provide_context(form.clone());
    });
    let mut parts = parts.clone();
    parts.method = Method::GET;
    parts.uri = with_known_query(&parts.uri);
    let compressible = Compressible::answer_to(&parts.headers);
    let request = Request::from_parts(parts, Body::empty());
    let mut response = leptos_axum::render_app_async_with_context(context, shell)(request).await;
    compress::allow(&mut response, compressible);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// The context of server functions, both for pages rendered on the server and for calls of a running page.
fn context(
    state: &AppState,
    parts: &Parts,
    more: impl Fn() + Clone + Send + Sync + 'static,
) -> impl Fn() + Clone + Send + Sync + 'static {
    let principal = parts.extensions.get::<Principal>().cloned().unwrap_or_default();
    let request = parts.extensions.get::<RequestId>().cloned().unwrap_or_else(|| RequestId(String::new()));
    let (state, text) = (state.clone(), text_for(&parts.headers));
    move || {
        provide_context(text);
        provide_context(state.clone());
        provide_context(principal.clone());
        provide_context(request.clone());
        more();
    }
}

/// `POST /api/…`: a server function, called by a running page.
pub async fn server_function(State(state): State<AppState>, request: Request) -> Result<Response, ErrorResponse> {
    let (parts, body) = request.into_parts();
    let Collected { bytes, held: _held } = collect(&parts, body).await?;
    let context = context(&state, &parts, || {});
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
