//! The doctor's report: a line for each question, with the finding and a remedy. `cli` prints it.

use serde::Serialize;

use crate::server::domain::doctor::missing::Missing;

/// The verdict on a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All is well.
    Ok,
    /// Holdall works, but something could be better.
    Warning,
    /// The answer could not be found.
    Unknown,
    /// A promise is broken, or Holdall cannot work.
    Failed,
}

/// One question and its finding.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The stable id of the question, such as `private.read`. The part before the first dot is its group.
    pub id: String,
    /// The question, as a statement that should be true.
    pub asked: String,
    /// The finding.
    pub found: String,
    /// The verdict on it.
    pub verdict: Verdict,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl Line {
    /// Builds a line without a remedy.
    pub(super) fn new(id: &str, asked: &str, verdict: Verdict, found: impl Into<String>) -> Self {
        Self { id: id.to_owned(), asked: asked.to_owned(), found: found.into(), verdict, remedy: None }
    }

    /// Adds a remedy, unless the verdict is `Ok` or there is a remedy already.
    #[must_use]
    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        if self.verdict != Verdict::Ok && self.remedy.is_none() {
            self.remedy = Some(remedy.into());
        }
        self
    }

    /// The group of the question: `reach`, `private`, `public`, `settings`, `behaviour`, `signing`, `folder` …
    #[must_use]
    pub fn group(&self) -> &str {
        self.id.split('.').next().unwrap_or(&self.id)
    }
}

/// All findings of the doctor.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// The changes that were requested and made before this report.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub applied: Vec<Line>,
    /// The findings, group by group.
    pub lines: Vec<Line>,
    /// The settings that are missing, in the form in which they can be applied.
    pub missing: Vec<Missing>,
}

impl Report {
    /// The worst of all verdicts; `Failed` as well if a change could not be made.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.applied.iter().chain(&self.lines).map(|line| line.verdict).max().unwrap_or(Verdict::Unknown)
    }

    /// The number of lines with this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.applied.iter().chain(&self.lines).filter(|line| line.verdict == verdict).count()
    }
}
