//! Tests of what pictures of each kind become, and of what is refused.

mod colours;
mod endings;
mod refusals;
mod samples;

use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};

use crate::server::domain::imaging::tests::samples::{BLUE, GREEN, RED, WHITE, by_hand};
use crate::server::domain::imaging::{Rendition, SIZES, render};

/// Decodes each rendition after checking its media type and size.
fn shown(renditions: &[Rendition]) -> Vec<RgbaImage> {
    assert_eq!(renditions.iter().map(|rendition| rendition.size).collect::<Vec<_>>(), SIZES);
    let decode = |rendition: &Rendition| {
        let format = image::guess_format(&rendition.bytes).unwrap();
        assert_eq!(format.to_mime_type(), rendition.content_type);
        let picture = image::load_from_memory(&rendition.bytes).unwrap().into_rgba8();
        assert_eq!(picture.dimensions(), (rendition.size, rendition.size));
        picture
    };
    renditions.iter().map(decode).collect()
}

fn assert_near(found: Rgba<u8>, wanted: [u8; 3], of: &str) {
    let near = found.0.iter().zip(wanted).all(|(&found, wanted)| found.abs_diff(wanted) <= 12);
    assert!(near, "{of}: {found:?} is not {wanted:?}");
}

/// Compares the centre pixels of the quarters: top left, top right, bottom left, bottom right.
fn assert_quarters(bytes: &[u8], wanted: [[u8; 3]; 4], of: &str) {
    for picture in shown(&render(bytes).unwrap()) {
        let (near, far) = (picture.width() / 4, picture.width() * 3 / 4);
        for ((x, y), wanted) in [(near, near), (far, near), (near, far), (far, far)].into_iter().zip(wanted) {
            assert_near(*picture.get_pixel(x, y), wanted, of);
        }
    }
}

fn content_types(bytes: &[u8]) -> Vec<&'static str> {
    render(bytes).unwrap().iter().map(|rendition| rendition.content_type).collect()
}

#[test]
fn every_format_is_taken() {
    for (name, bytes) in samples::formats() {
        assert_quarters(&bytes, [RED, GREEN, BLUE, WHITE], name);
    }
}

#[test]
fn lossy_webp_is_taken() {
    assert_eq!(shown(&render(samples::LOSSY_WEBP).unwrap()).len(), SIZES.len());
}

#[test]
fn every_kind_of_jpeg_is_taken() {
    let rgb = samples::quarters(48, 48);
    let luma = DynamicImage::from(rgb.clone()).into_luma8();
    let grey = [54, 182, 18, 255].map(|level| [level; 3]);
    assert_quarters(&samples::jpeg_of(&luma, 48, 48, jpeg_encoder::ColorType::Luma), grey, "grey");
    let inks: Vec<u8> = rgb.pixels().flat_map(|&Rgb([r, g, b])| [255 - r, 255 - g, 255 - b, 0]).collect();
    for (kind, of) in [(jpeg_encoder::ColorType::Cmyk, "CMYK"), (jpeg_encoder::ColorType::CmykAsYcck, "YCCK")] {
        assert_quarters(&samples::jpeg_of(&inks, 48, 48, kind), [RED, GREEN, BLUE, WHITE], of);
    }
    assert_quarters(&samples::progressive_jpeg(&rgb), [RED, GREEN, BLUE, WHITE], "progressive");
}

#[test]
fn every_kind_of_png_is_taken() {
    // Two rows of two pixels, each after the byte that names the row's filter.
    let palette = by_hand::chunk(b"PLTE", &[RED, GREEN, BLUE, WHITE].concat());
    let rows = [0, 0b0001_0000, 0, 0b1011_0000];
    assert_quarters(&by_hand::file(2, 2, (2, 3, 0), &palette, &rows), [RED, GREEN, BLUE, WHITE], "palette");
    let rows = [0, 0b0100_0000, 0, 0b1000_0000];
    let black = [0; 3];
    assert_quarters(&by_hand::file(2, 2, (1, 0, 0), &[], &rows), [black, WHITE, WHITE, black], "one bit");
    let wide = |row: [[u8; 3]; 2]| {
        [&[0][..], &row.concat().into_iter().flat_map(|byte| [byte; 2]).collect::<Vec<_>>()].concat()
    };
    let rows = [wide([RED, GREEN]), wide([BLUE, WHITE])].concat();
    assert_quarters(&by_hand::file(2, 2, (16, 2, 0), &[], &rows), [RED, GREEN, BLUE, WHITE], "sixteen bits");
    // A square of two pixels has the first, sixth and seventh of Adam7's passes.
    let rows = [&[0][..], &RED, &[0], &GREEN, &[0], &BLUE, &WHITE].concat();
    assert_quarters(&by_hand::file(2, 2, (8, 2, 1), &[], &rows), [RED, GREEN, BLUE, WHITE], "interlaced");
}

