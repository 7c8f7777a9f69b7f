//! Forms with files, byte by byte as browsers write them.

use axum::body::Body;
use axum::http::Request;

/// What stands between the parts of a form.
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

    /// Adds a file. Its name is written by the rules of WHATWG HTML: three characters are escaped and no other.
    pub fn file(mut self, field: &str, name: &str, content: &[u8]) -> Self {
        let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        self.open(&format!("name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream"));
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// A page that runs sends it, and reads the answer as data.
    pub fn for_data(self) -> Self {
        Self { for_data: true, ..self }
    }

    /// Begins a part.
    pub fn open(&mut self, disposition: &str) {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
        self.body.extend_from_slice(head.as_bytes());
    }

    /// The whole form.
    pub fn request(mut self, path: &str) -> Request<Body> {
        self.body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let accept = if self.for_data { "application/json" } else { "text/html" };
        form_request(path, accept, Body::from(self.body))
    }
}

/// A request that sends a form by this body.
pub fn form_request(path: &str, accept: &str, body: Body) -> Request<Body> {
    Request::post(path)
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .header("accept", accept)
        .header("sec-fetch-site", "same-origin")
        .body(body)
        .expect("a request")
}
