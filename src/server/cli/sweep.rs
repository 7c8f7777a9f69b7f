//! `holdall sweep`: reports where database and store disagree, and repairs it if requested.

use clap::Args;

use crate::server::app::AppState;
use crate::server::cli::{Carried, Refusal, open, tell};
use crate::server::config::Config;
use crate::server::domain::blobs::verify::VerificationOutcome;
use crate::server::domain::integrity::findings::{Findings, Tally};

/// How many objects of a kind are listed by name.
const NAMED: usize = 20;

/// The arguments of `holdall sweep`.
#[derive(Args)]
pub struct SweepArguments {
    /// Finish what broke off, flag files whose bytes are missing, count used bytes again
    #[arg(long)]
    repair: bool,
    /// Also take away objects that no row knows: old ones that a sweep saw a day ago, and only a few at a time
    #[arg(long, requires = "repair")]
    delete_orphans: bool,
    /// Read every file again and compare it with what was sent
    #[arg(long)]
    verify: bool,
}

/// Runs the sweep. Fails if a problem remains.
pub async fn run(config: &Config, carried: Carried, arguments: SweepArguments) -> Result<(), Refusal> {
    let state = open(config, carried).await?;
    state.instance.confirm().await.map_err(|error| error.to_string())?;
    let damaged = if arguments.verify { verify_all(&state).await? } else { 0 };
    let now = state.clock.now();
    let mut findings = state.audit.run().await.map_err(|error| error.to_string())?;
    report(&findings, now);
    if arguments.repair {
        if let Err(too_many) = state.audit.repair(&findings).await.map_err(|error| error.to_string())? {
            tell(&format!(
                "{} files lack their bytes and at most {} are flagged at a time: none was. So many of them mean that the \
                 store is not whole, as while a backup is being restored. Where it is as whole as it will be, \
                 holdall sweep --verify reads every file and flags each that is damaged or missing.",
                too_many.found, too_many.most
            ));
        }
        if arguments.delete_orphans {
            match state.audit.delete_orphans(&findings).await.map_err(|error| error.to_string())? {
                Ok(gone) => tell(&format!("{gone} objects that no row knows were taken away.")),
                Err(too_many) => tell(&format!(
                    "{} objects could be taken away and at most {} may be at a time: nothing was. So many of them mean that \
                     rows are missing, as after restoring an older backup of the database.",
                    too_many.found, too_many.most
                )),
            }
        }
        tell("Mended. What is left:");
        findings = state.audit.run().await.map_err(|error| error.to_string())?;
        report(&findings, now);
    }
    state.close().await;
    if findings.is_well() && damaged == 0 {
        Ok(())
    } else if arguments.repair {
        Err("something is left that sweeping alone does not mend".to_owned())
    } else {
        Err("something does not belong together: holdall sweep --repair mends what can be mended".to_owned())
    }
}

/// Reads every file and compares it with what was sent. Returns how many are damaged or could not be read.
async fn verify_all(state: &AppState) -> Result<usize, Refusal> {
    let (mut verified, mut damaged, mut mismatched) = (0, 0, 0);
    let checked = state.verifier.all(|key, verdict| match verdict {
        VerificationOutcome::Verified => verified += 1,
        VerificationOutcome::Damaged(what) => {
            damaged += 1;
            tell(&format!("damaged: private/{key}: {what}"));
        }
        VerificationOutcome::Mismatched(what) => {
            mismatched += 1;
            tell(&format!("not as announced: private/{key}: {what}"));
        }
        VerificationOutcome::Unread(why) => {
            damaged += 1;
            tell(&format!("not read: private/{key}: {why}"));
        }
        VerificationOutcome::Gone => {}
    });
    checked.await.map_err(|error| error.to_string())?;
    tell(&format!("{verified} files are as they were sent, {damaged} are not."));
    if mismatched > 0 {
        tell(&format!("{mismatched} did not arrive as they were announced; their owners are told."));
    }
    Ok(damaged)
}

fn report(findings: &Findings, now: i64) {
    let waiting = &findings.waiting;
    tell(&format!("{} objects.", findings.objects));
    for (count, what) in [
        (waiting.expired, "uploads have had their time"),
        (waiting.half_completed, "uploads were cut off while they were completed"),
        (waiting.lingering, "deletions wait until nothing can arrive any more (that is in order)"),
        (waiting.unchecked, "files are still to be checked (that is in order)"),
        (waiting.mismatched, "files did not arrive as they were announced: their owners are told (that is no damage)"),
        (waiting.due, "deletions are still to be done"),
    ] {
        if count > 0 {
            tell(&format!("{count} {what}."));
        }
    }
    if let Some(oldest) = waiting.oldest_check {
        let days = now.saturating_sub(oldest) / (24 * 3600 * 1000);
        tell(&format!("Every file that was ever checked was last read in full within {} days.", days + 1));
    }
    named("files are damaged: their owners are told, and nothing of them is given out", &findings.damaged, |row| {
        format!("private/{}: {}", row.key, row.damage)
    });
    named(
        "things in the store are no objects, or cannot be looked at; they are left alone",
        &findings.odd,
        |(name, why)| format!("{name}: {why}"),
    );
    for deletion in &findings.overdue {
        let why = deletion.last_error.as_deref().unwrap_or("no error is noted");
        tell(&format!("  {}/{}, tried {} times: {why}", deletion.location, deletion.key, deletion.attempts));
    }
    if let Some(why) = &findings.hidden_uploads {
        tell(&format!("Whether there are unfinished uploads that no row knows is not known: {why}."));
    }
    if findings.unknown > 0 {
        tell(&format!("{} objects have names that Holdall does not give; they are left alone.", findings.unknown));
    }
    named("objects that no row knows", &findings.orphans, |orphan| {
        let eligible = if orphan.is_eligible {
            "old, and first seen a day ago"
        } else {
            "new, or not known for a day: left alone"
        };
        format!("{}/{} ({eligible})", orphan.location, orphan.key)
    });
    named("unfinished uploads that no row knows", &findings.incomplete_uploads, |(location, key)| {
        format!("{location}/{key}")
    });
    named("files lack their bytes", &findings.missing, |missing| {
        format!("private/{}: {}", missing.key, missing.damage)
    });
    let miscounted = Tally { count: findings.miscounted.len(), first: findings.miscounted.clone() };
    named("accounts are counted wrong", &miscounted, |account| {
        format!(
            "{}: {} bytes and {} entries noted, {} bytes and {} entries counted",
            account.email, account.used, account.entries, account.counted, account.counted_entries
        )
    });
}

fn named<T>(what: &str, found: &Tally<T>, line: impl Fn(&T) -> String) {
    if found.count == 0 {
        return;
    }
    tell(&format!("{} {what}:", found.count));
    for one in found.first.iter().take(NAMED) {
        tell(&format!("  {}", line(one)));
    }
    if found.count > NAMED {
        tell(&format!("  and {} more", found.count - NAMED));
    }
}
