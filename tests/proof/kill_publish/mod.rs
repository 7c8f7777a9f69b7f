//! Kills the publishing of newer releases at random moments and then finishes it, while a reader loads the older
//! release: an incomplete release must never be served, and the reader must notice nothing.

mod reader;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::Result;
use crate::bucket::Bucket;
use crate::chance::between;
use crate::counted::Counted;
use crate::findings::Findings;
use crate::holdall::Holdall;
use crate::process::End;

/// The timeout of a command.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The object that marks a release as complete; it is written last.
const MARK: &str = "release.json";

/// One run.
struct Publishing<'a> {
    older: &'a Holdall,
    newer: Holdall,
    bucket: &'a Bucket,
    findings: Findings,
    /// The SHA-256 of everything that the reader has loaded, by address.
    seen: RefCell<BTreeMap<String, String>>,
    pages: Cell<usize>,
    loads: Cell<usize>,
    /// Notified once the reader has loaded everything for the first time.
    begun: Notify,
    over: Cell<bool>,
}

/// The state of the bucket after a kill.
struct Kill {
    written: usize,
    marked: bool,
}

/// A publishing that was not interrupted.
struct Published {
    release: String,
    written: usize,
    there: usize,
    took: Duration,
}

pub async fn run(older: &Holdall, newer: &Holdall, bucket: &Bucket, kills: usize) -> Result<Findings> {
    // It has its own database and so needs its own private location: two sites must not sweep the same one.
    let newer = newer.with("HOLDALL_PRIVATE_LOCATION", "newer").with("HOLDALL_PUBLISH", "manual");
    let mut server = older.serve().await?;
    let publishing = Publishing {
        older,
        newer,
        bucket,
        findings: Findings::default(),
        seen: RefCell::default(),
        pages: Cell::default(),
        loads: Cell::default(),
        begun: Notify::new(),
        over: Cell::default(),
    };
    let killing = async {
        let killed = publishing.kill_all(kills).await;
        publishing.over.set(true);
        killed
    };
    tokio::try_join!(publishing.read(), killing)?;
    let findings = publishing.findings;
    server.terminate()?;
    let end = server.ended().await?;
    findings.check(end.code == Some(0), || format!("the older server does not end well: {:?}", end.code));
    Ok(findings)
}

