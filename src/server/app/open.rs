//! Opens what [`AppState`] is made of, or only as much as a command needs. The one place that makes the verbs and hands them
//! what they stand on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::server::app::{App, AppState};
use crate::server::clock::Clock;
use crate::server::config::Config;
use crate::server::db::{self, Database};
use crate::server::domain::access::accounts::Accounts;
use crate::server::domain::access::limits::TokenBuckets;
use crate::server::domain::access::sessions::Sessions;
use crate::server::domain::avatars::Avatars;
use crate::server::domain::blobs::damage::DamageWatch;
use crate::server::domain::blobs::deliver::Contents;
use crate::server::domain::blobs::reading::Readers;
use crate::server::domain::blobs::remove::BlobRemoval;
use crate::server::domain::blobs::verify::Verifier;
use crate::server::domain::doctor::Doctor;
use crate::server::domain::downloads::Downloads;
use crate::server::domain::entries::{Entries, EntryLimits};
use crate::server::domain::integrity::audit::Audit;
use crate::server::domain::integrity::instance::Instance;
use crate::server::domain::integrity::maintenance::Maintenance;
use crate::server::domain::integrity::privacy_guard::PrivacyGuard;
use crate::server::domain::integrity::reserve::DiskReserve;
use crate::server::domain::preview::Previews;
use crate::server::domain::site::{AssetBundle, Assets, Source};
use crate::server::domain::uploads::form::FormUploads;
use crate::server::domain::uploads::multipart::MultipartUploads;
use crate::server::domain::uploads::rules::UploadRules;
use crate::server::jobs::tasks::Tasks;
use crate::server::open_error::OpenError;
use crate::server::readiness::Readiness;
use crate::server::storage::{self, BackendSettings, Exposure, Storage};

impl AppState {
    /// Opens database and storage, migrates the schema, and builds the verbs on them, all with this clock.
    ///
    /// # Errors
    /// [`OpenError`], as a sentence for the operator.
    pub async fn open(config: &Config, site: AssetBundle, clock: Clock) -> Result<Self, OpenError> {
        make_folder(&config.data)?;
        if let Database::Sqlite(path) = &config.database
            && let Some(folder) = path.parent()
        {
            make_folder(folder)?;
        }
        let reserve = DiskReserve::new(folder_of_reserve(config));
        // On a full disk the database could not even be opened.
        reserve.relieve();
        let pool = db::open(&config.database).await?;
        db::migrate(&pool).await.map_err(|error| match error {
            sqlx::migrate::MigrateError::VersionMissing(version) => OpenError::Newer(version),
            other => OpenError::Migrate(other),
        })?;
        let storage = Storage::open(config.storage.clone(), clock.clone()).await?;
        let guard = PrivacyGuard::new(storage.clone(), endpoints(config), clock.clone());
        let tasks = Tasks::default();
        let limits = TokenBuckets::new(pool.clone(), clock.clone());
        let verifier = Verifier::new(pool.clone(), storage.clone(), config.verify_every, clock.clone());
        let damage = DamageWatch::new(pool.clone(), storage.clone(), verifier.clone(), clock.clone());
        let readers = Readers::default();
        let removal = BlobRemoval::new(pool.clone(), storage.clone(), readers.clone(), clock.clone());
        let upload_rules = UploadRules::new(config.limits, storage.clone(), reserve.clone());
        let form_uploads = FormUploads::new(
            pool.clone(),
            storage.clone(),
            upload_rules.clone(),
            verifier.clone(),
            removal.clone(),
            tasks.clone(),
            clock.clone(),
        );
        let entries = Entries::new(
            pool.clone(),
            removal.clone(),
            damage.clone(),
            reserve.clone(),
            EntryLimits { entries: config.limits.entries, trash_age: config.trash_age },
            tasks.clone(),
            clock.clone(),
        );
        let avatars =
            Avatars::new(pool.clone(), storage.clone(), config.program.clone(), readers.clone(), clock.clone());
        let multipart_uploads = MultipartUploads::new(
            pool.clone(),
            storage.clone(),
            upload_rules.clone(),
            tasks.clone(),
            removal.clone(),
            entries.clone(),
            verifier.clone(),
            clock.clone(),
        );
        let instance = Instance::new(pool.clone(), storage.clone());
        let cookie_suffix = instance.cookie_suffix().await?;
        let maintenance = Maintenance::new(
            pool.clone(),
            storage.clone(),
            &multipart_uploads,
            &instance,
            removal,
            avatars.clone(),
            clock.clone(),
        );
        let contents =
            Contents::new(pool.clone(), storage.clone(), damage.clone(), guard.clone(), readers.clone(), clock.clone());
        Ok(Self(Arc::new(App {
            accounts: Accounts::new(pool.clone(), limits, config.sign_up, clock.clone())?,
            sessions: Sessions::new(pool.clone(), clock.clone()),
            previews: Previews::new(entries.clone(), contents.clone()),
            contents,
            entries,
            downloads: Downloads::new(
                pool.clone(),
                folder_of_database(config),
                damage,
                guard.clone(),
                readers,
                clock.clone(),
            ),
            assets: Assets::new(storage.clone(), site, source(config), clock.clone()),
            audit: Audit::new(pool.clone(), storage.clone(), maintenance.clone(), clock.clone()),
            maintenance,
            upload_rules,
            form_uploads,
            multipart_uploads,
            verifier,
            instance,
            avatars,
            guard,
            reserve,
            url: config.url.clone(),
            cookie_suffix,
            trusted_proxies: config.trusted_proxies.clone(),
            tasks,
            pool,
            storage,
            readiness: Readiness::default(),
            clock,
        })))
    }
}

