//! Multipart forms with files, encoded byte for byte as browsers encode them.

use axum::body::Body;
use axum::http::Request;

/// The boundary between the parts of a form.
pub const BOUNDARY: &str = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

/// A multipart form (RFC 7578).
pub struct Form {
    pub body: Vec<u8>,
    for_data: bool,
}

impl Form {
    pub fn new() -> Self {
        Self { body: Vec::new(), for_data: false }
    }

    /// Adds a file. Its name is escaped as in WHATWG HTML: exactly three characters are escaped.
    pub fn file(mut self, field: &str, name: &str, content: &[u8]) -> Self {
        let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        self.open(&format!("name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream"));
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// Marks the request as sent by the script of a hydrated page, so that the answer is JSON.
    pub fn for_data(self) -> Self {
        Self { for_data: true, ..self }
    }

    /// Starts a part.
    pub fn open(&mut self, disposition: &str) {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
        self.body.extend_from_slice(head.as_bytes());
    }

    /// The complete body.
    pub fn request(mut self, path: &str) -> Request<Body> {
        self.body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let accept = if self.for_data { "application/json" } else { "text/html" };
        form_request(path, accept, Body::from(self.body))
    }
}

/// A request that posts a form with this body.
pub fn form_request(path: &str, accept: &str, body: Body) -> Request<Body> {
    Request::post(path)
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .header("accept", accept)
        .header("sec-fetch-site", "same-origin")
        .body(body)
        .expect("a request")
}
