//! Listing the folder in the byte order of keys, which is not that of names: `a.b` comes before `a/b`, and `a0` after it.
//! Of names, no more than one folder's are held at a time; a random location spreads its objects over a thousand folders.

use std::io;
use std::path::Path;

use crate::server::clock;
use crate::server::storage::error::StorageError;
use crate::server::storage::key::is_plain_path;
use crate::server::storage::local::{Local, blocking, found_or_gone, is_missing, within};
use crate::server::storage::location::Place;
use crate::server::storage::object::{Listed, ObjectPage};

impl Local {
    /// At most `limit` files of the location whose keys begin with `prefix` and come after `after`.
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
            // Whole folders of the prefix are entered at once; a prefix that is no path matches nothing there.
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
    /// Adds what a folder holds; true where the page is full and there may be more.
    fn enter(&mut self, folder: &str) -> io::Result<bool> {
        for key in self.keys(folder)? {
            if self.found.len() == self.limit {
                return Ok(true);
            }
            if let Some(folder) = key.strip_suffix('/') {
                if self.enter(folder)? {
                    return Ok(true);
                }
            // Deleted while we look: not worth failing for.
            } else if let Some(metadata) = found_or_gone(self.location.join(&key).symlink_metadata())? {
                self.found.push(Listed { key, size: metadata.len(), written: clock::of(metadata.modified()?) });
            }
        }
        Ok(false)
    }

    /// The keys of what is in a folder, in order, as far as the page may need them; those of folders end with a slash.
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
                // Something in it may come after `after` and begin with the prefix.
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
