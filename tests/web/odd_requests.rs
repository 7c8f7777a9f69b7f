//! Requests that no browser sends: odd targets, hosts and paths.

use axum::http::Request;

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::visitor::plain_form;
use crate::wire::{Served, status};

on_both_databases! {
    a_target_that_is_no_path_is_refused,
    no_target_is_too_much_for_the_server,
    a_request_names_one_host,
    a_host_that_is_not_ours_is_told_so,
    a_path_that_is_no_text_is_a_page_that_says_so,
}

async fn a_target_that_is_no_path_is_refused(database: Database) {
    let app = App::start(&database).await;
    let served = Served::start(&app).await;
    for line in [
        "CONNECT a:1",
        "CONNECT 127.0.0.1:3000",
        "CONNECT /files",
        "GET a:1",
        "OPTIONS *",
        "GET *",
        "GET ftp://127.0.0.1/files",
        "GET http://user:word@127.0.0.1/files",
        "POST user@127.0.0.1:1",
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nConnection: close\r\n\r\n");
        let answer = served.answer(request.as_bytes()).await;
        assert_eq!(status(&answer), 400, "{line}: {answer}");
    }
    served.stop().await;
}

async fn no_target_is_too_much_for_the_server(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let cookie = format!("{}={}", ada.cookie_name(), ada.cookie());
    let served = Served::start(&app).await;
    let mut targets = Vec::new();
    let before = ["/", "/files/", "/files?", "/sign-in?next=", "http://127.0.0.1/", "http://127.0.0.1?"];
    for byte in (0x21..=0xff_u8).filter(|byte| !byte.is_ascii_alphanumeric()) {
        targets.extend(before.map(|before| [before.as_bytes(), &[byte], b"x"].concat()));
        targets.extend(["/files/", "/account?done="].map(|before| format!("{before}%{byte:02x}%").into_bytes()));
    }
    for odd in [
        "//evil/x",
        "///",
        "/?#",
        "http://[/x",
        "http:///x",
        "http://a:99999/",
        "foo:bar",
        "/files?below=%ff",
        "/files#x",
    ] {
        targets.push(odd.as_bytes().to_vec());
    }
    for target in targets {
        let rest = format!(" HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
        let answer = served.answer(&[b"GET ", target.as_slice(), rest.as_bytes()].concat()).await;
        let status = status(&answer);
        assert!((200..500).contains(&status), "{}: {answer}", String::from_utf8_lossy(&target));
    }
    served.stop().await;
}

async fn a_request_names_one_host(database: Database) {
    let app = App::start(&database).await;
    let served = Served::start(&app).await;
    for hosts in [
        "",
        "Host: localhost\r\nHost: localhost\r\n",
        "Host: \r\n",
        "Host: a b\r\n",
        "Host: [::1\r\n",
        "Host: \u{fc}\r\n",
    ] {
        for path in ["/", "/files", "/sign-in", "/nowhere", "/robots.txt"] {
            let answer =
                served.answer(format!("GET {path} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n").as_bytes()).await;
            assert_eq!(status(&answer), 400, "{path} {hosts:?}: {answer}");
        }
    }
    let answer = served.answer(b"GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n").await;
    assert_eq!(status(&answer), 200, "checks of health need no host: {answer}");
    served.stop().await;
}

async fn a_host_that_is_not_ours_is_told_so(database: Database) {
    let app = App::start(&database).await;
    let visitor = app.visitor();
    for path in ["/", "/sign-up", "/files", "/nowhere", "/robots.txt"] {
        let answer = visitor.ask(Request::get(path).header("host", "evil.example:3000")).await;
        assert_eq!(answer.status, 421, "{path}");
        assert!(answer.shown().contains("does not answer under the address"), "{}", answer.text());
    }
    // As a page does whose name was made to lead here: for the browser it is the same origin.
    let form = plain_form("/sign-up").header("host", "evil.example:3000").header("origin", "http://evil.example:3000");
    let body = "name=m&email=m@example.org&password=mallory%20was%20here";
    assert_eq!(visitor.send(form.body(body.into()).expect("a request")).await.status, 421);
    assert_eq!(app.count("accounts").await, 0);
    let answer = visitor.ask(Request::get("http://evil.example/files").header("host", "127.0.0.1:3000")).await;
    assert_eq!(answer.status, 421);
    for host in ["127.0.0.1:3000", "localhost:3000", "LOCALHOST", "192.0.2.7", "[::1]:3000"] {
        assert_eq!(visitor.ask(Request::get("/sign-in").header("host", host)).await.status, 200, "{host}");
    }
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(visitor.ask(Request::get(path).header("host", "holdall")).await.status, 200, "{path}");
    }
}

async fn a_path_that_is_no_text_is_a_page_that_says_so(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for path in [
        "/files/%ff",
        "/files/%ff/content",
        "/files/%c3%28/about",
        "/files/%00",
        "/downloads/%ff",
        "/static/%ff",
        "/media/%ff",
        "/%ff",
        "/files/06DQS4V3G1S7N8B2K9M0A1C2E3",
        "/files/06dqs4v3g1s7n8b2k9m0a1c2e",
    ] {
        for visitor in [&ada, &app.visitor()] {
            let answer = visitor.get(path).await;
            let is_led_in = answer.status == 303 && !path.contains("%ff");
            assert!(answer.status == 404 || is_led_in || answer.status == 401, "{path}: {}", answer.status);
        }
        let answer = ada.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.shown().contains("There is nothing at this address"), "{path}: {}", answer.text());
    }
}
