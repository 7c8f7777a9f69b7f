//! Tests of files that end too early or too late.

use image::{DynamicImage, Rgb, RgbImage};
use jpeg_encoder::{ColorType, SamplingFactor};

use crate::server::domain::imaging::tests::assert_quarters;
use crate::server::domain::imaging::tests::samples::{self, BLUE, GREEN, RED, WHITE};
use crate::server::domain::imaging::{ImageError, render};

/// The kinds of JPEG that encode rows differently.
fn jpegs() -> Vec<(&'static str, Vec<u8>)> {
    let picture = samples::quarters(48, 48);
    let of = |change: &dyn Fn(&mut jpeg_encoder::Encoder<&mut Vec<u8>>)| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
        change(&mut encoder);
        encoder.encode(&picture, 48, 48, ColorType::Rgb).unwrap();
        bytes
    };
    let inks: Vec<u8> = picture.pixels().flat_map(|&Rgb([r, g, b])| [255 - r, 255 - g, 255 - b, 0]).collect();
    vec![
        ("baseline", of(&|encoder| encoder.set_sampling_factor(SamplingFactor::R_4_4_4))),
        ("halved", of(&|encoder| encoder.set_sampling_factor(SamplingFactor::R_4_2_0))),
        ("with restarts", of(&|encoder| encoder.set_restart_interval(2))),
        ("progressive", of(&|encoder| encoder.set_progressive(true))),
        (
            "colours apart",
            of(&|encoder| {
                encoder.set_sampling_factor(SamplingFactor::R_4_4_4);
                encoder.set_optimized_huffman_tables(true);
            }),
        ),
        ("CMYK", samples::jpeg_of(&inks, 48, 48, ColorType::Cmyk)),
    ]
}

const QUARTERS: [[u8; 3]; 4] = [RED, GREEN, BLUE, WHITE];
/// What a phone writes after a panorama, with bytes in it that look like markers.
const TRAILER: &[u8] = b"\0\0\0\0\0\0\x01\x0a\x0e\0\0\0TRAILER\xff\xda\xff\xc4\0\0\xff\xd8\xff\xe1SEFT";

#[test]
fn a_jpeg_without_its_end_mark_is_taken_if_every_row_is_there() {
    for (name, bytes) in jpegs() {
        let content = &bytes[..bytes.len() - 2];
        assert_quarters(content, QUARTERS, &format!("{name}, no end mark"));
        assert_quarters(&bytes[..bytes.len() - 1], QUARTERS, &format!("{name}, half an end mark"));
        for fill in 1..4 {
            let filled = [content, &vec![0xff; fill], &[0xff, 0xd9]].concat();
            assert_quarters(&filled, QUARTERS, &format!("{name}, {fill} bytes of fill before the end mark"));
        }
        assert_quarters(&[content, TRAILER].concat(), QUARTERS, &format!("{name}, a trailer instead"));
        assert_quarters(&[&bytes[..], TRAILER].concat(), QUARTERS, &format!("{name}, a trailer besides"));
        assert_quarters(&[&bytes[..], &bytes[..bytes.len() / 2]].concat(), QUARTERS, &format!("{name}, half another"));
    }
}

#[test]
fn a_jpeg_that_lacks_a_row_is_refused_with_and_without_an_end_mark() {
    for (name, bytes) in jpegs() {
        for length in 12..bytes.len() - 2 {
            assert_eq!(render(&bytes[..length]), Err(ImageError::Truncated), "{name}, {length} of {}", bytes.len());
        }
        let scan = bytes.windows(2).rposition(|marker| marker == [0xff, 0xda]).unwrap();
        for length in (scan + 14..bytes.len() - 4).filter(|length| bytes[length - 1] != 0xff) {
            let ended = [&bytes[..length], &[0xff, 0xd9]].concat();
            assert!(render(&ended).is_err(), "{name}, {length} of {}, ended", bytes.len());
        }
    }
}

#[test]
fn other_formats_need_no_end_mark_either() {
    let [_, png, webp, gif] = <[_; 4]>::try_from(samples::formats()).unwrap().map(|(_, bytes)| bytes);
    for cut in 1..=12 {
        assert_quarters(&png[..png.len() - cut], QUARTERS, &format!("PNG, {cut} bytes less"));
    }
    assert_quarters(&gif[..gif.len() - 1], QUARTERS, "GIF without its trailer");
    for (name, bytes) in [("PNG", &png), ("WebP", &webp), ("GIF", &gif)] {
        assert_quarters(&[&bytes[..], TRAILER].concat(), QUARTERS, &format!("{name}, a trailer besides"));
    }
    let mut promised = webp.clone();
    promised[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_quarters(&promised, QUARTERS, "WebP that promises more");
    promised[4..8].copy_from_slice(&((webp.len() - 8 + 1000) as u32).to_le_bytes());
    assert_quarters(&promised, QUARTERS, "WebP that promises a little more");
}

#[test]
fn large_pictures_are_cut_at_any_row_and_refused() {
    // Rows that differ, as those of a photo do.
    let picture = RgbImage::from_fn(400, 300, |x, y| Rgb([(x * y % 251) as u8, (x + y) as u8, (y * 7) as u8]));
    for bytes in [samples::jpeg_of(&picture, 400, 300, ColorType::Rgb), samples::png(&DynamicImage::from(picture))] {
        assert!(render(&bytes).is_ok());
        for length in (1000..bytes.len() - 13).step_by(bytes.len() / 40) {
            assert_eq!(render(&bytes[..length]), Err(ImageError::Truncated), "{length} of {}", bytes.len());
        }
    }
}
