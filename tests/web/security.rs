//! Security headers and rules that hold on every page, for every client.

use axum::http::{Method, Request};

use crate::app::{App, PASSWORD};
use crate::database::{Database, on_both_databases};
use crate::form::Form;
use crate::visitor::plain_form;

on_both_databases! {
    a_form_from_another_site_is_refused,
    a_server_function_is_not_called_from_another_site,
    forms_of_this_site_are_taken_whatever_the_browser_says_of_itself,
    getting_changes_nothing,
    an_unknown_address_is_a_page_that_says_so,
    what_an_address_does_not_take_is_refused,
    pages_of_people_who_are_signed_in_are_not_for_others,
    a_page_runs_its_own_scripts_and_no_other,
    a_page_has_nothing_inline,
    documents_load_no_script_and_no_wasm,
    over_https_the_cookie_and_the_site_are_bound_to_it,
    no_page_is_kept_by_a_cache,
    an_error_page_does_not_repeat_the_address,
}

async fn a_form_from_another_site_is_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("a.txt", b"x").await;
    let foreign = [
        vec![("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("host", "127.0.0.1:3000")],
        vec![("sec-fetch-site", "same-site"), ("origin", "http://other.localhost"), ("host", "127.0.0.1:3000")],
        vec![("origin", "https://evil.example"), ("host", "127.0.0.1:3000")],
        vec![("origin", "null"), ("host", "127.0.0.1:3000")],
        vec![("origin", "https://127.0.0.1:3000"), ("host", "127.0.0.1:3000")],
        vec![("origin", "http://127.0.0.1"), ("host", "127.0.0.1:3000")],
        vec![("origin", "http://127.0.0.1:3001"), ("host", "127.0.0.1:3000")],
        vec![("sec-fetch-site", "cross-site")],
    ];
    let forms = [
        (file.delete(), String::new()),
        ("/sign-out".to_owned(), String::new()),
        ("/account/name".to_owned(), "name=mallory".to_owned()),
        ("/account/password".to_owned(), format!("current-password={PASSWORD}&new-password=mallory%20was%20here")),
        ("/sign-in".to_owned(), format!("email=ada@example.org&password={PASSWORD}")),
        ("/sign-up".to_owned(), "name=m&email=m@example.org&password=mallory%20was%20here".to_owned()),
    ];
    for (path, body) in &forms {
        for headers in &foreign {
            let mut request = plain_form(path).body(body.clone().into()).expect("a request");
            request.headers_mut().remove("sec-fetch-site");
            for (name, value) in headers {
                request.headers_mut().insert(*name, value.parse().expect("a header"));
            }
            let answer = ada.send(request).await;
            assert_eq!(answer.status, 403, "{path} {headers:?}");
            assert!(answer.shown().contains("This form was sent from another site"), "{}", answer.text());
        }
    }
    let mut upload = Form::new().file("files", "planted.txt", b"x").request("/files");
    upload.headers_mut().insert("sec-fetch-site", "cross-site".parse().expect("a header"));
    assert_eq!(ada.send(upload).await.status, 403);
    assert_eq!(ada.get("/files").await.file_names(), ["a.txt"]);
    assert_eq!(ada.get("/account").await.typed("name"), "ada");
    assert_eq!(app.count("accounts").await, 1);
}

async fn a_server_function_is_not_called_from_another_site(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let request =
        Request::post("/api/files").header("content-type", "application/json").header("sec-fetch-site", "cross-site");
    let answer = ada.send(request.body(r#"{"position":"Top"}"#.into()).expect("a request")).await;
    assert_eq!(answer.status, 403);
}

async fn forms_of_this_site_are_taken_whatever_the_browser_says_of_itself(database: Database) {
    let app = App::start(&database).await;
    for (number, headers) in [
        vec![("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "none")],
        vec![("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")],
        vec![("origin", "http://127.0.0.1:3000"), ("host", "10.0.0.7:8080")],
        vec![],
    ]
    .iter()
    .enumerate()
    {
        let mut request = plain_form("/sign-up");
        request.headers_mut().expect("headers").remove("sec-fetch-site");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = format!("name=x&email=x{number}@example.org&password=a+long+password");
        let answer = app.visitor().send(request.body(body.into()).expect("a request")).await;
        assert_eq!(answer.status, 303, "{headers:?}: {}", answer.text());
    }
}

async fn getting_changes_nothing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("a.txt", b"x").await;
    let delete = file.delete();
    for path in [
        delete.as_str(),
        "/sign-out",
        "/account/name?name=mallory",
        "/account/avatar/remove",
        "/account/avatar",
        "/account/password?new-password=mallory%20was%20here",
        "/sign-up?name=m&email=m@example.org&password=mallory%20was%20here",
        "/sign-in?email=ada@example.org",
        "/api/files?place=Top",
    ] {
        for method in [Method::GET, Method::HEAD] {
            ada.ask(Request::builder().method(method).uri(path)).await;
        }
    }
    assert_eq!(ada.get("/files").await.files(), [file]);
    assert_eq!(ada.get("/account").await.typed("name"), "ada");
    assert_eq!((app.count("accounts").await, app.count("sessions").await), (1, 1));
}

async fn an_unknown_address_is_a_page_that_says_so(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for visitor in [&app.visitor(), &ada] {
        for path in [
            "/nowhere",
            "/files/x",
            "/account/x",
            "/sign-in/x",
            "/%00",
            "/files/../nowhere",
            "/static",
            "/media",
            "/.env",
        ] {
            let answer = visitor.get(path).await;
            assert_eq!(answer.status, 404, "{path}");
            assert!(answer.shown().contains("There is nothing at this address"), "{path}: {}", answer.text());
            assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        }
        assert_eq!(visitor.post("/nowhere", &[]).await.status, 404);
    }
}

async fn what_an_address_does_not_take_is_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for (method, path) in [
        (Method::GET, "/sign-out"),
        (Method::PUT, "/files"),
        (Method::DELETE, "/files/06dqs4v3g1s7n8b2k9m0a1c2e3/content"),
        (Method::POST, "/files/06dqs4v3g1s7n8b2k9m0a1c2e3/content"),
        (Method::POST, "/"),
        (Method::POST, "/account"),
        (Method::POST, "/health/live"),
        (Method::POST, "/robots.txt"),
        (Method::PATCH, "/sign-in"),
        (Method::GET, "/api/files"),
    ] {
        let request = Request::builder().method(&method).uri(path).header("sec-fetch-site", "same-origin");
        let answer = ada.ask(request).await;
        assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text());
        assert_ne!(answer.header("allow"), "", "{method} {path}");
    }
}

async fn pages_of_people_who_are_signed_in_are_not_for_others(database: Database) {
    let app = App::start(&database).await;
    for path in ["/files", "/account", "/files/06dqs4v3g1s7n8b2k9m0a1c2e3/delete"] {
        let answer = app.visitor().get(path).await;
        assert!(answer.leads_to().starts_with("/sign-in?next=%2F"), "{path}");
    }
}

async fn a_page_runs_its_own_scripts_and_no_other(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.keeps("</script><script>alert(1)</script>", b"x").await;
    let mut nonces = Vec::new();
    for path in ["/files", "/account", "/files"] {
        let answer = ada.get(path).await;
        let policy = answer.header("content-security-policy");
        let nonce =
            policy.split_once("'nonce-").and_then(|(_, rest)| rest.split_once('\'')).expect("a nonce").0.to_owned();
        assert!(nonce.len() >= 22, "128 bits: {nonce}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        for word in ["default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(word), "{word}: {policy}");
        }
        let scripts = answer.tags("script");
        assert!(!scripts.is_empty(), "the app has a script");
        for tag in scripts {
            assert_eq!(tag.attribute("nonce"), Some(nonce.as_str()), "{path}: {tag:?}");
        }
        nonces.push(nonce);
    }
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), 3, "each page has a nonce of its own");
}

