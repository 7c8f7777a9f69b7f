//! A store that a test writes: each request is answered by a function. It keeps connections open, as real ones do.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::server::storage::contract::{open_bucket, settings_at};
use crate::server::storage::*;

/// A request as the store received it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The first line, without the version: `GET /bucket/key?query`.
    pub line: String,
    head: String,
}

impl Asked {
    /// The value of a header; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(':'));
        headers.find(|(of, _)| of.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
    }
}

/// What the store does with a request.
pub enum Reply {
    /// Sends this response.
    Answer(String),
    /// Sends this much of a response, and closes the connection.
    Cut(String),
    /// Sends this much of a response, and nothing more.
    Stall(String),
}

/// A scripted store, and the storage that uses it.
pub struct Scripted {
    pub storage: Storage,
    asked: watch::Sender<Vec<Asked>>,
    closed: watch::Sender<usize>,
}

impl Scripted {
    /// Starts a store that answers by this function of the request's number, from 0, and of the request.
    pub async fn answering(answer: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (asked, closed, answer) = (watch::Sender::new(Vec::new()), watch::Sender::new(0), Arc::new(answer));
        let (noted, ended) = (asked.clone(), closed.clone());
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (noted, ended, answer) = (noted.clone(), ended.clone(), Arc::clone(&answer));
                tokio::spawn(async move {
                    // A client may leave at any time.
                    drop(serve(client, &noted, &*answer).await);
                    ended.send_modify(|count| *count += 1);
                });
            }
        });
        Self { storage: open_bucket(settings_at(endpoint)).await, asked, closed }
    }

    /// The backend, to change how it behaves before it is used.
    pub fn s3(&mut self) -> &mut S3 {
        let inner = Arc::get_mut(&mut self.storage.inner).expect("a storage that nobody shares");
        let Backend::S3(s3) = &mut inner.backend else { panic!("a bucket") };
        Arc::get_mut(s3).expect("a store that nobody shares")
    }

    /// The requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.borrow().clone()
    }

    /// The first lines of the requests so far, without queries.
    pub fn lines(&self) -> Vec<String> {
        self.asked().iter().map(|asked| asked.line.split('?').next().unwrap_or_default().to_owned()).collect()
    }

    /// Waits until as many connections have ended.
    pub async fn after_closing(&self, count: usize) {
        self.closed.subscribe().wait_for(|closed| *closed >= count).await.unwrap();
    }
}

async fn serve(
    mut client: TcpStream,
    noted: &watch::Sender<Vec<Asked>>,
    answer: &(dyn Fn(usize, &Asked) -> Reply + Send + Sync),
) -> std::io::Result<()> {
    while let Some(asked) = request(&mut client).await? {
        let mut number = 0;
        noted.send_modify(|all| {
            number = all.len();
            all.push(asked.clone());
        });
        match answer(number, &asked) {
            Reply::Answer(text) => client.write_all(text.as_bytes()).await?,
            Reply::Cut(text) => return client.write_all(text.as_bytes()).await,
            Reply::Stall(text) => {
                client.write_all(text.as_bytes()).await?;
                // Until the client has had enough.
                return client.read(&mut [0]).await.map(drop);
            }
        }
    }
    Ok(())
}

/// Reads one request; `None` if the client has closed the connection.
async fn request(client: &mut TcpStream) -> std::io::Result<Option<Asked>> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte).await? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let asked = Asked { line, head };
    let length = asked.header("content-length").parse().unwrap_or(0);
    tokio::io::copy(&mut client.take(length), &mut tokio::io::sink()).await?;
    Ok(Some(asked))
}

/// A response with this status, these header lines (each with its line end), and this body.
pub fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// A success without a body, and without a length, which 204 must not have (RFC 9110, section 8.6).
pub fn no_content() -> String {
    response("204 No Content", "", "").replace("Content-Length: 0\r\n", "")
}

/// An upload in parts was begun, with the id `up`.
pub fn upload_begun() -> String {
    let upload = "<InitiateMultipartUploadResult><UploadId>up</UploadId></InitiateMultipartUploadResult>";
    response("200 OK", "", upload)
}

/// A refusal in the words of S3.
pub fn error(status: &str, code: &str) -> String {
    response(status, "", &format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))
}
