//! Crops, scales and rotates pictures to upright squares.

use fast_image_resize::{MulDiv, ResizeError, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, RgbaImage};

use crate::server::domain::imaging::SIZES;
use crate::server::domain::imaging::colour::Samples;

/// Crops the largest centred square, scales it to each of [`SIZES`], and rotates it.
///
/// Consumes the picture so that it can be changed in place: a second copy of the pixels would double the memory.
/// Rotating comes last because it is cheap on small squares, and a centred square stays the same when rotated.
///
/// # Errors
/// The crate's error, which no supported pixel format causes.
pub(super) fn squares(
    mut picture: DynamicImage,
    samples: Samples,
    orientation: Orientation,
) -> Result<Vec<RgbaImage>, ResizeError> {
    let alpha = MulDiv::new();
    // The fourth channel of inks is black.
    let translucent = picture.color().has_alpha() && matches!(samples, Samples::Colour | Samples::Grey);
    // Colours are multiplied by their alpha before scaling; otherwise the black that is often under transparent pixels
    // would darken the edges.
    if translucent {
        alpha.multiply_alpha_inplace(&mut picture)?;
    }
    // Lanczos3 is the crate's default. `use_alpha` would copy the whole picture to multiply it.
    let options = ResizeOptions::new().use_alpha(false).fit_into_destination(Some((0.5, 0.5)));
    let mut resizer = Resizer::new();
    let mut square = |size| {
        let mut square = DynamicImage::new(size, size, picture.color());
        resizer.resize(&picture, &mut square, &options)?;
        if translucent {
            alpha.divide_alpha_inplace(&mut square)?;
        }
        square.apply_orientation(orientation);
        Ok(square.into_rgba8())
    };
    SIZES.into_iter().map(&mut square).collect()
}