async fn a_page_has_nothing_inline(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.keeps("a.txt", b"x").await;
    let visitor = app.visitor();
    for (who, path) in [
        (&ada, "/files"),
        (&ada, "/account"),
        (&visitor, "/"),
        (&visitor, "/sign-in"),
        (&visitor, "/sign-up"),
        (&visitor, "/no"),
    ] {
        let page = who.get(path).await;
        assert!(page.text().starts_with("<!DOCTYPE html>"), "{path}");
        for tag in page.tags("*") {
            assert!(tag.attribute("style").is_none() && tag.element != "style", "{path}: {tag:?}");
            for (name, value) in tag.attributes() {
                assert!(!name.starts_with("on") && !value.contains("javascript:"), "{path}: {tag:?}");
            }
        }
    }
}

async fn documents_load_no_script_and_no_wasm(database: Database) {
    let app = App::start(&database).await;
    let visitor = app.visitor();
    for path in ["/", "/sign-in", "/sign-up", "/nowhere"] {
        let answer = visitor.get(path).await;
        let page = answer.text();
        assert!(!page.contains("wasm") && !page.contains(".js"), "{path}: {page}");
        assert!(answer.tags("script[src]").is_empty(), "{path}: {page}");
    }
    let refused = visitor.post("/sign-in", &[("email", "ada@example.org"), ("password", PASSWORD)]).await;
    assert!(!refused.text().contains("wasm"));
    let page = app.signed_in("ada").await.get("/files").await.text();
    assert!(page.contains("holdall.wasm"), "the app does");
}

async fn over_https_the_cookie_and_the_site_are_bound_to_it(database: Database) {
    let settings = [("HOLDALL_URL", "https://files.example.org"), ("HOLDALL_SIGN_UP", "open")];
    let app = App::with(&database, &settings).await;
    let ada = app.signed_in("ada").await;
    let answer = ada.sign_in("ada").await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-holdall-"), "{cookie}");
    assert!(cookie.contains("Secure") && cookie.contains("Path=/") && !cookie.contains("Domain"), "{cookie}");
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
    assert!(ada.is_signed_in().await);
    let left = ada.post("/sign-out", &[]).await;
    let removal = left.header("set-cookie");
    assert!(removal.contains("Max-Age=0") && removal.ends_with("; Secure"), "browsers ignore another: {removal}");
    assert!(!ada.is_signed_in().await);
    let closed = App::with(&Database::Sqlite, &settings[..1]).await;
    assert_eq!(
        closed.visitor().get("/sign-up").await.status,
        403,
        "beyond a laptop signing up is closed unless it is opened"
    );
}

async fn no_page_is_kept_by_a_cache(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for path in ["/files", "/account", "/", "/nowhere"] {
        assert_eq!(ada.get(path).await.header("cache-control"), "private, no-store, no-transform", "{path}");
    }
    assert_eq!(ada.call("viewer", "{}").await.header("cache-control"), "private, no-store, no-transform");
}

async fn an_error_page_does_not_repeat_the_address(database: Database) {
    let app = App::start(&database).await;
    let answer = app.visitor().get("/%3Cscript%3Ealert(1)%3C/script%3E?x=%3Cscript%3Ealert(2)").await;
    assert_eq!(answer.status, 404);
    assert!(!answer.text().contains("alert("), "{}", answer.text());
}
