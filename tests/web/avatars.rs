//! Avatars, which anybody may see.

use std::io::Error;
use std::pin::pin;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request};
use futures::future::join_all;
use futures::stream::{self, StreamExt as _};
use image::ImageEncoder as _;
use image::codecs::png::PngEncoder;

use crate::answer::Answer;
use crate::app::App;
use crate::browser::form::{BOUNDARY, form_request};
use crate::database::{Database, on_both_databases};
use crate::form::Form;
use crate::visitor::Visitor;

on_both_databases! {
    without_a_picture_initials_are_shown,
    a_picture_is_shown_in_three_sizes,
    anyone_sees_a_picture_and_caches_keep_it,
    a_new_picture_takes_the_place_of_the_old_one,
    of_pictures_given_at_once_one_is_shown,
    a_picture_can_be_removed,
    what_is_refused_leaves_the_old_picture,
    whoever_is_signed_out_sets_no_picture,
    a_page_that_runs_gets_data,
    what_people_take_for_a_picture_is_named,
    a_file_that_is_too_large_is_refused_before_it_arrives,
    pictures_that_do_not_come_keep_no_others_waiting,
    a_picture_without_its_end_mark_is_taken,
    only_pictures_lie_in_the_media_location,
}

/// A PNG of one colour.
pub fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let pixels: Vec<u8> = [shade, 80, 120].repeat((width * height) as usize);
    PngEncoder::new(&mut file).write_image(&pixels, width, height, image::ExtendedColorType::Rgb8).expect("a picture");
    file
}

pub async fn sets(visitor: &Visitor, picture: &[u8]) -> Answer {
    visitor.send_form("/account/avatar", Form::new().file("avatar", "me.png", picture)).await
}

/// The addresses in the `srcset` of the account page, with their widths.
pub async fn pictures(visitor: &Visitor) -> Vec<(String, String)> {
    let sets = visitor.get("/account").await.attributes("img", "srcset");
    let set = sets.first().cloned().unwrap_or_default();
    assert!(sets.iter().all(|other| *other == set), "the same picture everywhere: {sets:?}");
    let pair = |item: &str| item.split_once(' ').map(|(address, width)| (address.to_owned(), width.to_owned()));
    set.split(", ").filter_map(pair).collect()
}

async fn without_a_picture_initials_are_shown(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.post("/account/name", &[("name", "Ada Lovelace")]).await;
    let page = ada.get("/account").await;
    assert!(pictures(&ada).await.is_empty());
    assert!(page.text().contains(">AL<"), "{}", page.text());
}

async fn a_picture_is_shown_in_three_sizes(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    assert_eq!(sets(&ada, &png(900, 600, 200)).await.leads_to(), "/account?done=avatar");
    let pictures = pictures(&ada).await;
    let widths: Vec<_> = pictures.iter().map(|(_, width)| width.as_str()).collect();
    assert_eq!(widths, ["64w", "128w", "512w"]);
    for ((address, _), side) in pictures.iter().zip([64, 128, 512]) {
        let answer = ada.get(address).await;
        assert_eq!(answer.header("content-type"), "image/jpeg");
        assert_eq!(answer.header("content-length"), answer.body.len().to_string());
        let picture = image::load_from_memory(&answer.body).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (side, side));
    }
    assert!(ada.get("/account?done=avatar").await.shown().contains("Your picture is changed."));
}

async fn anyone_sees_a_picture_and_caches_keep_it(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    sets(&ada, &png(64, 64, 200)).await;
    let (address, _) = pictures(&ada).await.swap_remove(0);
    let answer = app.visitor().get(&address).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable, no-transform");
    assert!(!answer.headers.contains_key("set-cookie"));
    let again = app.visitor().ask(Request::get(&address).header("if-none-match", answer.header("etag"))).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let head = app.visitor().ask(Request::head(&address)).await;
    assert_eq!((head.body.len(), head.header("content-length")), (0, answer.header("content-length")));
    for path in [
        "/media/",
        "/media/x",
        "/media/aa/aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "/media/../holdall.db",
        "/media/..%2F..%2Fholdall.db",
    ] {
        assert_eq!(app.visitor().get(path).await.status, 404, "{path}");
    }
}

