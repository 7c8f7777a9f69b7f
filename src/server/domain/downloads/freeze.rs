//! Freezes the selection of a download: the chosen entries and everything below them, in a fixed order, under safe and
//! unique names.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::model::entry::EntryKind;
use crate::model::form::Field;
use crate::model::id::{BlobId, EntryId};
use crate::model::problem::FieldProblem;
use crate::server::db::download_entries::MemberRecord;
use crate::server::db::selections::WantedRecord;
use crate::server::db::types::{BlobState, Crc32};
use crate::server::domain::Error;
use crate::server::domain::blobs::content_fault::ContentFault;
use crate::server::domain::downloads::open_folders::OpenFolders;
use crate::server::domain::downloads::signed;
use crate::server::domain::downloads::zip::{Layout, Member, Names, PATH_LIMIT, harmless};

/// A selection as it will be in the archive.
pub(super) struct Frozen {
    /// The name of the chosen entry, if there was only one.
    pub only: Option<String>,
    pub members: Vec<MemberRecord>,
    pub layout: Layout,
    /// A digest over everything that the archive's bytes depend on.
    pub tag: String,
}

/// Freezes a selection. `rows` may contain an entry several times, and must contain every id of `wanted`. A folder
/// comes before its contents, and the entries of a folder are in the order of their names. An entry that was chosen
/// together with a folder above it is included once, in that folder.
///
/// # Errors
/// [`Error::NotFound`] if a wanted entry is not among the rows; a refusal if nothing was chosen, a path is too long,
/// or a file is damaged or not verified yet.
pub(super) fn freeze(rows: Vec<WantedRecord>, wanted: &[EntryId]) -> Result<Frozen, Error> {
    let entries: HashMap<EntryId, WantedRecord> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    if wanted.iter().any(|id| !entries.contains_key(id)) {
        return Err(Error::NotFound);
    }
    let mut inside: HashMap<&EntryId, Vec<&WantedRecord>> = HashMap::new();
    let mut chosen = Vec::new();
    for row in entries.values() {
        match &row.parent {
            // The account's root folder, which is no member.
            None => {}
            Some(parent) => match entries.get(parent).filter(|parent| parent.parent.is_some()) {
                Some(parent) => inside.entry(&parent.id).or_default().push(row),
                None => chosen.push(row),
            },
        }
    }
    if chosen.is_empty() {
        return Err(Error::at(Field::Entries, FieldProblem::Empty));
    }
    let mut archive = Archive::default();
    let only = (chosen.len() == 1).then(|| chosen[0].name.clone());
    // A stack instead of recursion, since folders may be nested deeply.
    let mut open = vec![Folder::new(None, chosen)];
    while let Some(folder) = open.last_mut() {
        let Some(row) = folder.left.pop() else {
            open.pop();
            continue;
        };
        let (parent, mut name) = (folder.header, folder.names.take(harmless(&row.name)));
        if row.kind == EntryKind::Folder {
            name.push('/');
            let header = archive.add(row, parent, name)?;
            open.push(Folder::new(Some(header), inside.remove(&row.id).unwrap_or_default()));
        } else {
            archive.add(row, parent, name)?;
        }
    }
    let Archive { members, layout, sum, .. } = archive;
    let tag = data_encoding::BASE32_DNSSEC.encode(&sum.finalize()[..20]);
    Ok(Frozen { only, members, layout, tag })
}

/// A folder whose contents are being added to the archive.
struct Folder<'a> {
    /// Its position in the archive; `None` is the archive itself.
    header: Option<i64>,
    names: Names,
    /// Its entries that were not added yet, in reverse order.
    left: Vec<&'a WantedRecord>,
}

impl<'a> Folder<'a> {
    fn new(header: Option<i64>, mut left: Vec<&'a WantedRecord>) -> Self {
        left.sort_by(|a, b| (&b.sort, b.id.as_str()).cmp(&(&a.sort, a.id.as_str())));
        Self { header, names: Names::default(), left }
    }
}

#[derive(Default)]
struct Archive {
    folders: OpenFolders,
    members: Vec<MemberRecord>,
    layout: Layout,
    sum: Sha256,
}

