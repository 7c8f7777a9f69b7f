//! Putting a release into the static location: what is there is skipped, the mark that says “whole” comes last.
//! Several processes may do so at once; they write the same bytes under the same names.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::Error;
use super::site::{Site, described};
use crate::server::storage::{self, Key, ObjectMeta, Static, Storage};

/// How many files are written at a time.
const AT_ONCE: usize = 8;
/// Written last: who finds it finds the whole release.
const MARK: &str = "release.json";
/// A year: the longest that caches take seriously. A release's files never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// What publishing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Files that were written.
    pub written: usize,
    /// Files that were there already.
    pub skipped: usize,
}

/// Whether a release lies whole in the static location.
pub(super) async fn is_whole(storage: &Storage, release: &str) -> Result<bool, Error> {
    match storage.head(&key(release, MARK)?).await {
        Ok(_) => Ok(true),
        Err(storage::Error::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn publish(storage: &Storage, site: &Site) -> Result<Published, Error> {
    let release = site.release();
    let there: BTreeSet<(String, u64)> = storage
        .list::<Static>(&format!("{release}/"))
        .await?
        .into_iter()
        .map(|listed| (listed.key, listed.size))
        .collect();
    let missing: Vec<_> = site
        .files()
        .filter(|(path, asset)| !there.contains(&(format!("{release}/{path}"), asset.bytes().len() as u64)))
        .map(|(path, asset)| put(storage, release, path, asset.bytes()))
        .collect();
    let published = Published { written: missing.len(), skipped: site.files().count() - missing.len() };
    stream::iter(missing).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    if !there.iter().any(|(name, _)| *name == format!("{release}/{MARK}")) {
        let mark = serde_json::json!({ "release": release, "files": site.files().count(), "version": env!("CARGO_PKG_VERSION") });
        put(storage, release, MARK, mark.to_string().into()).await?;
    }
    Ok(published)
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
        // Another process was quicker, with the same bytes.
        Ok(()) | Err(storage::Error::Exists) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn key(release: &str, path: &str) -> Result<Key<Static>, Error> {
    Key::parse(&format!("{release}/{path}"))
        .map_err(|_| Error::Internal(format!("{path:?} cannot be a file of a release")))
}