async fn a_new_picture_takes_the_place_of_the_old_one(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    sets(&ada, &png(100, 100, 10)).await;
    let old = pictures(&ada).await;
    sets(&ada, &png(100, 100, 250)).await;
    let new = pictures(&ada).await;
    assert!(old.iter().all(|picture| !new.contains(picture)), "new pictures have new addresses");
    for (address, _) in &old {
        assert_eq!(app.visitor().get(address).await.status, 404);
    }
    for (address, _) in &new {
        assert_eq!(app.visitor().get(address).await.status, 200);
    }
    assert_eq!(app.count("renditions").await, i64::try_from(new.len()).expect("few"));
    assert_eq!(app.stored(&["media"]).len(), new.len(), "the old objects are gone");
}

async fn of_pictures_given_at_once_one_is_shown(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let shades = [10, 80, 160, 240].map(|shade| png(64, 64, shade));
    let answers = join_all(shades.iter().map(|picture| sets(&ada, picture))).await;
    assert!(answers.iter().all(|answer| answer.status == 303));
    let shown = pictures(&ada).await;
    assert_eq!(shown.len(), 3, "{shown:?}");
    assert_eq!((app.count("renditions").await, app.stored(&["media"]).len()), (3, 3));
}

async fn a_picture_can_be_removed(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    sets(&ada, &png(100, 100, 10)).await;
    sets(&grace, &png(100, 100, 10)).await;
    let old = pictures(&ada).await;
    assert_eq!(ada.post("/account/avatar/remove", &[]).await.leads_to(), "/account?done=avatar-removed");
    assert!(pictures(&ada).await.is_empty());
    assert_eq!(app.visitor().get(&old[0].0).await.status, 404);
    assert!(!pictures(&grace).await.is_empty(), "another person's stays");
}

async fn what_is_refused_leaves_the_old_picture(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let good = png(100, 100, 10);
    sets(&ada, &good).await;
    let old = pictures(&ada).await;
    let cut = &png(300, 300, 10)[..200];
    let bomb = pixels_promised(&good, 100_000, 100_000);
    let huge = vec![0; (10 << 20) + 1];
    for (picture, status, sentence) in [
        (b"no picture at all".as_slice(), 422, "This is not a picture Holdall can read."),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", 422, "This is not a picture Holdall can read."),
        (b"", 422, "Choose a file first."),
        (cut, 422, "This picture is damaged or not complete."),
        (&bomb, 413, "million pixels"),
        (&huge, 413, "the limit is 10 MiB"),
    ] {
        let answer = sets(&ada, picture).await;
        assert_eq!(answer.status, status, "{sentence}: {}", answer.shown());
        assert!(answer.shown().contains(sentence), "{sentence}: {}", answer.shown());
        assert!(answer.text().contains("id=\"avatar-error\""), "at its field");
    }
    let nothing_chosen = ada.send_form("/account/avatar", Form::new().file("avatar", "", b"")).await;
    assert_eq!(nothing_chosen.status, 422);
    assert_eq!(pictures(&ada).await, old);
    assert_eq!(app.stored(&["media", "tmp"]).len(), old.len());
    assert_eq!(app.count("renditions").await, i64::try_from(old.len()).expect("few"));
}

/// The same PNG with a header that claims more pixels than it has.
pub fn pixels_promised(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut file = png.to_vec();
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32fast::hash(&file[12..29]);
    file[29..33].copy_from_slice(&sum.to_be_bytes());
    file
}

async fn whoever_is_signed_out_sets_no_picture(database: Database) {
    let app = App::start(&database).await;
    assert_eq!(sets(&app.visitor(), &png(64, 64, 1)).await.status, 401);
    assert_eq!(app.count("renditions").await, 0);
    assert!(app.stored(&["media", "tmp"]).is_empty());
}

async fn a_page_that_runs_gets_data(database: Database) {
    use holdall::model::form::{Field, FormAnswer};
    use holdall::model::problem::FieldProblem;

    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let answer = ada.send_form("/account/avatar", Form::new().file("avatar", "a.png", b"none").for_data()).await;
    assert_eq!(answer.status, 422);
    let FormAnswer::Refused(form) = answer.data() else { panic!("taken: {}", answer.text()) };
    assert_eq!(form.problems(Field::Avatar).collect::<Vec<_>>(), [&FieldProblem::NotAPicture]);
    let answer =
        ada.send_form("/account/avatar", Form::new().file("avatar", "a.png", &png(64, 64, 1)).for_data()).await;
    assert_eq!(answer.data::<FormAnswer>(), FormAnswer::Go("/account?done=avatar".to_owned()));
}

