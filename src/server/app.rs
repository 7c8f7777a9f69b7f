//! Opens everything at start and hands out the verbs of the product. Database and storage stay inside: whoever has a
//! state can reach them through `domain` alone.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::model::page::origin_of;
use crate::server::config::{Config, Url};
use crate::server::db::{self, Database};
use crate::server::domain::access::accounts::Accounts;
use crate::server::domain::access::sessions::Sessions;
use crate::server::domain::avatars::Avatars;
use crate::server::domain::blobs::deliver::Contents;
use crate::server::domain::blobs::verify::Checks;
use crate::server::domain::doctor::Doctor;
use crate::server::domain::downloads::Downloads;
use crate::server::domain::entries::Entries;
use crate::server::domain::integrity::audit::Audit;
use crate::server::domain::integrity::instance::Instance;
use crate::server::domain::integrity::privacy_guard::PrivacyGuard;
use crate::server::domain::integrity::sweep::Sweep;
use crate::server::domain::site::{Assets, Site, Source};
use crate::server::domain::uploads::form::FormUploads;
use crate::server::domain::uploads::multipart::MultipartUploads;
use crate::server::jobs::tasks::Tasks;
use crate::server::storage::{self, BackendSettings, Exposure, Storage};

/// The running site; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// Accounts: making one, signing in.
    pub accounts: Accounts,
    /// The session layer's rows.
    pub sessions: Sessions,
    /// Files and folders: lists, paths, making and deleting.
    pub entries: Entries,
    /// The contents of files.
    pub contents: Contents,
    /// Archives of several files.
    pub downloads: Downloads,
    /// Files on their way in.
    pub form_uploads: FormUploads,
    /// Files on their way in part by part.
    pub multipart_uploads: MultipartUploads,
    /// Comparing what lies in the store with what was sent.
    pub checks: Checks,
    /// Whose store it is.
    pub instance: Instance,
    /// Comparing rows and objects.
    pub audit: Audit,
    /// Avatars.
    pub avatars: Avatars,
    /// The site's own files.
    pub assets: Assets,
    /// Finishing what broke off.
    pub sweep: Sweep,
    /// Watching over what is private.
    pub guard: PrivacyGuard,
    /// The public address.
    pub url: Url,
    /// What runs beside requests.
    pub(in crate::server) tasks: Tasks,
    pool: sqlx::AnyPool,
    storage: Storage,
    asking: Arc<Mutex<()>>,
}

/// Why the site cannot be opened, as a sentence for whoever runs it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be made.
    #[error("the data folder {0} cannot be made: {1}")]
    Data(String, std::io::Error),
    /// The database does not open.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema cannot be brought up to this binary's.
    #[error("the database cannot be migrated: {0}")]
    Migrate(sqlx::migrate::MigrateError),
    /// The database was used by a newer Holdall.
    #[error("the database is newer than this holdall: it was migrated to {0}. Run the newer one, or restore a backup")]
    Newer(i64),
    /// The storage does not open.
    #[error("the storage cannot be opened: {0}")]
    Storage(#[from] storage::StorageError),
    /// Something else failed.
    #[error("{0}")]
    Other(#[from] crate::server::domain::Error),
}

impl AppState {
    /// Opens database and storage, brings the schema up to date and builds the verbs over them.
    pub async fn open(config: &Config, site: Site) -> Result<Self, OpenError> {
        make_folder(&config.data)?;
        if let Database::Sqlite(path) = &config.database
            && let Some(folder) = path.parent()
        {
            make_folder(folder)?;
        }
        let pool = db::open(&config.database).await?;
        db::migrate(&pool).await.map_err(|error| match error {
            sqlx::migrate::MigrateError::VersionMissing(version) => OpenError::Newer(version),
            other => OpenError::Migrate(other),
        })?;
        let storage = Storage::open(config.storage.clone()).await?;
        let guard = PrivacyGuard::new(storage.clone(), endpoints(config));
        let tasks = Tasks::default();
        let checks = Checks::new(pool.clone(), storage.clone());
        let form_uploads =
            FormUploads::new(pool.clone(), storage.clone(), config.limits, checks.clone(), tasks.clone());
        let entries = Entries::new(pool.clone(), form_uploads.clone());
        let avatars = Avatars::new(pool.clone(), storage.clone());
        let multipart_uploads =
            MultipartUploads::new(pool.clone(), storage.clone(), form_uploads.clone(), entries.clone(), checks.clone());
        let instance = Instance::new(pool.clone(), storage.clone());
        let sweep = Sweep::new(
            pool.clone(),
            storage.clone(),
            &multipart_uploads,
            &instance,
            form_uploads.clone(),
            avatars.clone(),
        );
        Ok(Self {
            accounts: Accounts::new(pool.clone(), config.sign_up)?,
            sessions: Sessions::new(pool.clone()),
            contents: Contents::new(pool.clone(), storage.clone(), guard.clone()),
            entries,
            downloads: Downloads::new(pool.clone(), storage.clone(), guard.clone()),
            assets: Assets::new(storage.clone(), site, source(config)),
            audit: Audit::new(pool.clone(), storage.clone(), sweep.clone()),
            sweep,
            form_uploads,
            multipart_uploads,
            checks,
            instance,
            avatars,
            guard,
            url: config.url.clone(),
            tasks,
            pool,
            storage,
            asking: Arc::default(),
        })
    }

    /// Whether everything that a request may need answers. Asked one after the other, however many want to know.
    pub async fn is_ready(&self) -> Result<(), String> {
        let _turn = self.asking.lock().await;
        db::check(&self.pool).await.map_err(|error| format!("database: {error}"))?;
        self.storage.check().await.map_err(|error| format!("storage: {error}"))?;
        self.guard.check()?;
        if self.assets.are_ready() { Ok(()) } else { Err("the site's own files are not published yet".to_owned()) }
    }

    /// Lets the database go: what was written is on disk.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The site's own files alone, without a database: for publishing them before the new version runs.
pub async fn open_assets(config: &Config, site: Site) -> Result<Assets, OpenError> {
    Ok(Assets::new(Storage::open(config.storage.clone()).await?, site, source(config)))
}

/// The doctor alone, without a database.
pub async fn open_doctor(config: &Config) -> Result<Doctor, OpenError> {
    let storage = Storage::open(config.storage.clone()).await?;
    let site = config.url.origin().to_owned();
    Ok(Doctor::new(storage, config.storage.exposures.clone(), site, endpoints(config), config.limits.age))
}

/// Addresses at which the bucket might answer besides its endpoints: those of CDNs, from the location and from the root, and
/// those that were named for this.
fn endpoints(config: &Config) -> Vec<String> {
    let exposures = &config.storage.exposures;
    let cdns = [&exposures.static_, &exposures.media].into_iter().filter_map(|exposure| match exposure {
        Exposure::Cdn(cdn) => Some([Some(cdn.base.clone()), origin_of(&cdn.base).map(str::to_owned)]),
        _ => None,
    });
    cdns.flatten().flatten().chain(config.doctor_bases.iter().cloned()).collect()
}

fn source(config: &Config) -> Source {
    match (config.watched, &config.storage.backend) {
        (Some(port), _) => Source::Watched(port),
        (None, BackendSettings::S3(_)) => Source::Bucket,
        (None, BackendSettings::Local { .. }) => Source::Binary,
    }
}

/// A folder that only its owner reads: it holds people's files and the hashes of their passwords.
fn make_folder(path: &Path) -> Result<(), OpenError> {
    use std::os::unix::fs::DirBuilderExt as _;
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| OpenError::Data(path.display().to_string(), error))
}
