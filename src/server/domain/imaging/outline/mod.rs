//! Reads the structure of a picture file without decoding it: where its content ends, and its orientation. Decoders fill
//! what is missing with grey; a file that lacks something of its picture has no outline here. An end mark alone may be
//! missing, as it is shown all the same by browsers.

mod jpeg;

use std::borrow::Cow;

use image::ImageFormat;
use image::metadata::Orientation;

/// What the structure of a complete file says.
pub(super) struct Outline {
    /// The rotation or reflection that makes the picture upright.
    pub orientation: Orientation,
    /// Whether the decoder would show such a file as stripes without reporting an error.
    pub striped: bool,
    /// Where the end mark is, or where it is missing.
    pub end: usize,
    /// Whether there is an end mark.
    pub ended: bool,
}

impl Outline {
    /// Reads the outline; `None` if the file ends before its picture does.
    pub fn of(bytes: &[u8], format: ImageFormat) -> Option<Self> {
        match format {
            ImageFormat::Jpeg => jpeg::outline(bytes),
            ImageFormat::Png => png(bytes),
            ImageFormat::WebP => webp(bytes),
            _ => gif(bytes),
        }
    }

    /// The file with the end mark that decoders want.
    pub fn finished<'a>(&self, bytes: &'a [u8], format: ImageFormat) -> Cow<'a, [u8]> {
        let content = &bytes[..self.end];
        match format {
            _ if self.ended => Cow::Borrowed(bytes),
            ImageFormat::Png => [content, b"\0\0\0\0IEND\xae\x42\x60\x82"].concat().into(),
            ImageFormat::WebP => {
                let length = (self.end - 8) as u32;
                [&content[..4], &length.to_le_bytes(), &content[8..]].concat().into()
            }
            _ => [content, b";"].concat().into(),
        }
    }

    fn new(exif: Option<&[u8]>, end: usize) -> Self {
        Self { orientation: orientation(exif), striped: false, end, ended: true }
    }
}

/// The orientation according to Exif; none if Exif is missing or malformed.
fn orientation(exif: Option<&[u8]>) -> Orientation {
    exif.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
}

/// The prefix of Exif in JPEG. Some writers of WebP add it too, against that specification.
const EXIF: &[u8] = b"Exif\0\0";

/// Chunks up to IEND (PNG, third edition, 5.3 and 11.3.4.5 for eXIf). Without it, whole chunks must end the file, but
/// for a piece of a chunk that has no pixels; whether there are enough, the decoder knows.
fn png(bytes: &[u8]) -> Option<Outline> {
    let (mut exif, mut has_pixels) = (None, false);
    let mut rest = bytes.get(8..)?;
    loop {
        let end = bytes.len() - rest.len();
        let kind = rest.get(4..8).unwrap_or_default();
        let Some((content, after)) = png_chunk(rest) else {
            let pixels_are_cut = [&b"IDAT"[..], b"fdAT", b"fcTL"].contains(&kind);
            return (has_pixels && !pixels_are_cut).then(|| Outline { ended: false, ..Outline::new(exif, end) });
        };
        rest = after;
        match kind {
            b"IEND" => return Some(Outline::new(exif, end)),
            b"eXIf" => exif = Some(content),
            b"IDAT" => has_pixels = true,
            _ => {}
        }
    }
}

/// The content of the first chunk, and what follows it.
fn png_chunk(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
    let content = bytes.get(8..)?.get(..length)?;
    Some((content, bytes.get(8 + length + 4..)?))
}

/// Chunks up to the length given in the RIFF header (RFC 9649, 2.3 to 2.7). A length that is too large is forgiven if
/// whole chunks end the file, as browsers do.
fn webp(bytes: &[u8]) -> Option<Outline> {
    let promised = 8 + u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?) as usize;
    let end = promised.min(bytes.len());
    let mut rest = bytes.get(12..end)?;
    let (mut exif, mut has_pixels) = (None, false);
    while !rest.is_empty() {
        let (kind, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk()?;
        let length = u32::from_le_bytes(*length) as usize;
        let content = after.get(..length)?;
        // The padding byte of an odd chunk is sometimes left out at the very end.
        rest = after.get(length + length % 2..).unwrap_or_default();
        match kind {
            b"EXIF" => exif = Some(content.strip_prefix(EXIF).unwrap_or(content)),
            b"VP8 " | b"VP8L" | b"ANMF" => has_pixels = true,
            _ => {}
        }
    }
    let ended = promised == end;
    (ended || has_pixels).then(|| Outline { ended, ..Outline::new(exif, end) })
}

/// Blocks up to the trailer (GIF89a, 17 to 27), or to the end of the file where a whole frame ends it. GIF has no Exif.
fn gif(bytes: &[u8]) -> Option<Outline> {
    const EXTENSION: u8 = 0x21;
    const IMAGE: u8 = 0x2c;
    let mut rest = gif_colours(bytes.get(13..)?, *bytes.get(10)?)?;
    let mut has_pixels = false;
    loop {
        let end = bytes.len() - rest.len();
        rest = match rest.first() {
            Some(&EXTENSION) => gif_blocks(rest.get(2..)?)?,
            Some(&IMAGE) => {
                has_pixels = true;
                gif_blocks(gif_colours(rest.get(10..)?, *rest.get(9)?)?.get(1..)?)?
            }
            // The trailer, or an unknown block, which is no sign of a truncated file.
            Some(_) => return Some(Outline::new(None, end)),
            None => return has_pixels.then(|| Outline { ended: false, ..Outline::new(None, end) }),
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
