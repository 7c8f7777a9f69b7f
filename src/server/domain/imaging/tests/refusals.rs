//! Tests of what is refused, and with which error.

use jpeg_encoder::SamplingFactor;

use crate::server::domain::imaging::tests::samples::{self, by_hand};
use crate::server::domain::imaging::{ImageError, MAX_BYTES, render};

#[test]
fn what_is_no_picture_is_refused_by_content() {
    let others: [&[u8]; 7] = [
        b"",
        b"hello",
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        b"%PDF-1.7\n",
        b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0",
        b"RIFF\x24\0\0\0WAVEfmt ",
    ];
    for bytes in others {
        assert_eq!(render(bytes), Err(ImageError::NotAPicture), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn too_many_bytes_are_refused() {
    let mut bytes = samples::formats().swap_remove(1).1;
    bytes.resize(MAX_BYTES as usize, 0);
    assert!(render(&bytes).is_ok());
    bytes.push(0);
    assert_eq!(render(&bytes), Err(ImageError::TooLarge { bytes: MAX_BYTES + 1 }));
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let end_marks = [("JPEG", 2), ("PNG", 12), ("APNG", 12), ("WebP", 0), ("GIF", 1)];
    for (name, bytes) in samples::formats().into_iter().chain(samples::animations()) {
        let (_, mark) = end_marks.into_iter().find(|(of, _)| *of == name).unwrap();
        let mut taken = Vec::new();
        // Twelve bytes are enough to detect each format.
        for length in 12..bytes.len() {
            match render(&bytes[..length]) {
                Ok(squares) => {
                    assert_eq!(squares, render(&bytes).unwrap(), "{name}, {length}: another picture");
                    taken.push(bytes.len() - length);
                }
                refusal => assert_eq!(refusal, Err(ImageError::Truncated), "{name}, {length} of {}", bytes.len()),
            }
        }
        // Where whole frames end the file, and less than the head of another chunk follows, nothing tells it from one
        // that lacks its end mark.
        let at_the_end = (1..=mark).rev().collect::<Vec<_>>();
        assert!(taken.ends_with(&at_the_end), "{name}: {taken:?}");
        assert!(taken.len() <= mark + 40, "{name}: {taken:?}");
    }
}

#[test]
fn too_many_pixels_are_refused_by_the_header() {
    let too_many = |width: u64, height: u64| Err(ImageError::TooManyPixels { pixels: width * height });
    let large = by_hand::file(60_000, 60_000, (8, 2, 0), &[], &[0; 100]);
    assert_eq!(render(&large), too_many(60_000, 60_000));
    assert_eq!(render(&large[..large.len() - 12]), too_many(60_000, 60_000), "cut as well");

    let mut gif = samples::formats().swap_remove(3).1;
    gif[6..10].fill(0xff);
    assert_eq!(render(&gif), too_many(65_535, 65_535));

    let mut jpeg = samples::formats().swap_remove(0).1;
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].fill(0xff);
    assert_eq!(render(&jpeg), too_many(65_535, 65_535));

    let mut webp = samples::formats().swap_remove(2).1;
    webp[21..25].copy_from_slice(&(15_999_u32 << 14 | 15_999).to_le_bytes());
    assert_eq!(render(&webp), too_many(16_000, 16_000));
}

#[test]
fn a_frame_larger_than_its_canvas_takes_no_unbounded_memory() {
    let mut gif = samples::formats().swap_remove(3).1;
    let frame = gif.windows(9).position(|block| block == [0x2c, 0, 0, 0, 0, 48, 0, 48, 0]).unwrap();
    gif[frame + 5..frame + 9].fill(0xff);
    assert_eq!(render(&gif), Err(ImageError::Damaged));
}

#[test]
fn a_jpeg_that_would_be_shown_as_stripes_is_refused() {
    let picture = samples::quarters(48, 48);
    let colours_apart = |sampling| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
        encoder.set_sampling_factor(sampling);
        // With this option the encoder writes each colour in a scan of its own.
        encoder.set_optimized_huffman_tables(true);
        encoder.encode(&picture, 48, 48, jpeg_encoder::ColorType::Rgb).unwrap();
        render(&bytes)
    };
    assert_eq!(colours_apart(SamplingFactor::R_4_2_0), Err(ImageError::Damaged));
    assert!(colours_apart(SamplingFactor::R_4_2_2).is_ok());
}

#[test]
fn a_picture_without_pixels_is_refused() {
    let mut gif = samples::formats().swap_remove(3).1;
    gif[6..10].fill(0);
    assert_eq!(render(&gif), Err(ImageError::Damaged));
}

#[test]
fn damaged_content_is_refused() {
    let mut png = by_hand::file(2, 2, (8, 2, 0), &[], &[9; 14]);
    assert_eq!(render(&png), Err(ImageError::Damaged), "unknown filter");
    png = samples::formats().swap_remove(1).1;
    let middle = png.len() / 2;
    png[middle] ^= 0xff;
    assert_eq!(render(&png), Err(ImageError::Damaged), "wrong sum");
}

#[test]
fn what_makes_a_decoder_panic_is_refused() {
    // Four by four pixels of alpha over one pixel of colour.
    let frame = [samples::riff_chunk(b"ALPH", &[0; 17 + 1]), samples::LOSSY_WEBP[12..].to_vec()].concat();
    assert_eq!(render(&samples::webp_of_frames(4, 4, [frame])), Err(ImageError::Damaged));
}