#[test]
fn an_animation_gives_its_first_frame() {
    for (name, bytes) in samples::animations() {
        assert_quarters(&bytes, [RED, GREEN, BLUE, WHITE], name);
    }
}

#[test]
fn pictures_are_turned_upright() {
    // The positions at which the stored corners must appear (Exif 2.32, 4.6.4, tag 274).
    let turned = [
        [RED, GREEN, BLUE, WHITE],
        [GREEN, RED, WHITE, BLUE],
        [WHITE, BLUE, GREEN, RED],
        [BLUE, WHITE, RED, GREEN],
        [RED, BLUE, GREEN, WHITE],
        [BLUE, RED, WHITE, GREEN],
        [WHITE, GREEN, BLUE, RED],
        [GREEN, WHITE, RED, BLUE],
    ];
    for (orientation, wanted) in (1..).zip(turned) {
        for (name, bytes) in samples::with_exif(&samples::exif(orientation)) {
            assert_quarters(&bytes, wanted, &format!("{name}, orientation {orientation}"));
        }
    }
}

#[test]
fn the_square_is_cut_around_the_centre() {
    for (width, height) in [(90, 30), (30, 90)] {
        let middle = |x, y| (30..60).contains(&if width > height { x } else { y });
        let picture = RgbImage::from_fn(width, height, |x, y| Rgb(if middle(x, y) { GREEN } else { RED }));
        assert_quarters(&samples::png(&picture.into()), [GREEN; 4], "banner");
    }
}

#[test]
fn the_smallest_and_the_longest_picture_are_taken() {
    for (width, height) in [(1, 1), (10_000, 1), (1, 10_000), (513, 511)] {
        let picture = RgbImage::from_pixel(width, height, Rgb(GREEN));
        assert_quarters(&samples::png(&picture.into()), [GREEN; 4], "one colour");
    }
}

#[test]
fn the_photo_of_a_phone_with_50_megapixels_is_taken() {
    let picture = GrayImage::from_pixel(8192, 6144, Luma([90]));
    assert_eq!(
        content_types(&samples::jpeg_of(&picture, 8192, 6144, jpeg_encoder::ColorType::Luma)),
        ["image/jpeg"; 3]
    );
}

#[test]
fn opaque_pictures_become_jpeg_even_with_an_alpha_channel() {
    for edge in [1, 301, 1000] {
        let picture = RgbaImage::from_fn(edge, edge, |x, y| Rgba([x as u8, y as u8, 99, 255]));
        assert_eq!(content_types(&samples::png(&picture.clone().into())), ["image/jpeg"; 3], "{edge}");
        let deep = DynamicImage::from(picture).into_rgba16();
        assert_eq!(content_types(&samples::png(&deep.into())), ["image/jpeg"; 3], "{edge}, deep");
    }
}

#[test]
fn transparency_is_kept_and_its_edges_are_not_darkened() {
    let picture = RgbaImage::from_fn(200, 200, |x, _| Rgba(if x < 101 { [255, 0, 0, 255] } else { [0; 4] }));
    let deep = DynamicImage::from(picture.clone()).into_rgba16();
    for bytes in [samples::png(&picture.clone().into()), samples::png(&deep.into()), samples::webp(&picture)] {
        assert_eq!(content_types(&bytes), ["image/webp"; 3]);
        for square in shown(&render(&bytes).unwrap()) {
            let edge = square.width();
            assert_eq!(square.get_pixel(edge / 4, edge / 2).0[3], 255);
            assert_eq!(square.get_pixel(edge * 3 / 4, edge / 2).0[3], 0);
            let seen = square.pixels().filter(|pixel| pixel.0[3] > 16);
            seen.for_each(|pixel| assert!(pixel.0[0] > 240, "{pixel:?} is darkened"));
        }
    }
}

#[test]
fn nothing_but_the_picture_is_left() {
    let needles: [&[u8]; 7] = [b"Exif", b"EXIF", b"GPS", b"ICC", b"iCC", b"xap", samples::SECRET];
    let holds = |bytes: &[u8], needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    for (name, bytes) in samples::talkative() {
        assert!(holds(&bytes, samples::SECRET), "{name}: the sample says nothing");
        for rendition in render(&bytes).unwrap() {
            for needle in needles {
                let left = holds(&rendition.bytes, needle);
                assert!(!left, "{name}, {}: {}", rendition.size, String::from_utf8_lossy(needle));
            }
        }
    }
}