async fn what_people_take_for_a_picture_is_named(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let heif = |brand: &[u8], other: &[u8]| [b"\0\0\0\x18ftyp", brand, &[0; 4], b"mif1", other, &[0; 5000]].concat();
    let brands = [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"];
    let heic =
        brands.map(|brand| (heif(brand, brand), "It is HEIC, whatever its name says. Save or share it as JPEG first"));
    let others = [
        (heif(b"avif", b"avif"), "It is AVIF."),
        (heif(b"mif1", b"avif"), "It is AVIF."),
        (b"II*\0\x08\0\0\0\x01\0\0\x01".to_vec(), "It is TIFF"),
        (b"8BPS\0\x01\0\0\0\0\0\0".to_vec(), "It is a Photoshop document"),
        (b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "It is an SVG drawing."),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), "It is a PDF."),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec(), "It is a video."),
    ];
    for (content, sentence) in heic.into_iter().chain(others) {
        let answer = ada.send_form("/account/avatar", Form::new().file("avatar", "IMG_0001.jpg", &content)).await;
        assert_eq!(answer.status, 422);
        assert!(answer.shown().contains("This is not a picture Holdall can read. "), "{}", answer.shown());
        assert!(answer.shown().contains(sentence), "{sentence}: {}", answer.shown());
    }
}

async fn a_file_that_is_too_large_is_refused_before_it_arrives(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for (accept, length) in [("text/html", 11_u64 << 20), ("application/json", 1 << 40)] {
        // Nobody waits for a body that does not come.
        let mut request =
            form_request("/account/avatar", accept, Body::from_stream(stream::pending::<Result<Bytes, Error>>()));
        request.headers_mut().insert("content-length", HeaderValue::from(length));
        let answer = ada.send(request).await;
        assert_eq!(answer.status, 413);
        assert!(answer.text().contains("10 MiB") || answer.text().contains("TooLarge"), "{}", answer.text());
    }
}

async fn a_picture_without_its_end_mark_is_taken(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let mut jpeg = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new(&mut jpeg);
    encoder
        .write_image(&[90, 140, 200].repeat(1200 * 400), 1200, 400, image::ExtendedColorType::Rgb8)
        .expect("a picture");
    jpeg.truncate(jpeg.len() - 2);
    let cut = jpeg[..jpeg.len() * 3 / 4].to_vec();
    for picture in [&jpeg, &[&jpeg[..], &[0; 64], b"\0\0\x01\x0aTRAILERSEFT"].concat()] {
        assert_eq!(sets(&ada, picture).await.leads_to(), "/account?done=avatar");
    }
    let answer = sets(&ada, &cut).await;
    assert!(answer.shown().contains("This picture is damaged or not complete."), "{}", answer.shown());
}

async fn only_pictures_lie_in_the_media_location(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let mut picture = png(100, 100, 10);
    picture.extend_from_slice(b"<script>alert(1)</script> a secret at the end");
    sets(&ada, &picture).await;
    ada.keeps("me.png", &picture).await;
    let stored = app.stored(&["media"]);
    assert_eq!(stored.len(), 3);
    for path in stored {
        let bytes = std::fs::read(&path).expect("an object");
        assert!(bytes.starts_with(b"\xff\xd8\xff"), "a JPEG and nothing else");
        assert!(!bytes.windows(8).any(|eight| eight == b"a secret"), "nothing of the file that was given");
    }
}

async fn pictures_that_do_not_come_keep_no_others_waiting(database: Database) {
    let app = App::start(&database).await;
    let mut people = Vec::new();
    for name in ["ada", "grace", "edsger", "barbara"] {
        people.push(app.signed_in(name).await);
    }
    let margaret = app.signed_in("margaret").await;
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"me.png\"\r\n\r\n");
    let waiting = people.iter().flat_map(|visitor| std::iter::repeat_n(visitor, 4)).map(|visitor| {
        let body = stream::iter([Ok::<_, Error>(Bytes::from(head.clone()))]).chain(stream::pending());
        visitor.send(form_request("/account/avatar", "text/html", Body::from_stream(body)))
    });
    let mut waiting = pin!(join_all(waiting));
    for _ in 0..100 {
        assert!(futures::poll!(&mut waiting).is_pending());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(sets(&margaret, &png(40, 40, 200)).await.status, 303);
}
