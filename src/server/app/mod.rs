//! The verbs of the product, on an opened database and storage (`open.rs`). Both stay private here: code that holds an
//! [`AppState`] reaches them only through `domain`.

mod open;

use std::ops::Deref;
use std::sync::Arc;

use crate::server::clock::Clock;
use crate::server::config::Url;
use crate::server::db;
use crate::server::domain::access::accounts::Accounts;
use crate::server::domain::access::sessions::Sessions;
use crate::server::domain::avatars::Avatars;
use crate::server::domain::blobs::deliver::Contents;
use crate::server::domain::blobs::verify::Verifier;
use crate::server::domain::downloads::Downloads;
use crate::server::domain::entries::Entries;
use crate::server::domain::integrity::audit::Audit;
use crate::server::domain::integrity::instance::Instance;
use crate::server::domain::integrity::maintenance::Maintenance;
use crate::server::domain::integrity::privacy_guard::PrivacyGuard;
use crate::server::domain::integrity::reserve::DiskReserve;
use crate::server::domain::preview::Previews;
use crate::server::domain::site::Assets;
use crate::server::domain::uploads::form::FormUploads;
use crate::server::domain::uploads::multipart::MultipartUploads;
use crate::server::domain::uploads::rules::UploadRules;
use crate::server::jobs::tasks::Tasks;
use crate::server::readiness::Readiness;
use crate::server::storage::Storage;
use crate::server::web::client_ip::TrustedProxies;

pub use open::{open_assets, open_doctor};

/// The running site, as handlers share it. One pointer, because each request clones it several times.
#[derive(Clone)]
pub struct AppState(Arc<App>);

impl Deref for AppState {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

/// The verbs of the running site, and what they stand on.
pub struct App {
    /// Creates accounts and signs people in.
    pub accounts: Accounts,
    /// Stores sessions for the session layer.
    pub sessions: Sessions,
    /// Lists, creates and deletes files and folders.
    pub entries: Entries,
    /// Delivers the contents of files.
    pub contents: Contents,
    /// Shows what is in files.
    pub previews: Previews,
    /// Makes archives of several files.
    pub downloads: Downloads,
    /// What every upload is checked against.
    pub upload_rules: UploadRules,
    /// Receives files that come in one request.
    pub form_uploads: FormUploads,
    /// Receives files part by part.
    pub multipart_uploads: MultipartUploads,
    /// Verifies stored files.
    pub verifier: Verifier,
    /// Confirms that the store belongs to this site.
    pub instance: Instance,
    /// Compares rows with objects.
    pub audit: Audit,
    /// Changes and delivers avatars.
    pub avatars: Avatars,
    /// Publishes and delivers the site's own files.
    pub assets: Assets,
    /// Finishes interrupted work.
    pub maintenance: Maintenance,
    /// Probes whether private objects are readable for anonymous clients.
    pub guard: PrivacyGuard,
    /// The room on the disk that is kept for deletions and sign-ins.
    pub reserve: DiskReserve,
    /// The site's public address.
    pub url: Url,
    /// The end of the names of this site's cookies, which other sites on the same host do not have.
    pub cookie_suffix: String,
    /// The reverse proxies that are believed about the address of their client.
    pub trusted_proxies: TrustedProxies,
    /// Tracks background tasks.
    pub(in crate::server) tasks: Tasks,
    pool: sqlx::AnyPool,
    storage: Storage,
    readiness: Readiness,
    /// The clock of everything here.
    pub clock: Clock,
}

impl AppState {
    /// Checks that database and storage answer and can be written to. All calls within a second share one check, so that
    /// health checks cannot overload the store.
    ///
    /// # Errors
    /// A sentence that says what does not answer.
    pub async fn is_ready(&self) -> Result<(), String> {
        let state = self.clone();
        self.readiness.ask(&self.clock, || async move { state.check().await }).await
    }

    async fn check(&self) -> Result<(), String> {
        if self.reserve.is_in_use() {
            return Err("the disk is full: what room is left is kept for deletions and sign-ins".to_owned());
        }
        db::check(&self.pool, self.clock.now()).await.map_err(|error| {
            if db::may_be_full(&error) {
                let reserve = self.reserve.clone();
                reserve.doubt();
                drop(tokio::task::spawn_blocking(move || reserve.poll()));
            }
            format!("the database cannot be written to: {error}")
        })?;
        self.storage.check().await.map_err(|error| format!("storage: {error}"))?;
        self.guard.check()?;
        if self.assets.are_ready() { Ok(()) } else { Err("the site's own files are not published yet".to_owned()) }
    }

    /// Closes the connections to the database, which flushes all writes to disk.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
