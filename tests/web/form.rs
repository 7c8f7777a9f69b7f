//! Forms with files as they reach a site when something goes wrong, and what else stands in forms.

pub use crate::browser::Form;

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use tokio::sync::oneshot;

use crate::browser::form::{BOUNDARY, form_request};

impl Form {
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

    /// The form up to the middle of its last file, and then a connection that breaks.
    pub fn cut_off(self, path: &str) -> Request<Body> {
        let broken = stream::once(async {
            // What has arrived is read before the break is noticed, as on a real connection.
            tokio::task::yield_now().await;
            Err(std::io::Error::other("the connection broke"))
        });
        form_request(path, "text/html", Body::from_stream(stream::iter([Ok(self.beginning())]).chain(broken)))
    }

    /// The form up to the middle of its last file, and then nothing, on a connection that stays.
    pub fn stuck(self, path: &str) -> Request<Body> {
        let body = stream::iter([Ok::<_, std::io::Error>(self.beginning())]).chain(stream::pending());
        form_request(path, "text/html", Body::from_stream(body))
    }

    /// The form up to the middle of its last file, and the rest of it once the signal comes.
    pub fn halting(self, path: &str, signal: oneshot::Receiver<()>) -> Request<Body> {
        let rest = stream::once(async {
            signal.await.expect("a signal");
            Ok::<_, std::io::Error>(Bytes::from(format!("\r\n--{BOUNDARY}--\r\n")))
        });
        form_request(path, "text/html", Body::from_stream(stream::iter([Ok(self.beginning())]).chain(rest)))
    }

    fn beginning(mut self) -> Bytes {
        // Without the line's end that closes the last part: its content might go on.
        self.body.truncate(self.body.len() - 2);
        self.body.into()
    }
}
