//! How server functions are called: with JSON both ways, and with answers that bear Holdall's mark.

use futures::future::LocalBoxFuture;
use http_types::Method;
use leptos::server_fn::client::Client;
use leptos::server_fn::server::Server;
use leptos::server_fn::{Bytes, Decodes as _, Encodes as _, Http, Protocol};
use send_wrapper::SendWrapper;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use web_sys::{Headers, RequestInit};

use crate::api::fetch::{Fetched, fetch};
use crate::api::timeout::within;
use crate::model::json::{Data, Json};
use crate::model::problem::Problem;

/// The timeout of a call, in milliseconds.
const TIMEOUT: i32 = 60_000;

/// The protocol of every server function. On the server it is leptos' own, over HTTP in JSON.
pub struct Call;

impl<Input, Output, C, S> Protocol<Input, Output, C, S, Problem> for Call
where
    Http<Json, Json>: Protocol<Input, Output, C, S, Problem>,
    Input: Serialize + Send,
    Output: DeserializeOwned + Send,
    C: Client<Problem>,
    S: Server<Problem>,
{
    const METHOD: Method = <Http<Json, Json> as Protocol<Input, Output, C, S, Problem>>::METHOD;

    fn run_server<F, Fut>(request: S::Request, function: F) -> impl Future<Output = Result<S::Response, Problem>> + Send
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<Output, Problem>> + Send,
    {
        <Http<Json, Json> as Protocol<Input, Output, C, S, Problem>>::run_server(request, function)
    }

    fn run_client(path: &str, input: Input) -> impl Future<Output = Result<Output, Problem>> + Send {
        // A browser has one thread.
        SendWrapper::new(async move {
            let json = Data::encode(&input).map_err(|_| Problem::Outdated)?;
            Data::decode(post(path.to_owned(), json).await?.into()).map_err(|_| Problem::Outdated)
        })
    }
}

/// What the site answers to this JSON, of one type for all calls, so that the wasm has the code for it once. A timeout counts
/// as a network failure.
fn post(path: String, json: Bytes) -> LocalBoxFuture<'static, Result<Vec<u8>, Problem>> {
    Box::pin(async move {
        let request = request(&json).map_err(|_| Problem::Network)?;
        match within(TIMEOUT, fetch(&path, &request)).await.unwrap_or(Err(Problem::Network))? {
            Fetched { status: 200..=299, body } => Ok(body),
            Fetched { body, .. } => Err(Problem::of_answer(&body)),
        }
    })
}

fn request(json: &[u8]) -> Result<RequestInit, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    headers.set("content-type", "application/json")?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&js_sys::Uint8Array::from(json));
    Ok(request)
}
