//! A Holdall for one test: its data is in a temporary folder, its settings come from the test and never from the
//! environment.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axum::Router;
use bytes::Bytes;
use holdall::server::app::AppState;
use holdall::server::clock::Clock;
use holdall::server::config::Config;
use holdall::server::domain::access::scope::Scope;
use holdall::server::domain::site::AssetBundle;
use holdall::server::storage::INSTANCE_OBJECT;
use holdall::server::web;
use sqlx::AnyPool;
use tempfile::TempDir;

use crate::answer::Answer;
use crate::database::Database;
use crate::visitor::Visitor;

/// The password of everyone who signs up through [`App::signed_in`].
pub const PASSWORD: &str = "correct horse battery staple";
/// How long what is removed in the background may stand still.
const STANDS_STILL: Duration = Duration::from_secs(30);

/// A running site.
pub struct App {
    /// The state behind the router.
    pub state: AppState,
    /// Its clock, which tests move: `app.clock.advance(…)`. It keeps its time across restarts.
    pub clock: Clock,
    router: Router,
    config: Config,
    data: TempDir,
    database: Database,
}

impl App {
    /// Starts a site with default settings.
    pub async fn start(database: &Database) -> Self {
        Self::with(database, &[]).await
    }

    /// Starts a site with these settings.
    pub async fn with(database: &Database, settings: &[(&str, &str)]) -> Self {
        Self::carrying(site(), database, settings).await
    }

    /// Starts another version of the site, which carries these static files.
    pub async fn carrying(site: AssetBundle, database: &Database, settings: &[(&str, &str)]) -> Self {
        // Can be set only once in a process; later attempts are refused, which is harmless.
        drop(any_spawner::Executor::init_tokio());
        let data = tempfile::tempdir().expect("a temporary folder");
        let config = configured(database, data.path(), settings);
        let clock = Clock::system();
        let (state, router) = open(&config, site, clock.clone()).await;
        prove(&state).await;
        Self { state, clock, router, config, data, database: database.clone() }
    }

    /// Why a site does not start with this database.
    pub async fn refusal(database: &Database) -> String {
        let data = tempfile::tempdir().expect("a temporary folder");
        let config = configured(database, data.path(), &[]);
        let opened = AppState::open(&config, site(), Clock::system()).await;
        opened.err().expect("a site that does not start").to_string()
    }

    /// The same site after a restart: a new process over the same data.
    pub async fn restarted(self) -> Self {
        let app = self.restarted_unproved().await;
        prove(&app.state).await;
        app
    }

    /// The same, before the guard has checked that anonymous clients cannot read private objects.
    pub async fn restarted_unproved(self) -> Self {
        self.state.close().await;
        let (state, router) = open(&self.config, site(), self.clock.clone()).await;
        Self { state, router, ..self }
    }

