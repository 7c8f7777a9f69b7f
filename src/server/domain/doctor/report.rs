//! What the doctor says: a line for each thing that was asked, with what was found and what to do. How it is printed is the
//! business of `cli`.

use serde::Serialize;

use crate::server::domain::doctor::missing::Missing;

/// What a finding means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Holdall works, and something could be better.
    Warning,
    /// It could not be found out: neither good nor bad.
    Unknown,
    /// A promise is broken, or Holdall cannot work.
    Failed,
}

/// One thing that was asked.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Names the question, always the same: `private.read`. What stands before the first dot is its group.
    pub id: String,
    /// The question in words.
    pub asked: String,
    /// What was found.
    pub found: String,
    /// What that means.
    pub verdict: Verdict,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl Line {
    /// A line without a remedy.
    pub(super) fn new(id: &str, asked: &str, verdict: Verdict, found: impl Into<String>) -> Self {
        Self { id: id.to_owned(), asked: asked.to_owned(), found: found.into(), verdict, remedy: None }
    }

    /// Says what to do, unless all is well or something better is said already.
    #[must_use]
    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        if self.verdict != Verdict::Ok && self.remedy.is_none() {
            self.remedy = Some(remedy.into());
        }
        self
    }

    /// The group it belongs to: `reach`, `private`, `public`, `settings`, `behaviour`, `signing`, `folder` …
    #[must_use]
    pub fn group(&self) -> &str {
        self.id.split('.').next().unwrap_or(&self.id)
    }
}

/// All that the doctor found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// What was changed before this report was made, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub applied: Vec<Line>,
    /// The findings, group by group.
    pub lines: Vec<Line>,
    /// The settings that are missing, as the store would take them.
    pub missing: Vec<Missing>,
}

impl Report {
    /// The worst of all verdicts; `Failed` too where something could not be changed.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.applied.iter().chain(&self.lines).map(|line| line.verdict).max().unwrap_or(Verdict::Unknown)
    }

    /// How many lines have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.applied.iter().chain(&self.lines).filter(|line| line.verdict == verdict).count()
    }
}
