//! What browsers can fetch from a public location that is exposed at the bucket itself. moto enforces ACLs and
//! policies; Garage supports neither, so only the addresses are tested there.

use crate::server::storage::contract::stores::{get, scripted_with};
use crate::server::storage::contract::{bucket_settings, meta, open_exposed, pattern};
use crate::server::storage::*;

const GARAGE: &str = "HOLDALL_TEST_GARAGE";
const MOTO: &str = "HOLDALL_TEST_MOTO";

/// The same exposure for both public locations.
fn both(exposure: &Exposure) -> Exposures {
    Exposures { static_: exposure.clone(), media: exposure.clone() }
}

fn in_front(base: &str) -> Exposure {
    Exposure::Cdn(Cdn { base: base.to_owned(), key: None })
}

#[tokio::test]
#[ignore = "needs moto: script/test runs it"]
async fn an_acl_opens_what_is_public_and_nothing_else() {
    let storage = open_exposed(bucket_settings(MOTO), both(&Exposure::Acl)).await;
    let (small, large, private) = (Key::<Media>::random(), Key::<Media>::random(), Key::<Private>::random());
    let meta = ObjectMeta { cache_control: Some("public, max-age=60"), ..meta() };
    storage.put(&small, pattern(10), &meta).await.unwrap();
    let mut writer = storage.writer(&large, &meta, "ada");
    writer.write(pattern(9_000_000)).await.unwrap();
    writer.finish().await.unwrap();
    storage.put(&private, pattern(10), &meta).await.unwrap();

    for (key, size) in [(&small, 10), (&large, 9_000_000)] {
        let (status, headers, body) = get(&storage.url(key).unwrap()).await;
        assert_eq!((status, body.len()), (200, size));
        assert_eq!(headers["content-type"], "image/png");
        assert_eq!(headers["cache-control"], "public, max-age=60");
    }
    let address = storage.url(&small).unwrap();
    let location = address.strip_suffix(&format!("/media/{small}")).unwrap();
    assert_eq!(get(&format!("{location}/private/{private}")).await.0, 403);
}

#[tokio::test]
#[ignore = "needs moto: script/test runs it"]
async fn without_that_exposure_no_object_has_an_acl() {
    for exposure in [Exposure::App, Exposure::Policy, in_front("https://cdn.example.org/media")] {
        let storage = open_exposed(bucket_settings(MOTO), both(&exposure)).await;
        let key = Key::<Media>::random();
        storage.put(&key, pattern(10), &meta()).await.unwrap();
        let Backend::S3(s3) = &storage.inner.backend else { panic!("a bucket") };
        let base = s3.public_base(LocationKind::Media).unwrap();
        assert_eq!(get(&format!("{base}/{key}")).await.0, 403, "{exposure:?}");
    }
}

#[tokio::test]
#[ignore = "needs Garage: script/test runs it"]
async fn addresses_follow_the_exposure_the_style_and_the_public_endpoint() {
    let url = async |settings: S3Settings, exposure: &Exposure| {
        let storage = open_exposed(settings, both(exposure)).await;
        let location = match &storage.inner.backend {
            Backend::S3(s3) => s3.address(LocationKind::Media, "").key,
            Backend::Local(_) => panic!("a bucket"),
        };
        storage.url(&Key::<Media>::parse(KEY).unwrap()).unwrap().replace(&location, "media/")
    };
    let settings = bucket_settings(GARAGE);
    let endpoint = settings.endpoint.clone().unwrap();
    let bucket = settings.bucket.clone();
    assert_eq!(url(settings.clone(), &Exposure::App).await, format!("/media/{KEY}"));
    assert_eq!(url(settings.clone(), &Exposure::Policy).await, format!("{endpoint}/{bucket}/media/{KEY}"));
    let public = S3Settings { public_endpoint: Some("https://s3.example.org".to_owned()), ..settings.clone() };
    assert_eq!(url(public.clone(), &Exposure::Acl).await, format!("https://s3.example.org/{bucket}/media/{KEY}"));
    let hosts = S3Settings { path_style: false, ..public };
    assert_eq!(url(hosts, &Exposure::Acl).await, format!("https://{bucket}.s3.example.org/media/{KEY}"));
    let own = S3Settings { media_bucket: Some("faces".to_owned()), ..settings.clone() };
    assert_eq!(url(own, &Exposure::Policy).await, format!("{endpoint}/faces/media/{KEY}"));
    let cdn = in_front("https://cdn.example.org/faces");
    assert_eq!(url(settings, &cdn).await, format!("https://cdn.example.org/faces/{KEY}"));
}

