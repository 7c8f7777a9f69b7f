//! Reads the structure of a picture file without decoding it: whether the file is complete, and its orientation.
//! Decoders tolerate a missing end and fill the rest with grey; this does not.

use image::ImageFormat;
use image::metadata::Orientation;

/// What the structure of a complete file says.
pub(super) struct Outline {
    /// The rotation or reflection that makes the picture upright.
    pub orientation: Orientation,
    /// Whether the decoder would show such a file as stripes without reporting an error.
    pub striped: bool,
}

impl Outline {
    /// Reads the outline; `None` if the file ends before its end mark.
    pub fn of(bytes: &[u8], format: ImageFormat) -> Option<Self> {
        match format {
            ImageFormat::Jpeg => jpeg(bytes),
            ImageFormat::Png => png(bytes),
            ImageFormat::WebP => webp(bytes),
            _ => gif(bytes),
        }
    }

    fn new(exif: Option<&[u8]>) -> Self {
        Self { orientation: orientation(exif), striped: false }
    }
}

/// The orientation according to Exif; none if Exif is missing or malformed.
fn orientation(exif: Option<&[u8]>) -> Orientation {
    exif.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
}

/// The prefix of Exif in JPEG. Some writers of WebP add it too, against that specification.
const EXIF: &[u8] = b"Exif\0\0";

/// Segments and scans up to EOI (ITU-T T.81, annex B; Exif 2.32, 4.7.2 for APP1).
fn jpeg(bytes: &[u8]) -> Option<Outline> {
    const SOF0: u8 = 0xc0;
    const SOF2: u8 = 0xc2;
    const SOI: u8 = 0xd8;
    const EOI: u8 = 0xd9;
    const SOS: u8 = 0xda;
    const APP1: u8 = 0xe1;
    let (mut exif, mut frame, mut progressive, mut by_plane) = (None, &[][..], false, false);
    let mut at = 0;
    loop {
        let (marker, after) = jpeg_marker(bytes, at)?;
        at = after;
        if marker == EOI {
            break;
        }
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
            }
            SOS => by_plane |= segment.first() < frame.first(),
            _ => {}
        }
    }
    let mut outline = Outline::new(exif);
    // zune-jpeg 0.5.15 does this, https://github.com/etemesi254/zune-image/issues/422 (fixed in the next release),
    // when planes of different heights come in separate scans.
    let mut heights = frame.iter().skip(2).step_by(3).map(|factors| factors & 0x0f);
    let first = heights.next();
    outline.striped = by_plane && !progressive && heights.any(|height| Some(height) != first);
    Some(outline)
}

/// The next marker that is not part of a scan's data (stuffing, restarts), and the offset of its content. Bytes
/// between segments are skipped, as every decoder does.
fn jpeg_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xff)? + 1;
        match *bytes.get(at)? {
            0x00 | 0x01 | 0xd0..=0xd7 => at += 1,
            0xff => {}
            marker => return Some((marker, at + 1)),
        }
    }
}

/// Chunks up to IEND (PNG, third edition, 5.3 and 11.3.4.5 for eXIf).
fn png(bytes: &[u8]) -> Option<Outline> {
    let mut exif = None;
    let mut rest = bytes.get(8..)?;
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let kind = rest.get(4..8)?;
        let content = rest.get(8..)?.get(..length)?;
        rest = rest.get(8 + length + 4..)?;
        match kind {
            b"IEND" => return Some(Outline::new(exif)),
            b"eXIf" => exif = Some(content),
            _ => {}
        }
    }
}

/// Chunks up to the length given in the RIFF header (RFC 9649, 2.3 to 2.7).
fn webp(bytes: &[u8]) -> Option<Outline> {
    let promised = u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?) as usize;
    let mut rest = bytes.get(8..)?.get(..promised)?.get(4..)?;
    let mut exif = None;
    while !rest.is_empty() {
        let (kind, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk()?;
        let length = u32::from_le_bytes(*length) as usize;
        let content = after.get(..length)?;
        // The padding byte of an odd chunk is sometimes left out at the very end.
        rest = after.get(length + length % 2..).unwrap_or_default();
        if kind == b"EXIF" {
            exif = Some(content.strip_prefix(EXIF).unwrap_or(content));
        }
    }
    Some(Outline::new(exif))
}

/// Blocks up to the trailer (GIF89a, 17 to 27). GIF has no Exif.
fn gif(bytes: &[u8]) -> Option<Outline> {
    const EXTENSION: u8 = 0x21;
    const IMAGE: u8 = 0x2c;
    let mut rest = gif_colours(bytes.get(13..)?, *bytes.get(10)?)?;
    loop {
        rest = match *rest.first()? {
            EXTENSION => gif_blocks(rest.get(2..)?)?,
            IMAGE => gif_blocks(gif_colours(rest.get(10..)?, *rest.get(9)?)?.get(1..)?)?,
            // The trailer, or an unknown block, which is no sign of a truncated file.
            _ => return Some(Outline::new(None)),
        };
    }
}

/// The bytes after a colour table, whose length is in the preceding flags.
fn gif_colours(bytes: &[u8], flags: u8) -> Option<&[u8]> {
    let colours = if flags & 0x80 == 0 { 0 } else { 2 << (flags & 7) };
    bytes.get(colours * 3..)
}

/// The bytes after a run of sub-blocks.
fn gif_blocks(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        let (&length, after) = rest.split_first()?;
        rest = after.get(usize::from(length)..)?;
        if length == 0 {
            return Some(rest);
        }
    }
}
