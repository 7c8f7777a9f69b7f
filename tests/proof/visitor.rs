//! A signed-in visitor, with the requests of their browser: server functions, parts of files, plain forms.

use std::net::SocketAddr;
use std::rc::Rc;

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser, Form};
use crate::chance::happens;
use crate::content::sha256;
use crate::http;
use crate::wire::{Completed, ListedFile, ListedRow, SignedPart, TrashedFile, UploadStatus};

/// Why a request failed.
#[derive(Debug)]
pub enum Trouble {
    /// The server was down, or went down before it responded: the outcome is unknown.
    NoAnswer(String),
    /// The server refused the request, for now or for good.
    Refused { status: Option<StatusCode>, said: String },
}

impl Trouble {
    fn refused(status: StatusCode, said: String) -> Self {
        Self::Refused { status: Some(status), said }
    }

    /// Whether the server answered that the thing does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status, said } if *status == Some(StatusCode::NOT_FOUND) || said.contains("\"NotFound\""))
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoAnswer(said) | Self::Refused { said, .. } => f.write_str(said),
        }
    }
}

impl std::error::Error for Trouble {}

type Result<T> = std::result::Result<T, Trouble>;

/// Notified of each request; the returned value is dropped when the response has arrived.
pub trait Watch {
    fn request(self: Rc<Self>, kind: &str) -> Box<dyn std::any::Any>;
}

/// One visitor's browser.
pub struct Visitor {
    browser: Browser,
    /// The client for requests straight to the bucket, which must not carry the cookie.
    elsewhere: Browser,
    address: SocketAddr,
    watch: Option<Rc<dyn Watch>>,
}

impl Visitor {
    pub fn new(address: SocketAddr) -> Self {
        let (browser, elsewhere) = (Browser::new(http::at(address)), Browser::new(http::at(address)));
        Self { browser, elsewhere, address, watch: None }
    }

    /// The same visitor, with requests reported to `watch`.
    pub fn watched_by(self, watch: Rc<dyn Watch>) -> Self {
        Self { watch: Some(watch), ..self }
    }

    /// The session's `Cookie` header.
    pub fn cookie(&self) -> String {
        self.browser.cookie_header()
    }

    /// Sends a request and reads the whole response.
    pub async fn ask(&self, kind: &str, mut request: Request<Body>) -> Result<Answer> {
        let _watched = self.watch.clone().map(|watch| watch.request(kind));
        let place = request.uri().authority().map(ToString::to_string);
        let is_own = place.is_none_or(|place| place == self.address.to_string());
        let asked = format!("{kind} {}", request.uri());
        let browser = if is_own { &self.browser } else { &self.elsewhere };
        if is_own {
            request.headers_mut().entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        }
        http::ask(browser, request).await.map_err(|error| Trouble::NoAnswer(format!("{asked}: {error}")))
    }

    /// Sends a request that must be answered with status 200.
    async fn done(&self, kind: &str, request: Request<Body>) -> Result<Answer> {
        let asked = format!("{} {}", request.method(), request.uri().path());
        let answer = self.ask(kind, request).await?;
        if answer.status == StatusCode::OK {
            return Ok(answer);
        }
        Err(Trouble::refused(answer.status, format!("{asked}: {} {}", answer.status.as_u16(), answer.text())))
    }

    /// Signs up as `<name>@example.org`.
    pub async fn sign_up(&self, name: &str) -> Result<()> {
        let email = format!("{name}@example.org");
        let fields = [("name", name), ("email", &email), ("password", "correct horse battery")];
        let body = serde_urlencoded::to_string(fields).expect("fields");
        let request = Request::post("/sign-up").header("content-type", "application/x-www-form-urlencoded");
        self.done("sign-up", request.body(body.into()).expect("a request")).await.map(drop)
    }

    /// Calls a server function.
    pub async fn call<T: DeserializeOwned>(&self, name: &str, arguments: Value) -> Result<T> {
        let kind = name.rsplit('/').next().unwrap_or(name);
        let request = Request::post(format!("/api/{name}")).header("content-type", "application/json");
        let answer = self.done(kind, request.body(arguments.to_string().into()).expect("a request")).await?;
        Ok(answer.data())
    }

    /// Calls a server function for one item, and returns the result for it.
    async fn call_for_one<T: DeserializeOwned>(&self, name: &str, of: &str, item: Value) -> Result<T> {
        let [answer]: [std::result::Result<T, Value>; 1] = self.call(name, json!({ of: [item] })).await?;
        answer.map_err(|refusal| Trouble::Refused { status: None, said: format!("{name}: {refusal}") })
    }

    pub async fn create(&self, name: &str, size: usize) -> Result<UploadStatus> {
        let file = json!({ "name": name, "size": size, "modified_ms": 0, "folder": null, "path": [] });
        self.call_for_one("uploads/create", "files", file).await
    }

    pub async fn sign(&self, upload: &str, number: usize, bytes: &[u8]) -> Result<SignedPart> {
        let part = json!({ "upload": upload, "number": number, "sha256": sha256(bytes) });
        self.call_for_one("uploads/sign", "parts", part).await
    }

    pub async fn status(&self, upload: &str) -> Result<UploadStatus> {
        self.call_for_one("uploads/status", "uploads", json!(upload)).await
    }

    pub async fn complete(&self, upload: &str) -> Result<Completed> {
        self.call_for_one("uploads/complete", "uploads", json!(upload)).await
    }

