//! A Holdall process with its settings, data and address.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;

use crate::browser::Browser;
use crate::bucket::Bucket;
use crate::database::Database;
use crate::process::{End, Process};
use crate::{Result, http};

/// The timeout of a start.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A Holdall that can be started.
#[derive(Clone)]
pub struct Holdall {
    pub binary: PathBuf,
    /// The address it listens on.
    pub address: SocketAddr,
    /// Its data folder, which already exists.
    pub data: PathBuf,
    work: PathBuf,
    settings: BTreeMap<String, String>,
}

impl Holdall {
    /// A Holdall at a free address, with an empty data folder or this bucket.
    pub fn new(binary: &Path, work: &Path, bucket: Option<&Bucket>) -> Result<Self> {
        let settings = bucket.map(Bucket::settings).unwrap_or_default();
        Self::of(binary.to_owned(), work.to_owned(), settings)
    }

    /// A second Holdall at another address with the same store, but with data of its own.
    pub fn beside(&self, binary: &Path) -> Result<Self> {
        Self::of(binary.to_owned(), self.work.clone(), self.settings.clone())
    }

    fn of(binary: PathBuf, work: PathBuf, settings: BTreeMap<String, String>) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let data = tempfile::Builder::new().prefix("data-").disable_cleanup(true).tempdir_in(&work)?.keep();
        Ok(Self { binary, address, data, work, settings })
    }

    /// The same with an additional setting.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.settings.insert(name.to_owned(), value.to_owned());
        other
    }

    /// A command with Holdall's settings and without this process's environment.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", &self.work);
        command.env("HOLDALL_DATA", &self.data).env("LEPTOS_SITE_ADDR", self.address.to_string());
        // All accounts of a proof are made from one address.
        command.env("HOLDALL_SIGN_UPS_PER_HOUR", "10000").envs(&self.settings);
        command
    }

    /// Starts it with these arguments.
    pub fn start(&self, words: &[&str]) -> Result<Process> {
        Process::start(self.command(&self.binary).args(words), &self.work)
    }

    /// Runs it with these arguments until it ends.
    pub async fn run(&self, words: &[&str]) -> Result<End> {
        self.start(words)?.ended().await
    }

    /// Starts the server, and waits until it is ready.
    pub async fn serve(&self) -> Result<Process> {
        let mut process = self.start(&["serve"])?;
        self.ready(&mut process).await?;
        Ok(process)
    }

    /// Waits until it is ready; fails if it ends before.
    pub async fn ready(&self, process: &mut Process) -> Result<()> {
        let browser = Browser::new(http::at(self.address));
        let since = Instant::now();
        loop {
            let request = Request::get("/health/ready").body(Body::empty())?;
            if http::ask(&browser, request).await.is_ok_and(|answer| answer.status.is_success()) {
                return Ok(());
            }
            if let Some(end) = process.end()? {
                return Err(format!("Holdall has ended with {:?}: {}", end.code, end.said).into());
            }
            if since.elapsed() > TIMEOUT {
                return Err(format!("Holdall does not become ready: {}", process.said()).into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Its SQLite database, to be read while no server has it open.
    pub fn database(&self) -> Database {
        Database::new(self.data.join("holdall.db"))
    }
}
