//! Requests of the running page. Only an answer that bears Holdall's mark counts; any other comes from something on the
//! way, such as a proxy or the sign-in page of a network.

use js_sys::Uint8Array;
use leptos::prelude::window;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestInit, RequestRedirect, Response, ResponseType};

use crate::model::problem::{ANSWERED_BY, Problem};

/// The status told for a redirect: browsers hide the true one.
const REDIRECT: u16 = 302;

/// An answer of Holdall.
pub struct Fetched {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Ends a request that nobody waits for any more: a browser has few connections for a site.
struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends a request to this path of the site.
///
/// # Errors
/// [`Problem::Network`] if no answer arrived as a whole, [`Problem::OnTheWay`] if it is not Holdall's.
pub async fn fetch(path: &str, request: &RequestInit) -> Result<Fetched, Problem> {
    let request_ends = AbortOnDrop(AbortController::new().map_err(|_| Problem::Network)?);
    request.set_signal(Some(&request_ends.0.signal()));
    // Holdall redirects none of these. A browser that followed a redirect to another site would tell of no answer.
    request.set_redirect(RequestRedirect::Manual);
    let response: Response = settled(Ok(window().fetch_with_str_and_init(path, request))).await?;
    let status = if response.type_() == ResponseType::Opaqueredirect { REDIRECT } else { response.status() };
    let mark = response.headers().get(ANSWERED_BY.0).ok().flatten();
    if mark.as_deref() != Some(ANSWERED_BY.1) {
        return Err(Problem::OnTheWay { status });
    }
    let body: JsValue = settled(response.array_buffer()).await?;
    Ok(Fetched { status, body: Uint8Array::new(&body).to_vec() })
}

async fn settled<T: wasm_bindgen::JsCast>(promise: Result<js_sys::Promise, JsValue>) -> Result<T, Problem> {
    let value = JsFuture::from(promise.map_err(|_| Problem::Network)?).await.map_err(|_| Problem::Network)?;
    value.dyn_into().map_err(|_| Problem::Network)
}