    pub async fn abort(&self, upload: &str) -> Result<()> {
        self.call_for_one("uploads/abort", "uploads", json!(upload)).await
    }

    pub async fn unfinished(&self) -> Result<Vec<UploadStatus>> {
        let mut uploads: Vec<UploadStatus> = Vec::new();
        loop {
            let after = uploads.last().map(|last| &last.id);
            let next: Vec<UploadStatus> = self.call("uploads/unfinished", json!({ "after": after })).await?;
            if next.is_empty() {
                return Ok(uploads);
            }
            uploads.extend(next);
        }
    }

    /// Sends a part to the signed address, or sometimes to the alternative one if there is one.
    pub async fn put(&self, signed: SignedPart, bytes: Bytes) -> Result<()> {
        let request = match signed.instead.filter(|_| happens(0.3)) {
            Some(address) => Request::put(address).header("x-part-sha256", sha256(&bytes)),
            None => signed.headers.iter().fold(Request::put(signed.url), |put, (name, value)| put.header(name, value)),
        };
        let request = request.body(Body::from(bytes)).expect("a request");
        let place = request.uri().path().to_owned();
        let answer = self.ask("part", request).await?;
        if answer.status.as_u16() < 300 {
            return Ok(());
        }
        let said = format!("a part at {place}: {} {}", answer.status.as_u16(), answer.text());
        Err(Trouble::refused(answer.status, said))
    }

    /// Submits a file in a form's field.
    pub async fn form(&self, kind: &str, address: &str, field: &str, name: &str, bytes: &[u8]) -> Result<()> {
        let form = Form::new().file(field, name, bytes).for_data();
        self.done(kind, form.request(address)).await.map(drop)
    }

    /// Submits a form without fields.
    pub async fn post(&self, kind: &str, address: &str) -> Result<()> {
        self.done(kind, Request::post(address).body(Body::empty()).expect("a request")).await.map(drop)
    }

    pub async fn get(&self, kind: &str, address: &str, accept: &str) -> Result<Answer> {
        self.ask(kind, Request::get(address).header("accept", accept).body(Body::empty()).expect("a request")).await
    }

    /// All files in the account's root folder, from all pages of the list.
    pub async fn files(&self) -> Result<Vec<ListedFile>> {
        #[derive(Deserialize)]
        struct Page {
            rows: Vec<ListedRow>,
            below: bool,
        }
        let (mut found, mut position) = (Vec::new(), json!("Top"));
        loop {
            let page: Page = self.call("files", json!({ "position": position })).await?;
            position = match page.rows.last() {
                Some(ListedRow::Folder { id }) => json!({ "Below": { "kind": "Folder", "id": id } }),
                Some(ListedRow::File(ListedFile { id, .. })) => json!({ "Below": { "kind": "File", "id": id } }),
                None => return Ok(found),
            };
            found.extend(page.rows.into_iter().filter_map(|row| match row {
                ListedRow::File(file) => Some(file),
                ListedRow::Folder { .. } => None,
            }));
            if !page.below {
                return Ok(found);
            }
        }
    }

    /// The content of a file, or why it is not served.
    pub async fn download(&self, id: &str) -> Result<Answer> {
        self.get("download", &format!("/files/{id}/content"), "*/*").await
    }

    /// Everything in the account's trash, from all pages of the list.
    pub async fn trash(&self) -> Result<Vec<TrashedFile>> {
        #[derive(Deserialize)]
        struct Page {
            rows: Vec<TrashedFile>,
            below: bool,
        }
        let (mut found, mut position) = (Vec::new(), json!("Top"));
        loop {
            let page: Page = self.call("trash", json!({ "position": position })).await?;
            found.extend(page.rows);
            let Some(TrashedFile { id, .. }) = found.last().filter(|_| page.below) else { return Ok(found) };
            position = json!({ "Below": { "kind": "File", "id": id } });
        }
    }

    /// Puts a file into the trash.
    pub async fn put_into_trash(&self, id: &str) -> Result<()> {
        self.post("delete", &format!("/files/{id}/delete")).await
    }

    /// Puts a file back from the trash.
    pub async fn restore(&self, id: &str) -> Result<()> {
        self.post("restore", &format!("/trash/{id}/restore")).await
    }

    /// Deletes a file of the trash for ever.
    pub async fn delete_for_ever(&self, id: &str) -> Result<()> {
        self.post("delete for ever", &format!("/trash/{id}/delete")).await
    }

    /// The SHA-256 of each picture on the account page.
    pub async fn pictures(&self) -> Result<String> {
        let page = self.get("account", "/account", "text/html").await?;
        if page.status != StatusCode::OK {
            return Err(Trouble::refused(page.status, format!("the account page: {}", page.status.as_u16())));
        }
        let is_of_a_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '/';
        let text = page.text();
        let keys = text.split("/media/").skip(1).map(|rest| rest.split(|c| !is_of_a_key(c)).next().unwrap_or_default());
        let mut sums = Vec::new();
        for key in keys.collect::<std::collections::BTreeSet<_>>() {
            let answer = self.get("picture", &format!("/media/{key}"), "*/*").await?;
            let shown = answer.status == StatusCode::OK;
            sums.push(if shown { sha256(&answer.body) } else { format!("{} at {key}", answer.status.as_u16()) });
        }
        sums.sort_unstable();
        Ok(sums.join(","))
    }
}
