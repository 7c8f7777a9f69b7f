//! Somebody with a browser: sends requests as browsers do, keeps cookies, reads pages.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header, request};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use tower::ServiceExt as _;

use crate::app::{App, PASSWORD};
use crate::form::Form;

/// A browser with a cookie jar.
pub struct Visitor {
    router: Router,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Visitor {
    pub fn new(router: Router) -> Self {
        Self { router, cookies: Mutex::default() }
    }

    /// Another browser with the same cookies, at a site that may have been restarted.
    pub fn at(&self, app: &App) -> Self {
        let other = app.visitor();
        other.cookies.lock().expect("cookies").clone_from(&self.cookies.lock().expect("cookies"));
        other
    }

    /// The value of the one cookie.
    pub fn cookie(&self) -> String {
        let cookies = self.cookies.lock().expect("cookies");
        assert_eq!(cookies.len(), 1, "one cookie: {cookies:?}");
        cookies.values().next().expect("a cookie").clone()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path)).await
    }

    /// Sends a plain form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).expect("fields");
        self.send(plain_form(path).body(Body::from(body)).expect("a request")).await
    }

    /// Sends a plain form as a page that runs does, which reads the answer as data.
    pub async fn post_for_data(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).expect("fields");
        self.send(plain_form(path).header("accept", "application/json").body(Body::from(body)).expect("a request"))
            .await
    }

    /// Sends a form with files.
    pub async fn send_form(&self, path: &str, form: Form) -> Answer {
        self.send(form.request(path)).await
    }

    /// Uploads a file through the form of the files page.
    pub async fn upload(&self, name: &str, content: &[u8]) -> Answer {
        self.send_form("/files", Form::new().file("files", name, content)).await
    }

    /// Uploads a file, which must be taken, and gives its row in the list.
    pub async fn keeps(&self, name: &str, content: &[u8]) -> Listed {
        let answer = self.upload(name, content).await;
        assert_eq!(answer.status, 303, "{name} is not taken: {}", answer.text());
        self.get("/files").await.files().swap_remove(0)
    }

    /// Makes a folder by the form of that page, which must work, and gives the address of its list.
    pub async fn makes_folder(&self, list: &str, name: &str) -> String {
        let answer = self.post(&format!("{list}/new-folder"), &[("folder-name", name)]).await;
        answer.leads_to().to_owned()
    }

    /// Uploads a file into the folder of this list, which must be taken, and gives its row.
    pub async fn keeps_in(&self, list: &str, name: &str, content: &[u8]) -> Listed {
        let answer = self.send_form(list, Form::new().file("files", name, content)).await;
        assert_eq!(answer.leads_to(), list);
        self.get(list).await.files().swap_remove(0)
    }

    /// Calls a server function as a page that runs does.
    pub async fn call(&self, function: &str, arguments: &str) -> Answer {
        let request = Request::post(format!("/api/{function}"))
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(arguments.to_owned())).expect("a request")).await
    }

    /// Signs in as `<name>@example.org` with the password that everybody has.
    pub async fn sign_in(&self, name: &str) -> Answer {
        self.post("/sign-in", &[("email", &format!("{name}@example.org")), ("password", PASSWORD)]).await
    }

    /// Whether the files page is shown and not the way to sign in.
    pub async fn is_signed_in(&self) -> bool {
        self.get("/files").await.status == StatusCode::OK
    }

    /// Sends a request that has no body.
    pub async fn ask(&self, request: request::Builder) -> Answer {
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// Whether a download comes whole, and does not break off on its way.
    pub async fn receives_whole(&self, path: &str) -> bool {
        let cookie = format!("holdall={}", self.cookie());
        let request = Request::get(path).header("cookie", cookie).body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("a router always answers");
        response.status() == StatusCode::OK && to_bytes(response.into_body(), usize::MAX).await.is_ok()
    }

    /// Sends a request. Whatever the answer is, it says `nosniff`, has a policy and an id, and is no failure of Holdall's own.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<_> =
            self.cookies.lock().expect("cookies").iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().expect("cookies"));
        }
        let asked = format!("{} {}", request.method(), request.uri());
        let response = self.router.clone().oneshot(request).await.expect("a router always answers");
        let (parts, body) = response.into_parts();
        self.take_cookies(&parts.headers);
        let body = to_bytes(body, usize::MAX).await.expect("a body that arrives whole");
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        assert_ne!(answer.status, 500, "{asked}: {}", answer.text());
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{asked}");
        assert!(answer.headers.contains_key("content-security-policy"), "{asked}");
        assert!(answer.headers.contains_key("x-request-id"), "{asked}");
        answer
    }

    fn take_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().expect("cookies");
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("a cookie is text");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("name=value");
            if value.is_empty() || line.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// A request that carries a plain form of the page itself.
