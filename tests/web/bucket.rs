//! Holdall on a bucket (Garage), including the publishing of its static files there.

use axum::http::Request;
use holdall::server::clock::Clock;
use holdall::server::config::Config;
use holdall::server::domain::site::{AssetBundle, Published};
use holdall::server::storage::{Key, ObjectMeta, Static, Storage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::app::App;
use crate::database::{Database, given, random};

/// The bucket of `HOLDALL_TEST_GARAGE`, with location prefixes for one test.
pub struct Bucket {
    pub endpoint: String,
    pub name: String,
    settings: Vec<(&'static str, String)>,
}

impl Bucket {
    pub fn given() -> Self {
        let given = given("HOLDALL_TEST_GARAGE", "http://127.0.0.1:3900|bucket|key id|secret|region");
        let parts: Vec<_> = given.split('|').map(str::to_owned).collect();
        let [endpoint, bucket, id, secret, region] = parts.as_slice() else {
            panic!("five parts with | between them: {given}")
        };
        let corner = random();
        let settings = vec![
            ("HOLDALL_STORAGE", "s3".to_owned()),
            ("HOLDALL_BUCKET", bucket.clone()),
            ("AWS_ENDPOINT_URL_S3", endpoint.clone()),
            ("AWS_ACCESS_KEY_ID", id.clone()),
            ("AWS_SECRET_ACCESS_KEY", secret.clone()),
            ("AWS_REGION", region.clone()),
            ("HOLDALL_STATIC_LOCATION", format!("{corner}/static")),
            ("HOLDALL_MEDIA_LOCATION", format!("{corner}/media")),
            ("HOLDALL_PRIVATE_LOCATION", format!("{corner}/private")),
        ];
        Self { endpoint: endpoint.clone(), name: bucket.clone(), settings }
    }

    /// A site on this bucket with a database of its own.
    pub async fn app(&self) -> App {
        self.app_with(&[]).await
    }

    /// The same with additional settings.
    pub async fn app_with(&self, more: &[(&str, &str)]) -> App {
        let settings = self.settings.iter().map(|(name, value)| (*name, value.as_str()));
        App::with(&Database::Sqlite, &settings.chain(more.iter().copied()).collect::<Vec<_>>()).await
    }

    /// A site of another version on this bucket.
    pub async fn carrying(&self, site: AssetBundle) -> App {
        let settings: Vec<_> = self.settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        App::carrying(site, &Database::Sqlite, &settings).await
    }

    /// The same bucket and prefixes, reached through another endpoint.
    pub fn through(&self, endpoint: &str) -> Self {
        let mut settings = self.settings.clone();
        for (name, value) in &mut settings {
            if *name == "AWS_ENDPOINT_URL_S3" {
                endpoint.clone_into(value);
            }
        }
        Self { endpoint: endpoint.to_owned(), name: self.name.clone(), settings }
    }

    pub fn value(&self, variable: &str) -> &str {
        &self.settings.iter().find(|(name, _)| *name == variable).expect("a setting").1
    }

    /// Direct access to the objects.
    pub async fn storage(&self) -> Storage {
        let value = |name: &str| self.settings.iter().find(|(of, _)| *of == name).map(|(_, value)| value.clone());
        Storage::open(Config::read(value).expect("settings").storage, Clock::system()).await.expect("a bucket")
    }

    /// The store's response to an anonymous client that requests this key.
    pub async fn asked_by_a_stranger(&self, key: &str) -> String {
        self.asked_at(&format!("{}/{}/{key}", self.endpoint, self.name)).await
    }

    /// The store's response at an address: status, headers and body.
    pub async fn asked_at(&self, address: &str) -> String {
        let host = self.endpoint.strip_prefix("http://").expect("a store for tests");
        let path = address.strip_prefix(&self.endpoint).expect("an address of the store");
        let mut connection = TcpStream::connect(host).await.expect("the store");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).await.expect("a request");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.expect("an answer");
        answer
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_release_is_published_once_and_answered_from_the_bucket() {
    let bucket = Bucket::given();
    let app = bucket.app().await;
    let visitor = app.visitor();
    assert_eq!(app.ready().await.status, 503, "not before the release is there");
    let release = app.state.assets.release().to_owned();
    let script = format!("/static/{release}/pkg/holdall.js");
    assert_eq!(visitor.get(&script).await.status, 404, "the binary has it, but the bucket does not");
    assert_eq!(app.state.assets.publish().await.expect("the store"), Published { written: 9, skipped: 0 });
    assert_eq!(app.state.assets.publish().await.expect("the store"), Published { written: 0, skipped: 9 });
    assert_eq!(app.ready().await.status, 200);

    let page = app.signed_in("ada").await.get("/files").await;
    let addresses = page.attributes("link", "href");
    assert!(
        addresses.len() >= 3 && addresses.iter().all(|address| address.starts_with(&format!("/static/{release}/")))
    );
    for address in &addresses {
        assert_eq!(visitor.get(address).await.status, 200, "{address}");
    }
    let answer = visitor.get(&script).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable, no-transform");
    let wasm = visitor.get(&format!("/static/{release}/pkg/holdall.wasm")).await;
    assert_eq!(wasm.header("content-type"), "application/wasm");
    let again = visitor.ask(Request::get(&script).header("if-none-match", answer.header("etag"))).await;
    assert_eq!(again.status, 304);
    let smaller = visitor.ask(Request::get(&script).header("accept-encoding", "br")).await;
    assert_eq!((smaller.header("content-encoding"), smaller.text().as_str()), ("br", "the script, smaller"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_file_that_is_gone_from_the_bucket_is_not_found_and_not_copied_from_elsewhere() {
    let bucket = Bucket::given();
    let app = bucket.app().await;
    app.state.assets.publish().await.expect("the store");
    let release = app.state.assets.release().to_owned();
    let script = format!("/static/{release}/pkg/holdall.js");
    let key = Key::<Static>::parse(&format!("{release}/pkg/holdall.js")).expect("a key");
    bucket.storage().await.discard(&key).await.expect("the store");
    assert_eq!(app.visitor().get(&script).await.status, 404, "nobody has asked for it yet");
    let style = format!("/static/{release}/pkg/holdall.css");
    assert_eq!(app.visitor().get(&style).await.status, 200);
    let key = Key::<Static>::parse(&format!("{release}/pkg/holdall.css")).expect("a key");
    bucket.storage().await.discard(&key).await.expect("the store");
    assert_eq!(app.visitor().get(&style).await.status, 200, "what was read once is kept");
    let fresh = bucket.app().await;
    assert!(fresh.state.assets.find_published().await.expect("the store"), "the mark is still there");
    assert_eq!(fresh.visitor().get(&style).await.status, 404, "the cache is cold");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_release_of_another_binary_is_answered_too() {
    let bucket = Bucket::given();
    let app = bucket.app().await;
    let storage = bucket.storage().await;
    let key = Key::<Static>::parse("anotherrelease/pkg/holdall.js").expect("a key");
    let meta = ObjectMeta { content_type: "text/javascript; charset=utf-8".to_owned(), ..ObjectMeta::default() };
    storage.put(&key, "an older script".into(), &meta).await.expect("the store");
    assert_eq!(app.visitor().get("/static/anotherrelease/pkg/holdall.js").await.text(), "an older script");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_release_that_lost_a_file_is_mended_by_publishing() {
    let bucket = Bucket::given();
    let app = bucket.app().await;
    app.state.assets.publish().await.expect("the store");
    let path = format!("{}/pkg/holdall.wasm", app.state.assets.release());
    bucket.storage().await.discard(&Key::<Static>::parse(&path).expect("a key")).await.expect("the store");
    assert_eq!(app.state.assets.publish().await.expect("the store"), Published { written: 1, skipped: 8 });
    assert_eq!(app.visitor().get(&format!("/static/{path}")).await.status, 200);
}

/// A site whose store does not respond, and the address of that store.
pub async fn without_a_store() -> (App, String) {
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let endpoint = format!("http://{nobody}");
    let settings = [
        ("HOLDALL_STORAGE", "s3"),
        ("HOLDALL_BUCKET", "holdall"),
        ("AWS_ENDPOINT_URL_S3", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "garage"),
    ];
    (App::with(&Database::Sqlite, &settings).await, endpoint)
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_store_down_the_site_opens_and_says_so() {
    let (app, endpoint) = without_a_store().await;
    assert!(app.state.assets.publish().await.is_err());
    let ada = app.signed_in("ada").await;
    assert_eq!(ada.get("/health/live").await.status, 200);
    assert_eq!(app.ready().await.status, 503);
    let answer = ada.upload("a.txt", b"content").await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_ne!(answer.header("retry-after"), "");
    assert!(answer.shown().contains("Nothing is lost"), "{}", answer.text());
    assert!(!answer.text().contains(&endpoint), "internals stay inside");
    assert!(ada.get("/files").await.files().is_empty());
    assert_eq!(app.used("ada").await, 0);
}
