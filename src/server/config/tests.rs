//! The rules of the settings, and that `.env.example` lists the same variables as the code.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::server::config::*;
use crate::server::storage::{BackendSettings, DeliveryMode, Exposure, UploadMode};

fn read(given: &[(&str, &str)]) -> Result<Config, Vec<&'static str>> {
    let given: BTreeMap<_, _> = given.iter().copied().collect();
    Config::read(|name| given.get(name).map(|value| (*value).to_owned()))
        .map_err(|faults| faults.into_iter().map(|fault| fault.variable).collect())
}

const BUCKET: [(&str, &str); 5] = [
    ("HOLDALL_STORAGE", "s3"),
    ("HOLDALL_BUCKET", "files"),
    ("AWS_ACCESS_KEY_ID", "id"),
    ("AWS_SECRET_ACCESS_KEY", "hush"),
    ("AWS_REGION", "garage"),
];

#[test]
fn nothing_set_is_a_laptop() {
    let config = read(&[]).expect("no settings are good settings");
    assert_eq!(config.address.to_string(), "127.0.0.1:3000");
    assert_eq!(config.url.origin(), "http://127.0.0.1:3000");
    assert_eq!(config.database, Database::Sqlite("data/holdall.db".into()));
    assert!(
        matches!(config.storage.backend, BackendSettings::Local { root } if root == std::path::Path::new("data/files"))
    );
    assert_eq!(config.sign_up.by, SignUp::Open);
    assert!(config.warnings.is_empty());
}

