//! The structure of a JPEG: segments and scans (ITU-T T.81, annex B; Exif 2.32, 4.7.2 for APP1).

use crate::server::domain::imaging::outline::{EXIF, Outline};

const SOF0: u8 = 0xc0;
const SOF2: u8 = 0xc2;
const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP1: u8 = 0xe1;

/// Reads up to the end mark or, in a file without one, to the end of the scan that completes the picture: phones leave
/// the mark out of panoramas, and put data of their own after the scan. `None` if a scan is missing.
///
/// Whether the last scan is whole, only decoding shows.
pub(super) fn outline(bytes: &[u8]) -> Option<Outline> {
    let (mut exif, mut frame, mut progressive, mut by_plane) = (None, &[][..], false, false);
    let mut missing = Vec::new();
    let mut at = 0;
    let (end, ended) = loop {
        let is_covered = !missing.is_empty() && missing.iter().all(|(_, coefficients)| *coefficients == 0);
        let marker = next_marker(bytes, at);
        if let Some((EOI, after)) = marker {
            break (without_fill(&bytes[..after - 1]), true);
        }
        if is_covered {
            // A file may end in the middle of a marker.
            let rest = marker.map_or(bytes.len(), |(_, after)| after - 1);
            break (without_fill(&bytes[..rest]), false);
        }
        let (marker, after) = marker?;
        at = after;
        if marker == SOI {
            continue;
        }
        let length = usize::from(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
        let segment = bytes.get(at..at + length)?.get(2..).unwrap_or_default();
        at += length;
        match marker {
            APP1 if exif.is_none() => exif = segment.strip_prefix(EXIF),
            SOF0..=SOF2 => {
                frame = segment.get(5..).unwrap_or_default();
                progressive = marker == SOF2;
                missing = frame.iter().skip(1).step_by(3).map(|component| (*component, u64::MAX)).collect();
            }
            SOS => {
                by_plane |= segment.first() < frame.first();
                let arrived = if progressive { coefficients(segment) } else { u64::MAX };
                for component in components(segment) {
                    let of_component = missing.iter_mut().filter(|(other, _)| *other == component);
                    of_component.for_each(|(_, coefficients)| *coefficients &= !arrived);
                }
            }
            _ => {}
        }
    };
    // zune-jpeg 0.5.15 does this, https://github.com/etemesi254/zune-image/issues/422 (fixed in the next release),
    // when planes of different heights come in separate scans.
    let mut heights = frame.iter().skip(2).step_by(3).map(|factors| factors & 0x0f);
    let first = heights.next();
    let striped = by_plane && !progressive && heights.any(|height| Some(height) != first);
    Some(Outline { striped, ended, ..Outline::new(exif, end) })
}

/// The components of a scan.
fn components(scan: &[u8]) -> impl Iterator<Item = u8> {
    let count = scan.first().copied().map_or(0, usize::from);
    scan.iter().skip(1).step_by(2).take(count).copied()
}

/// The coefficients, as bits, of which a progressive scan has the last bit (G.1.1.1).
fn coefficients(scan: &[u8]) -> u64 {
    let count = scan.first().copied().map_or(0, usize::from);
    match scan.get(1 + 2 * count..) {
        Some(&[first @ 0..64, last @ 0..64, approximation]) if approximation & 0x0f == 0 => {
            (u64::MAX << first) & (u64::MAX >> (63 - last))
        }
        _ => 0,
    }
}

/// The length without the 0xFF bytes at the end: the first byte of a marker, and those that fill up before it (B.1.1.2).
fn without_fill(bytes: &[u8]) -> usize {
    bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0xff).count()
}

/// The next marker that is not part of a scan's data (stuffing, restarts), and the offset of its content. Bytes
/// between segments are skipped, as every decoder does.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xff)? + 1;
        match *bytes.get(at)? {
            0x00 | 0x01 | 0xd0..=0xd7 => at += 1,
            0xff => {}
            marker => return Some((marker, at + 1)),
        }
    }
}
