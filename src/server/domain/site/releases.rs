//! The releases in the static location: found by one listing, and deleted when no page needs them any more.

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::server::domain::site::Error;
use crate::server::domain::site::publish::{AT_ONCE, MANIFEST, read_manifest};
use crate::server::storage::{Key, Listed, Static, Storage};

/// The number of characters in a release's name.
const NAME: usize = 26;

/// A release in the static location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// When it was completed, or for an incomplete one, when the newest of its files was written, in milliseconds
    /// since 1970.
    pub published: i64,
    /// The number of its files without the manifest.
    pub files: usize,
    /// Its total size in bytes.
    pub bytes: u64,
    /// Whether its manifest exists, which is written last and deleted first.
    pub has_manifest: bool,
    objects: Vec<Key<Static>>,
}

/// The state of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Every file is there.
    Whole {
        /// The version of the Holdall that carries it.
        version: String,
    },
    /// The manifest exists, but files are missing.
    Damaged {
        /// The version of the Holdall that carries it.
        version: String,
        /// The number of files it should have.
        files: usize,
    },
    /// Publishing or deleting it was not finished.
    Unfinished,
}

/// The contents of the static location.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Releases {
    /// The releases in the order of publication.
    pub releases: Vec<Release>,
    /// The names of objects that belong to no release.
    pub others: Vec<String>,
}

/// Lists the static location.
///
/// # Errors
/// [`Error::Storage`].
pub(super) async fn find(storage: &Storage) -> Result<Releases, Error> {
    Ok(told_apart(storage.list::<Static>("").await?))
}

/// The states of these releases, in the order given.
///
/// # Errors
/// [`Error::Storage`].
pub(super) async fn states(storage: &Storage, releases: &[Release]) -> Result<Vec<State>, Error> {
    let states: Vec<_> = releases.iter().map(|release| state(storage, release)).collect();
    stream::iter(states).buffered(AT_ONCE).try_collect().await
}

async fn state(storage: &Storage, release: &Release) -> Result<State, Error> {
    let manifest = if release.has_manifest { read_manifest(storage, &release.name).await? } else { None };
    Ok(match manifest {
        Some(manifest) if manifest.files <= release.files => State::Whole { version: manifest.version },
        Some(manifest) => State::Damaged { version: manifest.version, files: manifest.files },
        None => State::Unfinished,
    })
}

/// Deletes a release. Its manifest is deleted first, so that the rest does not count as complete, and once more with
/// the files, since an older Holdall that has just started may have written it again.
///
/// # Errors
/// [`Error::Storage`].
pub(super) async fn remove(storage: &Storage, release: &Release) -> Result<(), Error> {
    for key in release.objects.iter().filter(|key| is_manifest(key)) {
        storage.delete(key).await?;
    }
    Ok(storage.delete_many(&release.objects).await?)
}

impl Releases {
    /// Keeps only the releases that no page needs any more: not `own`, none published after `since` (milliseconds
    /// since 1970), and not the newest one at that time, which was in use until another replaced it.
    pub(super) fn outdated(mut self, own: &str, since: i64) -> Self {
        let older = |release: &Release| release.published <= since;
        let in_use = self.releases.iter().rfind(|release| release.has_manifest && older(release));
        let in_use = in_use.map(|release| release.name.clone());
        self.releases.retain(|release| {
            older(release) && release.name != own && in_use.as_ref().is_none_or(|name| *name != release.name)
        });
        self
    }
}

