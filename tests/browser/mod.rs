//! A browser, for tests in one process with the site and for those that reach it over a socket: cookies, forms with files,
//! and what comes back. It asserts nothing about answers.

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

/// Whatever answers requests: a router or a connection.
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

    /// The cookies as a header; empty where there are none.
    pub fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().expect("cookies");
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Sends a request and reads the answer to its end.
    pub async fn send(&self, mut request: Request<Body>) -> Result<Answer, BoxError> {
        let cookies = self.cookie_header();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.parse()?);
        }
        let (parts, body) = self.server.clone().oneshot(request).await?.into_parts();
        self.take_cookies(&parts.headers);
        let body = to_bytes(body, usize::MAX).await?;
        Ok(Answer { status: parts.status, headers: parts.headers, body })
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
