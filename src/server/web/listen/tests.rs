//! Tests over sockets: connections that do nothing are closed for those that ask something.

use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

/// Reads until this text has come; false if the connection was closed before.
async fn has(stream: &mut TcpStream, text: &str) -> bool {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(text) {
        match stream.read_buf(&mut read).await {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
    }
    true
}

#[tokio::test]
async fn idle_connections_and_begun_heads_make_room_for_a_request() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = Router::new().route("/", get(|| async { "here" }));
    let seats = Seats::without_grace(32);
    let serving = tokio::spawn(serve_on(listener, app, seats, std::future::pending()));
    let mut idle = Vec::new();
    for number in 0..100 {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        if number % 2 == 0 {
            stream.write_all(ASK).await.expect("sent");
            assert!(has(&mut stream, "here").await, "connection {number}");
        } else {
            stream.write_all(b"GET / HTTP/1.1\r\nho").await.expect("sent");
        }
        idle.push(stream);
    }
    assert!(!has(&mut idle[0], "never").await, "the first was closed");
    let mut last = idle.pop().expect("a connection");
    last.write_all(b"st: a\r\n\r\n").await.expect("sent");
    assert!(has(&mut last, "here").await, "the last goes on");
    serving.abort();
}
