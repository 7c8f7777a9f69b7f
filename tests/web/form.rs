//! Forms with files, byte by byte as browsers write them.

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use tokio::sync::oneshot;

const BOUNDARY: &str = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

/// A multipart form (RFC 7578).
pub struct Form {
    body: Vec<u8>,
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

    /// Adds a part that is text.
    pub fn text(mut self, field: &str, text: &str) -> Self {
        self.open(&format!("name=\"{field}\""));
        self.body.extend_from_slice(text.as_bytes());
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// Adds all parts of another form.
    pub fn and(mut self, other: Self) -> Self {
        self.body.extend_from_slice(&other.body);
        self
    }

    /// A page that runs sends it, and reads the answer as data.
    pub fn for_data(self) -> Self {
        Self { for_data: true, ..self }
    }

    fn open(&mut self, disposition: &str) {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
        self.body.extend_from_slice(head.as_bytes());
    }

    /// The whole form.
    pub fn request(mut self, path: &str) -> Request<Body> {
        self.body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let accept = if self.for_data { "application/json" } else { "text/html" };
        request(path, accept, Body::from(self.body))
    }

    /// The form up to the middle of its last file, and then a connection that breaks.
    pub fn cut_off(self, path: &str) -> Request<Body> {
        let broken = stream::once(async {
            // What has arrived is read before the break is noticed, as on a real connection.
            tokio::task::yield_now().await;
            Err(std::io::Error::other("the connection broke"))
        });
        request(path, "text/html", Body::from_stream(stream::iter([Ok(self.beginning())]).chain(broken)))
    }

    /// The form up to the middle of its last file, and then nothing, on a connection that stays.
    pub fn stuck(self, path: &str) -> Request<Body> {
        let body = stream::iter([Ok::<_, std::io::Error>(self.beginning())]).chain(stream::pending());
        request(path, "text/html", Body::from_stream(body))
    }

    /// The form up to the middle of its last file, and the rest of it once the signal comes.
    pub fn halting(self, path: &str, signal: oneshot::Receiver<()>) -> Request<Body> {
        let rest = stream::once(async {
            signal.await.expect("a signal");
            Ok::<_, std::io::Error>(Bytes::from(format!("\r\n--{BOUNDARY}--\r\n")))
        });
        request(path, "text/html", Body::from_stream(stream::iter([Ok(self.beginning())]).chain(rest)))
    }

    fn beginning(mut self) -> Bytes {
        // Without the line's end that closes the last part: its content might go on.
        self.body.truncate(self.body.len() - 2);
        self.body.into()
    }
}

fn request(path: &str, accept: &str, body: Body) -> Request<Body> {
    Request::post(path)
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .header("accept", accept)
        .header("sec-fetch-site", "same-origin")
        .body(body)
        .expect("a request")
}
