//! Files and avatars on a bucket (Garage): uploading and downloading them, and private objects that anonymous clients
//! cannot read.

use axum::http::Request;
use holdall::server::storage::{Key, Media, Private};

use crate::bucket::Bucket;
use crate::form::Form;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn nobody_gets_at_a_private_object_by_its_key() {
    let bucket = Bucket::given();
    let app = bucket.app().await;
    app.state.assets.publish().await.expect("the store");
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("secret.txt", b"a private line").await;
    let objects = bucket.storage().await.list::<Private>("").await.expect("the store");
    assert_eq!(objects.len(), 1);
    let key = &objects[0].key;
    let place = bucket.value("HOLDALL_PRIVATE_LOCATION");
    let answer = bucket.asked_by_a_stranger(&format!("{place}/{key}")).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert!(!answer.contains("a private line"));
    let release = app.state.assets.release();
    for path in [
        format!("/media/{key}"),
        format!("/static/{key}"),
        format!("/static/{release}/{key}"),
        format!("/static/{place}/{key}"),
        format!("/static/../private/{key}"),
        format!("/static/..%2Fprivate%2F{key}"),
        format!("/private/{key}"),
    ] {
        let answer = app.visitor().get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains("a private line"), "{path}");
    }
    assert_eq!(app.visitor().get(&file.content()).await.status, 401);
    assert_eq!(ada.get(&file.content()).await.text(), "a private line", "whoever owns it does");
    ada.deletes_for_ever(&file.delete()).await;
    assert!(bucket.storage().await.list::<Private>("").await.expect("the store").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn files_go_through_the_bucket_and_back() {
    let bucket = Bucket::given();
    let app = bucket.app().await;
    let ada = app.signed_in("ada").await;
    // More than one part of a multipart upload.
    let content: Vec<u8> = (0..5_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let file = ada.keeps("numbers.bin", &content).await;
    assert!(ada.get(&file.content()).await.body == content);
    let part = ada.ask(Request::get(file.content()).header("range", "bytes=16000000-16000007")).await;
    assert_eq!((part.status.as_u16(), part.body.as_ref()), (206, &content[16_000_000..16_000_008]));
    let empty = ada.keeps("empty", b"").await;
    assert_eq!(ada.get(&empty.content()).await.body.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn an_upload_that_is_cut_off_leaves_nothing_in_the_bucket() {
    let bucket = Bucket::given();
    let app = bucket.app().await;
    let ada = app.signed_in("ada").await;
    let half = Form::new().file("files", "half.bin", &vec![7; 20_000_000]);
    assert_eq!(ada.send(half.cut_off("/files")).await.status.as_u16() / 100, 4);
    app.is_clean().await;
    assert!(bucket.storage().await.list::<Private>("").await.expect("the store").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_signed_address_gives_the_file_to_whoever_was_checked_and_saves_it() {
    let bucket = Bucket::given();
    let app = bucket.app_with(&[("HOLDALL_PRIVATE_DELIVERY", "redirect")]).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let file = ada.keeps("<b>1</b> \"%\".html", b"<!DOCTYPE html><html>a private line</html>").await;
    assert_eq!(app.visitor().get(&file.content()).await.status, 401);
    assert_eq!(grace.get(&file.content()).await.status, 404);
    let redirect = ada.get(&file.content()).await;
    assert_eq!(redirect.status, 307);
    assert_eq!(redirect.header("cache-control"), "private, no-store, no-transform");
    let address = redirect.header("location");
    let answer = bucket.asked_at(address).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("<html>a private line</html>"), "{answer}");
    let head = answer.split("\r\n\r\n").next().expect("headers").to_lowercase();
    assert!(head.contains("content-disposition: attachment;"), "{head}");
    assert!(head.contains("filename*=utf-8''%3cb%3e1%3c%2fb%3e%20%22%25%22.html"), "{head}");
    assert!(head.contains("content-type: application/octet-stream"), "{head}");
    let unsigned = address.split('?').next().expect("an address");
    assert!(bucket.asked_at(unsigned).await.starts_with("HTTP/1.1 403"), "without the signature it opens nothing");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn an_archive_is_made_out_of_a_bucket_even_where_files_are_redirected() {
    let bucket = Bucket::given();
    let endpoint = bucket.endpoint.clone();
    let app = bucket.app_with(&[("HOLDALL_S3_PUBLIC_ENDPOINT", &endpoint)]).await;
    let ada = app.signed_in("ada").await;
    let content: Vec<u8> = (0..1_500_000_u32).map(|n| (n % 253) as u8).collect();
    // Small files before, between and after large ones, because archives read small files ahead.
    let form = (0..30).fold(Form::new(), |form, number| {
        let size = if number % 10 == 5 { content.len() } else { number * 100 };
        form.file("files", &format!("{number}.bin"), &content[..size])
    });
    assert_eq!(ada.send_form("/files", form).await.status, 303);
    let path = ada.post("/downloads", &[("all", "1")]).await.leads_to().to_owned();
    let whole = ada.get(&path).await;
    assert_eq!((whole.status.as_u16(), whole.header("content-length")), (200, whole.body.len().to_string().as_str()));
    assert!(whole.body.len() > 3 * content.len());
    for (first, last) in
        [(0, 99), (4_000, 1_400_000), (1_000_000, 3_000_000), (whole.body.len() - 2000, whole.body.len() - 1)]
    {
        let answer = ada.ask(Request::get(&path).header("range", format!("bytes={first}-{last}"))).await;
        assert_eq!((answer.status.as_u16(), &answer.body), (206, &whole.body.slice(first..=last)), "{first}-{last}");
    }
    let storage = bucket.storage().await;
    let keys = storage.list::<Private>("").await.expect("the store");
    let large = keys.iter().find(|listed| listed.size == content.len() as u64).expect("a large object");
    storage.delete(&Key::<Private>::parse(&large.key).expect("a key")).await.expect("the store");
    assert!(!ada.receives_whole(&path).await, "an archive that lacks an object is never whole");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_picture_is_seen_by_anyone_through_holdall_while_the_bucket_stays_closed() {
    use image::ImageEncoder as _;

    let bucket = Bucket::given();
    let app = bucket.app().await;
    let ada = app.signed_in("ada").await;
    let mut picture = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut picture);
    encoder.write_image(&[200; 64 * 64 * 3], 64, 64, image::ExtendedColorType::Rgb8).expect("a picture");
    let form = Form::new().file("avatar", "me.png", &picture);
    assert_eq!(ada.send_form("/account/avatar", form).await.leads_to(), "/account?done=avatar");
    let address = ada.get("/account").await.attributes("img", "src").swap_remove(0);
    let answer = app.visitor().get(&address).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/jpeg"));
    let key = address.strip_prefix("/media/").expect("an address of Holdall's");
    let closed = bucket.asked_by_a_stranger(&format!("{}/{key}", bucket.value("HOLDALL_MEDIA_LOCATION"))).await;
    assert!(closed.starts_with("HTTP/1.1 403"), "{closed}");
    ada.post("/account/avatar/remove", &[]).await;
    assert_eq!(app.visitor().get(&address).await.status, 404);
    assert!(bucket.storage().await.list::<Media>("").await.expect("the store").is_empty());
}
