//! The settings, and the only reader of the environment. All faults are found together, each with the variable's name
//! and what it would take; `Config::from_environment` either gives settings that fit together or the list of faults.

mod address;
mod exposure;
mod kind;
mod objects;
mod read;
mod storage;

#[cfg(test)]
mod tests;

pub use address::Url;
pub use read::{SettingError, span};

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::page::SignUp;
use crate::server::config::read::Reader;
use crate::server::db::Database;
use crate::server::domain::uploads::form::Limits;
use crate::server::storage as bytes;

/// Everything that whoever runs Holdall can decide.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub address: SocketAddr,
    /// The address people type.
    pub url: Url,
    /// The folder of everything that is kept on this machine.
    pub data: PathBuf,
    /// Which database.
    pub database: Database,
    /// Where bytes are kept.
    pub storage: bytes::Settings,
    /// Whether `serve` publishes its release by itself.
    pub publish: Publish,
    /// Whether people may make accounts for themselves.
    pub sign_up: SignUp,
    /// What uploads may cost.
    pub limits: Limits,
    /// Further addresses at which the bucket might answer strangers.
    pub doctor_bases: Vec<String>,
    /// What is logged, in the syntax of tracing's `EnvFilter`.
    pub log: String,
    /// The reload port, under `cargo leptos watch`.
    pub watched: Option<u16>,
    /// This very program, for work that gets a process of its own. On Linux the kernel's name for it: that one still
    /// works after a newer binary has been put in its place, and is never that newer one.
    pub program: PathBuf,
    /// What is unwise but no fault.
    pub warnings: Vec<String>,
}

/// Who publishes the site's own files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publish {
    /// `serve`, when it starts.
    Start,
    /// `holdall publish`, and `serve` refuses to start without.
    Manual,
}

impl Config {
    /// Reads the settings from the process's environment, and in a debug build from `.env` too.
    pub fn from_environment() -> Result<Self, Vec<SettingError>> {
        if cfg!(debug_assertions) {
            // A missing file is the usual case, and what is in it never overrides the environment.
            drop(dotenvy::dotenv());
        }
        #[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads the settings from whatever gives a variable's value.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<SettingError>> {
        let mut reader = Reader::new(&variable);
        let address = reader
            .parsed("LEPTOS_SITE_ADDR", "an address and a port, such as 127.0.0.1:3000", |text| text.parse().ok());
        let address = address.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 3000)));
        let given_url = reader.parsed("HOLDALL_URL", "http:// or https:// and a host, without a path", Url::parse);
        let mut warnings = Vec::new();
        if given_url.is_none() && !address.ip().is_loopback() {
            warnings.push(format!(
                "HOLDALL_URL is not set, and {address} can be reached from elsewhere: set it to the address people type"
            ));
        }
        let url = given_url.unwrap_or_else(|| Url::listening(address));
        let data = PathBuf::from(reader.text("HOLDALL_DATA").unwrap_or_else(|| "data".to_owned()));
        let database = reader
            .parsed("DATABASE_URL", "postgres://…, or sqlite://… with a file's path", database)
            .unwrap_or_else(|| Database::Sqlite(data.join("holdall.db")));
        let storage = storage::settings(&mut reader, &data, &url);
        let publish = reader.one_of("HOLDALL_PUBLISH", &[("start", Publish::Start), ("manual", Publish::Manual)]);
        let sign_up = reader.one_of("HOLDALL_SIGN_UP", &[("open", SignUp::Open), ("closed", SignUp::Closed)]);
        let limits = Limits {
            file: reader.parsed("HOLDALL_MAX_FILE", "a size, such as 500 MiB or 5 GiB", read::size),
            quota: reader.parsed("HOLDALL_QUOTA", "a size, such as 500 MiB or 5 GiB", read::size),
            age: reader
                .parsed("HOLDALL_UPLOAD_AGE", "a span, such as 90 s, 30 min or 24 h", span)
                .unwrap_or(Duration::from_secs(86400)),
        };
        let doctor_bases = storage::doctor_bases(&mut reader);
        let log = reader.text("HOLDALL_LOG").unwrap_or_else(|| "info".to_owned());
        if log.parse::<tracing_subscriber::EnvFilter>().is_err() {
            reader.fault("HOLDALL_LOG", "a level (error, warn, info, debug) or a filter such as holdall=debug,info");
        }
        let watched = reader
            .text("LEPTOS_WATCH")
            .map(|_| reader.parsed("LEPTOS_RELOAD_PORT", "a port", |text| text.parse().ok()).unwrap_or(3001));
        let sign_up = sign_up.unwrap_or(if url.is_loopback() { SignUp::Open } else { SignUp::Closed });
        let publish = publish.unwrap_or(Publish::Start);
        match (storage, reader.faults()) {
            (Some(storage), faults) if faults.is_empty() => Ok(Self {
                address,
                url,
                data,
                database,
                storage,
                publish,
                sign_up,
                limits,
                doctor_bases,
                log,
                watched,
                program: program(),
                warnings,
            }),
            (_, faults) => Err(faults),
        }
    }
}

fn program() -> PathBuf {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() { running } else { std::env::current_exe().unwrap_or(running) }
}

fn database(text: &str) -> Option<Database> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Some(Database::Postgres(text.to_owned()));
    }
    let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"))?;
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && path != ":memory:").then(|| Database::Sqlite(PathBuf::from(path)))
}