#[test]
fn all_faults_are_reported_together() {
    let faults = read(&[
        ("LEPTOS_SITE_ADDR", "here"),
        ("HOLDALL_URL", "files.example.org"),
        ("HOLDALL_STORAGE", "s3"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:3900"),
        ("HOLDALL_QUOTA", "much"),
        ("HOLDALL_SIGN_UP", "maybe"),
    ])
    .expect_err("seven faults");
    let expected = [
        "LEPTOS_SITE_ADDR",
        "HOLDALL_URL",
        "HOLDALL_BUCKET",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "HOLDALL_SIGN_UP",
        "HOLDALL_QUOTA",
    ];
    assert_eq!(faults, expected);
}

#[test]
fn a_bucket_without_s3_is_a_fault_and_aws_variables_alone_are_none() {
    assert_eq!(read(&[("HOLDALL_BUCKET", "files")]).expect_err("a fault"), ["HOLDALL_BUCKET"]);
    assert_eq!(read(&[("HOLDALL_S3_PATH_STYLE", "true")]).expect_err("a fault"), ["HOLDALL_S3_PATH_STYLE"]);
    assert!(read(&[("AWS_ACCESS_KEY_ID", "id"), ("AWS_REGION", "x"), ("AWS_ENDPOINT_URL_S3", "http://x")]).is_ok());
}

#[test]
fn delivery_is_by_redirect_where_browsers_reach_the_store() {
    let delivery = |more: &[(&str, &str)]| read(&[&BUCKET[..], more].concat()).expect("good settings").storage.delivery;
    assert_eq!(delivery(&[]), DeliveryMode::Redirect, "Amazon itself");
    assert_eq!(delivery(&[("AWS_ENDPOINT_URL_S3", "http://10.0.0.1:3900")]), DeliveryMode::Stream);
    let public =
        [("AWS_ENDPOINT_URL_S3", "http://10.0.0.1:3900"), ("HOLDALL_S3_PUBLIC_ENDPOINT", "https://s3.example.org")];
    assert_eq!(delivery(&public), DeliveryMode::Redirect);
    assert_eq!(delivery(&[("HOLDALL_PRIVATE_DELIVERY", "stream")]), DeliveryMode::Stream);
    assert_eq!(read(&[("HOLDALL_PRIVATE_DELIVERY", "redirect")]).expect_err("a folder"), ["HOLDALL_PRIVATE_DELIVERY"]);
}

#[test]
fn parts_go_straight_to_the_bucket_where_files_come_straight_from_it() {
    let uploads = |more: &[(&str, &str)]| read(&[&BUCKET[..], more].concat()).expect("good settings").storage.uploads;
    assert_eq!(uploads(&[]), UploadMode::Direct);
    assert_eq!(uploads(&[("HOLDALL_PRIVATE_DELIVERY", "stream")]), UploadMode::App);
    assert_eq!(uploads(&[("HOLDALL_UPLOADS", "app")]), UploadMode::App);
    assert_eq!(uploads(&[("HOLDALL_PRIVATE_DELIVERY", "stream"), ("HOLDALL_UPLOADS", "direct")]), UploadMode::Direct);
    assert_eq!(read(&[("HOLDALL_UPLOADS", "direct")]).expect_err("a folder"), ["HOLDALL_UPLOADS"]);
    assert!(read(&[("HOLDALL_UPLOADS", "app")]).is_ok());
}

#[test]
fn what_is_public_can_be_reached_elsewhere() {
    let exposures = |more: &[(&str, &str)]| read(&[&BUCKET[..], more].concat()).map(|config| config.storage.exposures);
    let usual = exposures(&[]).expect("good settings");
    assert!(matches!((usual.static_, usual.media), (Exposure::App, Exposure::App)));
    let mixed = [("HOLDALL_STATIC_EXPOSURE", "policy"), ("HOLDALL_MEDIA_EXPOSURE", "acl")];
    let mixed = exposures(&mixed).expect("good settings");
    assert!(matches!((mixed.static_, mixed.media), (Exposure::Policy, Exposure::Acl)));
    let cdn = [("HOLDALL_MEDIA_EXPOSURE", "cdn"), ("HOLDALL_MEDIA_URL", "https://cdn.example.org/faces/")];
    let Exposure::Cdn(cdn) = exposures(&cdn).expect("good settings").media else { panic!("a CDN") };
    assert_eq!((cdn.base.as_str(), cdn.key.is_none()), ("https://cdn.example.org/faces", true));
    assert!(read(&[("HOLDALL_MEDIA_EXPOSURE", "cdn"), ("HOLDALL_MEDIA_URL", "https://cdn.example.org")]).is_ok());
}

#[test]
fn half_an_exposure_is_a_fault() {
    let (url, https) = (("HOLDALL_STATIC_URL", "http://cdn.example.org"), ("HOLDALL_URL", "https://files.example.org"));
    let cdn = ("HOLDALL_STATIC_EXPOSURE", "cdn");
    let pem = include_str!("../storage/cdn/test-rsa.pem");
    for (given, faults) in [
        (&[cdn] as &[_], &["HOLDALL_STATIC_URL"] as &[_]),
        (&[url], &["HOLDALL_STATIC_URL"]),
        (&[cdn, url, https], &["HOLDALL_STATIC_URL"]),
        (&[cdn, ("HOLDALL_STATIC_URL", "https://cdn.example.org?x")], &["HOLDALL_STATIC_URL"]),
        (&[("HOLDALL_MEDIA_EXPOSURE", "public")], &["HOLDALL_MEDIA_EXPOSURE"]),
        (&[("HOLDALL_CDN_KEY_ID", "K1")], &["HOLDALL_CDN_KEY"]),
        (&[("HOLDALL_CDN_KEY", pem)], &["HOLDALL_CDN_KEY_ID"]),
        (&[("HOLDALL_CDN_KEY", pem), ("HOLDALL_CDN_KEY_ID", "K1")], &["HOLDALL_CDN_KEY_ID"]),
        (&[cdn, url, ("HOLDALL_CDN_KEY", "no key"), ("HOLDALL_CDN_KEY_ID", "K1")], &["HOLDALL_CDN_KEY"]),
    ] {
        assert_eq!(read(&[&BUCKET[..], given].concat()).expect_err("a fault"), faults);
    }
    let signed = [cdn, url, ("HOLDALL_CDN_KEY_ID", "K1"), ("HOLDALL_CDN_KEY", &pem.replace('\n', "\\n"))];
    assert!(read(&signed).is_ok());
    for exposure in ["policy", "acl"] {
        let on_a_laptop = read(&[("HOLDALL_MEDIA_EXPOSURE", exposure)]);
        assert_eq!(on_a_laptop.expect_err("no bucket"), ["HOLDALL_MEDIA_EXPOSURE"]);
    }
}

#[test]
fn what_is_said_of_objects_is_for_a_bucket() {
    let given = [
        ("HOLDALL_S3_STORAGE_CLASS", "STANDARD_IA"),
        ("HOLDALL_S3_ENCRYPTION", "aws:kms"),
        ("HOLDALL_S3_METADATA", "site=holdall"),
        ("HOLDALL_S3_MAX_PARTS", "1000"),
        ("HOLDALL_S3_LINK_AGE", "10 min"),
    ];
    let config = read(&[&BUCKET[..], &given].concat()).expect("good settings");
    assert_eq!(config.storage.link_age, Duration::from_secs(600));
    let mut faults = read(&given).expect_err("four faults");
    faults.sort_unstable();
    let mut variables = given.map(|(variable, _)| variable);
    variables.sort_unstable();
    assert_eq!(faults, variables);
    for bad in [("HOLDALL_S3_LINK_AGE", "8 d"), ("HOLDALL_S3_CA", "/no/such/file"), ("HOLDALL_S3_METADATA", "x")] {
        assert_eq!(read(&[&BUCKET[..], &[bad]].concat()).expect_err("a fault"), [bad.0]);
    }
}

#[test]
fn locations_never_lie_inside_another() {
    assert!(read(&[("HOLDALL_PRIVATE_LOCATION", "media/private")]).is_err());
    assert!(read(&[("HOLDALL_MEDIA_LOCATION", "../media")]).is_err());
    assert!(
        read(&[("HOLDALL_MEDIA_LOCATION", "holdall/media"), ("HOLDALL_PRIVATE_LOCATION", "holdall/private")]).is_ok()
    );
}

#[test]
fn addresses_for_the_doctor_stand_with_commas_between_them() {
    let bases = |text| read(&[("HOLDALL_DOCTOR_BASES", text)]).map(|config| config.doctor_bases);
    let two = ["https://cdn.example.org/x", "http://10.0.0.1:3902"].map(str::to_owned);
    assert_eq!(bases("https://cdn.example.org/x/, http://10.0.0.1:3902").expect("two"), two);
    assert!(bases("cdn.example.org").is_err() && bases("https://a,").is_err());
    assert!(read(&[]).expect("none").doctor_bases.is_empty());
}

#[test]
fn signing_up_closes_when_the_site_is_on_the_net() {
    assert_eq!(read(&[("HOLDALL_URL", "https://files.example.org")]).expect("good").sign_up.by, SignUp::Closed);
    assert_eq!(read(&[("HOLDALL_URL", "http://localhost:3000")]).expect("good").sign_up.by, SignUp::Open);
    assert_eq!(read(&[("HOLDALL_URL", "http://[::1]:3000")]).expect("good").sign_up.by, SignUp::Open);
    let both = [("HOLDALL_URL", "https://files.example.org"), ("HOLDALL_SIGN_UP", "open")];
    assert_eq!(read(&both).expect("good").sign_up.by, SignUp::Open);
}

#[test]
fn listening_to_the_world_without_an_address_is_a_warning() {
    assert_eq!(read(&[("LEPTOS_SITE_ADDR", "0.0.0.0:3000")]).expect("good").warnings.len(), 1);
}

#[test]
fn an_origin_is_written_as_browsers_write_it() {
    let origin = |text| Url::parse(text).map(|url| url.origin().to_owned());
    assert_eq!(origin("https://Files.Example.org:443/"), Some("https://files.example.org".to_owned()));
    assert_eq!(origin("http://localhost:3000"), Some("http://localhost:3000".to_owned()));
    assert_eq!(origin("https://bücher.example"), Some("https://xn--bcher-kva.example".to_owned()));
    for bad in ["ftp://x", "https://x/y", "https://a@b", "x", "https://"] {
        assert_eq!(origin(bad), None, "{bad}");
    }
}

#[test]
fn sizes_and_spans_have_units() {
    assert_eq!(read::size("5 GiB"), Some(5 << 30));
    assert_eq!(read::size("10MB"), Some(10_000_000));
    assert_eq!(read::size("17"), Some(17));
    assert_eq!(["", "5 GiBs", "-1", "99999999 TiB"].map(read::size), [None; 4]);
    assert_eq!(span("30 min"), Some(Duration::from_secs(1800)));
    assert_eq!(["5", "0 s", "1 year"].map(span), [None; 3]);
}

#[test]
fn how_many_accounts_there_may_be_is_a_number_or_none() {
    let most = |text| read(&[("HOLDALL_MAX_ACCOUNTS", text)]).map(|config| config.sign_up.most);
    assert_eq!(read(&[]).expect("good").sign_up.most, Some(10_000));
    assert_eq!(most("3"), Ok(Some(3)));
    assert_eq!(most("none"), Ok(None));
    for text in ["0", "-1", "many"] {
        assert_eq!(most(text), Err(vec!["HOLDALL_MAX_ACCOUNTS"]), "{text}");
    }
    assert_eq!(read(&[("HOLDALL_SIGN_UPS_PER_HOUR", "0")]).err(), Some(vec!["HOLDALL_SIGN_UPS_PER_HOUR"]));
}

#[test]
fn the_example_file_names_exactly_the_variables_that_are_read() {
    let asked = RefCell::new(BTreeSet::new());
    for kind in ["local", "s3"] {
        let _either = Config::read(|name| {
            asked.borrow_mut().insert(name.to_owned());
            (name == "HOLDALL_STORAGE").then(|| kind.to_owned())
        });
    }
    // Set by `cargo leptos watch` and by the AWS tools' own files, not by people.
    let not_for_people = ["LEPTOS_WATCH", "LEPTOS_RELOAD_PORT", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION"];
    let asked: BTreeSet<String> =
        asked.into_inner().into_iter().filter(|name| !not_for_people.contains(&name.as_str())).collect();
    let example: BTreeSet<String> = include_str!("../../../.env.example")
        .lines()
        .filter_map(|line| line.strip_prefix("# ").unwrap_or(line).split_once('='))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'))
        // The AWS libraries read this variable themselves.
        .filter(|name| name != "AWS_PROFILE")
        .collect();
    assert_eq!(asked, example);
}
