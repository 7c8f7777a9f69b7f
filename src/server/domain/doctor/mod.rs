//! `holdall doctor`: says what the store is and can do, and proves it. Each group of questions is a file; every one of them gives
//! lines and none of them fails, so that what they made is always taken away again.

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
    AnonymousClient, Canary, Endpoint, Exposures, ObjectMeta, Place, Private, Setting, Storage, Survey,
};

/// After this long a canary is one that a killed doctor left: an hour, in milliseconds.
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

/// What the groups are given.
struct Subject<'a> {
    storage: &'a Storage,
    survey: Survey,
    stranger: AnonymousClient,
    exposures: &'a Exposures,
    /// The site's own origin.
    site: &'a str,
    /// Further addresses to try.
    further: &'a [String],
    /// How long Holdall keeps an upload that stands still.
    upload_age: Duration,
    /// Whether it is Garage.
    garage: bool,
    /// Whether all objects are looked at.
    all: bool,
    made: Mutex<Vec<(Place, String)>>,
    clock: &'a Clock,
}

impl Subject<'_> {
    /// The name of a new object, which will be taken away at the end whoever makes it.
    fn name(&self, place: Place) -> String {
        let name = Canary::<Private>::new().name().to_owned();
        self.will_go(place, &name);
        name
    }

    fn will_go(&self, place: Place, name: &str) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push((place, name.to_owned()));
    }

    /// Every address at which the bucket of this location might answer.
    async fn endpoints(&self, place: Place) -> Vec<Endpoint> {
        self.survey.endpoints(place, self.further).await
    }

    async fn clear_away(&self) -> Line {
        let made = std::mem::take(&mut *self.made.lock().unwrap_or_else(PoisonError::into_inner));
        let (count, mut left) = (made.len(), Vec::new());
        let (mut versioned, mut perhaps) = (Vec::new(), Vec::new());
        for (bucket, places) in self.survey.buckets() {
            match self.survey.versioning(&bucket).await {
                Setting::Set(true) => versioned.extend(places),
                Setting::Unknown(_) => perhaps.extend(places),
                Setting::Set(false) | Setting::Unset => {}
            }
        }
        for (place, name) in made {
            let mut gone = self.survey.remove(place, &name).await;
            if gone.is_ok() && versioned.contains(&place) {
                gone = self.survey.remove_versions(place, &name).await;
            } else if perhaps.contains(&place) {
                // A store that does not say so most likely has no versions to list either.
                drop(self.survey.remove_versions(place, &name).await);
            }
            if let Err(error) = gone {
                left.push(format!("{}{name}: {error}", self.survey.prefix(place)));
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

/// What is said of a private object, as it is written.
pub(super) fn private_meta() -> ObjectMeta {
    ObjectMeta { content_type: "application/octet-stream".to_owned(), ..ObjectMeta::default() }
}

impl Doctor {
    /// For this store and these promises: `site` is the site's origin, `endpoints` are further addresses to try, `upload_age` is
    /// how long an upload that stands still is kept.
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

    /// Asks everything; the ACLs of the newest 1,000 objects, or of `all`. Nothing that it puts stays.
    pub async fn examine(&self, all: bool) -> Report {
        let Some(survey) = self.storage.survey() else { return local::examine(&self.storage) };
        let stranger = survey.stranger();
        let mut subject = Subject {
            storage: &self.storage,
            survey,
            stranger,
            exposures: &self.exposures,
            site: &self.site,
            further: &self.endpoints,
            upload_age: self.upload_age,
            garage: false,
            all,
            made: Mutex::default(),
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
        report.lines.push(subject.clear_away().await);
        report
    }

    /// Gives the store the settings that a report found missing, beside those that are there.
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

/// The groups that make no sense while the store cannot be worked with.
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
