//! Misbehaving stores, and a minimal anonymous client. Nothing here needs a real store.

use std::collections::HashMap;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::server::storage::contract::{bytes, meta, open_exposed, pattern, settings_at};
use crate::server::storage::*;

/// Requests the address without credentials and returns status, headers and body.
pub async fn get(address: &str) -> (u16, HashMap<String, String>, Vec<u8>) {
    let (host, path) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut connection = TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    (status, headers, answer.split_off(end + 4))
}

/// Starts a proxy to the store that drops the responses to completed uploads, and returns its address.
pub async fn losing_completions(store: &str) -> String {
    let store = store.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let store = TcpStream::connect(&store).await.unwrap();
            // An error here is a broken connection, which is what the proxy is for.
            tokio::spawn(async move { drop(pass_on(client, store).await) });
        }
    });
    address
}

async fn pass_on(mut client: TcpStream, mut store: TcpStream) -> std::io::Result<()> {
    let (mut request, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    let mut completing = false;
    loop {
        tokio::select! {
            read = client.read(&mut request) => {
                let request = &request[..read?];
                let text = String::from_utf8_lossy(&request[..request.len().min(500)]);
                completing |= text.starts_with("POST ") && text.lines().next().unwrap_or_default().contains("uploadId=");
                if request.is_empty() { return Ok(()) }
                store.write_all(request).await?;
            }
            read = store.read(&mut answered) => {
                let read = read?;
                if read == 0 || completing { return Ok(()) }
                client.write_all(&answered[..read]).await?;
            }
        }
    }
}

/// A storage that uses a store which returns these responses in turn and repeats the last; with none, it never
/// responds.
pub async fn scripted(answers: &'static [&'static str]) -> Storage {
    scripted_with(answers.to_vec(), Exposures::default()).await
}

/// The same, with these exposures of the public locations.
pub async fn scripted_with(answers: Vec<&'static str>, exposures: Exposures) -> Storage {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut silent, mut given) = (Vec::new(), 0);
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let Some(answer) = answers.get(given).or(answers.last()) else {
                silent.push(client);
                continue;
            };
            given += 1;
            read_request(&mut client).await.unwrap();
            client.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    storage_at(format!("http://{address}"), exposures).await
}

/// Reads one request completely: a client that is answered earlier may miss the response.
async fn read_request(client: &mut TcpStream) -> std::io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).await? == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    tokio::io::copy(&mut client.take(length), &mut tokio::io::sink()).await.map(drop)
}

async fn storage_at(endpoint: String, exposures: Exposures) -> Storage {
    open_exposed(settings_at(endpoint), exposures).await
}

#[tokio::test]
async fn a_store_that_is_down_is_unavailable_at_once() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let storage = storage_at(format!("http://{port}"), Exposures::default()).await;
    let key = Key::<Private>::random();
    let all = async {
        assert!(matches!(storage.check().await, Err(StorageError::Unavailable { .. })));
        assert!(matches!(storage.read(&key, None).await, Err(StorageError::Unavailable { .. })));
        assert!(matches!(storage.put(&key, pattern(9), &meta()).await, Err(StorageError::Unavailable { .. })));
        let mut writer = storage.writer(&key, &meta(), "ada");
        let mut written = Ok(());
        for _ in 0..20 {
            written = written.and(writer.write(pattern(1_000_000)).await);
        }
        assert!(written.is_err());
        assert!(matches!(writer.finish().await, Err(StorageError::Broken { .. })));
    };
    tokio::time::timeout(Duration::from_secs(60), all).await.expect("no long waiting for nobody");
}

#[tokio::test]
async fn a_store_that_says_nothing_is_unavailable_in_seconds() {
    let storage = scripted(&[]).await;
    assert!(matches!(storage.check().await, Err(StorageError::Unavailable { .. })));
}

#[tokio::test]
async fn a_body_that_ends_early_is_an_error() {
    let storage = scripted(&["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"]).await;
    let object = storage.read(&Key::<Private>::random(), None).await.unwrap();
    assert_eq!(object.size, 10);
    assert!(bytes(&storage, &Key::<Private>::random(), None).await.is_err());
}

