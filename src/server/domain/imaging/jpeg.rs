//! Decodes JPEG: keeps inks as they are, for their colour profile, and finds out whether every row arrived.

use image::{DynamicImage, GrayImage, RgbImage, RgbaImage};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::server::domain::imaging::ImageError;
use crate::server::domain::imaging::colour::Samples;
use crate::server::domain::imaging::decode::{Decoded, ensure_size};
use crate::server::domain::imaging::outline::Outline;

/// How many bytes stand in for what may be missing: more than one block of a picture has.
const FILLER: usize = 512;

/// Decodes a JPEG.
///
/// Decoders do not say that a scan broke off: they show grey, or what they make of the bytes that follow. So the picture
/// is decoded twice, with different bytes after its last scan. If it needed any of them, the results differ.
///
/// # Errors
/// [`ImageError`] if the picture is too large, incomplete or damaged.
pub(super) fn picture(bytes: &[u8], outline: Option<&Outline>) -> Result<Decoded, ImageError> {
    let damage = if outline.is_some_and(|outline| outline.ended) { ImageError::Damaged } else { ImageError::Truncated };
    let mut header = decoder(bytes, false);
    header.decode_headers().map_err(|_| damage)?;
    let (width, height) = header.dimensions().ok_or(damage)?;
    ensure_size(width as u64, height as u64)?;
    let outline = outline.ok_or(ImageError::Truncated)?;
    if outline.striped {
        return Err(ImageError::Damaged);
    }
    let profile = header.icc_profile();
    let followed_by = |filler: u8| [&bytes[..outline.end], &[filler; FILLER], &[0xff, 0xd9]].concat();

    // The memory of this process is limited: what one decoding has made must be gone before the next one.
    let sums = |samples: &[u8]| (crc32fast::hash(samples), samples.len());
    let first = pixels(&followed_by(0x00), false).map(|(samples, _)| sums(&samples)).ok_or(damage)?;
    let (mut samples, space) = pixels(&followed_by(0x55), false).ok_or(damage)?;
    if first != sums(&samples) {
        return Err(ImageError::Truncated);
    }
    // Grey is also what the decoder fills in where it gives up; in strict mode it says so.
    let row = samples.len() / height;
    if samples[samples.len() - row..].iter().all(|sample| *sample == 128) {
        drop(samples);
        if pixels(&followed_by(0x00), true).is_none() {
            return Err(ImageError::Truncated);
        }
        (samples, _) = pixels(&followed_by(0x55), false).ok_or(damage)?;
    }

    let (width, height) = (width as u32, height as u32);
    let grey = |samples| GrayImage::from_raw(width, height, samples).map(DynamicImage::from);
    let (picture, kind) = match space {
        ColorSpace::Luma => (grey(samples), Samples::Grey),
        ColorSpace::CMYK => (RgbaImage::from_raw(width, height, samples).map(DynamicImage::from), Samples::Cmyk),
        ColorSpace::YCCK => (RgbaImage::from_raw(width, height, samples).map(DynamicImage::from), Samples::Ycck),
        _ => (RgbImage::from_raw(width, height, samples).map(DynamicImage::from), Samples::Colour),
    };
    Ok(Decoded { picture: picture.ok_or(ImageError::Damaged)?, samples: kind, profile })
}

/// The samples of all pixels, and what they mean; `None` if the decoder fails. Inks are left as they are.
fn pixels(bytes: &[u8], strict: bool) -> Option<(Vec<u8>, ColorSpace)> {
    let mut decoder = decoder(bytes, strict);
    decoder.decode_headers().ok()?;
    // Before it decodes, the decoder takes three colours that Adobe's segment calls unconverted for inks.
    let space = match (decoder.input_colorspace()?, decoder.info()?.components) {
        (ColorSpace::Luma, _) => ColorSpace::Luma,
        (inks @ (ColorSpace::CMYK | ColorSpace::YCCK), 4) => inks,
        _ => ColorSpace::RGB,
    };
    decoder.set_options(decoder.options().jpeg_set_out_colorspace(space));
    Some((decoder.decode().ok()?, space))
}

fn decoder(bytes: &[u8], strict: bool) -> JpegDecoder<ZCursor<&[u8]>> {
    let options =
        DecoderOptions::default().set_strict_mode(strict).set_max_width(usize::MAX).set_max_height(usize::MAX);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options)
}