impl Archive {
    /// Adds an entry under this name to the folder at the position `parent`, and returns its own position.
    fn add(&mut self, row: &WantedRecord, parent: Option<i64>, name: String) -> Result<i64, Error> {
        let header = signed(self.layout.directory())?;
        let path = self.folders.path_of(header, parent, &name);
        if path.len() > PATH_LIMIT {
            return Err(Error::at(Field::Entries, FieldProblem::PathTooLong { name: row.name.clone() }));
        }
        let (size, crc32) = content(row)?;
        let member = Member { path, size, crc32, modified: row.changed };
        let offsets = self.layout.add(&member);
        // NUL is a safe separator, as neither paths nor ids contain it.
        let blob = row.blob.as_ref().map_or("", BlobId::as_str);
        self.sum.update(format!("{}\0{}\0{blob}\0{size}\0{crc32:08x}\0{}\0", member.path, row.id, member.modified));
        self.members.push(MemberRecord {
            header,
            record: signed(offsets.record)?,
            parent,
            name,
            entry: row.blob.is_some().then(|| row.id.clone()),
            blob: row.blob.clone(),
            size: signed(size)?,
            crc32: Crc32(crc32),
            modified: member.modified,
            key: None,
            verified: None,
        });
        Ok(header)
    }
}

/// The size and CRC-32 of an entry's content. Refused while they are unknown, and if the content is known to
/// be wrong.
fn content(row: &WantedRecord) -> Result<(u64, u32), Error> {
    if row.blob.is_none() {
        return Ok((0, 0));
    }
    if let Some(fault) = ContentFault::of(row.damage.as_deref(), row.mismatched) {
        let name = row.name.clone();
        let problem = match fault {
            ContentFault::Damaged => FieldProblem::DamagedFile { name },
            ContentFault::Mismatched => FieldProblem::MismatchedFile { name },
        };
        return Err(Error::at(Field::Entries, problem));
    }
    let stored = row.state == Some(BlobState::Stored);
    match (row.size, row.crc32.filter(|_| stored)) {
        (Some(size), Some(Crc32(crc32))) => Ok((size.unsigned_abs(), crc32)),
        _ => Err(Error::at(Field::Entries, FieldProblem::NotChecked { name: row.name.clone() })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An id made of a word; ids sort as their words do.
    fn id<T: TryFrom<String, Error: std::fmt::Debug>>(word: &str) -> T {
        let digits = data_encoding::HEXLOWER.encode(word.as_bytes());
        T::try_from(format!("{digits:0<26}")).expect("an id")
    }

    /// An entry, which is a folder if it has no CRC-32.
    fn entry(word: &str, parent: &str, name: &str, crc32: Option<u32>) -> WantedRecord {
        WantedRecord {
            id: id(word),
            parent: (!parent.is_empty()).then(|| id(parent)),
            kind: if crc32.is_some() { EntryKind::File } else { EntryKind::Folder },
            name: name.to_owned(),
            sort: name.to_owned(),
            changed: 0,
            blob: crc32.map(|_| id(&format!("blob {word}"))),
            size: crc32.map(|_| 3),
            crc32: crc32.map(Crc32),
            state: crc32.map(|_| BlobState::Stored),
            damage: None,
            mismatched: None,
        }
    }

    fn tree() -> Vec<WantedRecord> {
        vec![
            entry("root", "", "", None),
            entry("b", "root", "b", None),
            entry("empty", "b", "empty", None),
            entry("c", "b", "c", None),
            entry("deep", "c", "deep.txt", Some(1)),
            entry("a", "root", "a.txt", Some(2)),
        ]
    }

    fn paths(rows: Vec<WantedRecord>) -> Vec<String> {
        let frozen = freeze(rows, &[]).unwrap_or_else(|error| panic!("{error}"));
        let mut folders = OpenFolders::default();
        let path = |member: MemberRecord| folders.path_of(member.header, member.parent, &member.name);
        frozen.members.into_iter().map(path).collect()
    }

    #[test]
    fn a_tree_is_in_the_order_of_its_names_with_its_empty_folders() {
        assert_eq!(paths(tree()), ["a.txt", "b/", "b/c/", "b/c/deep.txt", "b/empty/"]);
        let mut reversed = tree();
        reversed.reverse();
        assert_eq!(paths(reversed), paths(tree()));
    }

    #[test]
    fn a_deep_folder_is_written_once_however_much_is_in_it() {
        let name = |number: usize| format!("{number:0255}");
        let mut rows = vec![entry("root", "", "", None)];
        for level in 0..15 {
            let parent = if level == 0 { "root".to_owned() } else { format!("l{}", level - 1) };
            rows.push(entry(&format!("l{level}"), &parent, &name(level), None));
        }
        rows.extend((0..1000).map(|number| entry(&format!("f{number}"), "l14", &name(number), None)));
        let frozen = freeze(rows, &[]).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(frozen.members.iter().map(|member| member.name.len()).sum::<usize>(), 1015 * 256);
        assert!(frozen.layout.length() > 2 * 1000 * 15 * 256, "in the archive the paths are whole");
    }

    #[test]
    fn what_is_chosen_stands_at_the_top_and_once() {
        let below_c = || tree().into_iter().filter(|row| ["c", "deep", "a"].map(id).contains(&row.id));
        assert_eq!(paths(below_c().collect()), ["a.txt", "c/", "c/deep.txt"]);
        assert_eq!(paths(below_c().chain(below_c()).collect()), ["a.txt", "c/", "c/deep.txt"]);
    }

    #[test]
    fn things_of_one_name_from_several_folders_are_told_apart() {
        let rows = vec![
            entry("1", "x", "note.txt", Some(1)),
            entry("2", "y", "note.txt", Some(2)),
            entry("3", "z", "..", None),
            entry("4", "3", "a/b", Some(3)),
            entry("5", "3", "a_b", Some(4)),
        ];
        assert_eq!(paths(rows), ["__/", "__/a_b", "__/a_b (1)", "note.txt", "note (1).txt"]);
    }

    #[test]
    fn the_tag_changes_with_whatever_changes_a_byte() {
        let tag = |rows| freeze(rows, &[]).map_or_else(|error| panic!("{error}"), |frozen| frozen.tag);
        let first = tag(tree());
        assert_eq!(tag(tree()), first);
        for change in [
            |row: &mut WantedRecord| row.name.push('x'),
            |row: &mut WantedRecord| row.crc32 = Some(Crc32(9)),
            |row: &mut WantedRecord| row.size = Some(4),
            |row: &mut WantedRecord| row.changed = 5000,
            |row: &mut WantedRecord| row.blob = Some(id("another")),
        ] {
            let mut rows = tree();
            change(&mut rows[4]);
            assert_ne!(tag(rows), first);
        }
    }

    #[test]
    fn a_file_whose_content_is_not_known_to_be_right_is_refused_by_name() {
        let refusal = |change: fn(&mut WantedRecord)| {
            let mut rows = tree();
            change(&mut rows[4]);
            match freeze(rows, &[]) {
                Err(Error::Refused(refusal)) => refusal.problem,
                _ => panic!("not refused"),
            }
        };
        let unchecked = FieldProblem::NotChecked { name: "deep.txt".to_owned() };
        assert_eq!(refusal(|row| row.crc32 = None), unchecked);
        assert_eq!(refusal(|row| row.state = Some(BlobState::Completing)), unchecked);
        let damaged = FieldProblem::DamagedFile { name: "deep.txt".to_owned() };
        assert_eq!(refusal(|row| row.damage = Some("short".to_owned())), damaged);
        let mismatched = FieldProblem::MismatchedFile { name: "deep.txt".to_owned() };
        let other = |row: &mut WantedRecord| (row.damage, row.mismatched) = (Some("other".to_owned()), Some(1));
        assert_eq!(refusal(other), mismatched);
    }

    #[test]
    fn nothing_and_what_is_not_there_are_refused() {
        let root = || vec![entry("root", "", "", None)];
        assert!(matches!(freeze(root(), &[]), Err(Error::Refused(refusal)) if refusal.problem == FieldProblem::Empty));
        let id = EntryId::parse("06dqs4v3g1s7n8b2k9m0a1c2e3").expect("an id");
        assert!(matches!(freeze(tree(), &[id]), Err(Error::NotFound)));
    }
}