fn told_apart(listed: Vec<Listed>) -> Releases {
    let (mut found, mut others) = (BTreeMap::<String, (Release, i64)>::new(), Vec::new());
    for Listed { key: name, size, written } in listed {
        let key = Key::<Static>::parse(&name).ok();
        let (Some(key), Some(of)) = (key, name.split_once('/').map(|(of, _)| of).filter(|of| is_name(of))) else {
            others.push(name);
            continue;
        };
        let new = || {
            let name = of.to_owned();
            (Release { name, published: 0, files: 0, bytes: 0, has_manifest: false, objects: Vec::new() }, 0)
        };
        let (release, newest) = found.entry(of.to_owned()).or_insert_with(new);
        release.bytes += size;
        if is_manifest(&key) {
            (release.has_manifest, release.published) = (true, written);
        } else {
            release.files += 1;
        }
        *newest = written.max(*newest);
        release.objects.push(key);
    }
    let mut releases: Vec<_> = found
        .into_values()
        .map(|(release, newest)| Release {
            published: if release.has_manifest { release.published } else { newest },
            ..release
        })
        .collect();
    releases.sort_by_key(|release| release.published);
    Releases { releases, others }
}

fn is_manifest(key: &Key<Static>) -> bool {
    key.as_str().split_once('/').is_some_and(|(_, path)| path == MANIFEST)
}

fn is_name(text: &str) -> bool {
    text.len() == NAME && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(letter: char) -> String {
        letter.to_string().repeat(NAME)
    }

    /// A listing of objects, each given by its release (a letter), path and time.
    fn listed(objects: &[(char, &str, i64)]) -> Vec<Listed> {
        let line = |(of, path, written): &(char, &str, i64)| Listed {
            key: format!("{}/{path}", name(*of)),
            size: 10,
            written: *written,
        };
        objects.iter().map(line).collect()
    }

    fn left(objects: &[(char, &str, i64)], own: char, since: i64) -> String {
        let outdated = told_apart(listed(objects)).outdated(&name(own), since);
        outdated.releases.iter().map(|release| &release.name[..1]).collect()
    }

    #[test]
    fn releases_are_told_from_what_is_none() {
        let mut objects =
            listed(&[('b', "pkg/a.js", 7), ('a', "pkg/a.js", 1), ('a', "release.json", 5), ('a', "x", 9)]);
        let unknown = ["release.json", "latest/pkg/a.js", ".probe/x", "aaaaaaaaaaaaaaaaaaaaaaaaaa"];
        let odd = format!("{}/no key.js", name('c'));
        objects.extend(unknown.into_iter().chain([odd.as_str()]).map(|key| Listed {
            key: key.to_owned(),
            size: 1,
            written: 1,
        }));
        let Releases { releases, others } = told_apart(objects);
        let [a, b] = &releases[..] else { panic!("two: {releases:?}") };
        assert_eq!(
            (a.name.as_str(), a.published, a.files, a.bytes, a.has_manifest),
            (name('a').as_str(), 5, 2, 30, true)
        );
        assert_eq!(
            (b.name.as_str(), b.published, b.files, b.bytes, b.has_manifest),
            (name('b').as_str(), 7, 1, 10, false)
        );
        assert_eq!(others, [&unknown[..], &[odd.as_str()]].concat());
    }

    #[test]
    fn a_release_is_outdated_once_the_next_one_is_old_enough() {
        let manifest = |of, at| (of, "release.json", at);
        let four = [manifest('a', 10), manifest('b', 20), manifest('c', 30), manifest('d', 40)];
        assert_eq!(left(&four, 'd', 35), "ab", "c was in use until d came");
        assert_eq!(left(&four, 'd', 40), "abc");
        assert_eq!(left(&four, 'd', 5), "");
        assert_eq!(left(&four, 'a', 35), "b", "one's own stays, however old");
        assert_eq!(left(&four, 'x', 50), "abc", "a newcomer does not take away the one in use");
    }

    #[test]
    fn an_unfinished_release_is_as_old_as_its_newest_file() {
        let objects = [('a', "one", 1), ('a', "two", 30), ('b', "one", 1), ('b', "two", 2), ('c', "release.json", 3)];
        assert_eq!(left(&objects, 'c', 10), "b");
        assert_eq!(left(&objects, 'c', 30), "ba", "it takes nobody's place");
        assert_eq!(left(&[('a', "one", 1), ('b', "one", 2)], 'c', 10), "ab");
    }
}
