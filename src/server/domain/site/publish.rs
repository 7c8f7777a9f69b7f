//! Publishes a release to the static location. Files that exist are skipped, and the manifest, which says that the
//! release is complete, is written last. Several processes may publish at once, as they write the same bytes under the
//! same names.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};

use crate::server::domain::site::Error;
use crate::server::domain::site::cache::{Asset, read};
use crate::server::domain::site::files::{AssetBundle, described};
use crate::server::storage::{self, Key, ObjectMeta, Static, Storage};

/// How many files are written at once.
pub(super) const AT_ONCE: usize = 8;
/// The manifest's path, which is written last: if it exists, the release is complete.
pub(super) const MANIFEST: &str = "release.json";
/// A year, the longest that caches honour. A release's files never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The result of publishing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Files that were written.
    pub written: usize,
    /// Files that existed already.
    pub skipped: usize,
}

/// The content of the manifest.
#[derive(Serialize, Deserialize)]
pub(super) struct ReleaseManifest {
    /// The name of the release.
    pub release: String,
    /// How many files it has.
    pub files: usize,
    /// The version of Holdall that embeds it.
    pub version: String,
}

/// The files of a release that are not in the static location.
struct Missing<'a> {
    files: Vec<(&'a str, &'a Arc<Asset>)>,
    manifest: bool,
}

/// Whether a release is complete in the static location.
///
/// # Errors
/// [`Error::Storage`].
pub(super) async fn is_whole(storage: &Storage, release: &str) -> Result<bool, Error> {
    match storage.head(&key(release, MANIFEST)?).await {
        Ok(_) => Ok(true),
        Err(storage::StorageError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The manifest of a release; `None` if it is missing or malformed.
///
/// # Errors
/// [`Error::Storage`].
pub(super) async fn read_manifest(storage: &Storage, release: &str) -> Result<Option<ReleaseManifest>, Error> {
    match read(storage, &key(release, MANIFEST)?).await {
        Ok(manifest) => Ok(serde_json::from_slice(&manifest.bytes()).ok()),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The paths in the release that [`publish`] would write, in its order.
///
/// # Errors
/// [`Error::Storage`].
pub(super) async fn unpublished(storage: &Storage, site: &AssetBundle) -> Result<Vec<String>, Error> {
    let Missing { files, manifest } = missing(storage, site).await?;
    let paths = files.into_iter().map(|(path, _)| path).chain(manifest.then_some(MANIFEST));
    Ok(paths.map(str::to_owned).collect())
}

/// Writes the missing files of a release, and its manifest if that is missing.
///
/// # Errors
/// [`Error::Storage`].
pub(super) async fn publish(storage: &Storage, site: &AssetBundle) -> Result<Published, Error> {
    let release = site.release();
    let Missing { files, manifest } = missing(storage, site).await?;
    let published = Published { written: files.len(), skipped: site.files().count() - files.len() };
    let puts: Vec<_> = files.into_iter().map(|(path, asset)| put(storage, release, path, asset.bytes())).collect();
    stream::iter(puts).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    if manifest {
        let manifest = ReleaseManifest {
            release: release.to_owned(),
            files: site.files().count(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let manifest =
            serde_json::to_vec(&manifest).map_err(|error| Error::Internal(format!("the manifest: {error}")))?;
        put(storage, release, MANIFEST, manifest.into()).await?;
    }
    Ok(published)
}

/// Finds the missing files by one listing, which shows only objects that were written completely.
async fn missing<'a>(storage: &Storage, site: &'a AssetBundle) -> Result<Missing<'a>, Error> {
    let release = site.release();
    let there: BTreeSet<(String, u64)> = storage
        .list::<Static>(&format!("{release}/"))
        .await?
        .into_iter()
        .map(|listed| (listed.key, listed.size))
        .collect();
    let files = site
        .files()
        .filter(|(path, asset)| !there.contains(&(format!("{release}/{path}"), asset.bytes().len() as u64)))
        .collect();
    Ok(Missing { files, manifest: !there.iter().any(|(name, _)| *name == format!("{release}/{MANIFEST}")) })
}

async fn put(storage: &Storage, release: &str, path: &str, bytes: Bytes) -> Result<(), Error> {
    let (media_type, content_encoding) = described(path);
    let meta = ObjectMeta {
        content_type: media_type.unwrap_or("application/octet-stream").to_owned(),
        content_encoding,
        cache_control: Some(FOR_EVER),
        ..ObjectMeta::default()
    };
    match storage.put(&key(release, path)?, bytes, &meta).await {
        // Another process has written the same bytes meanwhile.
        Ok(()) | Err(storage::StorageError::Exists) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The key of a file in a release.
///
/// # Errors
/// [`Error::Internal`] if the path cannot be part of a key.
pub(super) fn key(release: &str, path: &str) -> Result<Key<Static>, Error> {
    Key::parse(&format!("{release}/{path}"))
        .map_err(|_| Error::Internal(format!("{path:?} cannot be a file of a release")))
}
