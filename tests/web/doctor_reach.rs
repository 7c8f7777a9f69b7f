//! What `holdall doctor` reports about stores it cannot use: which store responds, what is wrong, and the remedy.

use holdall::server::domain::doctor::{Report, Verdict};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::store::{Bucket, failed, line};

/// The head of a request.
pub async fn request(connection: &mut TcpStream) -> String {
    let mut head = vec![0; 16_384];
    let mut length = 0;
    while !head[..length].windows(4).any(|end| end == b"\r\n\r\n") {
        match connection.read(&mut head[length..]).await {
            Ok(read) if read > 0 => length += read,
            _ => break,
        }
    }
    String::from_utf8_lossy(&head[..length]).into_owned()
}

/// Asserts that this check failed with this message and this remedy, and that nothing after it is reported as good.
fn is_named(report: &Report, id: &str, found: &str, remedy: &str) {
    assert_eq!(failed(report), [id], "{:#?}", report.lines);
    let line = line(report, id);
    assert!(line.found.contains(found), "{line:?}");
    assert!(line.remedy.as_deref().is_some_and(|said| said.contains(remedy)), "{line:?}");
    for line in report.lines.iter().filter(|line| line.group() != "reach") {
        assert_eq!(line.verdict, Verdict::Unknown, "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_wrong_secret_or_key_is_named() {
    let bucket = Bucket::garage().await;
    let report = bucket.examined(&[("AWS_SECRET_ACCESS_KEY", "another")]).await;
    is_named(&report, "reach.credentials", "Invalid signature", "AWS_SECRET_ACCESS_KEY");
    let report = bucket.examined(&[("AWS_ACCESS_KEY_ID", "GKnobody")]).await;
    is_named(&report, "reach.credentials", "No such key", "AWS_ACCESS_KEY_ID");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_wrong_region_is_named_with_the_right_one() {
    let report = Bucket::garage().await.examined(&[("AWS_REGION", "elsewhere")]).await;
    is_named(&report, "reach.region", "garage/s3", "AWS_REGION is elsewhere");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_missing_bucket_is_named() {
    let report = Bucket::garage().await.examined(&[("HOLDALL_BUCKET", "nowhere-at-all")]).await;
    is_named(&report, "reach.bucket", "NoSuchBucket", "HOLDALL_BUCKET");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn expired_credentials_are_named() {
    let answer = |code: &str, message: &str| {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>");
        let head = format!("content-type: application/xml\r\ncontent-length: {}\r\nconnection: close", body.len());
        format!("HTTP/1.1 400 Bad Request\r\n{head}\r\n\r\n{body}")
    };
    let bucket = Bucket::moto().await;
    let store = scripted(answer("ExpiredToken", "The provided token has expired.")).await;
    let report = bucket.examined(&[("AWS_ENDPOINT_URL_S3", &store)]).await;
    is_named(&report, "reach.credentials", "ExpiredToken", "run out");
    let store = scripted(answer("RequestTimeTooSkewed", "The difference is too large.")).await;
    let report = bucket.examined(&[("AWS_ENDPOINT_URL_S3", &store)]).await;
    is_named(&report, "reach.answer", "RequestTimeTooSkewed", "clock");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_clock_an_hour_off_is_named() {
    let bucket = Bucket::garage().await;
    let store = an_hour_ahead(bucket.endpoint.strip_prefix("http://").expect("a host").to_owned()).await;
    let report = bucket.examined(&[("AWS_ENDPOINT_URL_S3", &store)]).await;
    let clock = line(&report, "reach.clock");
    assert_eq!((clock.verdict, clock.found.as_str()), (Verdict::Failed, "this machine is 60 minutes behind the store"));
    assert!(clock.remedy.as_deref().is_some_and(|said| said.contains("NTP")));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn a_store_that_hangs_and_one_that_is_not_there_are_told_apart() {
    let bucket = Bucket::moto().await;
    let hanging = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", hanging.local_addr().expect("an address"));
    let report = bucket.examined(&[("AWS_ENDPOINT_URL_S3", &address)]).await;
    is_named(&report, "reach.endpoint", "no answer within 5 seconds", "firewall");
    drop(hanging);
    let report = bucket.examined(&[("AWS_ENDPOINT_URL_S3", &address)]).await;
    is_named(&report, "reach.endpoint", "refused", "Start the store");
}

/// The address of a store that gives one response to every request.
async fn scripted(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.expect("a connection");
            let answer = answer.clone();
            tokio::spawn(async move {
                request(&mut client).await;
                let _ = client.write_all(answer.as_bytes()).await;
            });
        }
    });
    address
}

/// The address of a proxy to a store whose responses are dated one hour ahead.
async fn an_hour_ahead(store: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.expect("a connection");
            let store = TcpStream::connect(&store).await.expect("the store");
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_store, mut to_store) = store.into_split();
            tokio::spawn(async move { drop(tokio::io::copy(&mut from_client, &mut to_store).await) });
            tokio::spawn(async move {
                let mut bytes = vec![0; 65_536];
                while let Ok(read) = from_store.read(&mut bytes).await {
                    if read == 0 || to_client.write_all(&later(&bytes[..read])).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    address
}

/// The same bytes with the `Date` header moved by one hour.
fn later(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let dated = text.to_lowercase().find("\r\ndate: ").map(|at| at + "\r\ndate: ".len());
    let (Some(at), true) = (dated, text.starts_with("HTTP/1.1 ")) else { return bytes.to_vec() };
    let end = at + text[at..].find("\r\n").expect("the end of a line");
    let Ok(date) = httpdate::parse_http_date(&text[at..end]) else { return bytes.to_vec() };
    let moved = httpdate::fmt_http_date(date + std::time::Duration::from_secs(3600));
    [&bytes[..at], moved.as_bytes(), &bytes[end..]].concat()
}
