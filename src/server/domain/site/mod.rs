//! Holdall's own files: CSS, scripts, wasm, icons. A binary embeds one set, its *release*, which is named by a hash
//! over all files. With a bucket, the release is published there under that name and delivered from there; with a
//! local folder, the binary delivers its own.

mod cache;
mod files;
mod publish;
mod releases;

pub use files::{AssetBundle, media_type};
pub use publish::Published;
pub use releases::{Release, Releases, State};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::model::site_files::{SiteFile, SiteFiles};
use crate::server::clock::{Clock, milliseconds};
use crate::server::domain::Error;
use crate::server::domain::site::cache::{Asset, Cache};
use crate::server::storage::{Key, Static, Storage, origin_of};

/// Where the files under `/static/…` are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// From the binary; nothing is published.
    Binary,
    /// From the bucket's static location, through a bounded cache.
    Bucket,
    /// From the folder that `cargo leptos watch` writes, under `/pkg`, never cached; with the port of its reload
    /// socket.
    Watched(u16),
}

/// The content encodings that the client accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepts {
    /// Brotli (RFC 7932).
    pub brotli: bool,
    /// gzip (RFC 1952).
    pub gzip: bool,
}

/// A file as it is sent to the client.
#[derive(Clone, Debug)]
pub struct SiteAnswer {
    /// The bytes, compressed or not, with their strong entity tag.
    pub asset: Arc<Asset>,
    /// The media type of the uncompressed file.
    pub media_type: &'static str,
    /// `br` or `gzip` if the bytes are compressed.
    pub encoding: Option<&'static str>,
}

/// Publishes and delivers Holdall's own files.
#[derive(Clone)]
pub struct Assets {
    storage: Storage,
    site: Arc<AssetBundle>,
    source: Source,
    cache: Arc<Cache>,
    available: Arc<AtomicBool>,
    clock: Clock,
}

impl Assets {
    /// The files of `site`, which are read from `source`.
    pub(in crate::server) fn new(storage: Storage, site: AssetBundle, source: Source, clock: Clock) -> Self {
        let available = source != Source::Bucket;
        Self {
            storage,
            site: Arc::new(site),
            source,
            cache: Arc::new(Cache::new()),
            available: Arc::new(AtomicBool::new(available)),
            clock,
        }
    }

    /// The name of this binary's release.
    #[must_use]
    pub fn release(&self) -> &str {
        self.site.release()
    }

    /// Whether this binary embeds all files that pages need.
    #[must_use]
    pub fn has_site(&self) -> bool {
        self.site.is_whole()
    }

    /// Where files are read from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// Whether this binary's release is available, which pages need.
    #[must_use]
    pub fn are_ready(&self) -> bool {
        self.available.load(Ordering::Relaxed)
    }

    /// The addresses of the files that pages load.
    ///
    /// # Errors
    /// [`Error::Storage`] if an address cannot be signed.
    pub fn addresses(&self) -> Result<SiteFiles, Error> {
        let watched = if let Source::Watched(port) = self.source { Some(port) } else { None };
        Ok(SiteFiles {
            style: self.address("pkg/holdall.css")?,
            icon: self.address("icon.svg")?,
            start: self.address("start.js")?,
            script: self.address("pkg/holdall.js")?,
            wasm: self.address("pkg/holdall.wasm")?,
            later: if watched.is_some() { SiteFile::default() } else { self.address("pkg/later.wasm")? },
            preview_style: self.address("preview.css")?,
            preview_script: self.address("preview.js")?,
            origin: self.storage.base::<Static>().and_then(origin_of),
            watched,
        })
    }

    fn address(&self, path: &str) -> Result<SiteFile, Error> {
        if let Source::Watched(_) = self.source {
            return Ok(SiteFile { address: format!("/{path}"), integrity: None });
        }
        // Another server does not negotiate encodings, so the page refers to a compressed form by its name.
        let suffix = self.storage.base::<Static>().map_or("", |base| self.site.compressed(path, base));
        let key = publish::key(self.release(), &format!("{path}{suffix}"))?;
        let integrity = self.site.file(path).map(|asset| asset.integrity());
        Ok(SiteFile { address: self.storage.url(&key)?, integrity })
    }

    /// Publishes this binary's release to the static location, where files are missing.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn publish(&self) -> Result<Published, Error> {
        let published = publish::publish(&self.storage, &self.site).await?;
        self.available.store(true, Ordering::Relaxed);
        Ok(published)
    }

    /// Whether this binary's release is completely published. If so, pages may use it from now on.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn find_published(&self) -> Result<bool, Error> {
        let found = publish::is_whole(&self.storage, self.release()).await?;
        self.available.store(found, Ordering::Relaxed);
        Ok(found)
    }

    /// The paths in the release that publishing would write now, the manifest last; empty if it is complete.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn unpublished(&self) -> Result<Vec<String>, Error> {
        publish::unpublished(&self.storage, &self.site).await
    }

    /// Every release in the static location, and the objects that belong to none.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn releases(&self) -> Result<Releases, Error> {
        releases::find(&self.storage).await
    }

    /// The states of these releases, in the order given. Costs one request to the store for each.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn states(&self, releases: &[Release]) -> Result<Vec<State>, Error> {
        releases::states(&self.storage, releases).await
    }

    /// The releases that were replaced by another one longer than `span` ago, without this binary's own. Incomplete
    /// ones are as old as the newest of their files.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn outdated(&self, span: Duration) -> Result<Releases, Error> {
        let since = self.clock.now().saturating_sub(milliseconds(span));
        Ok(self.releases().await?.outdated(self.release(), since))
    }

    /// Deletes a release for good. If this is interrupted, the release is incomplete and can be deleted again.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn remove(&self, release: &Release) -> Result<(), Error> {
        releases::remove(&self.storage, release).await
    }

    /// The file for `/static/{path}`, where the path is a release's name and a file in it. Compressed forms can also
    /// be fetched by their own names, as a CDN in front of Holdall does.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file; [`Error::Storage`].
    pub async fn open(&self, path: &str, accepts: Accepts) -> Result<SiteAnswer, Error> {
        let (media_type, encoding) = files::described(path);
        let media_type = media_type.ok_or(Error::NotFound)?;
        if encoding.is_some() {
            return Ok(SiteAnswer { asset: self.find(path).await?, media_type, encoding });
        }
        for (encoding, suffix) in [(accepts.brotli.then_some("br"), ".br"), (accepts.gzip.then_some("gzip"), ".gz")] {
            if encoding.is_some() && files::is_compressible(path) {
                match self.find(&format!("{path}{suffix}")).await {
                    Ok(asset) => return Ok(SiteAnswer { asset, media_type, encoding }),
                    Err(Error::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(SiteAnswer { asset: self.find(path).await?, media_type, encoding: None })
    }

    async fn find(&self, path: &str) -> Result<Arc<Asset>, Error> {
        if self.source == Source::Bucket {
            let key = Key::<Static>::parse(path).map_err(|_| Error::NotFound)?;
            return self.cache.get(&self.storage, &key).await;
        }
        let (release, path) = path.split_once('/').ok_or(Error::NotFound)?;
        let file = (release == self.release()).then(|| self.site.file(path)).flatten();
        file.ok_or(Error::NotFound)
    }

    /// A file of this binary's own release by its path, whatever the source: for files that must be at the root, and
    /// for watched pages.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file.
    pub fn own(&self, path: &str) -> Result<SiteAnswer, Error> {
        let media_type = media_type(path).ok_or(Error::NotFound)?;
        Ok(SiteAnswer { asset: self.site.file(path).ok_or(Error::NotFound)?, media_type, encoding: None })
    }
}