const KEY: &str = "0a/0a23456789abcdefghijklmnop";

#[tokio::test]
async fn amazon_has_an_address_in_each_region_and_partition() {
    for (region, expected) in [
        ("eu-central-1", "https://files.s3.eu-central-1.amazonaws.com"),
        ("cn-north-1", "https://files.s3.cn-north-1.amazonaws.com.cn"),
    ] {
        let settings = S3Settings {
            bucket: "files".to_owned(),
            region: Some(region.to_owned()),
            credentials: Some(Credentials { id: "id".to_owned(), secret: "secret".to_owned(), session_token: None }),
            ..S3Settings::default()
        };
        let storage = open_exposed(settings, both(&Exposure::Policy)).await;
        assert!(storage.base::<Static>().unwrap().starts_with(expected), "{:?}", storage.base::<Static>());
    }
}

#[tokio::test]
async fn a_signed_address_is_signed_for_each_key() {
    let key = CdnKey::parse("K1", include_str!("../cdn/test-ecdsa.pem"));
    let cdn = Exposure::Cdn(Cdn { base: "https://cdn.example.org/faces".to_owned(), key });
    let storage = open_exposed(S3Settings { bucket: "files".to_owned(), ..S3Settings::default() }, both(&cdn)).await;
    let address = storage.url(&Key::<Media>::parse(KEY).unwrap()).unwrap();
    assert!(address.starts_with(&format!("https://cdn.example.org/faces/{KEY}?Expires=")), "{address}");
    assert!(address.ends_with("&Key-Pair-Id=K1&Hash-Algorithm=SHA256"), "{address}");
}

#[tokio::test]
#[ignore = "needs moto: script/test runs it"]
async fn what_the_settings_say_of_objects_is_said_of_each() {
    let settings = S3Settings {
        storage_class: Some("STANDARD_IA".to_owned()),
        encryption: Some(Encryption::Store),
        metadata: vec![("site".to_owned(), "holdall".to_owned())],
        ..bucket_settings(MOTO)
    };
    let storage = open_exposed(settings, Exposures::default()).await;
    let (whole, parts) = (Key::<Private>::random(), Key::<Private>::random());
    storage.put(&whole, pattern(10), &meta()).await.unwrap();
    let mut writer = storage.writer(&parts, &meta(), "ada");
    writer.write(pattern(9_000_000)).await.unwrap();
    writer.finish().await.unwrap();
    let how = DeliverAs { content_type: "text/plain".to_owned(), content_disposition: "attachment".to_owned() };
    for key in [&whole, &parts] {
        let Delivery::Redirect(address) = storage.deliver(key, &how).await.unwrap() else { panic!("a redirect") };
        let (status, headers, _) = get(&address).await;
        assert_eq!(status, 200);
        assert_eq!(headers["x-amz-storage-class"], "STANDARD_IA");
        assert_eq!(headers["x-amz-server-side-encryption"], "AES256");
        assert_eq!(headers["x-amz-meta-site"], "holdall");
    }
}

/// A response with this error code.
macro_rules! refusal {
    ($status:literal, $code:literal) => {
        concat!(
            "HTTP/1.1 ",
            $status,
            "\r\nConnection: close\r\n\r\n<Error><Code>",
            $code,
            "</Code><Message>no</Message></Error>"
        )
    };
}

#[tokio::test]
async fn a_bucket_that_takes_no_acls_is_told_apart_and_the_remedy_is_said() {
    for answer in
        [refusal!("400 Bad Request", "AccessControlListNotSupported"), refusal!("403 Forbidden", "AccessDenied")]
    {
        let storage = scripted_with(vec![answer], both(&Exposure::Acl)).await;
        let Err(StorageError::Unavailable { detail, .. }) =
            storage.put(&Key::<Media>::random(), pattern(9), &meta()).await
        else {
            panic!("a refusal")
        };
        assert!(detail.contains("HOLDALL_MEDIA_EXPOSURE") && detail.contains("policy"), "{detail}");
        let mut writer = storage.writer(&Key::<Media>::random(), &meta(), "ada");
        let written = writer.write(pattern(20_000_000)).await;
        let Err(StorageError::Unavailable { detail, .. }) = written else { panic!("a refusal") };
        assert!(detail.contains("HOLDALL_MEDIA_EXPOSURE"), "{detail}");
        let put = storage.put(&Key::<Private>::random(), pattern(9), &meta()).await;
        let Err(StorageError::Refused { detail, .. }) = put else { panic!("a refusal for good") };
        assert!(!detail.contains("HOLDALL_MEDIA_EXPOSURE"), "none was sent: {detail}");
    }
}
