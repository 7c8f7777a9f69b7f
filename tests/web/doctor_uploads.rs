//! What `holdall doctor` reports if browsers send parts straight to the bucket: whether its CORS rules allow that.

use holdall::server::app::open_doctor;
use holdall::server::clock::Clock;
use holdall::server::domain::doctor::{Report, Verdict, WantedSetting};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::store::{Bucket, failed, line, rules};

/// The address of these tests' site.
const SITE: &str = "http://127.0.0.1:1";
const DIRECT: [(&str, &str); 1] = [("HOLDALL_UPLOADS", "direct")];

/// Asserts that no check about parts failed, and that this one warns with this message.
fn warns(report: &Report, id: &str, of: &str) {
    let line = line(report, id);
    assert_eq!(line.verdict, Verdict::Warning, "{line:?}");
    assert!(line.found.contains(of), "{line:?}");
    assert!(line.remedy.as_deref().is_some_and(|said| said.contains("HOLDALL_UPLOADS=app")), "{line:?}");
}

fn is_well(report: &Report, id: &str) {
    assert_eq!(line(report, id).verdict, Verdict::Ok, "{:?}", line(report, id));
}

fn missing(report: &Report) -> Vec<WantedSetting> {
    report.missing.iter().map(|missing| missing.what).collect()
}