/// Opens only what publishes the site's own files, without a database, so that a new release can be published before
/// it runs.
///
/// # Errors
/// [`OpenError`], as a sentence for the operator.
pub async fn open_assets(config: &Config, site: AssetBundle, clock: Clock) -> Result<Assets, OpenError> {
    let storage = Storage::open(config.storage.clone(), clock.clone()).await?;
    Ok(Assets::new(storage, site, source(config), clock))
}

/// Opens only the doctor, without a database.
///
/// # Errors
/// [`OpenError`], as a sentence for the operator.
pub async fn open_doctor(config: &Config, clock: Clock) -> Result<Doctor, OpenError> {
    let storage = Storage::open(config.storage.clone(), clock.clone()).await?;
    let site = config.url.origin().to_owned();
    Ok(Doctor::new(storage, config.storage.exposures.clone(), site, endpoints(config), config.limits.age, clock))
}

/// The folder on whose disk room is kept: that of SQLite's file, or else that of the files.
fn folder_of_reserve(config: &Config) -> Option<PathBuf> {
    let is_local = matches!(config.storage.backend, BackendSettings::Local { .. });
    folder_of_database(config).or_else(|| is_local.then(|| config.data.clone()))
}

/// The folder of SQLite's file.
fn folder_of_database(config: &Config) -> Option<PathBuf> {
    let Database::Sqlite(path) = &config.database else { return None };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Some(folder.map_or_else(|| ".".into(), Path::to_owned))
}

/// Addresses at which the bucket might answer besides its endpoints: those of CDNs, with and without the location's
/// prefix, and those that the settings add.
fn endpoints(config: &Config) -> Vec<String> {
    let exposures = &config.storage.exposures;
    let cdns = [&exposures.static_, &exposures.media].into_iter().filter_map(|exposure| match exposure {
        Exposure::Cdn(cdn) => Some([Some(cdn.base.clone()), storage::origin_of(&cdn.base)]),
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

/// Creates a folder that only its owner may read, since it holds people's files and password hashes.
fn make_folder(path: &Path) -> Result<(), OpenError> {
    use std::os::unix::fs::DirBuilderExt as _;
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| OpenError::Data(path.display().to_string(), error))
}
