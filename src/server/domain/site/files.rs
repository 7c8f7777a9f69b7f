//! The files of one release, embedded in the binary (or on disk in a debug build), and named by a hash over all of
//! them.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use rust_embed::Embed;
use sha2::{Digest as _, Sha256};

use crate::server::domain::site::cache::Asset;

/// The built site. The folder may be missing, so that checks and tests need no build of the browser half.
#[derive(Embed)]
#[folder = "target/site"]
#[allow_missing = true]
struct Embedded;

/// The files of a release by their paths.
pub struct AssetBundle {
    release: String,
    files: Files,
}

enum Files {
    Kept(BTreeMap<String, Arc<Asset>>),
    /// Read again at each request, since `cargo leptos watch` rewrites the folder while the server runs.
    OnDisk,
}

impl AssetBundle {
    /// The files that this binary embeds; a debug build reads the folder once.
    #[must_use]
    pub fn carried() -> Self {
        let files = Embedded::iter().filter(|path| is_served(path));
        Self::of(files.filter_map(|path| Some((path.to_string(), bytes_of(Embedded::get(&path)?)))))
    }

    /// The folder that `cargo leptos watch` writes, read again at each request.
    #[must_use]
    pub fn watched() -> Self {
        Self { release: "watched".to_owned(), files: Files::OnDisk }
    }

    /// A set of these files.
    #[must_use]
    pub fn of(files: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        let files: BTreeMap<_, _> =
            files.into_iter().map(|(path, bytes)| (path, Arc::new(Asset::new(bytes)))).collect();
        let mut hash = Sha256::new();
        for (path, asset) in &files {
            hash.update((path.len() as u64).to_be_bytes());
            hash.update(path);
            hash.update(asset.sha256());
        }
        let mut release = data_encoding::BASE32_DNSSEC.encode(&hash.finalize());
        release.truncate(26);
        Self { release, files: Files::Kept(files) }
    }

    /// The name of the release.
    #[must_use]
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The file at this path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<Arc<Asset>> {
        match &self.files {
            Files::Kept(files) => files.get(path).cloned(),
            Files::OnDisk => Embedded::get(path).map(|file| Arc::new(Asset::new(bytes_of(file)))),
        }
    }

    /// The suffix of the compressed form that pages refer to when another server delivers the files from `base`, and
    /// so cannot negotiate: `.br` over https (browsers accept brotli only there), `.gz` over http, empty if there is
    /// no compressed form.
    pub(super) fn compressed(&self, path: &str, base: &str) -> &'static str {
        let suffix = if base.starts_with("https://") { ".br" } else { ".gz" };
        let there = is_compressible(path) && self.file(&format!("{path}{suffix}")).is_some();
        if there { suffix } else { "" }
    }

    /// Whether all files are there that pages need.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        ["pkg/holdall.js", "pkg/holdall.wasm", "pkg/later.wasm", "pkg/holdall.css"]
            .iter()
            .all(|path| self.file(path).is_some())
    }

    /// All files in the order of their paths; none for a watched folder.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Arc<Asset>)> {
        let kept = match &self.files {
            Files::Kept(files) => Some(files),
            Files::OnDisk => None,
        };
        kept.into_iter().flatten().map(|(path, asset)| (path.as_str(), asset))
    }
}

fn bytes_of(file: rust_embed::EmbeddedFile) -> Bytes {
    match file.data {
        std::borrow::Cow::Borrowed(data) => Bytes::from_static(data),
        std::borrow::Cow::Owned(data) => data.into(),
    }
}

/// Whether a built file belongs to the release: no type declarations for editors, and no compressed forms that save
/// nothing.
fn is_served(path: &str) -> bool {
    let (media_type, encoding) = described(path);
    media_type.is_some()
        && (encoding.is_none() || is_compressible(path.trim_end_matches(".br").trim_end_matches(".gz")))
}

/// The media type by a file's extension, for the kinds a release has.
#[must_use]
pub fn media_type(path: &str) -> Option<&'static str> {
    let ending = path.rsplit_once('.')?.1;
    Some(match ending {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        _ => return None,
    })
}

/// A file's media type and content encoding by its name: `holdall.js.gz` is a script, compressed by gzip.
pub(super) fn described(path: &str) -> (Option<&'static str>, Option<&'static str>) {
    for (suffix, encoding) in [(".br", "br"), (".gz", "gzip")] {
        if let Some(plain) = path.strip_suffix(suffix) {
            return (media_type(plain), Some(encoding));
        }
    }
    (media_type(path), None)
}

/// Whether files of this kind become smaller by compression.
pub(super) fn is_compressible(path: &str) -> bool {
    ["js", "css", "wasm", "svg", "txt", "json", "webmanifest"]
        .iter()
        .any(|ending| path.ends_with(&format!(".{ending}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, &'static str)]) -> AssetBundle {
        AssetBundle::of(files.iter().map(|(path, text)| ((*path).to_owned(), Bytes::from_static(text.as_bytes()))))
    }

    #[test]
    fn a_release_is_named_by_all_of_its_paths_and_bytes() {
        let one = site(&[("a.js", "1"), ("b.js", "2")]);
        assert_eq!(one.release(), site(&[("b.js", "2"), ("a.js", "1")]).release());
        assert_ne!(one.release(), site(&[("a.js", "1"), ("b.js", "3")]).release());
        assert_ne!(one.release(), site(&[("a.js", "1"), ("c.js", "2")]).release());
        assert_eq!(one.release().len(), 26);
    }

    #[test]
    fn only_what_pages_ask_for_is_part_of_a_release() {
        for served in ["pkg/holdall.wasm", "pkg/holdall.wasm.br", "icon.svg.gz", "favicon.ico"] {
            assert!(is_served(served), "{served}");
        }
        for left_out in ["pkg/holdall.d.ts", "pkg/holdall.d.ts.br", "favicon.ico.gz", "README"] {
            assert!(!is_served(left_out), "{left_out}");
        }
    }

    #[test]
    fn a_set_without_its_wasm_is_not_whole() {
        assert!(!site(&[("pkg/holdall.js", ""), ("pkg/holdall.css", "")]).is_whole());
        assert!(
            site(&[("pkg/holdall.js", ""), ("pkg/holdall.css", ""), ("pkg/holdall.wasm", ""), ("pkg/later.wasm", "")])
                .is_whole()
        );
    }
}
