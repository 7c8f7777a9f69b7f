//! The instance mark: one small object in the private location that names the site to which the store belongs. Its
//! name cannot be a file's key.

use std::io::Read as _;

use bytes::Bytes;
use futures::TryStreamExt as _;

use crate::server::storage::error::StorageError;
use crate::server::storage::local::writer::LocalWriter;
use crate::server::storage::local::{blocking, open_file, within};
use crate::server::storage::location::{Location as _, Place, Private};
use crate::server::storage::object::ObjectMeta;
use crate::server::storage::s3::target::Target;
use crate::server::storage::{Backend, Storage};

/// The name of the mark in the private location.
pub const MARK: &str = ".holdall-instance";
/// The maximum length of the mark, in bytes.
const MAX_BYTES: u64 = 200;

impl Storage {
    /// Reads the instance id from the mark; `None` if the store has no mark.
    ///
    /// # Errors
    /// Any error of the store other than that the mark is missing.
    pub async fn mark(&self) -> Result<Option<String>, StorageError> {
        let bytes = match &self.inner.backend {
            Backend::Local(local) => {
                let (location, path) = (local.location(Place::Private), local.path(Place::Private, MARK));
                blocking("mark", move || {
                    let (file, _) = within(&location, open_file(&path))?;
                    let mut bytes = Vec::new();
                    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
                    Ok(bytes)
                })
                .await
            }
            Backend::S3(s3) => match s3.read(Private::PLACE, MARK, None).await {
                Ok(object) if object.size > MAX_BYTES => Err(StorageError::broken("mark", "longer than any mark is")),
                Ok(object) => object.body.try_collect::<Vec<Bytes>>().await.map(|chunks| chunks.concat()),
                Err(error) => Err(error),
            },
        };
        match bytes {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned())),
            Err(StorageError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes the mark.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Exists`] if a local folder already has a mark.
    pub async fn leave_mark(&self, instance_id: &str) -> Result<(), StorageError> {
        let (body, meta) = (Bytes::from(format!("{instance_id}\n")), ObjectMeta::plain());
        match &self.inner.backend {
            Backend::Local(local) => {
                let mut writer = LocalWriter::new(local, Place::Private, MARK);
                writer.write(body).await?;
                writer.finish().await.map(drop)
            }
            Backend::S3(s3) => Target::new(s3, Private::PLACE, MARK, &meta).put(body).await,
        }
    }
}
