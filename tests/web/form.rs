//! Forms that break off or stall, and forms with unusual content.

pub use crate::browser::Form;

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use tokio::sync::oneshot;

use crate::browser::form::{BOUNDARY, form_request};

impl Form {
    /// Adds a text field.
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

    /// The form up to the middle of its last file, followed by a connection error.
    pub fn cut_off(self, path: &str) -> Request<Body> {
        let broken = stream::once(async {
            // Data that has arrived is read before the error is noticed, as on a real connection.
            tokio::task::yield_now().await;
            Err(std::io::Error::other("the connection broke"))
        });
        form_request(path, "text/html", Body::from_stream(stream::iter([Ok(self.beginning())]).chain(broken)))
    }

    /// The form up to the middle of its last file; the connection stays open without sending more.
    pub fn stuck(self, path: &str) -> Request<Body> {
        let body = stream::iter([Ok::<_, std::io::Error>(self.beginning())]).chain(stream::pending());
        form_request(path, "text/html", Body::from_stream(body))
    }

    /// The form up to the middle of its last file, and the rest once the signal is received.
    pub fn halting(self, path: &str, signal: oneshot::Receiver<()>) -> Request<Body> {
        let rest = stream::once(async {
            signal.await.expect("a signal");
            Ok::<_, std::io::Error>(Bytes::from(format!("\r\n--{BOUNDARY}--\r\n")))
        });
        form_request(path, "text/html", Body::from_stream(stream::iter([Ok(self.beginning())]).chain(rest)))
    }

    fn beginning(mut self) -> Bytes {
        // Without the line break that ends the last part, its content could continue.
        self.body.truncate(self.body.len() - 2);
        self.body.into()
    }
}
