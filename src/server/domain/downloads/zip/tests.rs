//! Tests that generate archives from members and their bytes, and read them with other programs.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::process::Command;

use crate::server::domain::downloads::zip::*;

/// 24 Nov 2026, 06:29:31 UTC.
const MADE: i64 = 1_795_501_771_000;

/// An archive of these files, of which any range can be read.
struct Archive {
    layout: Layout,
    members: Vec<(Member, MemberOffsets)>,
    contents: Vec<Vec<u8>>,
}

impl Archive {
    fn of(files: &[(&str, &[u8])]) -> Self {
        let member = |(path, content): &(&str, &[u8])| Member {
            path: (*path).to_owned(),
            size: content.len() as u64,
            crc32: crc32fast::hash(content),
            modified: MADE,
        };
        let mut archive = Self::laid_out(files.iter().map(member).collect());
        archive.contents = files.iter().map(|(_, content)| content.to_vec()).collect();
        archive
    }

    fn laid_out(members: Vec<Member>) -> Self {
        let mut layout = Layout::default();
        let members = members.into_iter().map(|member| (member.clone(), layout.add(&member))).collect();
        Self { layout, members, contents: Vec::new() }
    }

    /// The pieces of a range, each with the number of its member.
    fn pieces(&self, wanted: &Range<u64>) -> Vec<(usize, Piece)> {
        let mut pieces = Vec::new();
        for (at, (member, offsets)) in self.members.iter().enumerate() {
            pieces.extend(self.layout.member(member, *offsets, wanted).map(|piece| (at, piece)));
        }
        for (at, (member, offsets)) in self.members.iter().enumerate() {
            pieces.extend(self.layout.record(member, *offsets, wanted).map(|piece| (at, piece)));
        }
        pieces.extend(self.layout.last(wanted).map(|piece| (self.members.len(), piece)));
        pieces
    }

    fn read(&self, wanted: Range<u64>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (at, piece) in self.pieces(&wanted) {
            match piece {
                Piece::Bytes(piece) => bytes.extend_from_slice(&piece),
                Piece::Content(range) => {
                    bytes.extend_from_slice(&self.contents[at][range.start as usize..range.end as usize]);
                }
            }
        }
        bytes
    }

    /// Writes everything but the contents, which are zeros and stay holes in a sparse file.
    fn write_with_holes(&self, file: &File) {
        file.set_len(self.layout.length()).expect("a file");
        let mut offset = 0;
        for (_, piece) in self.pieces(&(0..self.layout.length())) {
            match piece {
                Piece::Bytes(bytes) => {
                    file.write_all_at(&bytes, offset).expect("a file");
                    offset += bytes.len() as u64;
                }
                Piece::Content(range) => offset += range.end - range.start,
            }
        }
        assert_eq!(offset, self.layout.length());
    }
}

/// Runs a command, which must succeed, and returns its output.
fn run(command: &str, arguments: &[&str]) -> String {
    let output = Command::new(command).args(arguments).output().unwrap_or_else(|error| panic!("{command}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn an_archive_of_one_file_is_these_bytes() {
    let archive = Archive::of(&[("a/", b""), ("a/b.txt", b"hello")]);
    let whole = archive.read(0..archive.layout.length());
    let header: &[u8] = b"PK\x03\x04\x14\0\0\x08\0\0\xaf\x33\x78\x5d\x86\xa6\x10\x36\x05\0\0\0\x05\0\0\0\x07\0\x09\0a/b.txtUT\x05\0\x01";
    assert_eq!(&whole[41..41 + header.len()], header);
    assert_eq!(whole.len() as u64, archive.layout.length());
    assert_eq!(&whole[whole.len() - 22..][..12], b"PK\x05\x06\0\0\0\0\x02\0\x02\0");
    assert_eq!(Archive::of(&[]).read(0..22).len(), 22, "nothing at all is an archive too");
}

#[test]
fn a_range_is_the_same_bytes_of_the_whole() {
    let long: Vec<u8> = (0..5000_u32).map(|n| n as u8).collect();
    let archive = Archive::of(&[("empty.txt", b""), ("folder/", b""), ("folder/🎒.bin", &long), ("a", b"a")]);
    let length = archive.layout.length();
    let whole = archive.read(0..length);
    // Ranges with many starts and ends, so that each boundary is crossed from both sides.
    for start in (0..length).step_by(7) {
        for end in (start..=length).step_by(11) {
            assert_eq!(archive.read(start..end), &whole[start as usize..end as usize], "{start}..{end}");
        }
    }
}

#[test]
fn zip64_is_used_where_a_number_does_not_fit_and_nowhere_else() {
    let member = |size| Member { path: "a".to_owned(), size, crc32: 0, modified: MADE };
    let four = u64::from(u32::MAX);
    let (small, large) = (member(four - 1), member(four));
    assert_eq!(records::header(&small).len(), 30 + 1 + 9);
    assert_eq!(records::header(&large).len(), 30 + 1 + 9 + 20);
    assert_eq!(records::record(&small, four - 1).len(), 46 + 1 + 9);
    assert_eq!(records::record(&small, four).len(), 46 + 1 + 9 + 12);
    assert_eq!(records::record(&large, four).len(), 46 + 1 + 9 + 28);
    for (members, directory, records, length) in
        [(65_534, four - 1, four - 1, 22), (65_535, 0, 0, 98), (1, four, 0, 98), (1, 0, four, 98)]
    {
        assert_eq!(records::ending(members, directory, records).len(), length, "{members} {directory} {records}");
    }
}

#[test]
fn times_that_dos_does_not_know_are_the_first_and_the_last_it_does() {
    let time = |modified| {
        let member = Member { path: "a".to_owned(), size: 0, crc32: 0, modified };
        records::header(&member)[10..14].to_vec()
    };
    assert_eq!(time(0), [0, 0, 0x21, 0]);
    assert_eq!(time(i64::MAX / 2), [0x7d, 0xbf, 0x9f, 0xff]);
}

#[test]
#[ignore = "needs python3, unzip and bsdtar: script/test runs it"]
fn other_programs_find_what_lies_beyond_four_gibibytes() {
    let member = |path: &str, size, crc32| Member { path: path.to_owned(), size, crc32, modified: MADE };
    let mut noughts = crc32fast::Hasher::new();
    let piece = vec![0; 64 << 20];
    (0..80).for_each(|_| noughts.update(&piece));
    let archive = Archive::laid_out(vec![
        member("first.txt", 0, 0),
        member("large.bin", 5 << 30, noughts.finalize()),
        member("behind/", 0, 0),
        member("behind/last.txt", 0, 0),
    ]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.zip");
    archive.write_with_holes(&File::create(&path).expect("a file"));
    let path = path.to_str().expect("a path");

    let python =
        "import sys, zipfile\nfor i in zipfile.ZipFile(sys.argv[1]).infolist(): print(i.filename, i.file_size)";
    let listed = "first.txt 0\nlarge.bin 5368709120\nbehind/ 0\nbehind/last.txt 0\n";
    assert_eq!(run("python3", &["-c", python, path]), listed);
    assert_eq!(run("bsdtar", &["-tf", path]), "first.txt\nlarge.bin\nbehind/\nbehind/last.txt\n");
    assert!(run("unzip", &["-t", path]).contains("No errors detected"), "the sums are right too");
}
