//! Decodes people's pictures and makes smaller ones of them: today the squares of an avatar, upright, in three sizes, and
//! without metadata. It knows neither rows nor objects.
//!
//! Decoders are where malicious pictures attack, so decoding runs in a process of its own ([`worker`]), which limits
//! its memory and time before it reads a byte. The server only exchanges bytes with it ([`client`]).

mod client;
mod colour;
mod decode;
mod encode;
mod jpeg;
mod outline;
mod square;
mod wire;
mod worker;

#[cfg(test)]
mod tests;

pub use client::PictureDecoder;
pub use worker::decode_picture;

use bytes::Bytes;
use image::metadata::Orientation;
use image::{ImageFormat, RgbaImage};
use moxcms::ColorProfile;
use serde::{Deserialize, Serialize};

use crate::model::account::{AVATAR_LIMIT, PIXEL_LIMIT};
use crate::server::domain::imaging::decode::Decoded;
use crate::server::domain::imaging::outline::Outline;

/// The largest file that [`render`] accepts, in bytes (10 MiB).
pub const MAX_BYTES: u64 = AVATAR_LIMIT;

/// The most pixels (width times height) that [`render`] allocates memory for: those of phones that are sold as having
/// 50 megapixels.
pub const MAX_PIXELS: u64 = PIXEL_LIMIT;

/// The memory that decoding may take, in bytes. The most demanding kinds (lossy WebP with alpha, progressive JPEG of
/// four colours) need twelve bytes for each of [`MAX_PIXELS`]; most need three or four.
const MAX_MEMORY: u64 = 640 << 20;

/// The edge lengths of the squares that [`render`] makes, in pixels, in this order.
pub const SIZES: [u32; 3] = [64, 128, 512];

/// One square of the picture, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// Width and height in pixels: one of [`SIZES`].
    pub size: u32,
    /// The media type: `image/jpeg` or `image/webp`, the same for all sizes of a picture.
    pub content_type: &'static str,
    /// The encoded picture, without Exif, XMP, colour profile or comment.
    pub bytes: Bytes,
}

/// Why a picture was refused. The sentences for people are in `ui::text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum ImageError {
    /// The content is not JPEG, PNG, WebP or GIF.
    #[error("not a JPEG, PNG, WebP or GIF")]
    NotAPicture,
    /// The file has more than [`MAX_BYTES`].
    #[error("{bytes} bytes are too many")]
    TooLarge {
        /// The size in bytes.
        bytes: u64,
    },
    /// The picture has more than [`MAX_PIXELS`].
    #[error("{pixels} pixels are too many")]
    TooManyPixels {
        /// Width times height, according to the header.
        pixels: u64,
    },
    /// The file ends before its picture does.
    #[error("the file is cut short")]
    Truncated,
    /// The content is inconsistent, uses a rare feature that the decoders lack or get wrong (such as arithmetic
    /// coding, lossless JPEG, or colours in separate scans), or takes more memory or time than a picture needs.
    #[error("the content cannot be decoded")]
    Damaged,
}

/// Makes a square of each of [`SIZES`] from a JPEG, PNG, WebP or GIF. The format is detected from the content.
///
/// The first frame is rotated according to its Exif, cropped to a centred square and scaled up or down. Opaque
/// pictures become JPEG, others lossless WebP. Colours are converted to sRGB according to the embedded profile.
///
/// Pixels are counted from the header before memory is allocated for them.
fn render(bytes: &[u8]) -> Result<Vec<Rendition>, ImageError> {
    let length = bytes.len() as u64;
    if length > MAX_BYTES {
        return Err(ImageError::TooLarge { bytes: length });
    }
    let format = decode::format(bytes).ok_or(ImageError::NotAPicture)?;
    let outline = Outline::of(bytes, format);
    // image-webp 0.2.4 panics at frames whose parts differ in size, and other decoders may panic, too.
    let squares = std::panic::catch_unwind(|| squares(bytes, format, outline.as_ref()));
    encode::renditions(&squares.unwrap_or(Err(ImageError::Damaged))?).map_err(|_| ImageError::Damaged)
}

/// The squares, upright and in sRGB.
fn squares(bytes: &[u8], format: ImageFormat, outline: Option<&Outline>) -> Result<Vec<RgbaImage>, ImageError> {
    let Decoded { picture, samples, profile } = match format {
        ImageFormat::Jpeg => jpeg::picture(bytes, outline)?,
        _ => decode::picture(bytes, format, outline)?,
    };
    let orientation = outline.map_or(Orientation::NoTransforms, |outline| outline.orientation);
    let mut squares = square::squares(picture, samples, orientation).map_err(|_| ImageError::Damaged)?;
    let profile = profile.and_then(|profile| ColorProfile::new_from_slice(&profile).ok());
    squares.iter_mut().for_each(|square| colour::to_srgb(square, samples, profile.as_ref()));
    Ok(squares)
}
