//! Decodes pictures within limits. This is the only code that runs decoders on untrusted bytes.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::server::domain::avatars::imaging::outline::Outline;
use crate::server::domain::avatars::imaging::{ImageError, MAX_MEMORY, MAX_PIXELS};

/// Detects the format from the file's first bytes; `None` if it is not supported.
pub(super) fn format(bytes: &[u8]) -> Option<ImageFormat> {
    image::guess_format(bytes)
        .ok()
        .filter(|format| matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif))
}

/// Decodes the first frame, with the bit depth and channels that the file has.
///
/// Memory for pixels is allocated only after they were counted, and only for a complete file. What decoders allocate
/// besides is bounded by the limits of their process.
///
/// # Errors
/// [`ImageError`] if the picture is too large, incomplete or damaged.
pub(super) fn picture(
    bytes: &[u8],
    format: ImageFormat,
    outline: Option<&Outline>,
) -> Result<DynamicImage, ImageError> {
    let damage = if outline.is_some() { ImageError::Damaged } else { ImageError::Truncated };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
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
    if outline.striped {
        return Err(ImageError::Damaged);
    }
    // A GIF's frame may be larger than its canvas; its decoder checks that itself.
    decoder.set_limits(limits()).map_err(|_| ImageError::Damaged)?;
    DynamicImage::from_decoder(decoder).map_err(|_| ImageError::Damaged)
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_MEMORY);
    limits
}
