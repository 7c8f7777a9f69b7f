//! Bytes to pixels, within limits. The only place that runs decoders on what somebody sent.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::server::domain::avatars::imaging::outline::Outline;
use crate::server::domain::avatars::imaging::{ImageError, MAX_PIXELS};

/// What a decoder may hold at its peak, pixels included, in bytes: enough for [`MAX_PIXELS`] of
/// every common kind.
const MAX_MEMORY: u64 = 450_000_000;

/// What a header may make the PNG decoder hold (unpacked profiles, texts, one row), in bytes.
const MAX_SIDE_MEMORY: u64 = 32 * 1024 * 1024;

/// The format by the file's first bytes; `None` if it is none that Holdall takes.
pub(super) fn format(bytes: &[u8]) -> Option<ImageFormat> {
    image::guess_format(bytes)
        .ok()
        .filter(|format| matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif))
}

/// Decodes the first frame, as deep and with the channels that the file has.
///
/// Takes memory for pixels only after counting them, and only for a whole file.
pub(super) fn picture(
    bytes: &[u8],
    format: ImageFormat,
    outline: Option<&Outline>,
) -> Result<DynamicImage, ImageError> {
    let damage = if outline.is_some() { ImageError::Damaged } else { ImageError::Truncated };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits(MAX_SIDE_MEMORY));
    let mut decoder = reader.into_decoder().map_err(|_| damage)?;

    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS {
        return Err(ImageError::TooManyPixels { pixels });
    }
    let outline = outline.ok_or(ImageError::Truncated)?;
    if pixels == 0 {
        return Err(ImageError::Damaged);
    }
    let memory = decoder.total_bytes() + pixels * outline.overhead;
    let left = MAX_MEMORY.checked_sub(memory).ok_or(ImageError::TooManyPixels { pixels })?;
    let left = outline.tables.and_then(|tables| left.checked_sub(tables)).ok_or(ImageError::Damaged)?;
    // A GIF's frame may be larger than its canvas; its decoder counts the difference itself.
    decoder.set_limits(limits(left)).map_err(|_| ImageError::Damaged)?;
    DynamicImage::from_decoder(decoder).map_err(|_| ImageError::Damaged)
}

fn limits(memory: u64) -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(memory);
    limits
}
