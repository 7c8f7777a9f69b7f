//! A visitor with a browser: sends requests as browsers do, and keeps cookies.

use axum::Router;
use axum::body::Body;
use axum::http::header::HOST;
use axum::http::{HeaderValue, Request, StatusCode, request};
use axum::response::Response;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, ServiceExt};

use crate::answer::{Answer, Listed};
use crate::app::{App, PASSWORD};
use crate::browser::Browser;
use crate::form::Form;

/// A browser in the same process as the site.
pub struct Visitor {
    browser: Browser,
}

impl Visitor {
    pub fn new(router: Router) -> Self {
        // As browsers do, it names the host, unless a test has named another one.
        let site = router.map_request(|mut request: Request<Body>| {
            request.headers_mut().entry(HOST).or_insert(HeaderValue::from_static("127.0.0.1:3000"));
            request
        });
        let site = ServiceExt::<Request<Body>>::map_err(site, BoxError::from);
        Self { browser: Browser::new(BoxCloneSyncService::new(site)) }
    }

    /// Another browser with the same cookies, at a site that may have been restarted.
    pub fn at(&self, app: &App) -> Self {
        let other = app.visitor();
        other.browser.cookies.lock().expect("cookies").clone_from(&self.browser.cookies.lock().expect("cookies"));
        other
    }

    /// The value of the only cookie.
    pub fn cookie(&self) -> String {
        let cookies = self.browser.cookies.lock().expect("cookies");
        assert_eq!(cookies.len(), 1, "one cookie: {cookies:?}");
        cookies.values().next().expect("a cookie").clone()
    }

    /// The name of the only cookie.
    pub fn cookie_name(&self) -> String {
        let cookies = self.browser.cookies.lock().expect("cookies");
        cookies.keys().next().expect("a cookie").clone()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path)).await
    }

    /// Posts a plain form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).expect("fields");
        self.send(plain_form(path).body(Body::from(body)).expect("a request")).await
    }

    /// Posts a plain form as a hydrated page does, so that the answer is JSON.
    pub async fn post_for_data(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).expect("fields");
        self.send(plain_form(path).header("accept", "application/json").body(Body::from(body)).expect("a request"))
            .await
    }

    /// Posts a form with files.
    pub async fn send_form(&self, path: &str, form: Form) -> Answer {
        self.send(form.request(path)).await
    }

    /// Uploads a file through the form of the files page.
    pub async fn upload(&self, name: &str, content: &[u8]) -> Answer {
        self.send_form("/files", Form::new().file("files", name, content)).await
    }

    /// Uploads a file, which must succeed, and returns its row in the list.
    pub async fn keeps(&self, name: &str, content: &[u8]) -> Listed {
        let answer = self.upload(name, content).await;
        assert_eq!(answer.status, 303, "{name} is not taken: {}", answer.text());
        self.get("/files").await.files().swap_remove(0)
    }

    /// Creates a folder through its form, which must succeed, and returns the address of its list.
    pub async fn makes_folder(&self, list: &str, name: &str) -> String {
        let answer = self.post(&format!("{list}/new-folder"), &[("folder-name", name)]).await;
        answer.leads_to().to_owned()
    }

    /// Uploads a file into the folder of this list, which must succeed, and returns its row.
    pub async fn keeps_in(&self, list: &str, name: &str, content: &[u8]) -> Listed {
        let answer = self.send_form(list, Form::new().file("files", name, content)).await;
        assert_eq!(answer.leads_to(), list);
        self.get(list).await.files().swap_remove(0)
    }

    /// Deletes this form's entry from two tabs at once: one succeeds, and the other finds nothing.
    pub async fn deletes_from_two_tabs(&self, app: &App, path: &str) {
        let other = self.at(app);
        let (one, two) = tokio::join!(self.post(path, &[]), other.post(path, &[]));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 404]);
    }

    /// Deletes the entry of the address `/files/{id}/…` for ever: into the trash, and out of it.
    pub async fn deletes_for_ever(&self, path: &str) {
        let id = path.split('/').nth(2).expect("an entry's address");
        assert_eq!(self.post(&format!("/files/{id}/delete"), &[]).await.status, 303, "into the trash");
        assert_eq!(self.post(&format!("/trash/{id}/delete"), &[]).await.leads_to(), "/trash");
    }

    /// Calls a server function as a hydrated page does.
    pub async fn call(&self, function: &str, arguments: &str) -> Answer {
        let request = Request::post(format!("/api/{function}"))
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(arguments.to_owned())).expect("a request")).await
    }

    /// Signs in as `<name>@example.org` with the password of all test accounts.
    pub async fn sign_in(&self, name: &str) -> Answer {
        self.post("/sign-in", &[("email", &format!("{name}@example.org")), ("password", PASSWORD)]).await
    }

    /// Whether the files page is shown, not a redirect to sign in.
    pub async fn is_signed_in(&self) -> bool {
        self.get("/files").await.status == StatusCode::OK
    }

    /// Sends a request that has no body.
    pub async fn ask(&self, request: request::Builder) -> Answer {
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// The response to a `GET` whose body has not been read yet.
    pub async fn open(&self, path: &str) -> Response<Body> {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        self.browser.open(request).await.expect("a router always answers")
    }

    /// Whether a download arrives completely, instead of breaking off.
    pub async fn receives_whole(&self, path: &str) -> bool {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        self.browser.send(request).await.is_ok_and(|answer| answer.status == StatusCode::OK)
    }

    /// Sends a request. Asserts that every response has `nosniff`, a content security policy and a request id, and is
    /// not an internal error.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let asked = format!("{} {}", request.method(), request.uri());
        let answer = self.browser.send(request).await.expect("a router always answers, and a body arrives whole");
        assert_ne!(answer.status, 500, "{asked}: {}", answer.text());
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{asked}");
        assert!(answer.headers.contains_key("content-security-policy"), "{asked}");
        assert!(answer.headers.contains_key("x-request-id"), "{asked}");
        answer
    }
}

/// A request that posts a plain form of the page itself.
pub fn plain_form(path: &str) -> request::Builder {
    Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
}
