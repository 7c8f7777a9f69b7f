//! The settings, and the only reader of the environment. All errors are collected, each with the variable's name and
//! the values it accepts: `Config::from_environment` returns either consistent settings or the list of errors.

mod address;
mod exposure;
mod kind;
mod peers;
mod read;
mod s3_options;
mod storage;

#[cfg(test)]
mod tests;

pub use address::Url;
pub use read::{SettingError, span};

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::account::SignUp;
use crate::server::config::read::Reader;
use crate::server::db::Database;
use crate::server::domain::access::accounts::SignUpRules;
use crate::server::domain::uploads::rules::UploadLimits;
use crate::server::storage as bytes;
use crate::server::web::client_ip::TrustedProxies;

/// Every setting of a Holdall process.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen on.
    pub address: SocketAddr,
    /// The public address of the site.
    pub url: Url,
    /// The folder of all data on this machine.
    pub data: PathBuf,
    /// The database.
    pub database: Database,
    /// The storage of bytes.
    pub storage: bytes::Settings,
    /// Whether `serve` publishes its release automatically.
    pub publish: Publish,
    /// Whether visitors may create accounts, and how many.
    pub sign_up: SignUpRules,
    /// The reverse proxies that are believed about the address of their client.
    pub trusted_proxies: TrustedProxies,
    /// The limits of uploads.
    pub limits: UploadLimits,
    /// How long what was deleted stays in the trash.
    pub trash_age: Duration,
    /// How long after its last check a stored file is read and compared again; `None` if never.
    pub verify_every: Option<Duration>,
    /// Further addresses at which `holdall doctor` tests whether the bucket answers anonymous clients.
    pub doctor_bases: Vec<String>,
    /// What is logged, in the syntax of tracing's `EnvFilter`.
    pub log: String,
    /// The port of the reload socket, under `cargo leptos watch`.
    pub watched: Option<u16>,
    /// The path of the running executable, for work that is done in a child process. On Linux this is the kernel's link
    /// to it, which still refers to the same file after an upgrade has replaced the executable.
    pub program: PathBuf,
    /// Settings that are valid but unwise.
    pub warnings: Vec<String>,
}

/// How long after its last check a stored file is read again, unless set: 30 days.
const VERIFY_EVERY: Duration = Duration::from_secs(30 * 86400);

/// How long what was deleted stays in the trash, unless set: 30 days.
const TRASH_AGE: Duration = Duration::from_secs(30 * 86400);

/// When the site's own files are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publish {
    /// When `serve` starts.
    Start,
    /// Only by `holdall publish`; without it, `serve` refuses to start.
    Manual,
}

impl Config {
    /// Reads the settings from the process's environment; debug builds also read `.env`.
    pub fn from_environment() -> Result<Self, Vec<SettingError>> {
        if cfg!(debug_assertions) {
            // Usually there is no such file, and variables in it never override the environment.
            drop(dotenvy::dotenv());
        }
        #[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads the settings, with `variable` returning the value of a variable by its name.
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
        let sign_up = sign_up(&mut reader, &url);
        let trusted_proxies = reader
            .parsed(
                "HOLDALL_TRUSTED_PROXIES",
                "addresses and networks, such as 127.0.0.1, 10.0.0.0/8",
                TrustedProxies::parse,
            )
            .unwrap_or_default();
        let limits = upload_limits(&mut reader);
        let trash_age = reader.parsed("HOLDALL_TRASH_AGE", "a span, such as 30 d", span).unwrap_or(TRASH_AGE);
        let verify_every = reader
            .parsed("HOLDALL_VERIFY_EVERY", "a span, such as 30 d, or off", |text| match text {
                "off" | "0" => Some(None),
                text => span(text).map(Some),
            })
            .unwrap_or(Some(VERIFY_EVERY));
        let doctor_bases = storage::doctor_bases(&mut reader);
        let log = reader.text("HOLDALL_LOG").unwrap_or_else(|| "info".to_owned());
        if log.parse::<tracing_subscriber::EnvFilter>().is_err() {
            reader.fault("HOLDALL_LOG", "a level (error, warn, info, debug) or a filter such as holdall=debug,info");
        }
        let watched = reader
            .text("LEPTOS_WATCH")
            .map(|_| reader.parsed("LEPTOS_RELOAD_PORT", "a port", |text| text.parse().ok()).unwrap_or(3001));
        let publish = publish.unwrap_or(Publish::Start);
        match (storage, reader.faults()) {
            (Some(storage), faults) if faults.is_empty() => {
                warnings.extend(peers::in_plain_text(&database, &storage));
                Ok(Self {
                    address,
                    url,
                    data,
                    database,
                    storage,
                    publish,
                    sign_up,
                    trusted_proxies,
                    limits,
                    trash_age,
                    verify_every,
                    doctor_bases,
                    log,
                    watched,
                    program: program(),
                    warnings,
                })
            }
            (_, faults) => Err(faults),
        }
    }
}

fn sign_up(reader: &mut Reader<'_>, url: &Url) -> SignUpRules {
    let by = reader.one_of("HOLDALL_SIGN_UP", &[("open", SignUp::Open), ("closed", SignUp::Closed)]);
    let hourly = reader
        .parsed("HOLDALL_SIGN_UPS_PER_HOUR", "a number from 1", |text| text.parse().ok().filter(|hourly| *hourly > 0));
    let most = reader.parsed("HOLDALL_MAX_ACCOUNTS", "a number from 1, or none for no limit", |text| match text {
        "none" => Some(None),
        number => number.parse().ok().filter(|most| *most > 0).map(Some),
    });
    SignUpRules {
        by: by.unwrap_or(if url.is_loopback() { SignUp::Open } else { SignUp::Closed }),
        hourly: hourly.unwrap_or(20),
        most: most.unwrap_or(Some(10_000)),
    }
}

fn upload_limits(reader: &mut Reader<'_>) -> UploadLimits {
    UploadLimits {
        file: reader.parsed("HOLDALL_MAX_FILE", "a size, such as 500 MiB or 5 GiB", read::size),
        entries: reader
            .parsed("HOLDALL_MAX_ENTRIES", "a number of files and folders, such as 1000000", |text| text.parse().ok())
            .unwrap_or(1_000_000),
        quota: reader.parsed("HOLDALL_QUOTA", "a size, such as 500 MiB or 5 GiB", read::size),
        age: reader
            .parsed("HOLDALL_UPLOAD_AGE", "a span, such as 90 s, 30 min or 24 h", span)
            .unwrap_or(Duration::from_secs(86400)),
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
