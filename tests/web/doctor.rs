//! What `holdall doctor` reports about stores that are configured well, and about misconfigured ones.

use aws_sdk_s3::types::ObjectCannedAcl;
use holdall::server::app::open_doctor;
use holdall::server::clock::Clock;
use holdall::server::domain::doctor::{Verdict, WantedSetting};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::store::{Bucket, failed, line};

const POLICY: [(&str, &str); 2] = [("HOLDALL_STATIC_EXPOSURE", "policy"), ("HOLDALL_MEDIA_EXPOSURE", "policy")];
const ACL: [(&str, &str); 2] = [("HOLDALL_STATIC_EXPOSURE", "acl"), ("HOLDALL_MEDIA_EXPOSURE", "acl")];
/// The findings that moto causes by allowing everything.
const MOTOS: [&str; 2] = ["private.list", "private.write"];

/// The failures without those that moto itself causes.
fn besides_motos<'a>(failed: &[&'a str]) -> Vec<&'a str> {
    let motos = |id: &str| id.ends_with(".list") || id.ends_with(".write");
    failed.iter().copied().filter(|id| !motos(id)).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_healthy_garage_fails_in_nothing() {
    let bucket = Bucket::garage().await;
    bucket.put("private/ab/old", None).await;
    let report = bucket.examined(&[]).await;
    assert!(failed(&report).is_empty(), "{:#?}", report.lines);
    for id in [
        "reach.endpoint",
        "reach.clock",
        "reach.credentials",
        "reach.region",
        "reach.bucket",
        "private.read",
        "private.tricks",
        "private.list",
        "private.write",
        "public.static.closed",
        "settings.website",
        "settings.cors",
        "behaviour.checksum",
        "behaviour.parts",
        "signing.signature",
        "signing.expiry",
        "signing.length",
        "uploads.direct",
        "cleanup.canaries",
    ] {
        assert_eq!(line(&report, id).verdict, Verdict::Ok, "{:?}", line(&report, id));
    }
    // This store does not support the queries, which must not be reported as a good result.
    for id in ["settings.ownership", "settings.block", "settings.policy", "private.acls"] {
        assert_eq!(line(&report, id).verdict, Verdict::Unknown, "{:?}", line(&report, id));
    }
    assert!(report.lines.iter().all(|line| (line.verdict == Verdict::Ok) == line.remedy.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn moto_fails_for_what_it_leaves_open_and_for_nothing_else() {
    let bucket = Bucket::moto().await;
    let report = bucket.examined(&[]).await;
    assert_eq!(failed(&report), MOTOS, "{:#?}", report.lines);
    let found = &line(&report, "private.write").found;
    assert!(found.contains("PUT http://") && !found.contains("DELETE"), "{found}");
    assert!(line(&report, "private.list").found.contains("?list-type=2"));
    for id in ["signing.signature", "signing.expiry", "signing.length", "behaviour.checksum"] {
        assert_eq!(line(&report, id).verdict, Verdict::Warning, "{:?}", line(&report, id));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_website_on_garage_is_found_and_its_closing_too() {
    let (bucket, web) = Bucket::website("website-1").await;
    bucket.shows_itself(true).await;
    let report = bucket.examined(&[("HOLDALL_DOCTOR_BASES", web.as_str())]).await;
    assert_eq!(failed(&report), ["private.read", "settings.website"], "{:#?}", report.lines);
    let found = &line(&report, "private.read").found;
    for way in ["GET", "HEAD", "GET a range of"] {
        assert!(found.contains(&format!("{way} {web}/private/.canary/")), "{found}");
    }
    assert!(found.contains(&format!("(Host: {})", bucket.name)), "{found}");
    bucket.shows_itself(false).await;
    let report = bucket.examined(&[("HOLDALL_DOCTOR_BASES", web.as_str())]).await;
    assert!(failed(&report).is_empty(), "{:#?}", report.lines);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn a_policy_on_everything_is_named_and_proved() {
    let bucket = Bucket::moto().await;
    bucket.opens(&["*"]).await;
    let report = bucket.examined(&[]).await;
    let besides = besides_motos(&failed(&report));
    assert_eq!(besides, ["private.read", "settings.policy"], "{:#?}", report.lines);
    assert!(line(&report, "settings.policy").found.contains("private/*"));
    assert_eq!(line(&report, "public.static.closed").verdict, Verdict::Warning, "more open than it needs to be");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn the_doctor_leaves_no_old_versions() {
    use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};

    let bucket = Bucket::moto().await;
    let kept = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    let put = bucket.client.put_bucket_versioning().bucket(&bucket.name).versioning_configuration(kept);
    put.send().await.expect("versions");
    let report = bucket.examined(&[]).await;
    assert!(besides_motos(&failed(&report)).is_empty(), "{:#?}", report.lines);
    // The SDK cannot parse moto's answer; an unknown state must not be reported as a negative one.
    assert_eq!(line(&report, "settings.versioning").verdict, Verdict::Unknown);
    let versions = bucket.client.list_object_versions().bucket(&bucket.name).send().await.expect("versions");
    assert!(versions.versions().is_empty() && versions.delete_markers().is_empty(), "{versions:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn one_private_object_with_an_acl_is_named() {
    let bucket = Bucket::moto().await;
    bucket.put("private/ab/closed", None).await;
    bucket.put("private/ab/open", Some(ObjectCannedAcl::PublicRead)).await;
    let report = bucket.examined(&[]).await;
    assert_eq!(besides_motos(&failed(&report)), ["private.acls"], "{:#?}", report.lines);
    let found = &line(&report, "private.acls").found;
    assert!(found.contains("private/ab/open (READ)") && !found.contains("closed"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn with_acls_what_is_public_is_read_by_everybody() {
    let bucket = Bucket::moto().await;
    bucket.shares_with("http://127.0.0.1:1").await;
    let report = bucket.examined(&ACL).await;
    assert!(besides_motos(&failed(&report)).is_empty(), "{:#?}", report.lines);
    for id in ["read", "headers", "cors", "parts"].map(|what| format!("public.static.{what}")) {
        assert_eq!(line(&report, &id).verdict, Verdict::Ok, "{:?}", line(&report, &id));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn a_missing_cors_rule_is_named_in_both_exposures_and_a_foreign_one_does_not_count() {
    let bucket = Bucket::moto().await;
    bucket.opens(&["static/*", "media/*"]).await;
    for exposure in [ACL, POLICY] {
        let report = bucket.examined(&exposure).await;
        assert_eq!(besides_motos(&failed(&report)), ["settings.cors"], "{:#?}", report.lines);
        assert!(line(&report, "settings.cors").found.contains("http://127.0.0.1:1"));
    }
    bucket.shares_with("https://elsewhere.example.org").await;
    let report = bucket.examined(&POLICY).await;
    let failed = besides_motos(&failed(&report));
    assert!(failed.contains(&"settings.cors"), "{:#?}", report.lines);
    assert_eq!(report.missing.iter().filter(|missing| missing.what == WantedSetting::Cors).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs moto: script/test runs it"]
async fn what_is_missing_is_set_beside_what_is_there_and_proved_again() {
    let bucket = Bucket::moto().await;
    bucket.opens(&["elsewhere/*"]).await;
    bucket.shares_with("https://elsewhere.example.org").await;
    let report = bucket.examined(&POLICY).await;
    let expected = ["public.static.read", "public.media.read", "settings.policy", "settings.cors"];
    assert_eq!(besides_motos(&failed(&report)), expected, "{:#?}", report.lines);
    let what: Vec<_> = report.missing.iter().map(|missing| missing.what).collect();
    assert_eq!(what, [WantedSetting::Policy, WantedSetting::Cors, WantedSetting::Lifecycle]);

    let doctor = open_doctor(&bucket.config(&POLICY), Clock::system()).await.expect("a doctor");
    let applied = doctor.apply(&report.missing).await;
    assert!(applied.iter().all(|line| line.verdict == Verdict::Ok), "{applied:#?}");
    let report = bucket.examined(&POLICY).await;
    assert!(besides_motos(&failed(&report)).is_empty(), "{:#?}", report.lines);
    assert!(report.missing.is_empty());

    let policy = bucket.client.get_bucket_policy().bucket(&bucket.name).send().await.expect("a policy");
    let policy: serde_json::Value = serde_json::from_str(policy.policy().expect("a policy")).expect("JSON");
    let statements: Vec<_> =
        policy["Statement"].as_array().expect("statements").iter().map(|one| &one["Sid"]).collect();
    assert_eq!(statements, ["Theirs", "HoldallPublicRead"]);
    let rules = bucket.client.get_bucket_cors().bucket(&bucket.name).send().await.expect("rules");
    assert_eq!(rules.cors_rules().iter().filter_map(|rule| rule.id()).collect::<Vec<_>>(), ["theirs", "holdall"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn the_lifecycle_rule_is_set_on_garage_too() {
    let bucket = Bucket::garage().await;
    let report = bucket.examined(&[]).await;
    assert_eq!(line(&report, "settings.lifecycle").verdict, Verdict::Warning);
    let doctor = open_doctor(&bucket.config(&[]), Clock::system()).await.expect("a doctor");
    let applied = doctor.apply(&report.missing).await;
    assert!(applied.iter().all(|line| line.verdict == Verdict::Ok), "{applied:#?}");
    let report = bucket.examined(&[]).await;
    assert_eq!(line(&report, "settings.lifecycle").verdict, Verdict::Ok);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_proxy_that_resolves_dots_after_it_decided_is_found() {
    // This proxy exposes whatever starts with `/static/`, but the bucket resolves dot segments in the path: here it
    // always serves what follows the last `private/`.
    let bucket = Bucket::garage().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let proxy = format!("http://{}", listener.local_addr().expect("an address"));
    let (client, name) = (bucket.client.clone(), bucket.name.clone());
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.expect("a connection");
            let (client, name) = (client.clone(), name.clone());
            tokio::spawn(async move {
                let request = crate::doctor_reach::request(&mut connection).await;
                let path = request.split(' ').nth(1).unwrap_or_default();
                let key = path.rsplit_once("private/").map(|(_, key)| format!("private/{key}"));
                let object = match key.filter(|_| path.starts_with("/static/../")) {
                    Some(key) => client.get_object().bucket(name).key(key).send().await.ok(),
                    None => None,
                };
                let (status, body) = match object {
                    Some(object) => ("200 OK", object.body.collect().await.expect("bytes").into_bytes()),
                    None => ("403 Forbidden", bytes::Bytes::new()),
                };
                let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                let _ = connection.write_all(&[head.as_bytes(), &body].concat()).await;
            });
        }
    });
    let report = bucket.examined(&[("HOLDALL_DOCTOR_BASES", proxy.as_str())]).await;
    assert_eq!(failed(&report), ["private.tricks"], "{:#?}", report.lines);
    assert!(line(&report, "private.tricks").found.contains(&format!("GET {proxy}/static/../private/.canary/")));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn canaries_that_a_killed_doctor_left_stay_while_they_are_young() {
    let bucket = Bucket::garage().await;
    bucket.put("private/.canary/left", None).await;
    bucket.examined(&[]).await;
    assert_eq!(bucket.keys().await, ["private/.canary/left"], "another doctor may be at work");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_looked_at_too() {
    let data = tempfile::tempdir().expect("a folder");
    let value = |name: &str| (name == "HOLDALL_DATA").then(|| data.path().display().to_string());
    let config = holdall::server::config::Config::read(value).expect("settings");
    let report = open_doctor(&config, Clock::system()).await.expect("a doctor").examine(false).await;
    assert!(failed(&report).is_empty());
    for id in ["folder.rights", "folder.room", "folder.served"] {
        line(&report, id);
    }
}
