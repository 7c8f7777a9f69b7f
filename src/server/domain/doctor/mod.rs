//! `holdall doctor`: examines the store and proves what it can. Each group of questions is a file. A group always
//! returns lines and never fails, so that the objects it created are always deleted again.

mod attempts;
mod behaviour;
mod bypass_attempts;
mod cors;
mod local;
mod missing;
mod policy;
mod private;
mod public;
mod reach;
mod report;
mod settings;
mod signing;
mod uploads;
mod wanted;

pub(super) use private::read_anywhere;

pub use missing::{Missing, WantedSetting};
pub use report::{Line, Report, Verdict};

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::server::clock::Clock;
use crate::server::storage::{
    AnonymousClient, Canary, Endpoint, Exposures, LocationKind, ObjectMeta, Private, Setting, Storage, Survey,
};

/// The age in milliseconds (an hour) from which a canary must have been left by a killed process.
pub(super) const LEFT_BEHIND: i64 = 3_600_000;

/// Examines one store.
#[derive(Clone, Debug)]
pub struct Doctor {
    storage: Storage,
    exposures: Exposures,
    site: String,
    endpoints: Vec<String>,
    upload_age: Duration,
    clock: Clock,
}

/// The store under examination, as all groups get it.
struct Subject<'a> {
    storage: &'a Storage,
    survey: Survey,
    client: AnonymousClient,
    exposures: &'a Exposures,
    /// The origin of the site.
    site: &'a str,
    /// Additional addresses to probe.
    further: &'a [String],
    /// How long Holdall keeps an upload without activity.
    upload_age: Duration,
    /// Whether the store is Garage.
    garage: bool,
    /// Whether the ACLs of all objects are checked, and not only of the newest ones.
    all: bool,
    created: Mutex<Vec<(LocationKind, String)>>,
    clock: &'a Clock,
}

impl Subject<'_> {
    /// A new object's name, which is deleted at the end whether or not an object was created.
    fn name(&self, kind: LocationKind) -> String {
        let name = Canary::<Private>::new().name().to_owned();
        self.delete_later(kind, &name);
        name
    }

    fn delete_later(&self, kind: LocationKind, name: &str) {
        self.created.lock().unwrap_or_else(PoisonError::into_inner).push((kind, name.to_owned()));
    }

    /// Every address at which the bucket of this location might answer.
    async fn endpoints(&self, kind: LocationKind) -> Vec<Endpoint> {
        self.survey.endpoints(kind, self.further).await
    }

    async fn delete_created(&self) -> Line {
        let created = std::mem::take(&mut *self.created.lock().unwrap_or_else(PoisonError::into_inner));
        let (count, mut left) = (created.len(), Vec::new());
        let (mut versioned, mut perhaps) = (Vec::new(), Vec::new());
        for (bucket, kinds) in self.survey.buckets() {
            match self.survey.versioning(&bucket).await {
                Setting::Set(true) => versioned.extend(kinds),
                Setting::Unknown(_) => perhaps.extend(kinds),
                Setting::Set(false) | Setting::Unset => {}
            }
        }
        for (kind, name) in created {
            let mut gone = self.survey.remove(kind, &name).await;
            if gone.is_ok() && versioned.contains(&kind) {
                gone = self.survey.remove_versions(kind, &name).await;
            } else if perhaps.contains(&kind) {
                // A store that does not report its versioning most likely has none, so errors do not matter.
                drop(self.survey.remove_versions(kind, &name).await);
            }
            if let Err(error) = gone {
                left.push(format!("{}{name}: {error}", self.survey.prefix(kind)));
            }
        }
        let asked = "What was put here is gone again";
        match left.is_empty() {
            true => Line::new("cleanup.canaries", asked, Verdict::Ok, format!("{count} names are cleared")),
            false => Line::new("cleanup.canaries", asked, Verdict::Warning, left.join("; ")).remedy(
                "Delete these objects yourself, or run the doctor again in an hour: it takes away what is older. Old versions need s3:ListBucketVersions and s3:DeleteObjectVersion.",
            ),
        }
    }
}

/// The metadata of a private canary.
pub(super) fn private_meta() -> ObjectMeta {
    ObjectMeta { content_type: "application/octet-stream".to_owned(), ..ObjectMeta::default() }
}

impl Doctor {
    /// Examines this store against these exposures. `site` is the site's origin, `endpoints` are additional addresses
    /// to probe, and `upload_age` is how long an upload without activity is kept.
    pub(in crate::server) fn new(
        storage: Storage,
        exposures: Exposures,
        site: String,
        endpoints: Vec<String>,
        upload_age: Duration,
        clock: Clock,
    ) -> Self {
        Self { storage, exposures, site, endpoints, upload_age, clock }
    }

    /// Runs every group, and deletes every object that they created. ACLs are checked on the newest 1,000 objects, or
    /// on `all`.
    pub async fn examine(&self, all: bool) -> Report {
        let Some(survey) = self.storage.survey() else { return local::examine(&self.storage) };
        let client = survey.anonymous_client();
        let mut subject = Subject {
            storage: &self.storage,
            survey,
            client,
            exposures: &self.exposures,
            site: &self.site,
            further: &self.endpoints,
            upload_age: self.upload_age,
            garage: false,
            all,
            created: Mutex::default(),
            clock: &self.clock,
        };
        let mut report = Report::default();
        let (lines, reached) = reach::examine(&subject).await;
        report.lines = lines;
        if !reached {
            report.lines.extend(not_asked());
            return report;
        }
        subject.garage = private::is_garage(&subject).await;
        let before = self.clock.now() - LEFT_BEHIND;
        if let Err(error) = subject.survey.clear_canaries(before).await {
            tracing::warn!(%error, "canaries of an earlier doctor may still be there");
        }
        report.lines.extend(private::examine(&subject).await);
        report.lines.extend(public::examine(&subject).await);
        settings::examine(&subject, &mut report).await;
        report.lines.extend(behaviour::examine(&subject).await);
        report.lines.extend(signing::examine(&subject).await);
        report.lines.push(uploads::examine(&subject).await);
        report.lines.push(subject.delete_created().await);
        report
    }

    /// Adds the settings that a report found missing to the existing ones.
    pub async fn apply(&self, missing: &[Missing]) -> Vec<Line> {
        let mut lines = Vec::new();
        if let Some(survey) = self.storage.survey() {
            for one in missing {
                lines.push(one.apply(&survey).await);
            }
        }
        lines
    }
}

/// Lines for the groups that cannot be examined while the store cannot be reached.
fn not_asked() -> [Line; 6] {
    let line = |id, asked| Line::new(id, asked, Verdict::Unknown, "not asked");
    [
        line("private", "Strangers get at nothing private"),
        line("public", "Everybody gets at what is public"),
        line("settings", "The bucket's settings"),
        line("behaviour", "What the store does"),
        line("signing", "Signed addresses"),
        line("uploads", "The way of parts from browsers"),
    ]
    .map(|line| line.remedy("Mend what failed above, and ask again."))
}
