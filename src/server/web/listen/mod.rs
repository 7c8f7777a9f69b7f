//! Accepts connections: HTTP/1.1, with little memory for each, with a limit on how many there are at once, and with
//! deadlines for clients that send no request or do not read the answer.

mod idle;
pub(super) mod progress;
mod seats;
mod stream;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Response, StatusCode, header};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{interval, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::model::paths;
use crate::server::held_body::HeldBody;
use crate::server::log_limiter::MINUTE;
use crate::server::web::client_ip::TrustedProxies;
use crate::server::web::listen::progress::{Progress, UntilAnswered, WatchedBody};
use crate::server::web::listen::seats::{Seat, Seats};
use crate::server::web::listen::stream::WatchedStream;
use crate::server::web::request_log;

/// The maximum bytes that are read from a connection, or buffered for it, at a time, so that hundreds of simultaneous
/// uploads need little memory. It also limits the size of a request's head.
const BUFFER: usize = 64 * 1024;
/// The timeout of receiving the head of a connection's first request.
const FIRST_HEAD: Duration = Duration::from_secs(15);
/// The timeout of receiving the head of each further request. It is longer than proxies keep idle connections, so that
/// they, and not Holdall, close them.
const NEXT_HEAD: Duration = Duration::from_secs(180);
/// The time that a connection beyond the limit has for its only request and the answer.
const TURNED_AWAY: Duration = Duration::from_secs(3);
/// How often it is looked, during a stop, whether a connection still moves.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// The delay before accepting again after the system has refused to provide a connection.
const AGAIN: Duration = Duration::from_secs(1);

/// Serves the app until `stop`, and then returns once the last request has been answered. Requests that wait for a body
/// of somebody unknown, or that stand still, are not waited for.
pub async fn serve(listener: TcpListener, app: Router, trusted: TrustedProxies, stop: impl Future<Output = ()>) {
    let seats = Seats::of(seats::raise_open_files(), trusted);
    serve_on(listener, app, seats, stop).await;
}

async fn serve_on(listener: TcpListener, app: Router, seats: Arc<Seats>, stop: impl Future<Output = ()>) {
    let (connections, stopping) = (TaskTracker::new(), CancellationToken::new());
    let mut stop = pin!(stop);
    let mut tell = interval(MINUTE);
    loop {
        let (stream, address) = tokio::select! {
            () = &mut stop => break,
            _ = tell.tick() => {
                seats.tell_closed();
                request_log::tell_left_out();
                continue;
            }
            accepted = accept(&listener) => accepted,
        };
        // Without a seat, the connection is closed at once.
        let progress = Arc::new(Progress::default());
        let Some(seat) = seats.take(address.ip(), &progress) else { continue };
        let connection = (stream, address, progress);
        connections.spawn(attend(connection, app.clone(), seat, stopping.clone()));
    }
    drop(listener);
    stopping.cancel();
    connections.close();
    connections.wait().await;
}

/// Serves one connection until it ends. The seat is free again afterwards.
async fn attend(
    (stream, address, progress): (TcpStream, SocketAddr, Arc<Progress>),
    app: Router,
    seat: Seat,
    stopping: CancellationToken,
) {
    let stream = TokioIo::new(WatchedStream::new(stream, progress.clone()));
    let mut builder = Builder::new();
    builder.max_buf_size(BUFFER).timer(TokioTimer::new()).header_read_timeout(NEXT_HEAD);
    if seat.is_beyond_the_limit() {
        let answer = service_fn(move |request| turned_away(app.clone(), request));
        let served = builder.keep_alive(false).serve_connection(stream, answer);
        drop(tokio::time::timeout(TURNED_AWAY, served).await);
        return;
    }
    let watch = progress.clone();
    let answer = service_fn(move |mut request: Request<Incoming>| {
        watch.begins();
        request.extensions_mut().insert(ConnectInfo(address));
        request.extensions_mut().insert(watch.clone());
        let (app, watch, answered) = (app.clone(), watch.clone(), watch.clone());
        async move {
            let request = request.map(|body| Body::new(WatchedBody::new(body, watch)));
            let answer = app.oneshot(request).await.unwrap_or_else(|never| match never {});
            Ok::<_, Infallible>(answer.map(|body| HeldBody::new(body, UntilAnswered(answered))))
        }
    });
    let mut connection = pin!(builder.serve_connection(stream, answer));
    let mut first_head = pin!(sleep(FIRST_HEAD));
    let (mut has_begun, mut ends) = (false, false);
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::trace!(%error, %address, "a connection broke off");
                }
                return;
            }
            () = &mut first_head, if !has_begun => {
                if !progress.has_begun() {
                    return;
                }
                has_begun = true;
            }
            () = seat.gives_way() => {
                if progress.idle_since().is_some() {
                    return;
                }
                // A request has begun at that very moment.
                seat.stays();
            }
            () = stopping.cancelled(), if !ends => {
                connection.as_mut().graceful_shutdown();
                ends = true;
            }
            () = sleep(POLL_INTERVAL), if ends => {
                if progress.may_be_cut() {
                    return;
                }
            }
        }
    }
}

/// Answers a connection beyond the limit: that the process lives, so that nobody restarts it for having many visitors,
/// and 503 to anything else.
async fn turned_away(app: Router, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    if request.uri().path() == paths::LIVE {
        return app.oneshot(request.map(Body::new)).await;
    }
    let mut response = Response::new(Body::from("Too many connections at the moment.\n"));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Ok(response)
}

/// Accepts the next connection. A connection that was closed before it was accepted is skipped.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                stream::prepare(&stream);
                return (stream, address);
            }
            Err(error) => {
                use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
                if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
                    tracing::warn!(%error, "no connection can be taken at the moment");
                    sleep(AGAIN).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
