//! A browser for tests: cookies, forms with files, and responses. It works with a router in the same process and with a
//! server behind a socket. It asserts nothing about responses.

mod answer;
pub mod form;

pub use answer::Answer;
pub use form::Form;

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, Response, header};
use tower::util::BoxCloneSyncService;
use tower::{BoxError, ServiceExt as _};

/// Something that answers requests: a router or a connection.
pub type Server = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// A browser with a cookie jar.
pub struct Browser {
    server: Server,
    pub cookies: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    pub fn new(server: Server) -> Self {
        Self { server, cookies: Mutex::default() }
    }

    /// The `Cookie` header; empty if there are no cookies.
    pub fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().expect("cookies");
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Sends a request and reads the whole response.
    pub async fn send(&self, request: Request<Body>) -> Result<Answer, BoxError> {
        let (parts, body) = self.open(request).await?.into_parts();
        let body = to_bytes(body, usize::MAX).await?;
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }

    /// Sends a request and reads nothing of the response's body yet.
    pub async fn open(&self, mut request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let cookies = self.cookie_header();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.parse()?);
        }
        let response = self.server.clone().oneshot(request).await?;
        self.take_cookies(response.headers());
        Ok(response)
    }

    fn take_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().expect("cookies");
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("a cookie is text");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("name=value");
            if value.is_empty() || line.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
