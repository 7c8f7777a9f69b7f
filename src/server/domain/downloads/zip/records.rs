//! The records of a ZIP archive, byte by byte. All numbers are little-endian (APPNOTE §4.1).

use crate::model::calendar::Moment;
use crate::server::domain::downloads::zip::Member;

/// The length of the end record without ZIP64 (§4.3.16), in bytes.
const ENDING: u64 = 22;
/// The length of the end records with the two of ZIP64 (§4.3.14, §4.3.15), in bytes.
const ENDING_64: u64 = ENDING + 56 + 20;

/// The lengths in bytes of the fixed parts of a local header (§4.3.7) and of a central directory record (§4.3.12).
const HEADER: u64 = 30;
const RECORD: u64 = 46;
/// The length of the extra field “UT”, which holds the time of change in seconds. Unlike the DOS time, it has a
/// defined time zone.
const TIME: u64 = 9;
/// The value that says that the number is in a ZIP64 field (§4.4.1.4).
const ELSEWHERE: u32 = u32::MAX;
/// The flag for UTF-8 names (§4.4.4).
const UTF_8: u16 = 1 << 11;
/// The versions of the format that a reader needs (§4.4.3): for folders, and for ZIP64.
const PLAIN: u16 = 20;
const ZIP64: u16 = 45;
/// “Made on Unix” (§4.4.2), so that the upper half of the attributes is a Unix mode.
const UNIX: u16 = 3 << 8;

/// A record under construction.
struct Record(Vec<u8>);

impl Record {
    fn new(length: u64) -> Self {
        Self(Vec::with_capacity(usize::try_from(length).unwrap_or_default()))
    }

    fn u16(mut self, number: u16) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn u32(mut self, number: u32) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn u64(mut self, number: u64) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    /// Appends a number, or the marker for ZIP64 if it does not fit.
    fn fitting(self, number: u64) -> Self {
        self.u32(if fits(number) { low(number) } else { ELSEWHERE })
    }

    fn name(mut self, name: &str) -> Self {
        self.0.extend_from_slice(name.as_bytes());
        self
    }

    /// Appends a ZIP64 extra field (§4.5.3) with the numbers that did not fit, if there are any.
    fn elsewhere(self, numbers: &[u64]) -> Self {
        if numbers.is_empty() {
            return self;
        }
        let field = self.u16(1).u16(length16(numbers.len() as u64 * 8));
        numbers.iter().fold(field, |field, number| field.u64(*number))
    }

    fn time(mut self, member: &Member) -> Self {
        // The flag announces the time of change, which follows as a signed 32-bit number.
        let seconds = (member.modified / 1000).clamp(0, i64::from(i32::MAX));
        self = self.u16(0x5455).u16(5);
        self.0.push(1);
        self.u32(low(seconds.unsigned_abs()))
    }

    fn dos_time(self, member: &Member) -> Self {
        let (time, date) = dos(member.modified);
        self.u16(time).u16(date)
    }
}

/// Whether a number fits into 32 bits. The largest value does not, as it is the marker for ZIP64.
fn fits(number: u64) -> bool {
    number < u64::from(ELSEWHERE)
}

/// The lower 32 bits of a number.
fn low(number: u64) -> u32 {
    (number & u64::from(u32::MAX)) as u32
}

/// A length that is known to be below 65,536: of a path that was checked, or of extra fields.
fn length16(length: u64) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// DOS time and date (§4.4.6), with a resolution of two seconds, from 1980 to 2107. Always in UTC, so that the bytes
/// of an archive depend on nothing else.
fn dos(milliseconds: i64) -> (u16, u16) {
    let Moment { year, month, day, hour, minute, second } = Moment::of(milliseconds);
    let years = match year - 1980 {
        years @ 0..=127 => years as u16,
        ..0 => return (0, 1 << 5 | 1),
        128.. => return (23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31),
    };
    let [month, day, hour, minute, second] = [month, day, hour, minute, second / 2].map(|n| n as u16);
    (hour << 11 | minute << 5 | second, years << 9 | month << 5 | day)
}

fn is_folder(member: &Member) -> bool {
    member.path.ends_with('/')
}

