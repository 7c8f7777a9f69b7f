//! Listing the folder in the byte order of keys, which differs from walking it by name: `a.b` comes before `a/b`, and
//! `a0` after it. Only one folder's names are in memory at a time; random keys spread objects over a thousand folders.

use std::io;
use std::path::Path;

use crate::server::clock;
use crate::server::storage::error::StorageError;
use crate::server::storage::key::is_plain_path;
use crate::server::storage::local::{Local, blocking, found_or_gone, is_missing, within};
use crate::server::storage::location::Place;
use crate::server::storage::object::{Listed, ObjectPage};

impl Local {
    /// Lists at most `limit` files of the location whose keys begin with `prefix` and come after `after`.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if the folder cannot be read.
    pub async fn list_after(
        &self,
        place: Place,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<ObjectPage, StorageError> {
        let (location, prefix, after) = (self.location(place), prefix.to_owned(), after.to_owned());
        blocking("list", move || {
            let mut walk = Walk { location: &location, prefix: &prefix, after: &after, limit, found: Vec::new() };
            // Starts at the deepest folder that the prefix names. A prefix that is not a valid path matches nothing.
            let start = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
            let is_full = (start.is_empty() || is_plain_path(start)) && walk.enter(start)?;
            Ok(ObjectPage { objects: walk.found, is_last: !is_full })
        })
        .await
    }
}

struct Walk<'a> {
    location: &'a Path,
    prefix: &'a str,
    after: &'a str,
    limit: usize,
    found: Vec<Listed>,
}

impl Walk<'_> {
    /// Adds the objects of a folder; returns true when the page is full and there may be more objects.
    fn enter(&mut self, folder: &str) -> io::Result<bool> {
        for key in self.keys(folder)? {
            if self.found.len() == self.limit {
                return Ok(true);
            }
            if let Some(folder) = key.strip_suffix('/') {
                if self.enter(folder)? {
                    return Ok(true);
                }
            // A file deleted during the listing is skipped.
            } else if let Some(metadata) = found_or_gone(self.location.join(&key).symlink_metadata())? {
                self.found.push(Listed { key, size: metadata.len(), written: clock::of(metadata.modified()?) });
            }
        }
        Ok(false)
    }

    /// The sorted keys in a folder, without those that the page cannot need; keys of subfolders end with a slash.
    fn keys(&self, folder: &str) -> io::Result<Vec<String>> {
        let entries = match within(self.location, std::fs::read_dir(self.location.join(folder))) {
            Err(error) if is_missing(&error) => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut keys = Vec::new();
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let Some(kind) = found_or_gone(entry.file_type())? else { continue };
            let mut key = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let is_wanted = if kind.is_dir() {
                key.push('/');
                // A subfolder is needed if it may contain keys that come after `after` and begin with the prefix.
                (key.as_str() > self.after || self.after.starts_with(&key))
                    && (key.starts_with(self.prefix) || self.prefix.starts_with(&key))
            } else {
                key.as_str() > self.after && key.starts_with(self.prefix)
            };
            if is_wanted {
                keys.push(key);
            }
        }
        keys.sort_unstable();
        Ok(keys)
    }
}
