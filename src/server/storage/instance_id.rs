//! The instance object: one small object in the private location that names the site to which the store belongs. Its
//! name cannot be a file's key.

use std::io::Read as _;

use bytes::Bytes;
use futures::TryStreamExt as _;

use crate::server::storage::error::StorageError;
use crate::server::storage::local::writer::LocalWriter;
use crate::server::storage::local::{blocking, open_file, within};
use crate::server::storage::location::{Location as _, LocationKind, Private};
use crate::server::storage::object::ObjectMeta;
use crate::server::storage::s3::target::Target;
use crate::server::storage::{Backend, Storage};

/// The name of the instance object in the private location.
pub const INSTANCE_OBJECT: &str = ".holdall-instance";
/// The maximum length of an instance id, in bytes.
const MAX_BYTES: u64 = 200;

impl Storage {
    /// Reads the instance id; `None` if the store has none.
    ///
    /// # Errors
    /// Any error of the store other than that it is missing.
    pub async fn instance_id(&self) -> Result<Option<String>, StorageError> {
        let bytes = match &self.inner.backend {
            Backend::Local(local) => {
                let (location, path) =
                    (local.location(LocationKind::Private), local.path(LocationKind::Private, INSTANCE_OBJECT));
                blocking("instance id", move || {
                    let (file, _) = within(&location, open_file(&path))?;
                    let mut bytes = Vec::new();
                    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
                    Ok(bytes)
                })
                .await
            }
            Backend::S3(s3) => match s3.read(Private::KIND, INSTANCE_OBJECT, None).await {
                Ok(object) if object.size > MAX_BYTES => {
                    Err(StorageError::broken("instance id", "longer than any instance id is"))
                }
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

    /// Writes the instance id.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Exists`] if a local folder already has one.
    pub async fn write_instance_id(&self, id: &str) -> Result<(), StorageError> {
        let (body, meta) = (Bytes::from(format!("{id}\n")), ObjectMeta::plain());
        match &self.inner.backend {
            Backend::Local(local) => {
                let mut writer = LocalWriter::new(local, LocationKind::Private, INSTANCE_OBJECT, local.temporary());
                writer.write(body).await?;
                writer.finish().await.map(drop)
            }
            Backend::S3(s3) => Target::new(s3, Private::KIND, INSTANCE_OBJECT, &meta).put(body).await,
        }
    }
}
