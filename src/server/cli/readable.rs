//! Warns where people's data can be read by other users of the machine.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::server::config::Config;
use crate::server::db::Database;
use crate::server::storage::BackendSettings;

/// One sentence for each place that users other than its owner can enter or read. What is inside a folder that they
/// cannot enter is safe from them, whatever its own permissions are. What is not there yet will be made for one user alone.
pub(super) fn by_others(config: &Config) -> Vec<String> {
    let mut folders = vec![config.data.clone()];
    if let BackendSettings::Local { root } = &config.storage.backend {
        folders.push(root.clone());
    }
    let mut files = Vec::new();
    if let Database::Sqlite(path) = &config.database {
        folders.extend(path.parent().map(Path::to_owned));
        files.extend(["", "-wal", "-shm"].map(|ending| {
            let mut name = path.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        }));
    }
    folders.sort();
    folders.dedup();
    let open: Vec<&PathBuf> = folders.iter().filter(|folder| is_open(folder)).collect();
    let inside = |path: &Path| folders.iter().any(|folder| !is_open(folder) && path.starts_with(folder));
    let folders = open
        .iter()
        .filter(|folder| !folder.as_os_str().is_empty() && !inside(folder))
        .map(|folder| format!("{} can be entered by other users of this machine: chmod 700 {0}", folder.display()));
    let files = files.iter().filter(|file| is_open(file) && !inside(file)).map(|file| {
        format!(
            "{} can be read by other users of this machine, with all names and addresses: chmod 600 {0}",
            file.display()
        )
    });
    folders.chain(files).collect()
}

/// Whether group or others have any right to it. What is not there is not open.
fn is_open(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions};

    use super::*;

    #[test]
    fn an_open_folder_and_an_open_file_in_it_are_named() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().to_owned();
        let text = path.display().to_string();
        let config = Config::read(|name| (name == "HOLDALL_DATA").then(|| text.clone())).unwrap();
        std::fs::create_dir(path.join("files")).unwrap();
        std::fs::write(path.join("holdall.db"), b"").unwrap();
        let mode = |path: &Path, mode| set_permissions(path, Permissions::from_mode(mode)).unwrap();
        mode(&path.join("files"), 0o755);
        mode(&path.join("holdall.db"), 0o644);
        mode(&path, 0o700);
        assert_eq!(by_others(&config), Vec::<String>::new(), "nobody can get at what is inside");
        mode(&path, 0o755);
        let warnings = by_others(&config);
        assert_eq!(warnings.len(), 3, "{warnings:?}");
        assert!(warnings[2].contains("holdall.db"), "{warnings:?}");
        mode(&path.join("files"), 0o700);
        mode(&path.join("holdall.db"), 0o600);
        assert_eq!(by_others(&config).len(), 1);
    }
}
