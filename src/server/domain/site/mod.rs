//! The site's own files. A binary carries one set of them, a *release*, named by the hash over all of it; on S3 the
//! release is published under that name and answered from there, on a laptop the binary answers by itself.

mod cache;
mod files;
mod publish;
mod releases;

pub use files::{Site, media_type};
pub use publish::Published;
pub use releases::{Release, Releases, State};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::model::page::{SiteFile, SiteFiles, origin_of};
use crate::server::clock::{self, milliseconds};
use crate::server::domain::Error;
use crate::server::domain::site::cache::{Asset, Cache};
use crate::server::storage::{Key, Static, Storage};

/// Where the answers to `/static/…` come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// From the binary: local storage, nothing to publish.
    Binary,
    /// From the bucket's static location, through a bounded cache.
    Bucket,
    /// From the folder that cargo-leptos writes, under `/pkg`, never cached; with the port that reloads pages.
    Watched(u16),
}

/// How a file may be compressed for whoever asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepts {
    /// Brotli (RFC 7932).
    pub brotli: bool,
    /// gzip (RFC 1952).
    pub gzip: bool,
}

/// A file as it is sent.
#[derive(Clone, Debug)]
pub struct SiteAnswer {
    /// The bytes, compressed or not, with their strong entity tag.
    pub asset: Arc<Asset>,
    /// The media type of the file itself.
    pub media_type: &'static str,
    /// `br` or `gzip`, where the bytes are compressed.
    pub encoding: Option<&'static str>,
}

/// The site's own files.
#[derive(Clone)]
pub struct Assets {
    storage: Storage,
    site: Arc<Site>,
    source: Source,
    cache: Arc<Cache>,
    whole: Arc<AtomicBool>,
}

impl Assets {
    /// This set, from this source.
    pub(in crate::server) fn new(storage: Storage, site: Site, source: Source) -> Self {
        let whole = source != Source::Bucket;
        Self {
            storage,
            site: Arc::new(site),
            source,
            cache: Arc::new(Cache::new()),
            whole: Arc::new(AtomicBool::new(whole)),
        }
    }

    /// The name of this binary's release.
    #[must_use]
    pub fn release(&self) -> &str {
        self.site.release()
    }

    /// Whether this binary carries what pages need.
    #[must_use]
    pub fn has_site(&self) -> bool {
        self.site.is_whole()
    }

    /// Where answers come from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// Whether this binary's release can be had: pages need it.
    #[must_use]
    pub fn are_ready(&self) -> bool {
        self.whole.load(Ordering::Relaxed)
    }

    /// The addresses that pages print.
    ///
    /// # Errors
    /// Where an address cannot be signed.
    pub fn addresses(&self) -> Result<SiteFiles, Error> {
        let watched = if let Source::Watched(port) = self.source { Some(port) } else { None };
        Ok(SiteFiles {
            style: self.address("pkg/holdall.css")?,
            icon: self.address("icon.svg")?,
            start: self.address("start.js")?,
            script: self.address("pkg/holdall.js")?,
            wasm: self.address("pkg/holdall.wasm")?,
            origin: self.storage.base::<Static>().and_then(origin_of).map(str::to_owned),
            watched,
        })
    }

    fn address(&self, path: &str) -> Result<SiteFile, Error> {
        if let Source::Watched(_) = self.source {
            return Ok(SiteFile { address: format!("/{path}"), integrity: None });
        }
        // Who answers without Holdall does not negotiate: there the page itself asks for what is compressed.
        let suffix = self.storage.base::<Static>().map_or("", |base| self.site.compressed(path, base));
        let key = publish::key(self.release(), &format!("{path}{suffix}"))?;
        let integrity = self.site.file(path).map(|asset| asset.integrity());
        Ok(SiteFile { address: self.storage.url(&key)?, integrity })
    }

    /// Puts this binary's release into the static location, if it is not there whole.
    pub async fn publish(&self) -> Result<Published, Error> {
        let published = publish::publish(&self.storage, &self.site).await?;
        self.whole.store(true, Ordering::Relaxed);
        Ok(published)
    }

    /// Whether this binary's release lies whole in the static location; pages may use it from then on.
    pub async fn find_published(&self) -> Result<bool, Error> {
        let found = publish::is_whole(&self.storage, self.release()).await?;
        self.whole.store(found, Ordering::Relaxed);
        Ok(found)
    }

    /// What publishing would write now, by paths in the release: the mark last, and nothing where it is all there.
    pub async fn unpublished(&self) -> Result<Vec<String>, Error> {
        publish::unpublished(&self.storage, &self.site).await
    }

    /// Every release in the static location, and what is there besides.
    pub async fn releases(&self) -> Result<Releases, Error> {
        releases::find(&self.storage).await
    }

    /// What these releases say of themselves, in their order; asks the store once for each.
    pub async fn states(&self, releases: &[Release]) -> Result<Vec<State>, Error> {
        releases::states(&self.storage, releases).await
    }

    /// The releases whose place another one took longer ago than this; never this binary's own. Unfinished ones are as
    /// old as the newest of their files.
    pub async fn outdated(&self, span: Duration) -> Result<Releases, Error> {
        let since = clock::now().saturating_sub(milliseconds(span));
        Ok(self.releases().await?.outdated(self.release(), since))
    }

    /// Removes a release for good. If it breaks off, the release is unfinished, and can be removed again.
    pub async fn remove(&self, release: &Release) -> Result<(), Error> {
        releases::remove(&self.storage, release).await
    }

    /// The answer to `/static/{path}`: a release's name, and a file in it. A file that is asked for by its compressed
    /// name is what pages refer to where somebody else answers, and that somebody may fetch it here.
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

    /// A file of this binary's own set by its path, wherever answers come from otherwise: for the addresses that
    /// must be at the root, and for pages that are watched.
    pub fn own(&self, path: &str) -> Result<SiteAnswer, Error> {
        let media_type = media_type(path).ok_or(Error::NotFound)?;
        Ok(SiteAnswer { asset: self.site.file(path).ok_or(Error::NotFound)?, media_type, encoding: None })
    }
}
