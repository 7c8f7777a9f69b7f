//! Turns bytes somebody sent into the pictures that the `media` location shows: square, upright,
//! in three sizes, and with nothing in them but the picture.
//!
//! Pure and synchronous: it opens no file, keeps no state and takes seconds and hundreds of
//! megabytes at worst. The caller runs it where blocking is allowed, one picture at a time.

mod decode;
mod encode;
mod outline;
mod square;
mod vp8l;
mod webp;

#[cfg(test)]
mod tests;

use bytes::Bytes;
use image::metadata::Orientation;

use crate::server::domain::avatars::imaging::outline::Outline;

/// The longest file that [`render`] looks into, in bytes (10 MiB).
pub const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// The most pixels, width times height, that [`render`] takes memory for.
pub const MAX_PIXELS: u64 = 50_000_000;

/// The edges of the squares that [`render`] makes, in pixels and in its order.
pub const SIZES: [u32; 3] = [64, 128, 512];

/// One square of the picture, ready to be stored and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// Width and height in pixels: one of [`SIZES`].
    pub size: u32,
    /// What the bytes are: `image/jpeg` or `image/webp`, the same for all sizes of a picture.
    pub content_type: &'static str,
    /// The encoded picture, without Exif, XMP, colour profile or comment.
    pub bytes: Bytes,
}

/// Why bytes were not made into a picture; the sentences for people stand with the UI's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Neither JPEG, PNG, WebP nor GIF by content.
    #[error("not a JPEG, PNG, WebP or GIF")]
    NotAPicture,
    /// More than [`MAX_BYTES`].
    #[error("{bytes} bytes are too many")]
    TooLarge {
        /// How many there are.
        bytes: u64,
    },
    /// More than [`MAX_PIXELS`], or, for the few kinds whose decoder needs a multiple of the
    /// pixels' own memory, more than fit in the memory a picture may take.
    #[error("{pixels} pixels are too many")]
    TooManyPixels {
        /// Width times height, as the header claims.
        pixels: u64,
    },
    /// The file stops before its end mark.
    #[error("the file is cut short")]
    Truncated,
    /// The content contradicts itself, or uses a rare feature that the decoders leave out or get
    /// wrong (such as arithmetic coding, lossless JPEG, or colours in scans of their own).
    #[error("the content cannot be decoded")]
    Damaged,
}

/// Makes a picture of each of [`SIZES`] from a JPEG, PNG, WebP or GIF, of whatever name.
///
/// The first frame is turned as its Exif says, cut square around the centre and scaled, up as
/// well as down. Opaque pictures become JPEG, others lossless WebP. Colour profiles are dropped
/// and not applied.
///
/// Pixels are counted from the header before memory is taken for them. At its peak it holds
/// about 450 MB beside `bytes`.
pub fn render(bytes: &[u8]) -> Result<Vec<Rendition>, ImageError> {
    let length = bytes.len() as u64;
    if length > MAX_BYTES {
        return Err(ImageError::TooLarge { bytes: length });
    }
    let format = decode::format(bytes).ok_or(ImageError::NotAPicture)?;
    let outline = Outline::of(bytes, format);
    // image-webp 0.2.4 panics at frames whose parts differ in size, and may not be alone.
    let decoded = std::panic::catch_unwind(|| decode::picture(bytes, format, outline.as_ref()));
    let picture = decoded.unwrap_or(Err(ImageError::Damaged))?;
    let turn = outline.map_or(Orientation::NoTransforms, |outline| outline.turn);
    let squares = square::squares(picture, turn).map_err(|_| ImageError::Damaged)?;
    encode::renditions(&squares).map_err(|_| ImageError::Damaged)
}
