//! The outline of a WebP file: its chunks, and what decoding them takes.

use crate::server::domain::avatars::imaging::outline::{EXIF, Outline, turn};
use crate::server::domain::avatars::imaging::vp8l;

/// Chunks up to the length that the RIFF header promises (RFC 9649, 2.3 to 2.7); `None` if the
/// file ends before.
pub(super) fn outline(bytes: &[u8]) -> Option<Outline> {
    let promised = u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?) as usize;
    let mut rest = bytes.get(8..)?.get(..promised)?.get(4..)?;
    let (mut exif, mut overhead, mut tables) = (None, 0, Tables::new());
    while !rest.is_empty() {
        let (kind, content, after) = chunk(rest)?;
        rest = after;
        overhead = overhead.max(match kind {
            b"VP8 " => 2,
            b"VP8L" => 4,
            b"ALPH" | b"ANIM" => 8,
            _ => 0,
        });
        match kind {
            b"EXIF" => exif = Some(content.strip_prefix(EXIF).unwrap_or(content)),
            _ => tables.add(kind, content),
        }
    }
    Some(Outline { turn: turn(exif), overhead, tables: tables.bytes })
}

/// The first chunk's name and content, and what follows it.
fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (kind, rest) = bytes.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = u32::from_le_bytes(*length) as usize;
    let content = rest.get(..length)?;
    // The byte that evens an odd chunk is sometimes left out at the very end.
    Some((kind, content, rest.get(length + length % 2..).unwrap_or_default()))
}

/// Adds up the tables of the first frame, or of the picture that does not move.
struct Tables {
    /// The sum so far; `None` once something cannot be made out.
    bytes: Option<u64>,
    edges: (u32, u32),
    moving: bool,
    seen: Vec<[u8; 4]>,
}

impl Tables {
    fn new() -> Self {
        Self { bytes: Some(0), edges: (0, 0), moving: false, seen: Vec::new() }
    }

    fn add(&mut self, kind: &[u8; 4], content: &[u8]) {
        // Only the first of a kind is decoded, and each costs time to look into.
        if self.seen.contains(kind) {
            return;
        }
        let found = match kind {
            b"VP8X" => self.canvas(content).map(|()| 0),
            b"VP8L" => vp8l::tables(content, None),
            b"ALPH" => match content.split_first() {
                Some((flags, stream)) if flags & 3 == 1 => vp8l::tables(stream, Some(self.edges)),
                _ => Some(0),
            },
            b"ANMF" => self.frame(content),
            _ => return,
        };
        self.seen.push(*kind);
        self.bytes = self.bytes.zip(found).map(|(sum, found)| sum + found);
    }

    fn canvas(&mut self, content: &[u8]) -> Option<()> {
        self.moving = content.first()? & 0b0000_0010 != 0;
        self.edges = (edge(content.get(4..)?)?, edge(content.get(7..)?)?);
        Some(())
    }

    /// A frame holds a still picture of its own size. Outside an animation the decoder would take
    /// it for one of the canvas' size.
    fn frame(&self, content: &[u8]) -> Option<u64> {
        let edges = (edge(content.get(6..)?)?, edge(content.get(9..)?)?);
        let mut still = Self { edges, ..Self::new() };
        let mut rest = content.get(16..).filter(|_| self.moving)?;
        while !rest.is_empty() {
            let (kind, content, after) = chunk(rest)?;
            rest = after;
            if matches!(kind, b"VP8L" | b"ALPH") {
                still.add(kind, content);
            }
        }
        still.bytes
    }
}

/// Width or height, which are written as one less in three bytes.
fn edge(bytes: &[u8]) -> Option<u32> {
    let [low, middle, high] = *bytes.first_chunk()?;
    Some(u32::from_le_bytes([low, middle, high, 0]) + 1)
}
