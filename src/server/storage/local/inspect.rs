//! What can be said of the local folder from outside: where it is and who may enter.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::server::storage::{Backend, Storage, StorageError};

/// The local folder as the system shows it.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Where it is, without links.
    pub path: PathBuf,
    /// Its permissions, as in `0o700`.
    pub mode: u32,
    /// Bytes left on its volume.
    pub free: u64,
}

impl Storage {
    /// The local folder; a bucket has none.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] when the volume does not answer.
    pub fn folder(&self) -> Result<Option<Folder>, StorageError> {
        let Backend::Local(local) = &self.inner.backend else { return Ok(None) };
        let failed = |error: std::io::Error| StorageError::from_io("folder", &error);
        let path = local.root().canonicalize().map_err(failed)?;
        let mode = std::fs::metadata(&path).map_err(failed)?.permissions().mode() & 0o777;
        Ok(Some(Folder { path, mode, free: local.free_bytes()? }))
    }
}
