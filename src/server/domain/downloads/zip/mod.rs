//! ZIP archives as pure layout: given what goes in, where each byte of the archive comes from. Nothing is compressed,
//! so the length is known before the first byte, and any range can be made without what is before it.
//!
//! The format is PKWARE's APPNOTE 6.3.10; sections are named where they matter. Members are stored (§4.4.5, method 0),
//! with sizes and CRC-32 in their headers and no data descriptor (§4.3.9); names are UTF-8 (§4.4.4, bit 11); ZIP64
//! (§4.5.3) is used where a number does not fit and nowhere else. The same members make the same bytes.

mod names;
mod records;

#[cfg(test)]
mod tests;

pub use names::{Names, harmless};

use std::ops::Range;

use bytes::Bytes;

/// The longest path that a header has room for, in bytes (§4.4.10).
pub const PATH_LIMIT: usize = u16::MAX as usize;

/// A file or a folder of an archive. A folder's path ends in `/`, and its size and sum are nought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The path in the archive, made of [`harmless`] names.
    pub path: String,
    /// Bytes of content.
    pub size: u64,
    /// CRC-32 of the content.
    pub crc32: u32,
    /// When it was changed: milliseconds since 1970, UTC.
    pub modified: i64,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberOffsets {
    /// Where its header begins in the archive; the content follows the header.
    pub header: u64,
    /// Where its record begins in the directory, counted from the directory's own beginning.
    pub record: u64,
}

/// The measures of an archive; members are added in their order.
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
    /// These bytes of the member's content.
    Content(Range<u64>),
}

impl Layout {
    /// The measures of an archive that is laid out already: how many members, where its directory begins, how long that
    /// is.
    pub fn of(members: u64, directory: u64, records: u64) -> Self {
        Self { members, directory, records }
    }

    /// Gives a member its place after those that were added before.
    pub fn add(&mut self, member: &Member) -> MemberOffsets {
        let place = MemberOffsets { header: self.directory, record: self.records };
        self.members += 1;
        self.directory += records::header_length(member) + member.size;
        self.records += records::record_length(member, place.header);
        place
    }

    /// How many members there are.
    pub fn members(&self) -> u64 {
        self.members
    }

    /// Where the directory begins, after the last member.
    pub fn directory(&self) -> u64 {
        self.directory
    }

    /// The length of the directory.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Where the directory ends and the archive's ending begins.
    pub fn ending(&self) -> u64 {
        self.directory + self.records
    }

    /// The length of the whole archive in bytes.
    pub fn length(&self) -> u64 {
        self.ending() + records::ending_length(self.members, self.directory, self.records)
    }

    /// What of `wanted`, a range of the archive, a member's header and content give, in their order.
    pub fn member(
        &self,
        member: &Member,
        place: MemberOffsets,
        wanted: &Range<u64>,
    ) -> impl Iterator<Item = Piece> + use<> {
        let begins = place.header + records::header_length(member);
        let header = cut(place.header, wanted, || records::header(member), begins);
        let content = within(begins..begins + member.size, wanted);
        [header.map(Piece::Bytes), content.map(Piece::Content)].into_iter().flatten()
    }

    /// Where a member ends, and the next one begins.
    pub fn end_of(&self, member: &Member, place: MemberOffsets) -> u64 {
        place.header + records::header_length(member) + member.size
    }

    /// What of `wanted` the member's record in the directory gives.
    pub fn record(&self, member: &Member, place: MemberOffsets, wanted: &Range<u64>) -> Option<Piece> {
        let begins = self.directory + place.record;
        let ends = begins + records::record_length(member, place.header);
        cut(begins, wanted, || records::record(member, place.header), ends).map(Piece::Bytes)
    }

    /// Where the member's record ends in the archive.
    pub fn end_of_record(&self, member: &Member, place: MemberOffsets) -> u64 {
        self.directory + place.record + records::record_length(member, place.header)
    }

    /// What of `wanted` the archive's ending gives.
    pub fn last(&self, wanted: &Range<u64>) -> Option<Piece> {
        let make = || records::ending(self.members, self.directory, self.records);
        cut(self.ending(), wanted, make, self.length()).map(Piece::Bytes)
    }
}

/// The part of bytes that stand at `begins..ends` which lies within `wanted`; they are made only if there is one.
fn cut(begins: u64, wanted: &Range<u64>, make: impl FnOnce() -> Vec<u8>, ends: u64) -> Option<Bytes> {
    let part = within(begins..ends, wanted)?;
    let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    Some(Bytes::from(make()).slice(index(part.start)..index(part.end)))
}

/// What `span` and `wanted` share, counted from the beginning of `span`; nothing where they share nothing.
fn within(span: Range<u64>, wanted: &Range<u64>) -> Option<Range<u64>> {
    let (start, end) = (span.start.max(wanted.start), span.end.min(wanted.end));
    (start < end).then(|| start - span.start..end - span.start)
}
