//! Proofs that need no browser: they kill, trace and measure a real Holdall over a socket. Of its internals they know
//! only the tables, which they compare with the store. `script/prove` and `script/bench` start them.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "whoever runs a proof reads what it found")]

#[path = "../browser/mod.rs"]
mod browser;

mod bench;
mod big_zip;
mod bucket;
mod chance;
mod compare_nginx;
mod content;
#[path = "../web/counted.rs"]
mod counted;
mod curl;
mod database;
mod findings;
mod holdall;
mod http;
mod kill_publish;
mod kill_uploads;
mod page;
mod process;
mod sync_order;
mod trace;
mod visitor;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::bench::Benchmark;
use crate::bucket::Bucket;
use crate::holdall::Holdall;

/// Errors mean that a proof could not be carried out; violations that it finds go to [`findings::Findings`].
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Proves something about a Holdall that was built. Exits with 1 if anything is not as it must be
#[derive(Parser)]
struct Arguments {
    /// The program
    #[arg(long, value_name = "FILE")]
    holdall: PathBuf,
    /// The same of another release (tests/proof/newer.rs)
    #[arg(long, value_name = "FILE")]
    newer: Option<PathBuf>,
    /// A folder for temporary files, which the caller removes
    #[arg(long, value_name = "FOLDER")]
    work: PathBuf,
    /// A bucket, for proofs that need one
    #[arg(long, value_name = "ENDPOINT|BUCKET|KEY ID|SECRET|REGION")]
    bucket: Option<Bucket>,
    #[command(subcommand)]
    proof: Proof,
}

#[derive(Subcommand)]
enum Proof {
    /// Kill it at random moments amid uploads, deletions and avatar changes, and compare what it has with what it
    /// acknowledged
    KillUploads {
        /// How often
        kills: usize,
    },
    /// Kill the publishing of newer releases at random moments, while somebody reads an older one
    KillPublish {
        /// How often
        kills: usize,
    },
    /// Show by strace that a file is on the disk before its row, and its row before the answer
    SyncOrder,
    /// Send the requests of tests/web/ranges.txt to it and to nginx, and print both answers as Markdown
    CompareNginx,
    /// Download an archive beyond ZIP's 4 GiB in two goes, have three programs test it, and print what it cost the
    /// server
    BigZip {
        /// The size of the largest file
        gibibytes: u64,
    },
    /// Measure it
    Bench {
        /// What of it
        benchmark: Benchmark,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let holdall = Holdall::new(&arguments.holdall, &arguments.work, arguments.bucket.as_ref())?;
    let quiet = holdall.with("HOLDALL_LOG", "warn");
    let findings = match arguments.proof {
        Proof::KillUploads { kills } => kill_uploads::run(&quiet, arguments.bucket, kills).await?,
        Proof::KillPublish { kills } => {
            let bucket = arguments.bucket.ok_or("a bucket is needed")?;
            let newer = arguments.newer.ok_or("a newer release is needed")?;
            kill_publish::run(&holdall, &quiet.beside(&newer)?, &bucket, kills).await?
        }
        Proof::SyncOrder => sync_order::run(&quiet).await?,
        Proof::CompareNginx => compare_nginx::run(&holdall, &arguments.work).await?,
        Proof::Bench { benchmark } => {
            bench::run(&holdall, arguments.bucket.as_ref(), &arguments.work, benchmark).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Proof::BigZip { gibibytes } => big_zip::run(&holdall, gibibytes << 30, &arguments.work).await?,
    };
    Ok(findings.told())
}