pub fn plain_form(path: &str) -> request::Builder {
    Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// A file or a folder in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: String,
    pub name: String,
    pub is_folder: bool,
}

impl Listed {
    /// The address of the content.
    pub fn content(&self) -> String {
        format!("/files/{}/content", self.id)
    }

    /// The address of the page that asks before deleting.
    pub fn delete(&self) -> String {
        format!("/files/{}/delete", self.id)
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header is text"))
    }

    /// Where a browser is sent.
    pub fn leads_to(&self) -> &str {
        assert_eq!(self.status, 303, "no redirect: {}", self.text());
        self.header("location")
    }

    /// The answer as data.
    pub fn data<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// What a screen shows: the page without what stands in tags.
    pub fn shown(&self) -> String {
        let mut text = String::new();
        for piece in self.text().split('<').skip(1) {
            let (tag, after) = piece.split_once('>').unwrap_or((piece, ""));
            if !tag.starts_with("script") {
                text.push_str(after);
            }
        }
        unescaped(&text)
    }

    /// The value of the control of this name.
    pub fn typed(&self, control: &str) -> String {
        let page = self.text();
        let tag = tags(&page, "input").find(|tag| attribute(tag, "name").as_deref() == Some(control));
        let tag = tag.unwrap_or_else(|| panic!("no control {control}: {page}"));
        attribute(tag, "value").unwrap_or_default()
    }

    /// The files of a list, in its order.
    pub fn files(&self) -> Vec<Listed> {
        self.rows().into_iter().filter(|row| !row.is_folder).collect()
    }

    /// The folders of a list, in its order.
    pub fn folders(&self) -> Vec<Listed> {
        self.rows().into_iter().filter(|row| row.is_folder).collect()
    }

    /// The rows of a list.
    pub fn rows(&self) -> Vec<Listed> {
        assert_eq!(self.status, 200, "no list: {}", self.text());
        let page = self.text();
        let mut rows = Vec::new();
        for row in page.split("<tr>").skip(2) {
            let link = tags(row, "a").find_map(|tag| attribute(tag, "href")).expect("a link to what it is");
            let id = link.strip_prefix("/files/").expect("an address of a file or a folder");
            let content = id.strip_suffix("/content");
            let name = row.split_once("<bdi>").and_then(|(_, rest)| rest.split_once("</bdi>")).expect("a name").0;
            let (id, is_folder) = (content.unwrap_or(id).to_owned(), content.is_none());
            rows.push(Listed { id, name: unescaped(name), is_folder });
        }
        rows
    }

    /// The names of the files in a list.
    pub fn file_names(&self) -> Vec<String> {
        self.files().into_iter().map(|file| file.name).collect()
    }

    /// What stands in the page's `<title>`, as it is written.
    pub fn title(&self) -> String {
        let page = self.text();
        page.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).expect("a title").0.to_owned()
    }
}

/// The tags of an element, without their brackets.
pub fn tags<'a>(page: &'a str, element: &'a str) -> impl Iterator<Item = &'a str> {
    let is_it =
        move |tag: &&str| tag.strip_prefix(element).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    // Holdall's pages write `>` in attributes as it is; a tag ends at the first one that is outside of quotes.
    page.split('<').skip(1).filter(is_it).map(|tag| {
        let mut quoted = false;
        let end = tag.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        &tag[..end.unwrap_or(tag.len())]
    })
}

/// An attribute's value in a tag.
pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\""))?.1;
    Some(unescaped(value.split_once('"')?.0))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'").replace("&amp;", "&")
}
