//! Somebody with a browser: sends requests as browsers do, and keeps cookies.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, request};
use tower::util::BoxCloneSyncService;
use tower::{BoxError, ServiceExt};

use crate::answer::{Answer, Listed};
use crate::app::{App, PASSWORD};
use crate::browser::Browser;
use crate::form::Form;

/// A browser in one process with the site.
pub struct Visitor {
    browser: Browser,
}

impl Visitor {
    pub fn new(router: Router) -> Self {
        let site = ServiceExt::<Request<Body>>::map_err(router, BoxError::from);
        Self { browser: Browser::new(BoxCloneSyncService::new(site)) }
    }

    /// Another browser with the same cookies, at a site that may have been restarted.
    pub fn at(&self, app: &App) -> Self {
        let other = app.visitor();
        other.browser.cookies.lock().expect("cookies").clone_from(&self.browser.cookies.lock().expect("cookies"));
        other
    }

    /// The value of the one cookie.
    pub fn cookie(&self) -> String {
        let cookies = self.browser.cookies.lock().expect("cookies");
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

    /// Deletes what this form deletes from two tabs at once: one of them does, and the other finds nothing.
    pub async fn deletes_from_two_tabs(&self, app: &App, path: &str) {
        let other = self.at(app);
        let (one, two) = tokio::join!(self.post(path, &[]), other.post(path, &[]));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 404]);
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
        let request = Request::get(path).body(Body::empty()).expect("a request");
        self.browser.send(request).await.is_ok_and(|answer| answer.status == StatusCode::OK)
    }

    /// Sends a request. Whatever the answer is, it says `nosniff`, has a policy and an id, and is no failure of Holdall's own.
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

/// A request that carries a plain form of the page itself.
pub fn plain_form(path: &str) -> request::Builder {
    Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
}
