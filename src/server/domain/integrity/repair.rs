//! Repairs what an audit found. A blob's object is never deleted while its row says `stored`. An orphan is deleted
//! only if it is old, was first seen at least a day ago, has a name of the kind that Holdall gives, and is one of few;
//! files are flagged as missing only if they are few. Every repair first confirms that the store is this site's.

use std::time::Duration;

use crate::server::db::{audit as rows, verification};
use crate::server::domain::Error;
use crate::server::domain::integrity::audit::Audit;
use crate::server::domain::integrity::findings::{Findings, MISCOUNTED, MOST, Orphan};
use crate::server::storage::{Key, Media, PAGE, Private, RandomLocation};

/// At most the number of items divided by this may be repaired without being asked to, or [`FEW`], if that is more.
const ONE_OF: usize = 100;
const FEW: usize = 10;
/// The most rounds of the maintenance in one repair, each of at most a hundred rows a table.
const ROUNDS: usize = 10_000;
/// The time between two searches for abandoned incomplete uploads.
pub const DAILY: Duration = Duration::from_secs(24 * 3600);
/// The time until the next search after one that failed.
pub const SOON: Duration = Duration::from_secs(3600);

/// Why orphans or missing files were left as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// How many there are.
    pub found: usize,
    /// How many may be repaired at once.
    pub most: usize,
}

impl Audit {
    /// Runs the maintenance until it has nothing left to do, aborts abandoned incomplete uploads, counts the used bytes of
    /// accounts again, and flags files whose objects are missing, unless they are too many. Returns how many it
    /// flagged.
    ///
    /// # Errors
    /// [`Error::Storage`] where the store is not known to be this site's; nothing is changed then.
    pub async fn repair(&self, findings: &Findings) -> Result<Result<usize, TooMany>, Error> {
        self.instance.confirm().await?;
        self.maintenance.retry_failed().await?;
        for _ in 0..ROUNDS {
            if self.maintenance.once().await? == 0 {
                break;
            }
        }
        self.abort_abandoned::<Private>().await?;
        self.abort_abandoned::<Media>().await?;
        let mut miscounted = rows::miscounted(&self.pool, "", MISCOUNTED).await?;
        while let Some(last) = miscounted.last() {
            for account in &miscounted {
                rows::recount(&self.pool, account).await?;
            }
            miscounted = rows::miscounted(&self.pool, last.id.as_str(), MISCOUNTED).await?;
        }
        if let Err(too_many) = within_limit(findings.missing.count, findings.files) {
            return Ok(Err(too_many));
        }
        for missing in &findings.missing.first {
            verification::mark_damaged(&self.pool, &missing.id, &missing.damage, self.clock.now()).await?;
        }
        Ok(Ok(findings.missing.count))
    }

    /// Deletes the orphans that are eligible, or none if they are too many. Returns how many it deleted.
    ///
    /// # Errors
    /// [`Error::Storage`] where the store is not known to be this site's, too.
    pub async fn delete_orphans(&self, findings: &Findings) -> Result<Result<usize, TooMany>, Error> {
        self.instance.confirm().await?;
        if let Err(too_many) = within_limit(findings.eligible.count, findings.objects) {
            return Ok(Err(too_many));
        }
        for orphan in &findings.eligible.first {
            match orphan.location {
                "private" => self.delete_orphan::<Private>(orphan).await?,
                _ => self.delete_orphan::<Media>(orphan).await?,
            }
        }
        Ok(Ok(findings.eligible.count))
    }

    async fn delete_orphan<L: RandomLocation>(&self, orphan: &Orphan) -> Result<(), Error> {
        let Ok(key) = Key::<L>::parse(&orphan.key) else { return Ok(()) };
        self.storage.discard(&key).await?;
        Ok(rows::delete_orphan(&self.pool, orphan.location, &orphan.key).await?)
    }

    /// Aborts abandoned incomplete uploads, which is the part of a repair that is safe to run unattended, and logs the
    /// result; false if it failed.
    pub async fn round(&self) -> bool {
        match self.abort_incomplete_uploads().await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "unfinished uploads that no row knew were taken away"),
            Err(error) => {
                tracing::warn!(%error, "unfinished uploads that no row knows could not be looked for");
                return false;
            }
        }
        true
    }

    /// Aborts the old incomplete uploads of files that no row refers to, and returns how many.
    ///
    /// # Errors
    /// [`Error::Storage`] where the store is not known to be this site's, too; nothing is changed then.
    pub async fn abort_incomplete_uploads(&self) -> Result<usize, Error> {
        self.instance.confirm().await?;
        self.abort_abandoned::<Private>().await
    }

    async fn abort_abandoned<L: RandomLocation>(&self) -> Result<usize, Error> {
        let (now, mut gone, mut from) = (self.clock.now(), 0, None);
        loop {
            let page = self.storage.incomplete_uploads::<L>(from, PAGE).await?;
            for incomplete in &page.uploads {
                if self.is_abandoned::<L>(incomplete, now).await? {
                    self.storage.abort_incomplete_upload::<L>(incomplete).await?;
                    gone += 1;
                }
            }
            from = page.next;
            if from.is_none() {
                return Ok(gone);
            }
        }
    }
}

/// Checks that `found` of `all` items are few enough to be repaired without an operator's decision.
fn within_limit(found: usize, all: usize) -> Result<(), TooMany> {
    let most = MOST.min((all / ONE_OF).max(FEW));
    if found > most { Err(TooMany { found, most }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_are_few_and_one_in_a_hundred_and_never_more_than_a_hundred() {
        let most = |all| within_limit(usize::MAX, all).expect_err("too many").most;
        assert_eq!([0, 10, 1000, 1100, 5000, 10_000, 1_000_000].map(most), [10, 10, 10, 11, 50, 100, 100]);
        assert_eq!((within_limit(10, 0), within_limit(0, 0)), (Ok(()), Ok(())));
        assert_eq!(within_limit(11, 500), Err(TooMany { found: 11, most: 10 }));
    }
}
