//! What the tables of a lossless WebP stream take in memory, found without decoding it.
//!
//! A stream may announce 65,536 groups of Huffman codes, and image-webp 0.2.4 builds them all:
//! four megabytes become more than one gigabyte. Go had the same fault (CVE-2026-46603). Once
//! image-webp limits itself, this file can go.
//!
//! Section numbers are of RFC 9649.

use crate::server::domain::avatars::imaging::MAX_PIXELS;

/// How many symbols each code of a group has: green and lengths, red, blue, alpha, distances.
const ALPHABETS: [usize; 5] = [256 + LENGTHS, 256, 256, 256, 40];
const LENGTHS: usize = 24;

/// The bytes that image-webp's Huffman tables will take at most; `None` if the stream is damaged
/// before it tells. `edges` are the width and height of a stream that does not say them itself,
/// as those of alpha channels.
pub(super) fn tables(stream: &[u8], edges: Option<(u32, u32)>) -> Option<u64> {
    let mut bits = Bits { bytes: stream, at: 0 };
    let (mut width, height) = match edges {
        Some(edges) => edges,
        None => {
            bits.read(8)?;
            let edges = (bits.read(14)? + 1, bits.read(14)? + 1);
            bits.read(4)?;
            edges
        }
    };
    // Blocks of one colour take no bits: without a limit few bytes would keep us busy for long.
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return None;
    }
    // 4: each transform at most once.
    let mut seen = [false; 4];
    while bits.read(1)? == 1 {
        let transform = bits.read(2)?;
        if std::mem::replace(seen.get_mut(transform as usize)?, true) {
            return None;
        }
        match transform {
            0 | 1 => {
                let size = bits.read(3)? + 2;
                largest_group(&mut bits, blocks(width, size), blocks(height, size))?;
            }
            3 => {
                let colours = bits.read(8)? + 1;
                largest_group(&mut bits, colours, 1)?;
                width = blocks(width, [3, 2, 1, 0][[2, 4, 16].partition_point(|&most| most < colours)]);
            }
            _ => {}
        }
    }
    // 5.2.3, 6.2.2.
    let cache = cache(&mut bits)?;
    let mut groups = 1;
    if bits.read(1)? == 1 {
        let size = bits.read(3)? + 2;
        groups += largest_group(&mut bits, blocks(width, size), blocks(height, size))?;
    }
    // A table of 1,024 numbers of four bytes for each code, and two nodes of sixteen bytes for
    // each symbol that does not fit into it.
    let symbols = ALPHABETS.iter().sum::<usize>() + cache;
    let group = ALPHABETS.len() * 1024 * 4 + symbols * 2 * 16;
    Some(u64::from(groups) * group as u64)
}

/// How many blocks of `1 << size` pixels an edge takes.
fn blocks(edge: u32, size: u32) -> u32 {
    edge.div_ceil(1 << size)
}

/// The colours that the cache holds.
fn cache(bits: &mut Bits) -> Option<usize> {
    Some(if bits.read(1)? == 1 { 1 << bits.read(4)? } else { 0 })
}

/// Passes over an image that serves the decoder, and returns the largest number that its red and
/// green spell together: the last group, if this is the image that names them. Copies and the
/// cache only repeat what stood there before.
fn largest_group(bits: &mut Bits, width: u32, height: u32) -> Option<u32> {
    let cache = cache(bits)?;
    let mut code = |extra| Code::read(bits, extra);
    let [green, red, blue, alpha, distance] = ALPHABETS;
    let codes = [code(green + cache)?, code(red)?, code(blue)?, code(alpha)?, code(distance)?];
    let [greens, reds, blues, alphas, distances] = codes;
    let mut largest = 0;
    let mut left = width * height;
    while left > 0 {
        let green = greens.next(bits)?;
        let passed = match green.checked_sub(256) {
            None => {
                largest = largest.max(reds.next(bits)? << 8 | green);
                blues.next(bits)?;
                alphas.next(bits)?;
                1
            }
            Some(length) if length < LENGTHS as u32 => {
                let length = bits.read_prefixed(length)?;
                let distance = distances.next(bits)?;
                bits.read_prefixed(distance)?;
                length
            }
            Some(_) => 1,
        };
        left = left.saturating_sub(passed);
    }
    Some(largest)
}

/// A canonical Huffman code (6.2.1): how many symbols have each length, and the symbols by length.
struct Code {
    counts: [u32; 16],
    symbols: Vec<u32>,
}

impl Code {
    /// Reads a code for an alphabet.
    fn read(bits: &mut Bits, alphabet: usize) -> Option<Self> {
        if bits.read(1)? == 1 {
            let count = bits.read(1)? + 1;
            let width = [1, 8][bits.read(1)? as usize];
            let mut symbols = vec![bits.read(width)?];
            if count == 2 {
                symbols.push(bits.read(8)?);
            }
            let mut counts = [0; 16];
            counts[1] = count;
            return symbols.iter().all(|&symbol| symbol < alphabet as u32).then_some(Self { counts, symbols });
        }
        const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        let mut lengths = [0; 19];
        let count = bits.read(4)? as usize + 4;
        for &place in ORDER.get(..count)? {
            lengths[place] = bits.read(3)?;
        }
        let code = Self::of(&lengths);
        Some(Self::of(&code.read_lengths(bits, alphabet)?))
    }

    /// Reads another code's lengths, which are written in this code.
    fn read_lengths(&self, bits: &mut Bits, alphabet: usize) -> Option<Vec<u32>> {
        let mut left = alphabet;
        if bits.read(1)? == 1 {
            let width = 2 + 2 * bits.read(3)?;
            left = bits.read(width)? as usize + 2;
        }
        let (mut lengths, mut last) = (Vec::with_capacity(alphabet), 8);
        while lengths.len() < alphabet && left > 0 {
            left -= 1;
            let (length, times) = match self.next(bits)? {
                16 => (last, bits.read(2)? + 3),
                17 => (0, bits.read(3)? + 3),
                18 => (0, bits.read(7)? + 11),
                length => (length, 1),
            };
            if length > 0 {
                last = length;
            }
            lengths.extend(std::iter::repeat_n(length, times as usize));
        }
        (lengths.len() <= alphabet).then_some(lengths)
    }

    fn of(lengths: &[u32]) -> Self {
        let mut counts = [0; 16];
        let mut symbols = Vec::new();
        for length in 1..16 {
            let before = symbols.len();
            symbols.extend((0..).zip(lengths).filter(|&(_, &of)| of == length).map(|(symbol, _)| symbol));
            counts[length as usize] = (symbols.len() - before) as u32;
        }
        Self { counts, symbols }
    }

    /// Reads a symbol; one that is alone takes no bits.
    fn next(&self, bits: &mut Bits) -> Option<u32> {
        if let [only] = self.symbols[..] {
            return Some(only);
        }
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in &self.counts[1..] {
            code |= bits.read(1)?;
            if code < first + count {
                return self.symbols.get((index + code - first) as usize).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

/// Bits from the lowest of each byte on.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn read(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for place in 0..count {
            let bit = self.bytes.get(self.at / 8)? >> (self.at % 8) & 1;
            value |= u32::from(bit) << place;
            self.at += 1;
        }
        Some(value)
    }

    /// A length or distance: a prefix, and the bits that it calls for (5.2.2).
    fn read_prefixed(&mut self, prefix: u32) -> Option<u32> {
        if prefix < 4 {
            return Some(prefix + 1);
        }
        let extra = (prefix - 2) >> 1;
        Some(((2 + (prefix & 1)) << extra) + self.read(extra)? + 1)
    }
}
