//! Examines a local folder: its permissions, the free space, how its file system gives names to files, and whether a
//! web server might deliver it.

use crate::server::domain::doctor::report::{Line, Report, Verdict};
use crate::server::storage::{Naming, Storage};

/// The free space below which uploads are refused: 1 GiB.
const LEAST: u64 = 1 << 30;
/// Names of folders that web servers usually deliver.
const SERVED: [&str; 6] = ["www", "htdocs", "html", "public_html", "wwwroot", "webroot"];

/// Examines a local folder.
pub(super) fn examine(storage: &Storage) -> Report {
    let folder = match storage.folder() {
        Ok(Some(folder)) => folder,
        Ok(None) => return Report::default(),
        Err(error) => {
            let line = Line::new("folder.path", "The folder can be looked at", Verdict::Warning, error.to_string());
            return Report {
                lines: vec![line.remedy("Look after the disk and the folder's rights.")],
                ..Report::default()
            };
        }
    };
    let path = folder.path.display();
    let own = folder.mode & 0o077 == 0;
    let rights = Line::new(
        "folder.rights",
        "Only Holdall's own user may enter",
        if own { Verdict::Ok } else { Verdict::Warning },
        format!("{path} has {:04o}", folder.mode),
    );
    let room = Line::new(
        "folder.room",
        "There is room on its disk",
        if folder.free >= LEAST { Verdict::Ok } else { Verdict::Warning },
        format!("{} MiB are free", folder.free >> 20),
    );
    let served = folder.path.iter().find(|part| SERVED.iter().any(|name| part.eq_ignore_ascii_case(name)));
    let shown = Line::new(
        "folder.served",
        "No web server shows it",
        if served.is_none() { Verdict::Ok } else { Verdict::Warning },
        match served {
            None => "it lies in no folder of a usual name".to_owned(),
            Some(part) => format!("it lies inside a folder named {}", part.to_string_lossy()),
        },
    );
    // A folder without any way could not have been opened.
    let names = Line::new(
        "folder.names",
        "Files get their names without replacing others",
        Verdict::Ok,
        match folder.naming {
            Naming::Link => "by hard links",
            Naming::Rename => "by renaming: its file system has no hard links",
            Naming::Lock => {
                "by renaming under a lock: its file system has no hard links and cannot rename without replacing"
            }
        },
    );
    Report {
        lines: vec![
            rights.remedy(format!("chmod 700 {path}")),
            room.remedy("Below 1 GiB, uploads are refused. Make room."),
            names,
            shown.remedy("Set HOLDALL_DATA to a folder that no web server shows."),
        ],
        ..Report::default()
    }
}
