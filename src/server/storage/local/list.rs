//! Listing the folder in the byte order of keys, which differs from walking it by name: `a.b` comes before `a/b`, and
//! `a0` after it. Only one folder's names are in memory at a time; random keys spread objects over a thousand folders.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::server::clock;
use crate::server::storage::error::StorageError;
use crate::server::storage::key::is_plain_path;
use crate::server::storage::local::{Local, blocking, found_or_gone, is_missing, oddity, within};
use crate::server::storage::location::LocationKind;
use crate::server::storage::object::{Listed, ObjectPage, OddEntry};

impl Local {
    /// Lists at most `limit` files of the location whose keys begin with `prefix` and come after `after`.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if the folder cannot be read.
    pub async fn list_after(
        &self,
        kind: LocationKind,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<ObjectPage, StorageError> {
        let (location, prefix, after) = (self.location(kind), prefix.to_owned(), after.to_owned());
        blocking("list", move || {
            let page = ObjectPage { objects: Vec::new(), odd: Vec::new(), is_last: false };
            let mut walk = Walk { location: &location, prefix: &prefix, after: &after, limit, page };
            // Starts at the deepest folder that the prefix names. A prefix that is not a valid path matches nothing.
            let start = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
            let is_full = if start.is_empty() || is_plain_path(start) {
                let keys = walk.keys(start)?;
                walk.enter(keys)
            } else {
                false
            };
            Ok(ObjectPage { is_last: !is_full, ..walk.page })
        })
        .await
    }
}

struct Walk<'a> {
    location: &'a Path,
    prefix: &'a str,
    after: &'a str,
    limit: usize,
    page: ObjectPage,
}

/// What a name in a folder stands for.
enum Found {
    Folder,
    File,
    Odd(String),
}

impl Walk<'_> {
    /// Adds the objects of a folder; returns true when the page is full and there may be more objects. What cannot be
    /// looked at is added as odd, so that one such thing does not end the listing.
    fn enter(&mut self, keys: BTreeMap<String, Found>) -> bool {
        for (key, found) in keys {
            if self.page.objects.len() == self.limit {
                return true;
            }
            match found {
                Found::Folder => match self.keys(key.trim_end_matches('/')) {
                    Ok(keys) => {
                        if self.enter(keys) {
                            return true;
                        }
                    }
                    Err(error) => self.add_odd(key, error.to_string()),
                },
                Found::Odd(why) => self.add_odd(key, why),
                Found::File => match self.listed(&key) {
                    Ok(listed) => self.page.objects.extend(listed),
                    Err(error) => self.add_odd(key, error.to_string()),
                },
            }
        }
        false
    }

    /// The object of a key; `None` if it was deleted during the listing.
    fn listed(&self, key: &str) -> io::Result<Option<Listed>> {
        let Some(metadata) = found_or_gone(self.location.join(key).symlink_metadata())? else { return Ok(None) };
        let written = clock::of(metadata.modified()?);
        Ok(Some(Listed { key: key.to_owned(), size: metadata.len(), written }))
    }

    /// A folder is entered for each page that begins inside it, but is odd only once.
    fn add_odd(&mut self, name: String, why: String) {
        if name.as_str() > self.after {
            self.page.odd.push(OddEntry { name, why });
        }
    }

    /// What is in a folder by key, without what the page cannot need; keys of subfolders end with a slash.
    fn keys(&self, folder: &str) -> io::Result<BTreeMap<String, Found>> {
        let entries = match within(self.location, std::fs::read_dir(self.location.join(folder))) {
            Err(error) if is_missing(&error) => return Ok(BTreeMap::new()),
            entries => entries?,
        };
        let mut keys = BTreeMap::new();
        for entry in entries {
            let entry = entry?;
            let Some(kind) = found_or_gone(entry.file_type())? else { continue };
            let (name, mut found) = match entry.file_name().into_string() {
                Ok(name) => (name, oddity(kind).map_or(Found::File, |why| Found::Odd(why.to_string()))),
                Err(name) => {
                    (name.to_string_lossy().into_owned(), Found::Odd("its name cannot be read as text".to_owned()))
                }
            };
            let mut key = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let is_wanted = if kind.is_dir() && matches!(found, Found::File) {
                key.push('/');
                found = Found::Folder;
                // A subfolder is needed if it may contain keys that come after `after` and begin with the prefix.
                (key.as_str() > self.after || self.after.starts_with(&key))
                    && (key.starts_with(self.prefix) || self.prefix.starts_with(&key))
            } else {
                key.as_str() > self.after && key.starts_with(self.prefix)
            };
            if is_wanted {
                keys.insert(key, found);
            }
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;
    use crate::server::storage::settings::LocationNames;

    #[tokio::test]
    async fn odd_things_are_named_once_and_do_not_end_a_listing() {
        let folder = tempfile::tempdir().unwrap();
        let text = str::to_owned;
        let names = LocationNames { static_: text("static"), media: text("media"), private: text("private") };
        let local = Local::open(folder.path().to_owned(), names).await.unwrap();
        let private = local.location(LocationKind::Private);
        std::fs::create_dir(private.join("ab")).unwrap();
        for name in ["ab/1", "ab/3", "ab/5", "z"] {
            std::fs::write(private.join(name), name).unwrap();
        }
        std::os::unix::fs::symlink("/etc/passwd", private.join("ab/2")).unwrap();
        std::fs::write(private.join("ab").join(OsStr::from_bytes(b"4\xff")), b"").unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(private.join("c")).unwrap();
        let (mut keys, mut odd, mut after) = (Vec::new(), Vec::new(), String::new());
        loop {
            let page = local.list_after(LocationKind::Private, "", &after, 1).await.unwrap();
            keys.extend(page.objects.into_iter().map(|object| object.key));
            odd.extend(page.odd.into_iter().map(|odd| odd.name));
            after.clone_from(keys.last().unwrap());
            if page.is_last {
                break;
            }
        }
        assert_eq!(keys, ["ab/1", "ab/3", "ab/5", "z"]);
        assert_eq!(odd, ["ab/2", "ab/4\u{fffd}", "c"]);
    }
}
