//! How server functions are called: with JSON both ways, and with answers that bear Holdall's mark.

use http_types::Method;
use leptos::server_fn::client::Client;
use leptos::server_fn::server::Server;
use leptos::server_fn::{Decodes as _, Encodes as _, Http, Protocol};
use send_wrapper::SendWrapper;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use web_sys::{Headers, RequestInit};

use crate::api::fetch::{Fetched, fetch};
use crate::model::json::{Data, Json};
use crate::model::problem::Problem;

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
            let Fetched { status, body } = fetch(path, &request(&input).map_err(|_| Problem::Network)?).await?;
            match status {
                200..=299 => Data::decode(body.into()).map_err(|_| Problem::Outdated),
                _ => Err(Problem::of_answer(&body)),
            }
        })
    }
}

fn request(input: &impl Serialize) -> Result<RequestInit, JsValue> {
    let json = Data::encode(input).map_err(|error| JsValue::from_str(&error.to_string()))?;
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    headers.set("content-type", "application/json")?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&js_sys::Uint8Array::from(json.as_ref()));
    Ok(request)
}
