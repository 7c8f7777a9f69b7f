//! Releases in a bucket (Garage): publishing them, concurrently and with interruptions, listing them, and removing
//! outdated ones.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use holdall::server::domain::site::{AssetBundle, Published, State};
use holdall::server::storage::{Key, ObjectMeta, Static};

use crate::app::App;
use crate::bucket::Bucket;
use crate::counted::Counted;
use crate::visitor::Visitor;

/// The number of files in a release of these tests: more than are written concurrently.
const FILES: usize = 30;

/// The files of a version.
fn files(version: &str) -> Vec<(String, Bytes)> {
    let named = ["pkg/holdall.js", "pkg/holdall.wasm", "pkg/later.wasm", "pkg/holdall.css", "start.js", "icon.svg"];
    let named = named.map(str::to_owned);
    let parts = (named.len()..FILES).map(|number| format!("pkg/part-{number}.js"));
    named.into_iter().chain(parts).map(|path| (path.clone(), format!("{path} of {version}").into())).collect()
}

fn site(version: &str) -> AssetBundle {
    AssetBundle::of(files(version))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn publishing_again_costs_one_listing_and_writes_nothing() {
    let bucket = Bucket::given();
    let counted = Counted::way_to(&bucket.endpoint).await;
    let app = bucket.through(&counted.endpoint).carrying(site("one")).await;
    counted.asked();
    assert_eq!(app.state.assets.publish().await.expect("the store"), Published { written: FILES, skipped: 0 });
    let asked = counted.asked();
    assert_eq!(asked.len(), 1 + FILES + 1, "{asked:?}");
    assert!(asked[0].starts_with("GET ") && asked[1..].iter().all(|request| request.starts_with("PUT ")), "{asked:?}");
    assert!(asked[1 + FILES].contains("/release.json"), "the mark comes last: {asked:?}");

    let again = bucket.through(&counted.endpoint).carrying(site("one")).await;
    counted.asked();
    for app in [&app, &again] {
        assert_eq!(app.state.assets.publish().await.expect("the store"), Published { written: 0, skipped: FILES });
        let asked = counted.asked();
        assert!(matches!(&asked[..], [listing] if listing.starts_with("GET ")), "{asked:?}");
        assert!(app.state.assets.unpublished().await.expect("the store").is_empty());
        assert_eq!(counted.asked().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_rehearsal_says_what_publishing_would_write_and_writes_nothing() {
    let bucket = Bucket::given();
    let app = bucket.carrying(site("one")).await;
    let would = app.state.assets.unpublished().await.expect("the store");
    assert_eq!((would.len(), would.last().map(String::as_str)), (FILES + 1, Some("release.json")));
    assert!(bucket.storage().await.list::<Static>("").await.expect("the store").is_empty());
    app.state.assets.publish().await.expect("the store");
    let lost = Key::<Static>::parse(&format!("{}/start.js", app.state.assets.release())).expect("a key");
    bucket.storage().await.delete(&lost).await.expect("the store");
    assert_eq!(app.state.assets.unpublished().await.expect("the store"), ["start.js"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn many_that_publish_at_once_leave_one_whole_release() {
    let bucket = Bucket::given();
    let mut apps = Vec::new();
    for _ in 0..6 {
        apps.push(bucket.carrying(site("one")).await);
    }
    let all = futures::future::join_all(apps.iter().map(|app| app.state.assets.publish())).await;
    for published in all {
        let Published { written, skipped } = published.expect("the store");
        assert_eq!(written + skipped, FILES);
    }
    assert_eq!(bucket.storage().await.list::<Static>("").await.expect("the store").len(), FILES + 1);
    for app in &apps {
        is_answered_whole(&app.visitor(), app.state.assets.release(), "one").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn whoever_reads_the_older_release_notices_nothing_of_a_newer_one_that_is_cut_off() {
    let bucket = Bucket::given();
    let older = bucket.carrying(site("older")).await;
    older.state.assets.publish().await.expect("the store");
    let over = AtomicBool::new(false);
    let reader = async {
        let ada = older.signed_in("ada").await;
        let mut loads = 0;
        while !over.load(Ordering::Relaxed) {
            // A server that has just started has an empty cache, so that each file comes from the bucket.
            let fresh = bucket.carrying(site("older")).await;
            assert!(fresh.state.assets.find_published().await.expect("the store"));
            page_is_whole(&ada, &fresh, "older").await;
            loads += 1;
        }
        loads
    };
    let publisher = async {
        let mut cut = 0;
        for round in 0..10 {
            cut += usize::from(cut_off_and_finished(&bucket, &format!("newer {round}")).await);
        }
        over.store(true, Ordering::Relaxed);
        cut
    };
    let (loads, cut) = futures::join!(reader, publisher);
    assert!(loads > 0 && cut > 0, "{loads} loads, {cut} cut off in the middle");
}

/// Publishes a version, interrupts that after a random number of requests, and publishes it again. Returns whether the
/// interruption came before the release was marked complete.
async fn cut_off_and_finished(bucket: &Bucket, version: &str) -> bool {
    let counted = Counted::way_to(&bucket.endpoint).await;
    let app = bucket.through(&counted.endpoint).carrying(site(version)).await;
    let assets = app.state.assets.clone();
    assert!(!assets.find_published().await.expect("the store"), "{version} is new");
    counted.asked();
    let publishing = tokio::spawn({
        let assets = assets.clone();
        async move { assets.publish().await }
    });
    counted.after(1 + random_below(1 + FILES + 1)).await;
    publishing.abort();
    let _cut_or_over = publishing.await;
    let asked = counted.asked();
    let cut = !asked.iter().any(|request| request.contains("/release.json"));
    if cut {
        assert!(!assets.find_published().await.expect("the store"), "{version} is not whole: {asked:?}");
        assert_eq!(app.ready().await.status, 503);
    }
    let Published { written, skipped } = assets.publish().await.expect("the store");
    assert_eq!(written + skipped, FILES);
    assert!(assets.find_published().await.expect("the store"));
    is_answered_whole(&app.visitor(), app.state.assets.release(), version).await;
    cut
}

/// Loads a page of the older server, and every file it refers to from a server that has just started.
async fn page_is_whole(ada: &Visitor, fresh: &App, version: &str) {
    let page = ada.get("/files").await;
    assert_eq!(page.status, 200);
    let addresses = page.asset_addresses();
    assert!(addresses.len() >= 5, "{addresses:?}");
    for address in addresses {
        let beginning = format!("/static/{}/", fresh.state.assets.release());
        let path = address.strip_prefix(&beginning).expect("a file of the older release");
        let answer = fresh.visitor().get(&address).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, format!("{path} of {version}")), "{address}");
    }
}

async fn is_answered_whole(visitor: &Visitor, release: &str, version: &str) {
    for (path, content) in files(version) {
        let answer = visitor.get(&format!("/static/{release}/{path}")).await;
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &content), "{path}");
    }
}

fn random_below(limit: usize) -> usize {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).expect("randomness");
    u32::from_le_bytes(bytes) as usize % limit
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn releases_are_listed_and_the_outdated_are_removed_mark_first() {
    let bucket = Bucket::given();
    let counted = Counted::way_to(&bucket.endpoint).await;
    let (older, newer) =
        (bucket.carrying(site("older")).await, bucket.through(&counted.endpoint).carrying(site("newer")).await);
    let storage = bucket.storage().await;
    older.state.assets.publish().await.expect("the store");
    let half = format!("{}/pkg/holdall.js", "h".repeat(26));
    for stray in [half.as_str(), "latest/pkg/holdall.js", "release.json"] {
        storage
            .put(&Key::<Static>::parse(stray).expect("a key"), "x".into(), &ObjectMeta::default())
            .await
            .expect("the store");
    }
    newer.state.assets.publish().await.expect("the store");
    let assets = &newer.state.assets;

    let found = assets.releases().await.expect("the store");
    assert_eq!(found.others, ["latest/pkg/holdall.js", "release.json"]);
    let names = [older.state.assets.release(), &half[..26], newer.state.assets.release()];
    assert_eq!(found.releases.iter().map(|release| release.name.as_str()).collect::<Vec<_>>(), names);
    assert_eq!(found.releases.iter().map(|release| release.files).collect::<Vec<_>>(), [FILES, 1, FILES]);
    let whole = || State::Whole { version: env!("CARGO_PKG_VERSION").to_owned() };
    let states = assets.states(&found.releases).await.expect("the store");
    assert_eq!(states, [whole(), State::Unfinished, whole()]);
    counted.asked();

    let day = Duration::from_secs(86_400);
    assert!(assets.outdated(day).await.expect("the store").releases.is_empty(), "nothing is a day old");
    assert_eq!(counted.asked().len(), 1, "one listing");
    let outdated = assets.outdated(Duration::ZERO).await.expect("the store").releases;
    assert_eq!(outdated.iter().map(|release| release.name.as_str()).collect::<Vec<_>>(), names[..2]);
    counted.asked();
    for release in &outdated {
        assets.remove(release).await.expect("the store");
    }
    let asked = counted.asked();
    assert!(asked[0].starts_with("DELETE ") && asked[0].contains("/release.json"), "{asked:?}");
    assert!(
        matches!(&asked[1..], [files, rest] if files.starts_with("POST ") && rest.starts_with("POST ")),
        "{asked:?}"
    );
    let left = storage.list::<Static>("").await.expect("the store");
    assert_eq!(left.len(), FILES + 1 + found.others.len());
    assert!(!older.state.assets.find_published().await.expect("the store"));
    is_answered_whole(&newer.visitor(), assets.release(), "newer").await;
    assert!(assets.outdated(Duration::ZERO).await.expect("the store").releases.is_empty(), "never one's own");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Garage: script/test runs it"]
async fn a_release_that_lost_a_file_is_listed_as_damaged() {
    let bucket = Bucket::given();
    let app = bucket.carrying(site("one")).await;
    app.state.assets.publish().await.expect("the store");
    let lost = Key::<Static>::parse(&format!("{}/start.js", app.state.assets.release())).expect("a key");
    bucket.storage().await.delete(&lost).await.expect("the store");
    let found = app.state.assets.releases().await.expect("the store").releases;
    let states = app.state.assets.states(&found).await.expect("the store");
    assert!(matches!(&states[..], [State::Damaged { files: FILES, .. }]), "{states:?}");
}
