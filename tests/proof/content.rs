//! Files and pictures whose contents are derived from their names, so that they can be compared without storing them.

use bytes::Bytes;
use data_encoding::HEXLOWER;
use image::ImageEncoder as _;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of some bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// The content of the file of this name: always the same bytes, different from those of any other name.
pub fn content(name: &str, size: usize) -> Bytes {
    let (seed, _) = Sha256::digest(name).split_first_chunk().map(|(seed, rest)| (*seed, rest.len())).expect("32 bytes");
    let mut state = u64::from_le_bytes(seed);
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
    }
    bytes.truncate(size);
    bytes.into()
}

/// A PNG picture of one colour.
pub fn picture(colour: [u8; 3]) -> Vec<u8> {
    const SIDE: u32 = 64;
    let mut picture = Vec::new();
    let pixels = colour.repeat((SIDE * SIDE) as usize);
    let encoder = image::codecs::png::PngEncoder::new(&mut picture);
    encoder.write_image(&pixels, SIDE, SIDE, image::ExtendedColorType::Rgb8).expect("a picture");
    picture
}
