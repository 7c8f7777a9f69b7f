//! The layout of ZIP archives: computes, for a list of members, where each byte of the archive comes from. Nothing is
//! compressed, so the length is known in advance, and any range can be generated without what precedes it.
//!
//! The format is PKWARE's APPNOTE 6.3.10, whose sections are cited. Members are stored (§4.4.5, method 0), with sizes
//! and CRC-32 in their headers and no data descriptor (§4.3.9); names are UTF-8 (§4.4.4, bit 11); ZIP64 (§4.5.3) is
//! used only where a number does not fit. The same members give the same bytes.

mod names;
mod records;

#[cfg(test)]
mod tests;

pub use names::{Names, harmless};

use std::ops::Range;

use bytes::Bytes;

/// The longest path that fits into a header, in bytes (§4.4.10).
pub const PATH_LIMIT: usize = u16::MAX as usize;

/// A file or a folder in an archive. A folder's path ends in `/`, and its size and CRC-32 are zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The path in the archive, composed of [`harmless`] names.
    pub path: String,
    /// The size of the content in bytes.
    pub size: u64,
    /// CRC-32 of the content.
    pub crc32: u32,
    /// When it was last changed, in milliseconds since 1970, UTC.
    pub modified: i64,
}

/// The position of a member, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberOffsets {
    /// The offset of its header in the archive; its content follows the header.
    pub header: u64,
    /// The offset of its record within the central directory.
    pub record: u64,
}

/// The size of an archive and its sections. Members are added in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    members: u64,
    directory: u64,
    records: u64,
}

/// A piece of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These bytes.
    Bytes(Bytes),
    /// This range of the member's content.
    Content(Range<u64>),
}

impl Layout {
    /// The layout of a finished archive, from its number of members, the offset of its central directory, and the
    /// directory's length in bytes.
    pub fn of(members: u64, directory: u64, records: u64) -> Self {
        Self { members, directory, records }
    }

    /// Adds a member after the earlier ones, and returns its position.
    pub fn add(&mut self, member: &Member) -> MemberOffsets {
        let offsets = MemberOffsets { header: self.directory, record: self.records };
        self.members += 1;
        self.directory += records::header_length(member) + member.size;
        self.records += records::record_length(member, offsets.header);
        offsets
    }

    /// The number of members.
    pub fn members(&self) -> u64 {
        self.members
    }

    /// The offset of the central directory, which follows the last member.
    pub fn directory(&self) -> u64 {
        self.directory
    }

    /// The length of the central directory in bytes.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The offset of the end records, which follow the central directory.
    pub fn ending(&self) -> u64 {
        self.directory + self.records
    }

    /// The length of the whole archive in bytes.
    pub fn length(&self) -> u64 {
        self.ending() + records::ending_length(self.members, self.directory, self.records)
    }

    /// The pieces of a member's header and content within `wanted`, a range of the archive, in order.
    pub fn member(
        &self,
        member: &Member,
        offsets: MemberOffsets,
        wanted: &Range<u64>,
    ) -> impl Iterator<Item = Piece> + use<> {
        let begins = offsets.header + records::header_length(member);
        let header = cut(offsets.header, wanted, || records::header(member), begins);
        let content = within(begins..begins + member.size, wanted);
        [header.map(Piece::Bytes), content.map(Piece::Content)].into_iter().flatten()
    }

    /// The offset at which a member ends and the next one starts.
    pub fn end_of(&self, member: &Member, offsets: MemberOffsets) -> u64 {
        offsets.header + records::header_length(member) + member.size
    }

    /// The piece of the member's record in the central directory within `wanted`, if there is one.
    pub fn record(&self, member: &Member, offsets: MemberOffsets, wanted: &Range<u64>) -> Option<Piece> {
        let begins = self.directory + offsets.record;
        let ends = begins + records::record_length(member, offsets.header);
        cut(begins, wanted, || records::record(member, offsets.header), ends).map(Piece::Bytes)
    }

    /// The offset in the archive at which the member's record ends.
    pub fn end_of_record(&self, member: &Member, offsets: MemberOffsets) -> u64 {
        self.directory + offsets.record + records::record_length(member, offsets.header)
    }

    /// The piece of the end records within `wanted`, if there is one.
    pub fn last(&self, wanted: &Range<u64>) -> Option<Piece> {
        let make = || records::ending(self.members, self.directory, self.records);
        cut(self.ending(), wanted, make, self.length()).map(Piece::Bytes)
    }
}

/// The bytes at `begins..ends` that are within `wanted`. `make` is called only if there are any.
fn cut(begins: u64, wanted: &Range<u64>, make: impl FnOnce() -> Vec<u8>, ends: u64) -> Option<Bytes> {
    let part = within(begins..ends, wanted)?;
    let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    Some(Bytes::from(make()).slice(index(part.start)..index(part.end)))
}

/// The intersection of `span` and `wanted`, relative to the start of `span`; `None` if it is empty.
fn within(span: Range<u64>, wanted: &Range<u64>) -> Option<Range<u64>> {
    let (start, end) = (span.start.max(wanted.start), span.end.min(wanted.end));
    (start < end).then(|| start - span.start..end - span.start)
}
