//! Decodes pictures within limits. This is the only code that runs decoders on untrusted bytes.

use std::borrow::Cow;
use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::server::domain::imaging::colour::Samples;
use crate::server::domain::imaging::outline::Outline;
use crate::server::domain::imaging::{ImageError, MAX_MEMORY, MAX_PIXELS};

/// Detects the format from the file's first bytes; `None` if it is not supported.
pub(super) fn format(bytes: &[u8]) -> Option<ImageFormat> {
    image::guess_format(bytes)
        .ok()
        .filter(|format| matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif))
}

/// A decoded picture whose colours are still those of the file.
pub(super) struct Decoded {
    /// The pixels; inks are in the four channels of red, green, blue and alpha.
    pub picture: DynamicImage,
    /// What the pixels' samples are.
    pub samples: Samples,
    /// The embedded colour profile (ICC.1).
    pub profile: Option<Vec<u8>>,
}

/// Decodes the first frame of any format but JPEG, with the bit depth and channels that the file has.
///
/// Memory for pixels is allocated only after they were counted, and only for a complete file. What decoders allocate
/// besides is bounded by the limits of their process.
///
/// # Errors
/// [`ImageError`] if the picture is too large, incomplete or damaged.
pub(super) fn picture(bytes: &[u8], format: ImageFormat, outline: Option<&Outline>) -> Result<Decoded, ImageError> {
    let damage = if outline.is_some_and(|outline| outline.ended) { ImageError::Damaged } else { ImageError::Truncated };
    let finished = outline.map_or(Cow::Borrowed(bytes), |outline| outline.finished(bytes, format));
    let mut reader = ImageReader::with_format(Cursor::new(&*finished), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(|_| damage)?;

    let (width, height) = decoder.dimensions();
    ensure_size(u64::from(width), u64::from(height))?;
    if outline.is_none() {
        return Err(ImageError::Truncated);
    }
    // A GIF's frame may be larger than its canvas; its decoder checks that itself.
    decoder.set_limits(limits()).map_err(|_| damage)?;
    let profile = decoder.icc_profile().unwrap_or_default();
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| damage)?;
    let samples = if picture.color().has_color() { Samples::Colour } else { Samples::Grey };
    Ok(Decoded { picture, samples, profile })
}

/// Refuses a picture with too many pixels, or none.
pub(super) fn ensure_size(width: u64, height: u64) -> Result<(), ImageError> {
    match width * height {
        0 => Err(ImageError::Damaged),
        pixels if pixels > MAX_PIXELS => Err(ImageError::TooManyPixels { pixels }),
        _ => Ok(()),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_MEMORY);
    limits
}
