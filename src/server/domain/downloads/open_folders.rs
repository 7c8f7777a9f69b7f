//! Puts the paths of an archive's members together, whose rows hold only the last piece. What is held is one path: the
//! folders that the current member is in.

/// The folders that contain the current member, outermost first. Members come in the order of the archive, in which the
/// contents of a folder follow it before anything else does.
#[derive(Debug, Default)]
pub(super) struct OpenFolders {
    path: String,
    /// Each folder's position in the archive, and where its piece of the path ends.
    open: Vec<(i64, usize)>,
}

impl OpenFolders {
    /// The folders down to one, with their positions and names: outermost first.
    pub(super) fn down_to(folders: Vec<(i64, String)>) -> Self {
        let mut open = Self::default();
        for (header, name) in folders {
            open.push(header, &name);
        }
        open
    }

    /// Whether the folder at this position is open; the root of the archive always is.
    pub(super) fn contains(&self, folder: Option<i64>) -> bool {
        folder.is_none_or(|folder| self.open.iter().any(|(header, _)| *header == folder))
    }

    /// The path of a member of an open folder. A folder, whose name ends in `/`, is open from then on.
    pub(super) fn path_of(&mut self, header: i64, parent: Option<i64>, name: &str) -> String {
        while self.open.last().is_some_and(|(open, _)| Some(*open) != parent) {
            self.open.pop();
        }
        self.path.truncate(self.open.last().map_or(0, |(_, end)| *end));
        let path = format!("{}{name}", self.path);
        if name.ends_with('/') {
            self.push(header, name);
        }
        path
    }

    fn push(&mut self, header: i64, name: &str) {
        self.path.push_str(name);
        self.open.push((header, self.path.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_put_together_in_the_order_of_the_archive_from_wherever_it_is_read() {
        let members = [
            (0, None, "a/", "a/"),
            (1, Some(0), "b/", "a/b/"),
            (2, Some(1), "c.txt", "a/b/c.txt"),
            (3, Some(1), "d.txt", "a/b/d.txt"),
            (4, Some(0), "e/", "a/e/"),
            (5, Some(0), "f.txt", "a/f.txt"),
            (6, None, "g.txt", "g.txt"),
            (7, None, "h/", "h/"),
            (8, Some(7), "a/", "h/a/"),
        ];
        let mut whole = OpenFolders::default();
        for (header, parent, name, path) in members {
            assert!(whole.contains(parent));
            assert_eq!(whole.path_of(header, parent, name), path);
        }
        let mut folders = OpenFolders::default();
        assert!(!folders.contains(Some(1)));
        folders = OpenFolders::down_to(vec![(0, "a/".to_owned()), (1, "b/".to_owned())]);
        for (header, parent, name, path) in members.into_iter().skip(3) {
            assert!(folders.contains(parent));
            assert_eq!(folders.path_of(header, parent, name), path);
        }
    }
}