/// The uncompressed and the compressed size, which are equal, if they do not fit into 32 bits.
fn large_sizes(member: &Member) -> Vec<u64> {
    if fits(member.size) { Vec::new() } else { vec![member.size; 2] }
}

/// The length of a member's local header in bytes.
pub(super) fn header_length(member: &Member) -> u64 {
    let zip64 = if fits(member.size) { 0 } else { 4 + 16 };
    HEADER + member.path.len() as u64 + TIME + zip64
}

/// A member's local header, which precedes its content (§4.3.7).
pub(super) fn header(member: &Member) -> Vec<u8> {
    let numbers = large_sizes(member);
    let extra = header_length(member) - HEADER - member.path.len() as u64;
    Record::new(header_length(member))
        .u32(0x0403_4b50)
        .u16(if numbers.is_empty() { PLAIN } else { ZIP64 })
        .u16(UTF_8)
        .u16(0)
        .dos_time(member)
        .u32(member.crc32)
        .fitting(member.size)
        .fitting(member.size)
        .u16(length16(member.path.len() as u64))
        .u16(length16(extra))
        .name(&member.path)
        .elsewhere(&numbers)
        .time(member)
        .0
}

fn elsewhere_in_record(member: &Member, offset: u64) -> Vec<u64> {
    let mut numbers = large_sizes(member);
    numbers.extend((!fits(offset)).then_some(offset));
    numbers
}

/// The length of a member's record in the central directory in bytes.
pub(super) fn record_length(member: &Member, offset: u64) -> u64 {
    let numbers = elsewhere_in_record(member, offset).len() as u64;
    let zip64 = if numbers == 0 { 0 } else { 4 + numbers * 8 };
    RECORD + member.path.len() as u64 + TIME + zip64
}

/// A member's record in the central directory (§4.3.12); `offset` is that of its local header.
pub(super) fn record(member: &Member, offset: u64) -> Vec<u8> {
    let numbers = elsewhere_in_record(member, offset);
    let extra = record_length(member, offset) - RECORD - member.path.len() as u64;
    // A folder that everyone may enter, or a file that its owner may change; for DOS, a directory or nothing
    // (§4.4.15).
    let attributes = if is_folder(member) { 0o040_755 << 16 | 0x10 } else { 0o100_644 << 16 };
    Record::new(record_length(member, offset))
        .u32(0x0201_4b50)
        .u16(UNIX | ZIP64)
        .u16(if numbers.is_empty() { PLAIN } else { ZIP64 })
        .u16(UTF_8)
        .u16(0)
        .dos_time(member)
        .u32(member.crc32)
        .fitting(member.size)
        .fitting(member.size)
        .u16(length16(member.path.len() as u64))
        .u16(length16(extra))
        .u16(0)
        .u16(0)
        .u16(0)
        .u32(attributes)
        .fitting(offset)
        .name(&member.path)
        .elsewhere(&numbers)
        .time(member)
        .0
}

fn needs_zip64(members: u64, directory: u64, records: u64) -> bool {
    members >= u64::from(u16::MAX) || !fits(directory) || !fits(records)
}

/// The length of the end records in bytes.
pub(super) fn ending_length(members: u64, directory: u64, records: u64) -> u64 {
    if needs_zip64(members, directory, records) { ENDING_64 } else { ENDING }
}

/// The end records (§4.3.14 to §4.3.16). `directory` is the offset of the central directory, `records` its length,
/// both in bytes.
pub(super) fn ending(members: u64, directory: u64, records: u64) -> Vec<u8> {
    let mut ending = Record::new(ENDING_64);
    if needs_zip64(members, directory, records) {
        ending = ending
            .u32(0x0606_4b50)
            .u64(44)
            .u16(UNIX | ZIP64)
            .u16(ZIP64)
            .u32(0)
            .u32(0)
            .u64(members)
            .u64(members)
            .u64(records)
            .u64(directory)
            .u32(0x0706_4b50)
            .u32(0)
            .u64(directory + records)
            .u32(1);
    }
    let count = u16::try_from(members).unwrap_or(u16::MAX);
    ending.u32(0x0605_4b50).u16(0).u16(0).u16(count).u16(count).fitting(records).fitting(directory).u16(0).0
}
