//! `holdall doctor`: prints its report as text or as JSON.

use std::fmt::Write as _;

use clap::Args;

use crate::server::app::open_doctor;
use crate::server::cli::{Refusal, tell};
use crate::server::clock::Clock;
use crate::server::config::Config;
use crate::server::domain::doctor::{Line, Missing, Report, Verdict, WantedSetting};

/// The arguments of `holdall doctor`.
#[derive(Args, Debug)]
pub struct DoctorArguments {
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Look at the ACL of every private object, and not of the newest 1,000 alone
    #[arg(long)]
    all: bool,
    /// Set the policy, CORS and lifecycle rules that are missing, beside those that are there, and prove again
    #[arg(long)]
    apply: bool,
}

/// The groups of checks, in the order in which they run, with their headings.
const GROUPS: [(&str, &str); 10] = [
    ("apply", "What was set"),
    ("reach", "The store"),
    ("private", "Private: nobody reads a byte that Holdall did not hand out"),
    ("public", "Public: Holdall's own files and avatars"),
    ("settings", "Settings of the bucket"),
    ("behaviour", "What the store does"),
    ("signing", "Signed addresses"),
    ("uploads", "Parts of files from browsers"),
    ("cleanup", "Cleaning up"),
    ("folder", "The local folder"),
];

/// Checks the store, applies missing settings if requested, and prints the report. A failed check makes the exit code
/// 1.
pub async fn run(config: &Config, arguments: &DoctorArguments) -> Result<(), Refusal> {
    let doctor = open_doctor(config, Clock::system()).await.map_err(|error| error.to_string())?;
    let mut report = doctor.examine(arguments.all).await;
    if arguments.apply && !report.missing.is_empty() {
        if !arguments.json {
            tell(&for_people(&report));
        }
        let applied = doctor.apply(&report.missing).await;
        report = doctor.examine(arguments.all).await;
        report.applied = applied;
    }
    if arguments.json {
        let mut shown = serde_json::to_value(&report).map_err(|error| error.to_string())?;
        shown["verdict"] = serde_json::to_value(report.verdict()).map_err(|error| error.to_string())?;
        tell(&serde_json::to_string_pretty(&shown).map_err(|error| error.to_string())?);
    } else {
        tell(&for_people(&report));
    }
    match report.count(Verdict::Failed) {
        0 => Ok(()),
        1 => Err("one of these lines failed".to_owned()),
        failed => Err(format!("{failed} of these lines failed")),
    }
}

fn for_people(report: &Report) -> String {
    let mut text = String::new();
    let lines = || report.applied.iter().chain(&report.lines);
    let width = lines().map(|line| line.asked.chars().count()).max().unwrap_or(0);
    for (group, heading) in GROUPS {
        let mut lines = lines().filter(|line| line.group() == group).peekable();
        if lines.peek().is_some() {
            text.push_str(heading);
            text.push('\n');
        }
        for line in lines {
            write_line(&mut text, line, width);
        }
    }
    for missing in &report.missing {
        write_missing(&mut text, missing);
    }
    let counts = [
        (Verdict::Ok, "ok"),
        (Verdict::Warning, "warning"),
        (Verdict::Unknown, "unknown"),
        (Verdict::Failed, "failed"),
    ];
    let counts = counts.map(|(verdict, word)| format!("{} {word}", report.count(verdict)));
    text.push_str(&counts.join(", "));
    text
}

fn write_line(text: &mut String, line: &Line, width: usize) {
    let verdict = match line.verdict {
        Verdict::Ok => "ok",
        Verdict::Warning => "warning",
        Verdict::Unknown => "unknown",
        Verdict::Failed => "FAILED",
    };
    // Writing to a string cannot fail.
    let mut found = line.found.lines();
    let _ = writeln!(text, "  {verdict:<8} {:<width$}  {}", line.asked, found.next().unwrap_or_default());
    for more in found {
        let _ = writeln!(text, "{:width$}{more}", "", width = width + 15);
    }
    for remedy in line.remedy.iter().flat_map(|remedy| remedy.lines()) {
        let _ = writeln!(text, "           {remedy}");
    }
}

fn write_missing(text: &mut String, missing: &Missing) {
    let what = match missing.what {
        WantedSetting::Policy => "The policy, with what is there",
        WantedSetting::Cors => "The CORS rule (the command puts it in place of those that are there; --apply adds it)",
        WantedSetting::Lifecycle => {
            "The lifecycle rule (the command puts it in place of those that are there; --apply adds it)"
        }
    };
    let document = serde_json::to_string_pretty(&missing.document).unwrap_or_default();
    let _ = writeln!(text, "\n{what} for {}:\n{}\n{document}\n", missing.bucket, missing.what.command(&missing.bucket));
}