/// Applies the rules that this report says are missing.
async fn apply(bucket: &Bucket, more: &[(&'static str, &str)], report: &Report) {
    let doctor = open_doctor(&bucket.config(more), Clock::system()).await.expect("a doctor");
    let applied = doctor.apply(&report.missing).await;
    assert!(applied.iter().all(|line| line.verdict == Verdict::Ok), "{applied:#?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_bucket_that_lets_no_page_put_parts_is_named_and_gets_its_rule() {
    let bucket = Bucket::known("cors-1").await;
    bucket.shares_with(SITE).await;
    let report = bucket.examined(&DIRECT).await;
    assert!(failed(&report).is_empty(), "pages go round it: {:#?}", report.lines);
    warns(&report, "uploads.direct", "/cors-1/private/… gives 403, which allows nothing: after a few tries");
    warns(&report, "settings.cors", "no rule allows PUT from http://127.0.0.1:1");
    assert_eq!(missing(&report), [WantedSetting::Cors, WantedSetting::Lifecycle]);
    let rule = &report.missing[0].document["CORSRules"][0];
    assert_eq!(rule["AllowedMethods"], serde_json::json!(["PUT"]));
    assert_eq!(rule["AllowedOrigins"], serde_json::json!([SITE]));
    assert!(!line(&report, "uploads.direct").found.contains("X-Amz-Signature"), "an address that works is not shown");

    apply(&bucket, &DIRECT, &report).await;
    let report = bucket.examined(&DIRECT).await;
    assert!(failed(&report).is_empty(), "{:#?}", report.lines);
    for id in ["uploads.direct", "settings.cors", "settings.lifecycle"] {
        is_well(&report, id);
    }
    assert!(report.missing.is_empty());
    let both = [("theirs".to_owned(), vec!["GET".to_owned()]), ("holdall".to_owned(), vec!["PUT".to_owned()])];
    assert_eq!(rules(&bucket).await, both);

    let elsewhere = [DIRECT[0], ("HOLDALL_URL", "http://127.0.0.1:2")];
    warns(&bucket.examined(&elsewhere).await, "uploads.direct", "gives 403");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_store_that_allows_everything_beforehand_and_hides_its_answer_is_named() {
    // Garage behaves so for buckets that have no global name.
    let bucket = Bucket::garage().await;
    let report = bucket.examined(&DIRECT).await;
    assert!(failed(&report).is_empty(), "{:#?}", report.lines);
    warns(&report, "uploads.direct", "is taken, without Access-Control-Allow-Origin: after a few tries");
    bucket.lets("http://elsewhere.example.org", "PUT").await;
    warns(&bucket.examined(&DIRECT).await, "settings.cors", "no rule allows PUT");
    bucket.lets(SITE, "PUT").await;
    for id in ["uploads.direct", "settings.cors"] {
        is_well(&bucket.examined(&DIRECT).await, id);
    }
    let report = bucket.examined(&[("HOLDALL_UPLOADS", "app")]).await;
    assert!(line(&report, "uploads.direct").found.contains("to Holdall"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn one_rule_serves_what_pages_read_and_what_they_put() {
    let bucket = Bucket::moto().await;
    let all = [DIRECT[0], ("HOLDALL_STATIC_EXPOSURE", "policy"), ("HOLDALL_MEDIA_EXPOSURE", "policy")];
    bucket.opens(&["static/*", "media/*"]).await;
    bucket.lets("https://elsewhere.example.org", "PUT").await;
    let report = bucket.examined(&all).await;
    assert!(failed(&report).contains(&"settings.cors"), "{:#?}", report.lines);
    assert!(line(&report, "settings.cors").found.contains("no rule allows GET and PUT"));
    // Another rule may already allow reading; Holdall's own rule is complete nevertheless.
    bucket.lets(SITE, "GET").await;
    let report = bucket.examined(&all).await;
    warns(&report, "settings.cors", "no rule allows PUT");
    assert_eq!(missing(&report), [WantedSetting::Cors, WantedSetting::Lifecycle]);
    apply(&bucket, &all, &report).await;
    let report = bucket.examined(&all).await;
    is_well(&report, "settings.cors");
    assert!(report.missing.is_empty());
    let methods = |methods: &[&str]| methods.iter().map(|method| (*method).to_owned()).collect::<Vec<_>>();
    let both = [("theirs".to_owned(), methods(&["GET"])), ("holdall".to_owned(), methods(&["GET", "HEAD", "PUT"]))];
    assert_eq!(rules(&bucket).await, both);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn a_store_that_browsers_do_not_reach_is_named() {
    let bucket = Bucket::moto().await;
    let report = bucket.examined(&[DIRECT[0], ("HOLDALL_URL", "https://127.0.0.1:1")]).await;
    warns(&report, "uploads.direct", "is http while the site is https: after a few tries");
    is_well(&report, "signing.host");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn what_stands_in_front_of_the_store_is_asked_and_not_the_store() {
    // This store allows every preflight, but does not support PUT.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let front = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.expect("a connection");
            tokio::spawn(async move {
                crate::doctor_reach::request(&mut connection).await;
                let allow = "access-control-allow-origin: *\r\naccess-control-allow-methods: GET, HEAD";
                let answer = format!("HTTP/1.1 200 OK\r\n{allow}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                let _ = connection.write_all(answer.as_bytes()).await;
            });
        }
    });
    let bucket = Bucket::moto().await;
    bucket.lets(SITE, "PUT").await;
    let more = [DIRECT[0], ("HOLDALL_PRIVATE_DELIVERY", "stream"), ("HOLDALL_S3_PUBLIC_ENDPOINT", front.as_str())];
    let report = bucket.examined(&more).await;
    warns(&report, "uploads.direct", &format!("OPTIONS {front}/"));
    warns(&report, "uploads.direct", "Access-Control-Allow-Methods \"GET, HEAD\"");
    is_well(&report, "settings.cors");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn a_rule_that_ends_uploads_before_holdall_does_is_named() {
    let bucket = Bucket::moto().await;
    let week = [("HOLDALL_UPLOAD_AGE", "10 d")];
    let report = bucket.examined(&week).await;
    let rule = &report
        .missing
        .iter()
        .find(|missing| missing.what == WantedSetting::Lifecycle)
        .expect("a rule")
        .document["Rules"][0];
    assert_eq!(rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"], 11);
    // First a rule for the default age, then one for a longer age.
    let usual = bucket.examined(&[]).await;
    apply(&bucket, &[], &usual).await;
    is_well(&bucket.examined(&[]).await, "settings.lifecycle");
    let report = bucket.examined(&week).await;
    let line = line(&report, "settings.lifecycle");
    assert_eq!(line.verdict, Verdict::Warning, "{line:?}");
    assert!(line.remedy.as_deref().is_some_and(|said| said.contains("11 days or more")), "{line:?}");
}
