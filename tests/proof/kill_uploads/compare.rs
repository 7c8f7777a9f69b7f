//! Compares rows with objects directly: after each kill what must hold at any moment, and everything at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use sqlx::FromRow;

use crate::Result;
use crate::kill_uploads::Killing;
use crate::kill_uploads::ledger::FileState;

/// How far time is advanced at the end: longer than anything for which a sweep waits.
const LATER: Duration = Duration::from_secs(49 * 3600);

/// The numbers of rows and objects at the end.
pub struct Counts {
    pub blobs: usize,
    pub pictures: usize,
    pub canaries: usize,
}

#[derive(FromRow)]
struct Blob {
    id: String,
    key: String,
    size: Option<i64>,
    state: String,
    verified: Option<i64>,
    damage: Option<String>,
}

impl Killing {
    /// Checks that the used bytes match the rows. Both change in one transaction, so they must agree even before any
    /// repair.
    pub async fn is_counted(&self) -> Result<()> {
        let wrong: Vec<(String, i64, i64, i64, i64)> = self
            .holdall
            .database()
            .rows(
                "SELECT email, used, counted, entries, there FROM (SELECT email, used, entries,
                (SELECT COALESCE(SUM(size), 0) FROM blobs WHERE account = a.id) AS counted,
                (SELECT COUNT(*) FROM entries WHERE account = a.id AND parent IS NOT NULL) AS there FROM accounts a)
                WHERE used <> counted OR entries <> there",
            )
            .await?;
        for (email, used, counted, entries, there) in wrong {
            self.findings.check(false, || {
                format!("{email} uses {used} bytes in {entries} entries, and has rows of {counted} bytes and {there} entries")
            });
        }
        Ok(())
    }

    /// Waits until incomplete uploads have expired, and so have the leases of whoever was killed, and sweeps; the server must
    /// not be running.
    pub async fn clean_up(&self) -> Result<()> {
        let database = self.holdall.database();
        let rest: Vec<(i64,)> = database
            .rows(
                "SELECT COALESCE(MAX(MAX(COALESCE(lease_until, 0),
                CASE WHEN kind IN ('complete_upload', 'expire_upload') THEN due ELSE 0 END)), 0)
                - CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM jobs",
            )
            .await?;
        let rest = rest.first().map_or(0, |(rest,)| (rest + 100).max(0));
        tokio::time::sleep(Duration::from_millis(rest.unsigned_abs())).await;
        self.sweep(&["sweep", "--repair"]).await?;
        let waiting: Vec<(String, String)> =
            database.rows("SELECT id, state FROM blobs WHERE state NOT IN ('stored', 'deleting')").await?;
        self.findings.check(waiting.is_empty(), || format!("after their age and a sweep: {waiting:?}"));
        // Moves everything that is due within 49 hours to now.
        let later = "UPDATE blobs SET writable_until = writable_until - 176400000;
            UPDATE jobs SET due = due - 176400000, lease_until = lease_until - 176400000;
            UPDATE orphans SET first_seen = first_seen - 176400000";
        database.change(later).await?;
        if self.bucket.is_none() {
            let temporary = self.holdall.data.join("files/tmp");
            for path in below(&temporary)?.keys() {
                let file = fs::File::open(temporary.join(path))?;
                file.set_modified(file.metadata()?.modified()? - LATER)?;
            }
        }
        self.sweep(&["sweep", "--repair", "--verify"]).await
    }

    async fn sweep(&self, words: &[&str]) -> Result<()> {
        let end = self.holdall.run(words).await?;
        self.findings.check(end.code == Some(0), || format!("holdall {words:?}: {:?}\n{}", end.code, end.said));
        Ok(())
    }

    /// The objects in a location: sizes in bytes by key.
    async fn stored(&self, location: &str) -> Result<BTreeMap<String, u64>> {
        let Some(bucket) = &self.bucket else { return below(&self.holdall.data.join("files").join(location)) };
        let location = format!("{location}/");
        let objects = bucket.objects(&location).await?;
        Ok(objects.into_iter().map(|(name, size)| (name[location.len()..].to_owned(), size)).collect())
    }

    /// Compares all rows with all objects.
    pub async fn compare_all(&self) -> Result<Counts> {
        let (database, findings) = (self.holdall.database(), &self.findings);
        let blobs: Vec<Blob> = database.rows("SELECT * FROM blobs").await?;
        let pictures: Vec<(String, String)> = database.rows("SELECT key, state FROM renditions").await?;
        for Blob { id, state, verified, damage, .. } in &blobs {
            findings.check(state == "stored" && verified.is_some() && damage.is_none(), || {
                format!("blob {id} is {state}, verified {verified:?}, damage {damage:?}")
            });
        }
        for (key, state) in &pictures {
            findings.check(state == "stored", || format!("picture {key} is {state}"));
        }
        let (mut in_private, in_media) = (self.stored("private").await?, self.stored("media").await?);
        findings
            .check(in_private.remove(".holdall-instance").is_some(), || "the mark of the site is not there".to_owned());
        for Blob { key, size, .. } in &blobs {
            let found = in_private.get(key);
            let size = size.and_then(|size| u64::try_from(size).ok());
            findings.check(size.is_some() && found == size.as_ref(), || {
                format!("a row has {key} with {size:?} bytes, the store has {found:?}")
            });
        }
        // The canary, which a start uses to check that private objects are private, has no row. A start that is killed
        // leaves it behind; a start at least an hour later removes it.
        let all = in_private.len();
        in_private.retain(|key, _| !is_a_canary(key));
        let canaries = all - in_private.len();
        findings.check(canaries <= self.kills.len(), || format!("{canaries} canaries of {} kills", self.kills.len()));
        let keys: BTreeSet<_> = blobs.iter().map(|blob| &blob.key).collect();
        for key in in_private.keys() {
            findings.check(keys.contains(key), || format!("no row has private/{key}"));
        }
        let keys: BTreeSet<_> = pictures.iter().map(|(key, _)| key).collect();
        for key in &keys {
            findings.check(in_media.contains_key(*key), || format!("a row has the picture {key}, the store has not"));
        }
        for key in in_media.keys() {
            findings.check(keys.contains(key), || format!("no row has media/{key}"));
        }
        let mut left = match &self.bucket {
            Some(bucket) => bucket.multipart_uploads().await?,
            None => below(&self.holdall.data.join("files/tmp"))?.into_keys().collect(),
        };
        // A start also begins an upload as a canary, to see how the store lists it.
        let all = left.len();
        left.retain(|key| !key.strip_prefix("private/").is_some_and(is_a_canary));
        let begun = all - left.len();
        findings.check(begun <= self.kills.len(), || format!("{begun} begun canaries of {} kills", self.kills.len()));
        findings.check(left.is_empty(), || format!("unfinished in the store: {left:?}"));
        for (table, query) in [
            ("uploads", "SELECT id FROM uploads"),
            ("parts", "SELECT blob FROM parts"),
            ("jobs", "SELECT subject FROM jobs"),
            ("orphans", "SELECT key FROM orphans"),
        ] {
            let rows = database.count(query).await?;
            findings.check(rows == 0, || format!("there are {rows} rows in {table}"));
        }
        let apart = "SELECT id FROM blobs WHERE id NOT IN (SELECT blob FROM entries WHERE blob IS NOT NULL)";
        let apart: Vec<(String,)> = database.rows(apart).await?;
        findings.check(apart.is_empty(), || format!("no file has these blobs: {apart:?}"));
        self.is_known().await?;
        Ok(Counts { blobs: blobs.len(), pictures: pictures.len(), canaries })
    }

    /// Checks that each account's used bytes are the sum of its rows and of its files.
    async fn is_known(&self) -> Result<()> {
        let accounts: Vec<(String, i64, i64)> = self
            .holdall
            .database()
            .rows(
                "SELECT email, used, (SELECT COALESCE(SUM(size), 0) FROM blobs WHERE account = a.id) AS counted FROM accounts a",
            )
            .await?;
        for (number, ledger) in self.ledgers.iter().enumerate() {
            let email = format!("visitor{number}@example.org");
            let found = accounts.iter().find(|(of, ..)| *of == email).map(|(_, used, counted)| (*used, *counted));
            let files = ledger.files.borrow();
            // What is in the trash counts.
            let kept = files.values().filter(|file| matches!(file.state, FileState::Kept | FileState::Trashed));
            let known = kept.map(|file| file.size).sum::<usize>();
            let known = i64::try_from(known)?;
            self.findings.check(found == Some((known, known)), || {
                format!("{email} has files of {known} bytes; used and rows are {found:?}")
            });
        }
        Ok(())
    }
}

fn is_a_canary(key: &str) -> bool {
    let id = key.strip_prefix(".canary/");
    id.is_some_and(|id| id.len() == 26 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v')))
}

/// Every file below a folder, with its size in bytes.
fn below(folder: &Path) -> Result<BTreeMap<String, u64>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            let metadata = fs::symlink_metadata(&path)?;
            if metadata.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder)?.display().to_string(), metadata.len());
            }
        }
    }
    Ok(found)
}
