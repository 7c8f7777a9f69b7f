//! Encodes squares, without any metadata.

use bytes::Bytes;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageError, RgbaImage};
use jpeg_encoder::{ColorType, EncodingError, SamplingFactor};

use crate::server::domain::imaging::Rendition;

/// JPEG's quality, 1 to 100.
const QUALITY: u8 = 82;

/// Why encoding failed. No known picture makes it fail.
#[derive(Debug, thiserror::Error)]
pub(super) enum EncodeError {
    /// The JPEG encoder failed.
    #[error(transparent)]
    Jpeg(#[from] EncodingError),
    /// The WebP encoder failed.
    #[error(transparent)]
    WebP(#[from] ImageError),
}

/// Encodes all squares of a picture in the same format: JPEG if every pixel is opaque, else lossless WebP (there is no
/// lossy WebP encoder in Rust).
///
/// # Errors
/// [`EncodeError`], which no known picture causes.
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
    // Optimised Huffman tables would save another 5 %, but the encoder then writes a scan for each colour, which
    // zune-jpeg 0.5.15 and its users show as stripes.
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
