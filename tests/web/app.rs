//! A Holdall of a test's own: its data in a temporary folder, its settings from the test and never from the environment.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use holdall::server::app::AppState;
use holdall::server::config::Config;
use holdall::server::domain::access::scope::Scope;
use holdall::server::domain::site::Site;
use holdall::server::storage::MARK;
use holdall::server::web;
use sqlx::AnyPool;
use tempfile::TempDir;

use crate::database::Database;
use crate::visitor::Visitor;

/// The password of everyone who signs up through [`App::signed_in`].
pub const PASSWORD: &str = "correct horse battery staple";

/// A running site.
pub struct App {
    /// What the router runs on.
    pub state: AppState,
    router: Router,
    config: Config,
    data: TempDir,
    database: Database,
}

impl App {
    /// Starts one with no settings at all.
    pub async fn start(database: &Database) -> Self {
        Self::with(database, &[]).await
    }

    /// Starts one with these settings.
    pub async fn with(database: &Database, settings: &[(&str, &str)]) -> Self {
        Self::carrying(site(), database, settings).await
    }

    /// Starts one of another version: it carries these files.
    pub async fn carrying(site: Site, database: &Database, settings: &[(&str, &str)]) -> Self {
        // Set once a process; a second setting is refused and changes nothing.
        drop(any_spawner::Executor::init_tokio());
        let data = tempfile::tempdir().expect("a temporary folder");
        let url = database.url(data.path());
        let config = Config::read(|name| match name {
            "HOLDALL_DATA" => Some(data.path().display().to_string()),
            "DATABASE_URL" => Some(url.clone()),
            _ => settings.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned()),
        });
        let config = config.expect("settings without a fault");
        let (state, router) = open(&config, site).await;
        prove(&state).await;
        Self { state, router, config, data, database: database.clone() }
    }

    /// The same site after its process has ended and another was started over the same data.
    pub async fn restarted(self) -> Self {
        let app = self.restarted_unproved().await;
        prove(&app.state).await;
        app
    }

    /// The same, before it is proved that strangers cannot read what is private.
    pub async fn restarted_unproved(self) -> Self {
        self.state.close().await;
        let (state, router) = open(&self.config, site()).await;
        Self { state, router, ..self }
    }

    /// The same, with some settings changed meanwhile.
    pub async fn restarted_with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self.restarted().await
    }

    /// Somebody with an empty cookie jar.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.router.clone())
    }

    /// Somebody who has just signed up through the form, as `<name>@example.org` with [`PASSWORD`].
    pub async fn signed_in(&self, name: &str) -> Visitor {
        let visitor = self.visitor();
        let email = format!("{name}@example.org");
        let answer = visitor.post("/sign-up", &[("name", name), ("email", &email), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{name} cannot sign up: {}", answer.text());
        visitor
    }

    /// All that the account of this name may touch.
    pub async fn scope_of(&self, name: &str) -> Scope {
        let account = self.state.accounts.sign_in(&format!("{name}@example.org"), PASSWORD).await.expect("an account");
        Scope::account(&account.id)
    }

    /// A way into the database that goes past Holdall.
    pub async fn rows(&self) -> AnyPool {
        AnyPool::connect(&self.database.url(self.data.path())).await.expect("the database of this test")
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let count = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        sqlx::query_scalar(count).fetch_one(&self.rows().await).await.expect("a table")
    }

    /// Makes every job due that is to be done at some time.
    pub async fn due_now(&self) {
        sqlx::query("UPDATE jobs SET due = 0").execute(&self.rows().await).await.expect("jobs");
    }

    /// How many bytes the account of this name has used, as its row says.
    pub async fn used(&self, name: &str) -> i64 {
        let used = sqlx::query_scalar("SELECT used FROM accounts WHERE name = $1").bind(name);
        used.fetch_one(&self.rows().await).await.expect("an account")
    }

    /// A folder of the local storage: `private`, `media`, `static` or `tmp`.
    pub fn folder(&self, location: &str) -> PathBuf {
        self.data.path().join("files").join(location)
    }

    /// Every file of the local storage in these folders, the mark that says whose it is aside.
    pub fn stored(&self, locations: &[&str]) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for location in locations {
            walk(&self.folder(location), &mut found);
        }
        found.retain(|path| !path.ends_with(MARK));
        found
    }

    /// Waits until an upload that broke off has left nothing: no row, no object, no beginning of one. The clean-up is a
    /// task of its own, which the answer does not wait for.
    pub async fn is_clean(&self) {
        let mut left = String::new();
        for _ in 0..400 {
            let (blobs, files) = (self.count("blobs").await, self.stored(&["private", "tmp"]));
            left = format!("{blobs} rows, {files:?}");
            if blobs == 0 && files.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("something is left: {left}");
    }
}

/// Looks after the private canary, as `serve` does before anything else. A store that is down proves nothing.
async fn prove(state: &AppState) {
    drop(state.guard.look().await);
}

async fn open(config: &Config, site: Site) -> (AppState, Router) {
    let state = AppState::open(config, site).await.expect("a site that opens");
    let router = web::router(state.clone()).expect("a public address that is an origin");
    (state, router)
}

/// What a release has, in small. The `.br` is recognisable and not really compressed.
pub fn site() -> Site {
    let files = [
        ("pkg/holdall.js", "export default 1; // the script"),
        ("pkg/holdall.js.br", "the script, smaller"),
        ("pkg/holdall.wasm", "\0asm and so on"),
        ("pkg/holdall.css", "body { color: black }"),
        ("start.js", "import './pkg/holdall.js'"),
        ("icon.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("favicon.ico", "an icon"),
        ("robots.txt", "User-agent: *\nDisallow: /\n"),
    ];
    Site::of(files.map(|(path, text)| (path.to_owned(), Bytes::from_static(text.as_bytes()))))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}