    /// The same, with some settings changed before the restart.
    pub async fn restarted_with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self.restarted().await
    }

    /// Lets enough time pass for incomplete uploads without activity to expire.
    pub fn outlast_uploads(&self) {
        self.clock.advance(self.config.limits.age);
    }

    /// Lets the only upload, which has stalled, expire, and sweeps it away. Bytes that were still arriving renew it, so
    /// that several attempts may be needed.
    pub async fn sweep_halted_upload(&self) {
        for _ in 0..20 {
            self.outlast_uploads();
            self.state.maintenance.once().await.expect("a round");
            if self.count("blobs").await == 0 {
                return;
            }
        }
        panic!("an upload outlives its time");
    }

    /// A visitor without cookies.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.router.clone())
    }

    /// A visitor who has just signed up through the form, as `<name>@example.org` with [`PASSWORD`].
    pub async fn signed_in(&self, name: &str) -> Visitor {
        let visitor = self.visitor();
        let email = format!("{name}@example.org");
        let answer = visitor.post("/sign-up", &[("name", name), ("email", &email), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{name} cannot sign up: {}", answer.text());
        visitor
    }

    /// The router, for a server behind a socket.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The answer to `/health/ready`, a second after the last one.
    pub async fn ready(&self) -> Answer {
        self.clock.advance(Duration::from_secs(1));
        self.visitor().get("/health/ready").await
    }

    /// The scope of the whole account of this name.
    pub async fn scope_of(&self, name: &str) -> Scope {
        let email = format!("{name}@example.org");
        let account = self.state.accounts.sign_in(&email, PASSWORD, "::/64").await.expect("an account");
        Scope::account(&account.id)
    }

    /// Direct access to the database.
    pub async fn rows(&self) -> AnyPool {
        AnyPool::connect(&self.database.url(self.data.path())).await.expect("the database of this test")
    }

    /// The number of rows in a table.
    pub async fn count(&self, table: &str) -> i64 {
        let count = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        sqlx::query_scalar(count).fetch_one(&self.rows().await).await.expect("a table")
    }

    /// The number of bytes that the account of this name uses, according to its row.
    pub async fn used(&self, name: &str) -> i64 {
        let used = sqlx::query_scalar("SELECT used FROM accounts WHERE name = $1").bind(name);
        used.fetch_one(&self.rows().await).await.expect("an account")
    }

    /// A folder of the local storage: `private`, `media`, `static` or `tmp`.
    pub fn folder(&self, location: &str) -> PathBuf {
        self.data.path().join("files").join(location)
    }

    /// All files in these folders of the local storage, except the mark that names the instance.
    pub fn stored(&self, locations: &[&str]) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for location in locations {
            walk(&self.folder(location), &mut found);
        }
        found.retain(|path| !path.ends_with(INSTANCE_OBJECT));
        found
    }

    /// Waits until no more than so many blobs are left: objects of folders are deleted in the background.
    pub async fn has_blobs(&self, blobs: i64) {
        removed(async || (self.count("blobs").await - blobs).max(0)).await;
    }

    /// Waits until an interrupted upload has left nothing behind: no row, no object, no temporary file. The response
    /// does not wait for the clean-up, which is a task of its own.
    pub async fn is_clean(&self) {
        let files = || i64::try_from(self.stored(&["private", "tmp"]).len()).expect("few files");
        removed(async || self.count("blobs").await + files()).await;
    }
}

/// Waits until nothing is left of what is removed in the background. How long that takes depends on what else the machine
/// does, so only how long it stands still has a limit.
async fn removed(left: impl AsyncFn() -> i64) {
    let (mut fewest, mut since) = (i64::MAX, Instant::now());
    loop {
        match left().await {
            0 => return,
            fewer if fewer < fewest => (fewest, since) = (fewer, Instant::now()),
            still => assert!(since.elapsed() < STANDS_STILL, "{still} rows and files are left"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn configured(database: &Database, data: &Path, settings: &[(&str, &str)]) -> Config {
    let url = database.url(data);
    let config = Config::read(|name| match name {
        "HOLDALL_DATA" => Some(data.display().to_string()),
        "DATABASE_URL" => Some(url.clone()),
        _ => match settings.iter().find(|(of, _)| *of == name) {
            Some((_, value)) => Some((*value).to_owned()),
            // All visitors of a test come from one address.
            None => (name == "HOLDALL_SIGN_UPS_PER_HOUR").then(|| "10000".to_owned()),
        },
    });
    let mut config = config.expect("settings without a fault");
    // The running program is the test; for work in child processes, Holdall must start the real one.
    config.program = env!("CARGO_BIN_EXE_holdall").into();
    config
}

/// Runs the guard's check of the private canary, as `serve` does first. A store that is down proves nothing.
async fn prove(state: &AppState) {
    drop(state.guard.probe().await);
}

async fn open(config: &Config, site: AssetBundle, clock: Clock) -> (AppState, Router) {
    let state = AppState::open(config, site, clock).await.expect("a site that opens");
    let router = web::router(state.clone()).expect("a public address that is an origin");
    (state, router)
}

/// The files of a small release. The content of the `.br` file is recognisable, not really compressed.
pub fn site() -> AssetBundle {
    let files = [
        ("pkg/holdall.js", "export default 1; // the script"),
        ("pkg/holdall.js.br", "the script, smaller"),
        ("pkg/holdall.wasm", "\0asm and so on"),
        ("pkg/later.wasm", "\0asm and the rest"),
        ("pkg/holdall.css", "body { color: black }"),
        ("start.js", "import './pkg/holdall.js'"),
        ("icon.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("favicon.ico", "an icon"),
        ("robots.txt", "User-agent: *\nDisallow: /\n"),
    ];
    AssetBundle::of(files.map(|(path, text)| (path.to_owned(), Bytes::from_static(text.as_bytes()))))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}
