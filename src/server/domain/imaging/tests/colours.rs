//! Tests of colours: profiles, and inks.

use image::{DynamicImage, GrayImage, ImageEncoder as _, Luma, Rgb, RgbImage};
use jpeg_encoder::ColorType;
use moxcms::ColorProfile;

use crate::server::domain::imaging::render;
use crate::server::domain::imaging::tests::{assert_near, samples, shown};

/// The colour of which the picture consists, in the largest square.
fn colour(bytes: &[u8], wanted: [u8; 3], of: &str) {
    let squares = shown(&render(bytes).unwrap_or_else(|error| panic!("{of}: {error}")));
    assert_near(*squares[2].get_pixel(256, 256), wanted, of);
}

/// A picture of one colour with this profile, in each format that can have one.
fn with_profile(colour: [u8; 3], profile: &ColorProfile) -> Vec<(&'static str, Vec<u8>)> {
    let icc = profile.encode().unwrap();
    let picture = RgbImage::from_pixel(48, 48, Rgb(colour));
    let (mut png, mut webp) = (Vec::new(), Vec::new());
    let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
    encoder.set_icc_profile(icc.clone()).unwrap();
    encoder.write_image(&picture, 48, 48, image::ExtendedColorType::Rgb8).unwrap();
    let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut webp);
    encoder.set_icc_profile(icc.clone()).unwrap();
    encoder.write_image(&picture, 48, 48, image::ExtendedColorType::Rgb8).unwrap();
    let segment = [b"ICC_PROFILE\0\x01\x01", &icc[..]].concat();
    vec![("JPEG", samples::jpeg_with(&picture, &[(2, segment)])), ("PNG", png), ("WebP", webp)]
}

#[test]
fn colours_of_a_profile_arrive_as_browsers_show_them() {
    // Computed from the primaries and curves of the standards (SMPTE EG 432-1, Adobe RGB 1998, IEC 61966-2-1).
    let table = [
        (ColorProfile::new_display_p3(), [200, 100, 50], [215, 93, 31], "Display P3"),
        (ColorProfile::new_display_p3(), [255, 0, 0], [255, 0, 0], "Display P3, out of reach"),
        (ColorProfile::new_adobe_rgb(), [200, 100, 50], [227, 100, 42], "Adobe RGB"),
        (ColorProfile::new_srgb(), [200, 100, 50], [200, 100, 50], "sRGB"),
    ];
    for (profile, given, wanted, name) in table {
        for (format, bytes) in with_profile(given, &profile) {
            colour(&bytes, wanted, &format!("{name}, {format}"));
        }
    }
}

#[test]
fn grey_of_a_profile_arrives_too() {
    let icc = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let mut png = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
    encoder.set_icc_profile(icc).unwrap();
    encoder.write_image(&[100; 48 * 48], 48, 48, image::ExtendedColorType::L8).unwrap();
    colour(&png, [168; 3], "linear grey");
}

#[test]
fn a_profile_that_does_not_fit_is_ignored() {
    let grey = ColorProfile::new_gray_with_gamma(1.0);
    let mut broken = with_profile([200, 100, 50], &ColorProfile::new_display_p3()).swap_remove(0).1;
    let at = broken.windows(4).position(|window| window == b"acsp").unwrap();
    broken[at..at + 4].fill(0);
    let others = with_profile([200, 100, 50], &grey);
    for (name, bytes) in others.into_iter().chain([("broken", broken)]) {
        colour(&bytes, [200, 100, 50], name);
    }
}

#[test]
fn inks_become_light_and_black_is_black() {
    let table = [
        ([0, 0, 0, 255], [0, 0, 0]),
        ([255, 255, 255, 255], [0, 0, 0]),
        ([0, 0, 0, 0], [255, 255, 255]),
        ([255, 0, 0, 0], [0, 255, 255]),
        ([0, 0, 0, 128], [127, 127, 127]),
        ([40, 120, 200, 60], [164, 103, 42]),
    ];
    for (inks, wanted) in table {
        for (kind, name) in [(ColorType::Cmyk, "CMYK"), (ColorType::CmykAsYcck, "YCCK")] {
            colour(&samples::jpeg_of(&inks.repeat(48 * 48), 48, 48, kind), wanted, &format!("{name} {inks:?}"));
        }
    }
}

#[test]
fn three_colours_that_were_not_converted_are_no_inks() {
    // Adobe's segment says that the components are red, green and blue, which those of white are as luma and chroma.
    let adobe = b"Adobe\0\x64\0\0\0\0\0".to_vec();
    let white = RgbImage::from_pixel(48, 48, Rgb([255; 3]));
    colour(&samples::jpeg_with(&white, &[(14, adobe)]), [255, 128, 128], "unconverted");
}

#[test]
fn sixteen_bits_and_transparency_are_converted_too() {
    let mut png = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
    encoder.set_icc_profile(ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    let picture = DynamicImage::from(RgbImage::from_pixel(48, 48, Rgb([200, 100, 50]))).into_rgba16();
    DynamicImage::from(picture).write_with_encoder(encoder).unwrap();
    colour(&png, [215, 93, 31], "sixteen bits");
}

#[test]
fn a_grey_picture_is_as_complete_as_any_other() {
    // The decoder fills in this very grey where a file breaks off.
    let grey = GrayImage::from_pixel(48, 48, Luma([128]));
    colour(&samples::jpeg_of(&grey, 48, 48, ColorType::Luma), [128; 3], "grey");
    let grey = RgbImage::from_pixel(48, 48, Rgb([128; 3]));
    colour(&samples::jpeg_of(&grey, 48, 48, ColorType::Rgb), [128; 3], "grey in three channels");
}
