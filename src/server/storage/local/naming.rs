//! How a complete file gets the name of its object: in one step, and never in place of a file that has the name already.
//! Hard links do that on most file systems. exFAT and FAT, SMB shares and many FUSE file systems have none, so what works
//! in a folder is tried there when it is opened.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::server::storage::is_full;
use crate::server::storage::local::{found_or_gone, named, sync_file, temporary};

/// The file beside `tmp` that is locked where names are given under a lock. It stays: who deletes it while it is locked
/// lets another process lock a new one. No location's name begins with a dot.
const LOCK: &str = ".naming";

/// A method of giving a file its final name that refuses a name that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// A second name by link(2), then removal of the first.
    Link,
    /// renameat2(2) with `RENAME_NOREPLACE`.
    Rename,
    /// Looking whether the name is free and renaming, under a lock (flock(2)) that every process here takes for it.
    Lock,
}

impl Naming {
    /// All methods, in the order in which they are tried.
    const ALL: [Self; 3] = [Self::Link, Self::Rename, Self::Lock];
}

/// Gives files below `tmp` their names, by the method that works in this folder.
#[derive(Clone, Debug)]
pub struct Namer {
    method: Naming,
    tmp: PathBuf,
}

impl Namer {
    /// A namer that uses this method.
    pub fn new(method: Naming, tmp: PathBuf) -> Self {
        Self { method, tmp }
    }

    /// Finds the first method that works from `tmp` into each of these folders, by trying.
    ///
    /// # Errors
    /// If no method works: a sentence for the operator with the folder and each method's own error.
    pub fn find(tmp: &Path, folders: &[PathBuf]) -> io::Result<Self> {
        Self::first(tmp, |namer| folders.iter().try_for_each(|folder| namer.attempt(folder)))
    }

    /// The method that was found.
    pub fn method(&self) -> Naming {
        self.method
    }

    /// Moves a file to its name, on the same file system.
    ///
    /// # Errors
    /// `AlreadyExists` if the name is taken; any error of the file system.
    pub fn give(&self, file: &Path, name: &Path) -> io::Result<()> {
        match self.method {
            Naming::Link => {
                std::fs::hard_link(file, name)?;
                std::fs::remove_file(file)
            }
            Naming::Rename => Ok(renameat_with(CWD, file, CWD, name, RenameFlags::NOREPLACE)?),
            Naming::Lock => {
                let path = self.tmp.with_file_name(LOCK);
                let lock = named(&path, File::options().write(true).create(true).truncate(false).open(&path))?;
                // Held until the file is closed, which the system does for a process that is killed.
                named(&path, lock.lock())?;
                match found_or_gone(name.symlink_metadata())? {
                    Some(_) => Err(io::ErrorKind::AlreadyExists.into()),
                    None => std::fs::rename(file, name),
                }
            }
        }
    }

    fn first(tmp: &Path, attempt: impl Fn(&Self) -> io::Result<()>) -> io::Result<Self> {
        let (mut whys, mut is_disk_full) = (Vec::new(), false);
        for method in Naming::ALL {
            let namer = Self::new(method, tmp.to_owned());
            match attempt(&namer) {
                Ok(()) => return Ok(namer),
                Err(error) => {
                    is_disk_full |= is_full(&error);
                    whys.push(format!("{method:?}: {error}"));
                }
            }
        }
        // Nothing can be tried on a full disk. People have to be able to sign in and delete, and a lock needs least.
        if is_disk_full { Ok(Self::new(Naming::Lock, tmp.to_owned())) } else { Err(refusal(tmp, &whys)) }
    }

    /// Gives a file a name in this folder, and checks that a second file is refused the same name.
    fn attempt(&self, folder: &Path) -> io::Result<()> {
        let (first, second, name) = (temporary(&self.tmp), temporary(&self.tmp), temporary(folder));
        let tried = (|| {
            // A disk that cannot keep what it is given says so here.
            sync_file(&File::create_new(&first)?)?;
            File::create_new(&second)?;
            self.give(&first, &name)?;
            match self.give(&second, &name) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                Err(error) => Err(error),
                Ok(()) => Err(io::Error::other("it replaces a file that has the name")),
            }
        })();
        let removed = [&first, &second, &name].map(|path| found_or_gone(std::fs::remove_file(path)).map(drop));
        named(folder, removed.into_iter().fold(tried, Result::and))
    }
}

fn refusal(tmp: &Path, whys: &[String]) -> io::Error {
    io::Error::other(format!(
        "no files can be kept in {root}: each is written below {tmp} and then gets its name without ever replacing \
         another file. All of the folder has to be on one file system that has hard links, renaming without replacing, or \
         locks. What was tried: {whys}. Set HOLDALL_DATA to a folder on another disk",
        root = tmp.parent().unwrap_or(tmp).display(),
        tmp = tmp.display(),
        whys = whys.join("; ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a folder `tmp`.
    fn root() -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let tmp = root.path().join("tmp");
        std::fs::create_dir(&tmp).unwrap();
        (root, tmp)
    }

    #[test]
    fn every_method_works_here_and_trying_it_leaves_nothing_behind() {
        let ((_root, tmp), folder) = (root(), tempfile::tempdir().unwrap());
        for method in Naming::ALL {
            Namer::new(method, tmp.clone()).attempt(folder.path()).unwrap();
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().chain(std::fs::read_dir(tmp).unwrap()).count(), 0);
    }

    #[test]
    fn of_many_files_that_want_one_name_at_once_one_gets_it() {
        for method in Naming::ALL {
            let (folder, tmp) = root();
            let name = folder.path().join("name");
            let given = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..16)
                    .map(|number: u8| {
                        let (namer, file, name) =
                            (Namer::new(method, tmp.clone()), tmp.join(number.to_string()), &name);
                        std::fs::write(&file, [number]).unwrap();
                        scope.spawn(move || namer.give(&file, name).map(|()| number))
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
            });
            let got: Vec<_> = given.iter().flatten().copied().collect();
            assert_eq!(std::fs::read(&name).unwrap(), got, "{method:?}: one, and whole");
            for error in given.iter().filter_map(|given| given.as_ref().err()) {
                assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{method:?}: {error}");
            }
        }
    }

    #[test]
    fn what_a_file_system_refuses_is_done_in_the_next_way() {
        use rustix::io::Errno;
        let tmp = Path::new("/data/files/tmp");
        let refusing = |errno: Errno, refused: &[Naming]| {
            let refused = refused.to_vec();
            Namer::first(tmp, move |namer| if refused.contains(&namer.method) { Err(errno.into()) } else { Ok(()) })
        };
        for errno in [Errno::PERM, Errno::OPNOTSUPP, Errno::NOSYS, Errno::INVAL, Errno::MLINK, Errno::ACCESS, Errno::IO]
        {
            assert_eq!(refusing(errno, &[]).unwrap().method, Naming::Link);
            assert_eq!(refusing(errno, &[Naming::Link]).unwrap().method, Naming::Rename, "{errno:?}");
            assert_eq!(refusing(errno, &[Naming::Link, Naming::Rename]).unwrap().method, Naming::Lock, "{errno:?}");
            let refused = refusing(errno, &Naming::ALL).unwrap_err().to_string();
            assert!(refused.contains("/data/files:") && refused.contains("HOLDALL_DATA"), "{refused}");
        }
        assert_eq!(refusing(Errno::NOSPC, &Naming::ALL).unwrap().method, Naming::Lock, "a full disk can be started on");
    }
}
