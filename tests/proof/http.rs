//! Requests over a socket.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::uri::{Authority, Scheme, Uri};
use axum::http::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, service_fn};

use crate::browser::{Answer, Browser, Server};

/// The timeout of a request, up to the end of its response.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A client for the server at this address. Requests with an absolute URI go there instead.
pub fn at(address: SocketAddr) -> Server {
    // Each request opens a connection: a pooled one might belong to a server that was killed.
    let client: Client<_, Body> = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
    BoxCloneSyncService::new(service_fn(move |mut request: Request<Body>| {
        let client = client.clone();
        async move {
            let mut parts = request.uri().clone().into_parts();
            if parts.authority.is_none() {
                parts.scheme = Some(Scheme::HTTP);
                parts.authority = Some(address.to_string().parse::<Authority>()?);
                *request.uri_mut() = Uri::from_parts(parts)?;
            }
            let response: Response<_> = client.request(request).await?;
            Ok(response.map(Body::new))
        }
    }))
}

/// Sends a request and waits for the response, up to [`TIMEOUT`].
pub async fn ask(browser: &Browser, request: Request<Body>) -> Result<Answer, BoxError> {
    tokio::time::timeout(TIMEOUT, browser.send(request)).await?
}
