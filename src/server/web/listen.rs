//! Taking connections: HTTP/1.1, each with little memory of its own, and none for long that does not say what it wants.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

/// The most bytes that are read from a connection, or collected for it, in one go: hundreds of uploads side by side stay
/// small. It bounds a request's head too.
const BUFFER: usize = 64 * 1024;
/// How long a connection may take until its next request's head is here. Longer than proxies keep one that is idle, so that
/// it is they who close it.
const HEAD: Duration = Duration::from_secs(180);
/// How long to wait where the system gives no more connections.
const AGAIN: Duration = Duration::from_secs(1);

/// Serves the app to everybody who connects, until `stop`; then ends when the last request has been answered.
pub async fn serve(listener: TcpListener, app: Router, stop: impl Future<Output = ()>) {
    let mut builder = Builder::new();
    builder.max_buf_size(BUFFER).timer(TokioTimer::new()).header_read_timeout(HEAD);
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, address) = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener) => accepted,
        };
        let app = app.clone();
        let answer = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(address));
            let app = app.clone();
            async move {
                Ok::<_, Infallible>(app.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {}))
            }
        });
        let connection = connections.watch(builder.serve_connection(TokioIo::new(stream), answer));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::trace!(%error, %address, "a connection broke off");
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
}

/// The next connection. That one was gone before it was taken is no reason to end.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // Answers are written whole; waiting for more would only make them late.
                let _ = stream.set_nodelay(true);
                return (stream, address);
            }
            Err(error) => {
                use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
                if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
                    tracing::warn!(%error, "no connection can be taken at the moment");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }
}
