//! The path, permissions, free space and abilities of the local folder, for diagnostics.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::server::storage::local::naming::Naming;
use crate::server::storage::{Backend, Storage, StorageError};

/// The local folder as the operating system describes it.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Its path, with symbolic links resolved.
    pub path: PathBuf,
    /// Its permissions, as in `0o700`.
    pub mode: u32,
    /// Free bytes on its volume.
    pub free: u64,
    /// How files get their names there.
    pub naming: Naming,
}

impl Storage {
    /// Inspects the local folder; `None` for a bucket.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if the volume does not respond.
    pub fn folder(&self) -> Result<Option<Folder>, StorageError> {
        let Backend::Local(local) = &self.inner.backend else { return Ok(None) };
        let failed = |error: std::io::Error| StorageError::from_io("folder", &error);
        let path = local.root().canonicalize().map_err(failed)?;
        let mode = std::fs::metadata(&path).map_err(failed)?.permissions().mode() & 0o777;
        Ok(Some(Folder { path, mode, free: local.volume()?.bytes, naming: local.namer.method() }))
    }
}
