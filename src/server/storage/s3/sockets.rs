//! Bounds the connections to a store. A request holds its place until its answer has been read to the end, and requests
//! that find no place wait in the order in which they came.

use std::sync::Arc;

use aws_sdk_s3::config::http::HttpRequest;
use aws_sdk_s3::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use tokio::sync::Semaphore;

use crate::server::held_body::HeldBody;

/// How many connections to the store there are at most. Downloads have a smaller bound of their own
/// ([`crate::server::storage::s3::resume::READS`]), and so have parts that arrive from browsers, so that everything
/// else always finds a place.
const SOCKETS: usize = 256;

/// A client that has only so many requests under way.
#[derive(Debug)]
pub struct BoundedHttpClient {
    inner: SharedHttpClient,
    places: Arc<Semaphore>,
}

impl BoundedHttpClient {
    /// Bounds the connections of `inner`.
    pub fn new(inner: SharedHttpClient) -> Self {
        Self { inner, places: Arc::new(Semaphore::new(SOCKETS)) }
    }
}

impl HttpClient for BoundedHttpClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(BoundedConnector { inner, places: Arc::clone(&self.places) })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.connector_metadata()
    }
}

#[derive(Debug)]
struct BoundedConnector {
    inner: SharedHttpConnector,
    places: Arc<Semaphore>,
}

impl HttpConnector for BoundedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, places) = (self.inner.clone(), Arc::clone(&self.places));
        HttpConnectorFuture::new(async move {
            let permit = places.acquire_owned().await.map_err(|error| ConnectorError::other(error.into(), None))?;
            let mut response = inner.call(request).await?;
            let body = response.take_body();
            *response.body_mut() = SdkBody::from_body_1_x(HeldBody::new(body, permit));
            Ok(response)
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::config::http::HttpResponse;
    use futures::FutureExt as _;

    use super::*;

    #[derive(Debug)]
    struct Prompt;

    impl HttpConnector for Prompt {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let status = 200.try_into().expect("a status");
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from("abc"))))
        }
    }

    #[tokio::test]
    async fn an_answer_holds_its_place_until_it_was_read() {
        let places = Arc::new(Semaphore::new(1));
        let connector = BoundedConnector { inner: SharedHttpConnector::new(Prompt), places: Arc::clone(&places) };
        let request = || HttpRequest::new(SdkBody::empty());
        let first = connector.call(request()).await.expect("an answer");
        assert!(connector.call(request()).now_or_never().is_none(), "the second waits");
        drop(first);
        assert!(connector.call(request()).await.is_ok());
        assert_eq!(places.available_permits(), 1);
    }
}
