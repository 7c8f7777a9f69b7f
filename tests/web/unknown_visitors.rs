//! What visitors who are not signed in may cost: they are told so before a byte of what they send is read.

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures::StreamExt as _;
use futures::stream::{self, FuturesUnordered};

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::form::Form;
use crate::visitor::plain_form;
use crate::wire::{Served, read, status};

on_both_databases! {
    whoever_is_unknown_is_told_so_before_sending,
    the_door_takes_small_forms_alone,
    a_stop_does_not_wait_for_bodies_that_do_not_come,
    a_form_of_nothing_but_foreign_pairs_is_refused,
    headers_of_a_part_have_an_end,
    a_form_has_a_bounded_number_of_parts,
    one_address_does_not_take_what_others_need,
}

const ID: &str = "06dqs4v3g1s7n8b2k9m0a1c2e3";

async fn whoever_is_unknown_is_told_so_before_sending(database: Database) {
    let app = App::start(&database).await;
    let served = Served::start(&app).await;
    let mut addresses = vec![
        ("POST", "/files".to_owned()),
        ("POST", "/files/new-folder".to_owned()),
        ("POST", "/downloads".to_owned()),
        ("PUT", format!("/uploads/{ID}/parts/1")),
        ("POST", format!("/uploads/{ID}/discard")),
    ];
    for of_entry in ["", "/delete", "/new-folder"] {
        addresses.push(("POST", format!("/files/{ID}{of_entry}")));
    }
    for form in ["name", "password", "avatar", "avatar/remove"] {
        addresses.push(("POST", format!("/account/{form}")));
    }
    for function in ["viewer", "files", "uploads/create", "uploads/sign", "uploads/nowhere", "nowhere"] {
        addresses.push(("POST", format!("/api/{function}")));
    }
    for (method, address) in addresses {
        for length in ["Content-Length: 4000000", "Transfer-Encoding: chunked"] {
            let head = format!("{method} {address} HTTP/1.1\r\nHost: localhost\r\n{length}\r\n\r\n");
            let answer = served.answer(head.as_bytes()).await;
            assert_eq!(status(&answer), 401, "{method} {address} {length}: {answer}");
            let is_data = answer.contains("\"NotSignedIn\"");
            assert_eq!(is_data, address.starts_with("/api/"), "as a page or as data: {answer}");
        }
    }
    served.stop().await;
}

async fn the_door_takes_small_forms_alone(database: Database) {
    let app = App::start(&database).await;
    let served = Served::start(&app).await;
    for path in ["/sign-in", "/sign-up"] {
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n");
        assert_eq!(status(&served.answer(head.as_bytes()).await), 413, "{path}");
    }
    served.stop().await;
    let ada = app.signed_in("ada").await;
    let long = "x".repeat(70_000);
    assert_eq!(ada.post("/account/name", &[("name", &long)]).await.status, 413);
    assert_eq!(ada.call("files", &format!("{{\"folder\":\"{long}\"}}")).await.status, 413);
    assert_eq!(ada.call("uploads/create", &format!("{{\"files\":[]{}}}", " ".repeat(70_000))).await.status, 200);
}

async fn a_stop_does_not_wait_for_bodies_that_do_not_come(database: Database) {
    let app = App::start(&database).await;
    let served = Served::start(&app).await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\n";
    let waiting = served.sent(format!("POST /sign-in HTTP/1.1\r\nHost: localhost\r\n{form}").as_bytes()).await;
    let silent = served.sent(b"").await;
    let half = served.sent(b"GET / HTTP/1.1\r\nHo").await;
    // Its answer shows that those before it were accepted.
    assert_eq!(status(&served.answer(b"GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n").await), 200);
    served.stop().await;
    for stream in [waiting, silent, half] {
        assert_eq!(read(stream).await, "");
    }
}

async fn a_form_of_nothing_but_foreign_pairs_is_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form = |pairs| plain_form("/downloads").body(format!("all=1{}", "&a".repeat(pairs)).into()).expect("a request");
    assert_eq!(ada.send(form(2_000_000)).await.status, 400);
    assert_eq!(ada.send(form(1000)).await.status, 422, "there is nothing to download yet");
}

async fn headers_of_a_part_have_an_end(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let with_header = |length| {
        let mut form = Form::new();
        form.open(&format!("name=\"files\"; filename=\"a.txt\"\r\nX: {}", "y".repeat(length)));
        form.body.extend_from_slice(b"content\r\n");
        form
    };
    let chunked = |length| {
        let (parts, body) = with_header(length).request("/files").into_parts();
        let bytes = futures::executor::block_on(axum::body::to_bytes(body, usize::MAX)).expect("a form");
        let chunks: Vec<_> = bytes.chunks(1).map(|byte| Ok::<_, std::io::Error>(bytes.slice_ref(byte))).collect();
        Request::from_parts(parts, Body::from_stream(stream::iter(chunks)))
    };
    for length in [20_000, 1_000_000] {
        assert_eq!(ada.send_form("/files", with_header(length)).await.status, 400, "{length}");
        assert_eq!(ada.send(chunked(length)).await.status, 400, "{length} byte by byte");
    }
    assert_eq!(ada.send_form("/files", with_header(4000)).await.status, 303);
    assert_eq!(ada.send(chunked(4000)).await.status, 303);
    assert_eq!(ada.get("/files").await.files().len(), 2);
}

async fn a_form_has_a_bounded_number_of_parts(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form = (0..10_001).fold(Form::new(), |form, _| form.text("x", "y"));
    assert_eq!(ada.send_form("/files", form).await.status, 400);
    let form = (0..3000).fold(Form::new(), |form, _| form.file("files", "", b"")).file("files", "a.txt", b"x");
    assert_eq!(ada.send_form("/files", form).await.status, 303);
}

async fn one_address_does_not_take_what_others_need(database: Database) {
    let app = App::with(&database, &[("HOLDALL_TRUSTED_PROXIES", "::1")]).await;
    let sends = async |from: &str, body: Body| {
        let request = plain_form("/sign-in").header("x-forwarded-for", from).body(body).expect("a request");
        app.visitor().send(request).await.status
    };
    let stalled = || {
        let start = stream::iter([Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; 65_000]))]);
        sends("192.0.2.66", Body::from_stream(start.chain(stream::pending())))
    };
    let mut held: FuturesUnordered<_> = (0..300).map(|_| stalled()).collect();
    assert_eq!(held.next().await.expect("an answer"), 503, "they are told that they are too many");
    assert_eq!(sends("192.0.2.66", Body::from("a".repeat(65_000))).await, 503);
    for other in ["198.51.100.7", "2001:db8::1"] {
        assert_eq!(sends(other, Body::from("email=&password=")).await, 422, "{other}");
    }
}
