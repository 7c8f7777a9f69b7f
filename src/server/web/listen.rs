//! Accepts connections: HTTP/1.1, with little memory for each, and with timeouts for clients that send no request.

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

/// The maximum bytes that are read from a connection, or buffered for it, at a time, so that hundreds of simultaneous
/// uploads need little memory. It also limits the size of a request's head.
const BUFFER: usize = 64 * 1024;
/// The timeout of receiving the next request's head. It is longer than proxies keep idle connections, so that they, and
/// not Holdall, close them.
const HEAD: Duration = Duration::from_secs(180);
/// The delay before accepting again after the system has refused to provide a connection.
const AGAIN: Duration = Duration::from_secs(1);

/// Serves the app until `stop`, and then returns once the last request has been answered.
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

/// Accepts the next connection. A connection that was closed before it was accepted is skipped.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // Responses are written in large pieces; Nagle's algorithm would only delay them.
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
