//! Colours as browsers show them: what a colour profile says becomes sRGB, and inks become light.

use image::RgbaImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// What the samples of a picture's pixels are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Samples {
    /// Red, green, blue and alpha.
    Colour,
    /// The same, of which the first three are equal.
    Grey,
    /// Four inks, as Adobe and everybody after it writes them into JPEG: 255 is no ink.
    Cmyk,
    /// The same, with the first three as luma and chroma.
    Ycck,
}

/// Converts a square to sRGB. A profile that cannot be read, or is for other samples, is ignored.
pub(super) fn to_srgb(square: &mut RgbaImage, samples: Samples, profile: Option<&ColorProfile>) {
    if samples == Samples::Ycck {
        square.pixels_mut().for_each(|pixel| pixel.0 = inks(pixel.0));
    }
    let applied = profile.and_then(|profile| applied(square, samples, profile));
    match (applied, samples) {
        (Some(converted), _) => *square = converted,
        (None, Samples::Colour | Samples::Grey) => {}
        (None, Samples::Cmyk | Samples::Ycck) => square.pixels_mut().for_each(|pixel| {
            let [cyan, magenta, yellow, key] = pixel.0;
            let light = |ink: u8| ((u16::from(ink) * u16::from(key) + 127) / 255) as u8;
            pixel.0 = [light(cyan), light(magenta), light(yellow), u8::MAX];
        }),
    }
}

/// The square as the profile describes it, or `None` if it does not describe these samples.
fn applied(square: &RgbaImage, samples: Samples, profile: &ColorProfile) -> Option<RgbaImage> {
    let is_light = matches!(samples, Samples::Colour | Samples::Grey);
    let (layout, source): (_, Vec<u8>) = match (profile.color_space, samples) {
        (DataColorSpace::Rgb, _) if is_light => (Layout::Rgba, square.as_raw().clone()),
        (DataColorSpace::Gray, Samples::Grey) => {
            (Layout::GrayAlpha, square.pixels().flat_map(|pixel| [pixel.0[0], pixel.0[3]]).collect())
        }
        // Profiles count ink, not its absence; the crate calls four channels this.
        (DataColorSpace::Cmyk, _) if !is_light => {
            (Layout::Rgba, square.as_raw().iter().map(|ink| u8::MAX - ink).collect())
        }
        _ => return None,
    };
    let srgb = ColorProfile::new_srgb();
    let transform = profile.create_transform_8bit(layout, &srgb, Layout::Rgba, TransformOptions::default()).ok()?;
    let mut target = RgbaImage::new(square.width(), square.height());
    transform.transform(&source, &mut target).ok()?;
    if !is_light {
        let mut darkest = [0; 4];
        transform.transform(&[u8::MAX; 4], &mut darkest).ok()?;
        deepen(&mut target, darkest);
    }
    for (pixel, before) in target.pixels_mut().zip(square.pixels()) {
        pixel.0[3] = if is_light { before.0[3] } else { u8::MAX };
    }
    Some(target)
}

/// Makes the darkest that inks give on paper black, and stretches the rest of the light accordingly (black point
/// compensation, ISO 18619), as programs for pictures do.
fn deepen(square: &mut RgbaImage, darkest: [u8; 4]) {
    for (channel, least) in darkest.into_iter().take(3).enumerate() {
        let least = linear(least).min(0.1);
        let deeper: Vec<u8> = (0..=u8::MAX).map(|value| encoded((linear(value) - least) / (1.0 - least))).collect();
        square.pixels_mut().for_each(|pixel| pixel.0[channel] = deeper[usize::from(pixel.0[channel])]);
    }
}

/// The light of a value in sRGB, 0 to 1 (IEC 61966-2-1).
fn linear(value: u8) -> f32 {
    let value = f32::from(value) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// The value in sRGB of this light.
fn encoded(light: f32) -> u8 {
    let value = if light <= 0.003_130_8 { 12.92 * light.max(0.0) } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

/// Luma and chroma (JFIF 1.02) of the colours that three inks leave, as the inks themselves.
fn inks([luma, blue, red, key]: [u8; 4]) -> [u8; 4] {
    let (luma, blue, red) = (f32::from(luma), f32::from(blue) - 128.0, f32::from(red) - 128.0);
    let ink = |light: f32| u8::MAX - light.round() as u8;
    [ink(luma + 1.402 * red), ink(luma - 0.344_136 * blue - 0.714_136 * red), ink(luma + 1.772 * blue), key]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_darkest_print_is_black_and_paper_stays_white() {
        let mut square = RgbaImage::from_raw(3, 1, vec![40, 38, 39, 255, 55, 53, 54, 255, 255, 255, 255, 255]).unwrap();
        deepen(&mut square, [40, 38, 39, 255]);
        assert_eq!(square.get_pixel(0, 0).0, [0, 0, 0, 255]);
        assert!(square.get_pixel(1, 0).0[..3].iter().all(|value| (25..45).contains(value)));
        assert_eq!(square.get_pixel(2, 0).0, [255; 4]);
        assert!((0..=u8::MAX).all(|value| encoded(linear(value)) == value));
    }
}
