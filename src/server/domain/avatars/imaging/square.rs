//! Pixels to upright squares.

use fast_image_resize::{MulDiv, ResizeError, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, RgbaImage};

use crate::server::domain::avatars::imaging::SIZES;

/// Cuts the largest square around the centre, scales it to each of [`SIZES`] and turns it.
///
/// Consumes the picture so that it can be worked on in place: a second copy of the pixels would
/// double the memory. Turning comes last because it is cheap there, and a centred square stays
/// the same square when turned.
pub(super) fn squares(mut picture: DynamicImage, turn: Orientation) -> Result<Vec<RgbaImage>, ResizeError> {
    let alpha = MulDiv::new();
    let translucent = picture.color().has_alpha();
    // Colours weigh as much as they are seen; or the black that often lies under transparent
    // pixels darkens the edges.
    if translucent {
        alpha.multiply_alpha_inplace(&mut picture)?;
    }
    // Lanczos3, the crate's default. `use_alpha` would multiply into a copy of the whole picture.
    let options = ResizeOptions::new().use_alpha(false).fit_into_destination(Some((0.5, 0.5)));
    let mut resizer = Resizer::new();
    let mut square = |size| {
        let mut square = DynamicImage::new(size, size, picture.color());
        resizer.resize(&picture, &mut square, &options)?;
        if translucent {
            alpha.divide_alpha_inplace(&mut square)?;
        }
        square.apply_orientation(turn);
        Ok(square.into_rgba8())
    };
    SIZES.into_iter().map(&mut square).collect()
}