impl Publishing<'_> {
    /// Publishes the first of the newer releases without interruption, to learn how long that takes; kills the
    /// publishing of all others.
    async fn kill_all(&self, wanted: usize) -> Result<()> {
        self.begun.notified().await;
        let first = self.release(0);
        let whole = self.published(&first).await?;
        let idle = self.published(&first).await?;
        let files = whole.written;
        self.findings.check(files > 0 && idle.written == 0, || {
            format!("{files} files were written, and {} of them again", idle.written)
        });
        let mut kills = Vec::new();
        for number in 1..=wanted {
            kills.push(self.kill(&self.release(number), files).await?);
        }
        let list = self.command(&first, &["publish", "--list"]).await?.said;
        let (counted, all) = (list.matches("\twhole").count(), self.releases().await?.len());
        self.findings.check(counted == all && all == wanted + 2, || {
            format!("{counted} of {all} releases are listed as whole: {list}")
        });
        let in_the_middle = kills.iter().filter(|kill| kill.written > 0 && !kill.marked).count();
        self.findings.check(in_the_middle > 0, || "no kill came while files were being written".to_owned());

        let objects = kills.iter().map(|kill| format!("{}{}", kill.written, if kill.marked { " (whole)" } else { "" }));
        println!(
            "a publishing: {files} files in {} ms; again with nothing new: {} ms",
            whole.took.as_millis(),
            idle.took.as_millis()
        );
        println!("kills: {}, {in_the_middle} of them while files were being written", kills.len());
        println!("objects in the bucket after each: {}", objects.collect::<Vec<_>>().join(", "));
        let refused = kills.iter().filter(|kill| !kill.marked).count();
        println!("serve refused an unfinished release: {refused} times");
        println!("the reader: {} pages and {} files of the older release", self.pages.get(), self.loads.get());
        Ok(())
    }

    /// The newer Holdall with the release of this number.
    fn release(&self, number: usize) -> Holdall {
        self.newer.with("NEWER_RELEASE", &number.to_string())
    }

    /// Kills the publishing of a release once, then publishes it again.
    async fn kill(&self, newer: &Holdall, files: usize) -> Result<Kill> {
        let before = self.releases().await?;
        // While listing, while uploading any file, or while uploading the mark.
        self.publish_killed(newer, between(0, files + 2)).await?;
        let mut after = self.settled().await?;
        after.retain(|release, _| !before.contains_key(release));
        self.findings.check(after.len() <= 1, || format!("one publishing made {} releases", after.len()));
        let (release, paths) = after.pop_first().unwrap_or_default();
        let kill = Kill { written: paths.len(), marked: paths.iter().any(|path| path == MARK) };
        if kill.marked {
            self.findings
                .check(paths.len() == files + 1, || format!("{release} has its mark and {} objects", paths.len()));
        } else {
            let End { code, said } = self.command(newer, &["serve"]).await?;
            let refused = said.split_once(" is not in the bucket").and_then(|(said, _)| said.rsplit_once("release "));
            let refused = refused.map(|(_, release)| release);
            self.findings
                .check(code == Some(1) && refused.is_some_and(|of| release.is_empty() || of == release), || {
                    format!("serve without a whole release: {code:?}, {said}")
                });
        }
        let end = self.published(newer).await?;
        self.findings.check(end.written + end.there == files, || {
            format!("publishing again wrote {}, and {} of {files} were there", end.written, end.there)
        });
        let now = self.releases().await?.remove(&end.release).unwrap_or_default();
        self.findings.check(now.len() == files + 1 && now.iter().any(|path| path == MARK), || {
            format!("{} has {} objects after all", end.release, now.len())
        });
        self.serves(newer, &end.release).await?;
        Ok(kill)
    }

    /// Runs a command until it ends, with [`TIMEOUT`] as the timeout.
    async fn command(&self, newer: &Holdall, words: &[&str]) -> Result<End> {
        tokio::time::timeout(TIMEOUT, newer.run(words)).await?
    }

    /// Publishes without interruption.
    async fn published(&self, newer: &Holdall) -> Result<Published> {
        let since = Instant::now();
        let said = self.command(newer, &["publish"]).await?.said;
        let took = since.elapsed();
        let words: Vec<_> = said.split_whitespace().skip_while(|word| *word != "Release").collect();
        let ["Release", release, "is", "published:", written, "files", "written,", there, "were", "there."] = words[..]
        else {
            return Err(format!("a release cannot be published to its end: {said}").into());
        };
        Ok(Published { release: release.to_owned(), written: written.parse()?, there: there.parse()?, took })
    }

    /// Publishes through a counting proxy, and kills the process once uploads of this many files have started.
    async fn publish_killed(&self, newer: &Holdall, files: usize) -> Result<()> {
        let way = Counted::way_to(&self.bucket.endpoint).await;
        let mut process = newer.with("AWS_ENDPOINT_URL_S3", &way.endpoint).start(&["publish"])?;
        tokio::select! {
            // The first request is the listing.
            () = way.after(1 + files) => process.kill()?,
            end = process.ended() => drop(end?),
        }
        process.ended().await?;
        let puts = way.asked().iter().filter(|request| request.starts_with("PUT ")).count();
        self.findings.check(puts >= files, || format!("it ended after {puts} files instead of {files}"));
        Ok(())
    }

    /// The contents of the bucket below static/: the releases with their paths.
    async fn releases(&self) -> Result<BTreeMap<String, Vec<String>>> {
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for name in self.bucket.objects("static/").await?.into_keys() {
            if let Some((release, file)) = name.strip_prefix("static/").and_then(|rest| rest.split_once('/')) {
                found.entry(release.to_owned()).or_default().push(file.to_owned());
            }
        }
        Ok(found)
    }

    /// The same, once it no longer changes: the store may finish requests that it received before the kill.
    async fn settled(&self) -> Result<BTreeMap<String, Vec<String>>> {
        let mut last = self.releases().await?;
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let now = self.releases().await?;
            if now == last {
                return Ok(now);
            }
            last = now;
        }
    }
}
