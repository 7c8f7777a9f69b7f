//! Generated sample pictures, and parts of files that no encoder writes.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, Frame, ImageEncoder, ImageFormat, Rgb, RgbImage, RgbaImage};
use jpeg_encoder::ColorType;

pub const RED: [u8; 3] = [255, 0, 0];
pub const GREEN: [u8; 3] = [0, 255, 0];
pub const BLUE: [u8; 3] = [0, 0, 255];
pub const WHITE: [u8; 3] = [255; 3];

/// A text that must not be in any rendition.
pub const SECRET: &[u8] = b"59.3293N 18.0686E";

/// One pixel, written by libwebp: nothing in Rust writes lossy WebP.
pub const LOSSY_WEBP: &[u8] =
    b"RIFF\x22\0\0\0WEBPVP8 \x16\0\0\0\x30\x01\0\x9d\x01\x2a\x01\0\x01\0\x0e\xc0\xfe\x25\xa4\0\x03\x70\0\0\0\0";

/// Red and green above blue and white.
pub fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([[RED, GREEN], [BLUE, WHITE]][usize::from(y >= height / 2)][usize::from(x >= width / 2)])
    })
}

/// The same small picture in each format.
pub fn formats() -> Vec<(&'static str, Vec<u8>)> {
    let picture = quarters(48, 48);
    vec![
        ("JPEG", jpeg_of(&picture, 48, 48, ColorType::Rgb)),
        ("PNG", png(&picture.clone().into())),
        ("WebP", webp(&DynamicImage::from(picture.clone()).into_rgba8())),
        ("GIF", gif(&[&picture])),
    ]
}

/// Animations whose first frame shows the quarters, and whose second is all red.
pub fn animations() -> Vec<(&'static str, Vec<u8>)> {
    let (first, second) = (quarters(48, 48), RgbImage::from_pixel(48, 48, Rgb(RED)));
    vec![
        ("GIF", gif(&[&first, &second])),
        ("APNG", by_hand::animated(&first, &second)),
        ("WebP", animated_webp(&[&first, &second])),
    ]
}

/// The quarters with this Exif, in every format and position that can have it.
pub fn with_exif(exif: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let picture = quarters(48, 48);
    let mut webp = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut webp);
    encoder.set_exif_metadata(exif.to_vec()).unwrap();
    encoder.encode(&picture, 48, 48, image::ExtendedColorType::Rgb8).unwrap();
    let plain = png(&picture.clone().into());
    vec![
        ("JPEG", jpeg_with(&picture, &[(1, [b"Exif\0\0", exif].concat())])),
        ("PNG", by_hand::with_chunk(&plain, by_hand::AFTER_HEADER, b"eXIf", exif)),
        ("PNG, late", by_hand::with_chunk(&plain, plain.len() - 12, b"eXIf", exif)),
        ("WebP", webp),
    ]
}

/// Pictures that contain [`SECRET`] in every place that can hold metadata.
pub fn talkative() -> Vec<(&'static str, Vec<u8>)> {
    let mut samples = with_exif(&[&exif(1), &b"GPS"[..], SECRET].concat());
    let picture = quarters(48, 48);
    let segments = [
        (1, [b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat()),
        (2, [b"ICC_PROFILE\0\x01\x01", SECRET].concat()),
        (13, [b"Photoshop 3.0\0", SECRET].concat()),
    ];
    samples.push(("JPEG, others", jpeg_with(&picture, &segments)));
    let plain = png(&picture.into());
    let text = [b"Comment\0", SECRET].concat();
    samples.push(("PNG, text", by_hand::with_chunk(&plain, by_hand::AFTER_HEADER, b"tEXt", &text)));
    let mut gif = formats().swap_remove(3).1;
    let comment = [&[0x21, 0xfe, SECRET.len() as u8], SECRET, &[0]].concat();
    let trailer = gif.len() - 1;
    gif.splice(trailer..trailer, comment);
    samples.push(("GIF, comment", gif));
    samples
}

/// An Exif block with only the orientation (TIFF 6.0, big endian).
pub fn exif(orientation: u8) -> Vec<u8> {
    [b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", &[orientation][..], &[0; 6]].concat()
}

pub fn jpeg_of(pixels: &[u8], width: u16, height: u16, kind: ColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 95).encode(pixels, width, height, kind).unwrap();
    bytes
}

pub fn progressive_jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
    encoder.set_progressive(true);
    encoder.encode(picture, picture.width() as u16, picture.height() as u16, ColorType::Rgb).unwrap();
    bytes
}

