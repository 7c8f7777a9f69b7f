//! A client that has an address and nothing else: no credentials, cookies or proxy, and it follows no redirects. It
//! sends addresses exactly as given, even with `..` in the path. What its responses mean is decided elsewhere.

use std::time::Duration;

use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use bytes::Bytes;

use crate::server::storage::StorageError;
use crate::server::storage::s3::client::tls_context;
use crate::server::storage::s3::error::chain;

/// The timeout of a request, including the part of the body that is read.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How many bytes of a response's body are read.
const MAX_BODY: usize = 64 * 1024;

/// Sends requests as any anonymous client could.
#[derive(Debug)]
pub struct AnonymousClient {
    connector: Connector,
}

/// A request.
#[derive(Debug, Clone)]
pub struct AnonymousRequest<'a> {
    /// `GET`, `HEAD`, `PUT`, `DELETE` or `OPTIONS`.
    pub method: &'static str,
    /// The complete address, sent exactly as given.
    pub address: &'a str,
    /// The `Host` header, if it differs from the address's host.
    pub host: Option<&'a str>,
    /// Further headers.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body; empty for most methods.
    pub body: Bytes,
}

impl<'a> AnonymousRequest<'a> {
    /// A request without a body and without further headers.
    #[must_use]
    pub fn new(method: &'static str, address: &'a str) -> Self {
        Self { method, address, host: None, headers: &[], body: Bytes::new() }
    }
}

/// A response.
#[derive(Debug, Clone)]
pub struct AnonymousResponse {
    /// The status code.
    pub status: u16,
    /// The first bytes of the body, 64 KiB at most.
    pub body: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl AnonymousResponse {
    /// The first value of the header with this lower-case name; empty if there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value)
    }

    /// Whether the body contains these bytes.
    #[must_use]
    pub fn contains(&self, bytes: &[u8]) -> bool {
        self.body.windows(bytes.len().max(1)).any(|window| window == bytes)
    }
}

impl AnonymousClient {
    /// A client that trusts the same certificates as the store's own client.
    ///
    /// # Errors
    /// [`StorageError::Broken`] if the authorities' certificates cannot be parsed.
    pub(in crate::server::storage) fn new(authorities: Option<&[u8]>) -> Result<Self, StorageError> {
        let tls = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring));
        // No proxy is used unless one is configured here, whatever the environment says.
        Ok(Self { connector: tls.tls_context(tls_context(authorities)?).build() })
    }

    /// Sends the request once, without retries.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] with the reason if there is no response.
    pub async fn send(&self, request: &AnonymousRequest<'_>) -> Result<AnonymousResponse, StorageError> {
        let http_request = to_http(request).map_err(|why| StorageError::unavailable(request.method, why))?;
        let answer = async {
            let response = self.connector.call(http_request).await;
            let response = response.map_err(|error| StorageError::unavailable(request.method, chain(&error)))?;
            read(response).await
        };
        let late =
            || StorageError::unavailable(request.method, format!("no answer within {} seconds", TIMEOUT.as_secs()));
        tokio::time::timeout(TIMEOUT, answer).await.unwrap_or_else(|_| Err(late()))
    }
}

fn to_http(request: &AnonymousRequest<'_>) -> Result<HttpRequest, String> {
    let mut http_request = HttpRequest::new(SdkBody::from(request.body.clone()));
    let why = |error: &dyn std::fmt::Display| format!("{}: {error}", request.address);
    http_request.set_method(request.method).map_err(|error| why(&error))?;
    http_request.set_uri(request.address).map_err(|error| why(&error))?;
    for (name, value) in request.host.iter().map(|host| ("host", *host)).chain(request.headers.iter().copied()) {
        http_request.headers_mut().try_insert(name.to_owned(), value.to_owned()).map_err(|error| why(&error))?;
    }
    Ok(http_request)
}

async fn read(response: HttpResponse) -> Result<AnonymousResponse, StorageError> {
    let status = response.status().as_u16();
    let headers = response.headers().iter_bytes();
    let headers =
        headers.map(|(name, value)| (name.to_ascii_lowercase(), String::from_utf8_lossy(value).into_owned())).collect();
    let (mut stream, mut body) = (ByteStream::new(response.into_body()), Vec::new());
    while body.len() < MAX_BODY {
        match stream.next().await {
            Some(Ok(chunk)) => body.extend_from_slice(&chunk[..chunk.len().min(MAX_BODY - body.len())]),
            // What arrived before the connection broke counts: those bytes were readable.
            Some(Err(_)) | None => break,
        }
    }
    Ok(AnonymousResponse { status, body, headers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// Sends a request to a server that returns `answer`; returns what the server received and what the client got.
    async fn heard(
        path: &str,
        host: Option<&str>,
        answer: &'static str,
    ) -> (String, Result<AnonymousResponse, StorageError>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}{path}", listener.local_addr().unwrap());
        let listening = tokio::spawn(async move {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = client.read(&mut request).await.unwrap();
            client.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(request[..length].to_vec()).unwrap()
        });
        let answer = AnonymousClient::new(None)
            .unwrap()
            .send(&AnonymousRequest { host, ..AnonymousRequest::new("GET", &address) })
            .await;
        (listening.await.unwrap(), answer)
    }

    #[tokio::test]
    async fn a_path_goes_out_as_it_is_written() {
        for path in ["/static/../private/a", "/static/%2e%2e/private/a", "/s/..%2fprivate/a", "/s//../private/.%2e/a?b"]
        {
            let (heard, _) = heard(path, None, "HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n").await;
            assert!(heard.starts_with(&format!("GET {path} HTTP/1.1\r\n")), "{heard}");
            assert!(!heard.to_lowercase().contains("authorization"), "{heard}");
        }
    }

    #[tokio::test]
    async fn the_host_can_be_another_and_redirects_are_answers() {
        let moved = "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\ncontent-length: 3\r\n\r\nabc";
        let (heard, answer) = heard("/a", Some("bucket"), moved).await;
        assert!(heard.to_lowercase().contains("\r\nhost: bucket\r\n"), "{heard}");
        let answer = answer.unwrap();
        assert_eq!((answer.status, answer.header("location")), (301, "http://127.0.0.1:1/"));
        assert!(answer.contains(b"bc") && !answer.contains(b"cb"));
    }

    #[tokio::test]
    async fn nobody_there_is_an_error_that_says_so() {
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let answer =
            AnonymousClient::new(None).unwrap().send(&AnonymousRequest::new("GET", &format!("http://{nobody}/"))).await;
        assert!(matches!(answer, Err(StorageError::Unavailable { operation: "GET", .. })), "{answer:?}");
    }
}
