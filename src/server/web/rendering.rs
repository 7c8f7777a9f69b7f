//! How pages become HTML: what they are rendered from is loaded before, so that one pass writes them.

use std::sync::LazyLock;
use std::thread::available_parallelism;
use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{Html, IntoResponse as _, Response};
use leptos::IntoView;
use leptos::nonce::Nonce;
use leptos::prelude::{Owner, RenderHtml as _, provide_context};
use leptos::reactive::computed::ScopedFuture;
use leptos_axum::ResponseOptions;
use leptos_router::location::RequestUrl;
use url::form_urlencoded;

use crate::model::id::AccountId;
use crate::model::paths;
use crate::model::problem::Problem;
use crate::model::site_files::SiteFiles;
use crate::server::app::AppState;
use crate::server::domain::access::principal::Principal;
use crate::server::subject_queue::FairQueue;
use crate::server::web::compress::{self, Compressible};
use crate::server::web::csp::{self, Shown};
use crate::server::web::error::{ErrorResponse, RequestId};
use crate::server::web::language::text_for;

/// The pages of accounts that are made at once. The largest keep a processor busy for some milliseconds without a pause:
/// if all that are asked for were made side by side, each step of every other request would wait for all of them.
static PAGES: LazyLock<FairQueue<AccountId>> = LazyLock::new(|| {
    let processors = available_parallelism().map_or(1, usize::from);
    FairQueue::new(2 * processors, 2)
});
/// How long an account waits for the pages of others.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Makes a page for whoever asks once it is their turn. What is made cannot wait for anything: it is no future. Pages of
/// others would wait with it.
///
/// # Errors
/// [`Problem::TooMany`] if the turn does not come soon.
pub async fn in_turn<T>(parts: &Parts, make: impl FnOnce() -> T) -> Result<T, ErrorResponse> {
    let Some(scope) = parts.extensions.get::<Principal>().and_then(Principal::scope) else { return Ok(make()) };
    let Some(_permit) = PAGES.take(scope.owner(), TIMEOUT).await else { return Err(Problem::TooMany.into()) };
    Ok(make())
}

/// A page that is being rendered.
pub struct Rendering {
    /// What the page's reactive values belong to.
    owner: Owner,
    /// What the functions that the page calls say about its status.
    status: ResponseOptions,
    policy: HeaderValue,
    compressible: Option<Compressible>,
}

impl Rendering {
    /// Starts to render the page at an address.
    ///
    /// # Errors
    /// If the site's own files are not known.
    pub fn start(state: &AppState, parts: &Parts) -> Result<Self, ErrorResponse> {
        Self::start_with(state, parts, Shown::Nothing)
    }

    /// Starts to render the page at an address, which shows this.
    ///
    /// # Errors
    /// If the site's own files are not known.
    pub fn start_with(state: &AppState, parts: &Parts, shown: Shown<'_>) -> Result<Self, ErrorResponse> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| Problem::Internal { request: String::new() })?;
        let nonce = data_encoding::BASE64URL_NOPAD.encode(&bytes);
        let files = state.assets.addresses()?;
        let (pictures, sent_to) = (state.avatars.origin(), state.multipart_uploads.origin());
        let policy = csp::policy(&nonce, &files, pictures.as_deref(), sent_to, shown);
        // Not `Owner::new_root`, which would stay the thread's current owner, and so become the parent of what other
        // requests on this thread own.
        let (owner, status) = (Owner::default(), ResponseOptions::default());
        owner.with(|| {
            context(state, parts)();
            provide_context(parts.clone());
            provide_context(status.clone());
            provide_context(address(&parts.uri));
            provide_context(Nonce::from_value(nonce));
            provide_context::<SiteFiles>(files);
        });
        Ok(Self { owner, status, policy, compressible: Compressible::answer_to(&parts.headers) })
    }

    /// What a page shows, loaded by server functions as if the browser had called them.
    pub async fn loaded<C>(&self, content: impl Future<Output = C>) -> C {
        self.owner.with(|| ScopedFuture::new(content)).await
    }

    /// The HTML of a page.
    pub fn html<V: IntoView + 'static>(&self, page: impl FnOnce() -> V) -> String {
        self.owner.with(|| page().into_view().to_html())
    }

    /// The response with this HTML.
    pub fn answer(self, html: String) -> Response {
        let mut response = Html(html).into_response();
        if let Some(status) = self.status.0.read().ok().and_then(|parts| parts.status) {
            *response.status_mut() = status;
        }
        compress::allow(&mut response, self.compressible);
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, self.policy);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        response
    }
}

/// The address as leptos' router takes it, with no more of its query than the pages of the app ask for: leptos looks
/// through all parameters for each.
fn address(uri: &Uri) -> RequestUrl {
    let names = [paths::BELOW, paths::ABOVE, paths::SORT, paths::UNFINISHED, paths::WORDS, paths::IN];
    let known = names.into_iter().filter_map(|name| query(uri, name).map(|value| (name, value)));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(known).finish();
    RequestUrl::new(&format!("http://leptos.dev{}?{query}", uri.path()))
}

/// The context of server functions, both for pages rendered on the server and for calls of a running page.
pub fn context(state: &AppState, parts: &Parts) -> impl Fn() + Clone + Send + Sync + 'static {
    let principal = parts.extensions.get::<Principal>().cloned().unwrap_or_default();
    let request = parts.extensions.get::<RequestId>().cloned().unwrap_or_else(|| RequestId(String::new()));
    let (state, text) = (state.clone(), text_for(&parts.headers));
    move || {
        provide_context(text);
        provide_context(state.clone());
        provide_context(principal.clone());
        provide_context(request.clone());
    }
}

/// The value of a parameter in the address's query. Not parsed by leptos, whose parser decodes values twice.
#[must_use]
pub fn query(uri: &Uri, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(uri.query()?.as_bytes());
    pairs.find(|(of, _)| of == name).map(|(_, value)| value.into_owned())
}
