//! Walks over a picture file's parts without decoding them: is it whole, how is it turned, what
//! will decoding cost. Decoders are lenient about missing ends and grey out the rest; this is not.

use image::ImageFormat;
use image::metadata::Orientation;

use crate::server::domain::avatars::imaging::webp;

/// What the parts of a whole file say, from its first byte to its end mark.
pub(super) struct Outline {
    /// How the pixels have to be turned to be upright.
    pub turn: Orientation,
    /// Bytes per pixel that the decoder holds at its peak beside the pixels it hands out.
    pub overhead: u64,
    /// Bytes that the decoder's tables take, however few the pixels are; `None` if the decoder
    /// at hand makes something else of the file than it shows elsewhere.
    pub tables: Option<u64>,
}

impl Outline {
    /// Reads the outline; `None` if the file ends before its end mark.
    pub fn of(bytes: &[u8], format: ImageFormat) -> Option<Self> {
        match format {
            ImageFormat::Jpeg => jpeg(bytes),
            ImageFormat::Png => png(bytes),
            ImageFormat::WebP => webp::outline(bytes),
            _ => gif(bytes),
        }
    }

    fn new(exif: Option<&[u8]>) -> Self {
        Self { turn: turn(exif), overhead: 0, tables: Some(0) }
    }
}

/// How Exif says that the picture has to be turned; not at all if it says nothing sensible.
pub(super) fn turn(exif: Option<&[u8]>) -> Orientation {
    exif.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
}

/// What JPEG puts before Exif, and some writers of WebP too, against that specification.
pub(super) const EXIF: &[u8] = b"Exif\0\0";

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
    // What comes plane by plane or in refinements is kept whole, as two-byte coefficients.
    if progressive || by_plane {
        outline.overhead = 2 * frame.first().copied().map_or(0, u64::from);
    }
    // zune-jpeg 0.5.15 makes stripes of planes that differ in height, and calls that success:
    // https://github.com/etemesi254/zune-image/issues/422 (mended in the release after).
    let mut heights = frame.iter().skip(2).step_by(3).map(|factors| factors & 0x0f);
    let first = heights.next();
    if by_plane && !progressive && heights.any(|height| Some(height) != first) {
        outline.tables = None;
    }
    Some(outline)
}

/// The next marker that is not part of a scan's data (stuffing, restarts) and where its content
/// starts. Bytes between segments are passed over, as every decoder does.
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

/// Blocks up to the trailer (GIF89a, 17 to 27). GIF has no Exif.
fn gif(bytes: &[u8]) -> Option<Outline> {
    const EXTENSION: u8 = 0x21;
    const IMAGE: u8 = 0x2c;
    let mut rest = gif_colours(bytes.get(13..)?, *bytes.get(10)?)?;
    loop {
        rest = match *rest.first()? {
            EXTENSION => gif_blocks(rest.get(2..)?)?,
            IMAGE => gif_blocks(gif_colours(rest.get(10..)?, *rest.get(9)?)?.get(1..)?)?,
            // The trailer; or a block nobody knows, which is no sign of a cut.
            _ => return Some(Outline::new(None)),
        };
    }
}

/// What follows a colour table, whose length the flags before it tell.
fn gif_colours(bytes: &[u8], flags: u8) -> Option<&[u8]> {
    let colours = if flags & 0x80 == 0 { 0 } else { 2 << (flags & 7) };
    bytes.get(colours * 3..)
}

/// What follows a run of sub-blocks.
fn gif_blocks(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        let (&length, after) = rest.split_first()?;
        rest = after.get(usize::from(length)..)?;
        if length == 0 {
            return Some(rest);
        }
    }
}