pub fn jpeg_with(picture: &RgbImage, segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
    for (number, content) in segments {
        encoder.add_app_segment(*number, content.clone()).unwrap();
    }
    encoder.encode(picture, picture.width() as u16, picture.height() as u16, ColorType::Rgb).unwrap();
    bytes
}

pub fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(PngEncoder::new(&mut bytes)).unwrap();
    bytes
}

pub fn webp(picture: &RgbaImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::WebP).unwrap();
    bytes.into_inner()
}

pub fn gif(frames: &[&RgbImage]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let frames = frames.iter().map(|&frame| Frame::new(DynamicImage::from(frame.clone()).into_rgba8()));
    GifEncoder::new(&mut bytes).encode_frames(frames).unwrap();
    bytes
}

fn animated_webp(frames: &[&RgbImage]) -> Vec<u8> {
    let (width, height) = frames[0].dimensions();
    // Everything after the RIFF header of a simple file is the chunk of a frame.
    let frames = frames.iter().map(|&frame| webp(&DynamicImage::from(frame.clone()).into_rgba8())[12..].to_vec());
    webp_of_frames(width, height, frames)
}

/// An extended file whose frames are as large as its canvas (RFC 9649, 2.7).
pub fn webp_of_frames(width: u32, height: u32, frames: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let edges = [&(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]].concat();
    let canvas = riff_chunk(b"VP8X", &[&[0b0000_0010, 0, 0, 0], &edges[..]].concat());
    let mut chunks = [b"WEBP", &canvas[..], &riff_chunk(b"ANIM", &[0; 6])].concat();
    for frame in frames {
        let head = [&[0; 6], &edges[..], &[100, 0, 0, 0]].concat();
        chunks.extend(riff_chunk(b"ANMF", &[head, frame].concat()));
    }
    riff_chunk(b"RIFF", &chunks)
}

pub fn riff_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [kind, &(content.len() as u32).to_le_bytes()[..], content].concat()
}

/// Builds PNG files byte by byte, for features that the encoder does not have.
pub mod by_hand {
    use image::{DynamicImage, RgbImage};

    /// The offset of the chunks after the header.
    pub const AFTER_HEADER: usize = 8 + 25;

    pub fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let sum = crc32fast::hash(&[kind, content].concat());
        [&(content.len() as u32).to_be_bytes(), &kind[..], content, &sum.to_be_bytes()].concat()
    }

    pub fn with_chunk(file: &[u8], at: usize, kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        [&file[..at], &chunk(kind, content), &file[at..]].concat()
    }

    /// A file of this kind: bit depth, colour type and interlacing, as in the header.
    pub fn file(width: u32, height: u32, kind: (u8, u8, u8), chunks: &[u8], rows: &[u8]) -> Vec<u8> {
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[kind.0, kind.1, 0, 0, kind.2]].concat();
        let data = chunk(b"IDAT", &stored(rows));
        [b"\x89PNG\r\n\x1a\n", &chunk(b"IHDR", &header)[..], chunks, &data, &chunk(b"IEND", &[])].concat()
    }

    /// An animated PNG of two frames (PNG, third edition, 11.3.6).
    pub fn animated(first: &RgbImage, second: &RgbImage) -> Vec<u8> {
        let (width, height) = first.dimensions();
        let control = |number: u32| {
            let edges = [number.to_be_bytes(), width.to_be_bytes(), height.to_be_bytes()].concat();
            chunk(b"fcTL", &[&edges[..], &[0; 8], &[0, 1, 0, 10, 0, 0]].concat())
        };
        let rows = |picture: &RgbImage| {
            picture.rows().flat_map(|row| [0].into_iter().chain(row.flat_map(|pixel| pixel.0))).collect::<Vec<_>>()
        };
        let more = chunk(b"fdAT", &[&2_u32.to_be_bytes()[..], &stored(&rows(second))].concat());
        let chunks = [chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]), control(0)].concat();
        let mut file = file(width, height, (8, 2, 0), &chunks, &rows(first));
        let end = file.len() - 12;
        file.splice(end..end, [control(1), more].concat());
        assert!(image::load_from_memory(&file).is_ok_and(|picture| picture == DynamicImage::from(first.clone())));
        file
    }

    /// A zlib stream without compression (RFC 1950 and 1951), for less than 64 KiB.
    fn stored(bytes: &[u8]) -> Vec<u8> {
        let length = bytes.len() as u16;
        let (low, high) = bytes.iter().fold((1, 0), |(low, high), &byte| {
            let low = (low + u32::from(byte)) % 65_521;
            (low, (high + low) % 65_521)
        });
        let sum = (high << 16 | low).to_be_bytes();
        [&[0x78, 1, 1], &length.to_le_bytes()[..], &(!length).to_le_bytes(), bytes, &sum].concat()
    }
}