#[tokio::test]
async fn an_answer_to_another_range_is_an_error() {
    let storage =
        scripted(&["HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 3-7/10\r\nContent-Length: 5\r\n\r\nother"])
            .await;
    let key = Key::<Private>::random();
    assert!(storage.read(&key, Some(3..8)).await.is_ok());
    assert!(matches!(storage.read(&key, Some(2..7)).await, Err(StorageError::Broken { .. })));
    let whole = scripted(&["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole"]).await;
    assert!(matches!(whole.read(&key, Some(1..6)).await, Err(StorageError::Broken { .. })));
    assert!(whole.read(&key, Some(0..3)).await.is_ok(), "the object is in it");
}

#[tokio::test]
async fn a_success_without_the_mark_of_a_store_is_none() {
    let storage = scripted(&[PORTAL]).await;
    let put = storage.put(&Key::<Private>::random(), pattern(9), &meta()).await;
    assert!(matches!(put, Err(StorageError::Unavailable { .. })), "{put:?}");
    let storage = scripted(&[UPLOAD, PORTAL, PORTAL, PORTAL, PORTAL, PORTAL, PORTAL]).await;
    let mut writer = storage.writer(&Key::<Private>::random(), &meta(), "ada");
    let written = async {
        writer.write(pattern(8 << 20)).await?;
        writer.write(pattern(1)).await?;
        writer.finish().await
    };
    assert!(written.await.is_err());
}

#[tokio::test]
async fn a_full_store_is_full() {
    let storage = scripted(&["HTTP/1.1 507 Insufficient Storage\r\nContent-Length: 0\r\n\r\n"]).await;
    let put = storage.put(&Key::<Private>::random(), pattern(9), &meta()).await;
    assert!(matches!(put, Err(StorageError::Full { .. })));
}

const PORTAL: &str =
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>";
const UPLOAD: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>";
const PART: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\nETag: \"1\"\r\n\r\n";
const FAILED: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>";
const COMPLETED: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>";
const MISSING: &str = "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// S3 documents that completing an upload may return 200 and still fail, as its body then says.
#[tokio::test]
async fn a_success_that_says_it_failed_is_asked_again_and_is_no_success_in_the_end() {
    let write = async |storage: &Storage| {
        let mut writer = storage.writer(&Key::<Private>::random(), &meta(), "ada");
        writer.write(pattern(8 << 20)).await.unwrap();
        writer.write(pattern(1)).await.unwrap();
        writer.finish().await
    };
    let storage = scripted(&[UPLOAD, PART, PART, FAILED, COMPLETED]).await;
    assert_eq!(write(&storage).await.unwrap(), (8 << 20) + 1);
    let storage = scripted(&[UPLOAD, PART, PART, FAILED, FAILED, FAILED, MISSING]).await;
    let Err(StorageError::Unavailable { operation: "complete", detail, .. }) = write(&storage).await else {
        panic!("a failure")
    };
    assert!(detail.contains("InternalError"), "{detail}");
}

/// The response to a bulk deletion in which one key failed, for this reason.
macro_rules! failed_key {
    ($code:literal) => {
        concat!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<DeleteResult><Error><Key>a</Key><Code>",
            $code,
            "</Code></Error></DeleteResult>"
        )
    };
}

const ALL_GONE: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<DeleteResult></DeleteResult>";

#[tokio::test]
async fn a_key_that_fails_in_passing_is_deleted_again() {
    let keys = [Key::<Private>::random()];
    let storage = scripted(&[failed_key!("SlowDown"), failed_key!("InternalError"), ALL_GONE]).await;
    storage.delete_many(&keys).await.unwrap();
    let storage = scripted(&[failed_key!("NoSuchKey")]).await;
    storage.delete_many(&keys).await.unwrap();
    // What is refused to many at once may be allowed to each.
    scripted(&[failed_key!("AccessDenied"), ALL_GONE]).await.delete_many(&keys).await.unwrap();
    const DENIED: &str = "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n<Error><Code>AccessDenied</Code></Error>";
    const BUSY: &str = failed_key!("SlowDown");
    for answers in [&[failed_key!("AccessDenied"), DENIED] as &[_], &[BUSY, BUSY, BUSY, BUSY, BUSY, DENIED]] {
        let refused = scripted(answers).await.delete_many(&keys).await;
        assert!(matches!(refused, Err(StorageError::Unavailable { .. })));
    }
}
