//! Squares to bytes, with nothing in them but the pixels.

use bytes::Bytes;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageError, RgbaImage};
use jpeg_encoder::{ColorType, EncodingError, SamplingFactor};

use crate::server::domain::avatars::imaging::Rendition;

/// JPEG's quality, 1 to 100.
const QUALITY: u8 = 82;

/// Why encoding failed. Encoding into memory fails for no known picture.
#[derive(Debug, thiserror::Error)]
pub(super) enum EncodeError {
    /// By the JPEG encoder.
    #[error(transparent)]
    Jpeg(#[from] EncodingError),
    /// By the WebP encoder.
    #[error(transparent)]
    WebP(#[from] ImageError),
}

/// Encodes all squares of one picture alike: as JPEG if each of their pixels is opaque, else as
/// lossless WebP (there is no lossy WebP encoder in Rust).
pub(super) fn renditions(squares: &[RgbaImage]) -> Result<Vec<Rendition>, EncodeError> {
    let opaque = squares.iter().flat_map(|square| square.pixels()).all(|pixel| pixel.0[3] == u8::MAX);
    let encode = |square: &RgbaImage| {
        let (content_type, bytes) = if opaque { ("image/jpeg", jpeg(square)?) } else { ("image/webp", webp(square)?) };
        Ok(Rendition { size: square.width(), content_type, bytes: Bytes::from(bytes) })
    };
    squares.iter().map(encode).collect()
}

fn jpeg(square: &RgbaImage) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, QUALITY);
    // Fitted Huffman tables would save another twentieth, but come in one scan for each colour,
    // which zune-jpeg 0.5.15 and what builds on it read as stripes.
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    // The squares' sizes fit into sixteen bits; the alpha is left out.
    encoder.encode(square, square.width() as u16, square.height() as u16, ColorType::Rgba)?;
    Ok(bytes)
}

fn webp(square: &RgbaImage) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes).encode(square, square.width(), square.height(), ExtendedColorType::Rgba8)?;
    Ok(bytes)
}
