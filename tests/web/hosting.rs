//! Sites side by side on one host, sites opened by http that are at home by https, and databases that cannot be used.

use axum::http::Request;

use crate::app::{App, PASSWORD};
use crate::database::{Database, on_both_databases};
use crate::visitor::Visitor;

on_both_databases! {
    two_sites_on_one_host_leave_each_others_people_signed_in,
    a_form_sent_by_http_to_a_site_by_https_is_answered_in_words,
    a_proxy_that_says_http_is_answered_in_words,
    a_browser_that_keeps_no_cookie_is_told_so_after_signing_in,
    a_proxy_that_says_nothing_of_its_scheme_keeps_working,
}

const URL: &str = "https://files.example.org";
const BY_HTTPS: [(&str, &str); 2] = [("HOLDALL_URL", URL), ("HOLDALL_SIGN_UP", "open")];
const ADA: &str = "name=ada&email=ada%40example.org&password=correct+horse+battery+staple";

async fn two_sites_on_one_host_leave_each_others_people_signed_in(database: Database) {
    let (one, other) = (App::start(&database).await, App::start(&Database::Sqlite).await);
    let ada = one.signed_in("ada").await.at(&other);
    let email = ("email", "ada@example.org");
    assert_eq!(ada.post("/sign-up", &[("name", "ada"), email, ("password", PASSWORD)]).await.leads_to(), "/files");
    assert!(ada.is_signed_in().await && ada.at(&one).is_signed_in().await);
    let one = one.restarted().await;
    assert!(ada.at(&one).is_signed_in().await, "the name is the same after a restart");
    ada.post("/sign-out", &[]).await;
    assert!(!ada.is_signed_in().await && ada.at(&one).is_signed_in().await);
}

/// Sends the form that creates ada's account, with these headers.
async fn sign_up(visitor: &Visitor, headers: &[(&str, &str)]) -> crate::answer::Answer {
    let mut request = Request::post("/sign-up").header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    visitor.send(request.body(ADA.into()).expect("a request")).await
}

async fn a_form_sent_by_http_to_a_site_by_https_is_answered_in_words(database: Database) {
    let app = App::with(&database, &BY_HTTPS).await;
    for host in ["files.example.org", "10.0.0.7:3000"] {
        let origin = format!("http://{host}");
        let answer = sign_up(&app.visitor(), &[("host", host), ("origin", &origin)]).await;
        assert_eq!(answer.status, 421, "{host}");
        assert!(answer.text().contains("Open this site with https"), "{}", answer.text());
        assert_eq!(answer.tags(&format!("a[href='{URL}']")).len(), 1, "{}", answer.text());
    }
    assert_eq!(app.count("accounts").await, 0);
}

async fn a_proxy_that_says_http_is_answered_in_words(database: Database) {
    let trusting = [BY_HTTPS[0], BY_HTTPS[1], ("HOLDALL_TRUSTED_PROXIES", "::1")];
    let app = App::with(&database, &trusting).await;
    let get = |path: &str, proto: &str| {
        Request::get(path).header("host", "files.example.org").header("x-forwarded-proto", proto.to_owned())
    };
    for path in ["/", "/sign-in", "/files"] {
        let answer = app.visitor().ask(get(path, "http")).await;
        assert_eq!(answer.status, 421, "{path}");
        assert!(answer.text().contains(URL), "{}", answer.text());
        assert_ne!(app.visitor().ask(get(path, "https")).await.status, 421, "{path}");
    }
    assert_eq!(app.visitor().ask(get("/health/live", "http")).await.status, 200, "asked by machines");
}

async fn a_browser_that_keeps_no_cookie_is_told_so_after_signing_in(database: Database) {
    let app = App::with(&database, &BY_HTTPS).await;
    let answer = sign_up(&app.visitor(), &[("host", "files.example.org")]).await;
    let on = answer.leads_to().to_owned();
    // Another browser stands for the same one without what it did not keep.
    let told = app.visitor().get(&on).await;
    assert_eq!(told.status, 403);
    assert!(told.text().contains("did not keep the cookie") && told.text().contains(URL), "{}", told.text());
}

async fn a_proxy_that_says_nothing_of_its_scheme_keeps_working(database: Database) {
    let app = App::with(&database, &BY_HTTPS).await;
    let ada = app.visitor();
    let on = sign_up(&ada, &[("host", "files.example.org"), ("origin", URL)]).await.leads_to().to_owned();
    assert_eq!(ada.get(&on).await.leads_to(), "/files");
    assert!(ada.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: script/test runs it"]
async fn a_database_that_cannot_hold_all_characters_is_refused_in_words() {
    for encoding in ["SQL_ASCII", "LATIN1"] {
        let database = Database::postgres_in(encoding).await;
        let refusal = App::refusal(&database).await;
        assert!(refusal.contains(encoding) && refusal.contains("UTF8"), "{refusal}");
        database.remove().await;
    }
}
