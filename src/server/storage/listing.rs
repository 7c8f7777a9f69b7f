//! Listing the objects of a location a page at a time, so that no caller has to hold a large listing in memory.

use crate::server::storage::error::StorageError;
use crate::server::storage::location::{Location, LocationKind, Private};
use crate::server::storage::object::{Listed, ObjectPage};
use crate::server::storage::part_types::{IncompleteUploadPage, UploadMarker};
use crate::server::storage::{Backend, Storage};

/// The maximum number of objects in a page, which is also the most that a bucket returns at a time.
pub const PAGE: usize = 1000;

impl Storage {
    /// Lists at most `limit` objects of a location, and no more than [`PAGE`], whose names begin with `prefix` and come
    /// after `after` in byte order. An object that exists throughout the reading of all pages is on exactly one of
    /// them, whatever is written or deleted meanwhile.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Broken`] if its listing is out of order, because comparing two sorted
    /// listings would then miss objects.
    pub async fn list_after<L: Location>(
        &self,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<ObjectPage, StorageError> {
        let limit = limit.clamp(1, PAGE);
        let page = match &self.inner.backend {
            Backend::Local(local) => local.list_after(L::KIND, prefix, after, limit).await,
            Backend::S3(s3) => s3.list_after(L::KIND, prefix, after, limit).await,
        }?;
        check_order(L::KIND, after, &page.objects)?;
        Ok(page)
    }

    /// Lists every object of a location whose name begins with `prefix`, in byte order. Meant for prefixes with few
    /// objects.
    ///
    /// # Errors
    /// Any error of the store; a partial listing is never returned.
    pub async fn list<L: Location>(&self, prefix: &str) -> Result<Vec<Listed>, StorageError> {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let ObjectPage { objects, is_last, .. } = self.list_after::<L>(prefix, &after, PAGE).await?;
            if let Some(last) = objects.last() {
                after.clone_from(&last.key);
            }
            found.extend(objects);
            if is_last {
                return Ok(found);
            }
        }
    }

    /// Lists a page of the location's incomplete uploads, no matter which process started them: at most `limit` of
    /// them, and no more than [`PAGE`]. `from` is the marker returned with the previous page. Uploads that are removed
    /// meanwhile do not disturb the listing.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn incomplete_uploads<L: Location>(
        &self,
        from: Option<UploadMarker>,
        limit: usize,
    ) -> Result<IncompleteUploadPage, StorageError> {
        let limit = limit.clamp(1, PAGE);
        match &self.inner.backend {
            Backend::Local(local) if L::KIND == Private::KIND => local.incomplete_uploads(from, limit).await,
            Backend::Local(_) => Ok(IncompleteUploadPage::default()),
            Backend::S3(s3) => s3.incomplete_uploads(L::KIND, from, limit).await,
        }
    }
}

/// Checks that names are strictly ascending and come after `after`.
fn check_order(kind: LocationKind, after: &str, objects: &[Listed]) -> Result<(), StorageError> {
    let mut last = after;
    for object in objects {
        if object.key.as_str() <= last {
            let detail = format!("{kind:?}: {:?} is listed after {last:?}: names must come in byte order", object.key);
            return Err(StorageError::broken("list", detail));
        }
        last = &object.key;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_out_of_order_is_refused() {
        let check = |after: &str, keys: &[&str]| {
            let line = |key: &&str| Listed { key: (*key).to_owned(), size: 0, written: 0 };
            check_order(LocationKind::Private, after, &keys.iter().map(line).collect::<Vec<_>>()).is_ok()
        };
        assert!(check("", &[]) && check("", &["a", "a/b", "b"]) && check("a", &["a/b"]));
        assert!(!check("", &["b", "a"]) && !check("", &["a", "a"]) && !check("b", &["a"]) && !check("a", &["a"]));
    }
}
