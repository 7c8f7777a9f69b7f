//! The site behind a socket, for requests that no HTTP client sends.

use std::net::SocketAddr;
use std::time::Duration;

use holdall::server::web::client_ip::TrustedProxies;
use holdall::server::web::listen;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::app::App;

/// How long an answer may take. Nothing is asserted about it but that there is one.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A site that listens.
pub struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Served {
    pub async fn start(app: &App) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let stopped = async { stopped.await.unwrap_or_default() };
        let task = tokio::spawn(listen::serve(listener, app.router(), TrustedProxies::default(), stopped));
        Self { address, stop, task }
    }

    /// A connection on which these bytes were sent.
    pub async fn sent(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        stream.write_all(bytes).await.expect("a request that is read");
        stream
    }

    /// All that comes back for these bytes until the connection is closed.
    pub async fn answer(&self, bytes: &[u8]) -> String {
        read(self.sent(bytes).await).await
    }

    /// Stops as on a signal, and waits for the end.
    pub async fn stop(self) {
        self.stop.send(()).expect("a server");
        tokio::time::timeout(TIMEOUT, self.task).await.expect("an end").expect("no panic");
    }
}

/// All that comes until the connection is closed.
pub async fn read(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(TIMEOUT, stream.read_to_end(&mut answer)).await.expect("an answer");
    drop(read);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer; 0 if there is none.
pub fn status(answer: &str) -> u16 {
    answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok()).unwrap_or_default()
}
