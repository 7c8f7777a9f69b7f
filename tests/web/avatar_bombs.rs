//! Pictures that decode to far more bytes than were sent, and a decoder process that fails: the site itself is
//! unaffected.

use std::os::unix::fs::PermissionsExt as _;

use image::ImageEncoder as _;
use image::codecs::webp::WebPEncoder;
use jpeg_encoder::Encoder;

use crate::app::App;
use crate::avatars::{pictures, pixels_promised, png, sets};
use crate::database::{Database, on_both_databases};

on_both_databases! {
    bombs_are_refused_and_take_nothing_of_the_sites_memory,
    the_pixels_of_a_large_picture_are_never_in_the_sites_memory,
    a_decoder_that_is_killed_refuses_the_picture_and_leaves_the_old_one,
}

/// How much memory the site may allocate for other work meanwhile, in bytes: requests, pages, rows.
const SOME: u64 = 48 << 20;

async fn bombs_are_refused_and_take_nothing_of_the_sites_memory(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let before = most_memory();
    let (large, damaged) = ((413, "million pixels"), (422, "This picture is damaged or not complete."));
    for (name, picture, (status, sentence)) in [
        ("PNG", pixels_promised(&png(10, 10, 9), 60_000, 60_000), large),
        ("JPEG", jpeg_promising(u16::MAX), large),
        ("GIF", gif([0xff; 4], [1, 0, 1, 0]), large),
        ("GIF, its frame", gif([1, 0, 1, 0], [0xff; 4]), damaged),
        ("WebP", webp_promising(16_000), large),
        ("WebP, its tables", webp_of_tables(), damaged),
    ] {
        let answer = sets(&ada, &picture).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.shown());
        assert!(answer.shown().contains(sentence), "{name}: {}", answer.shown());
    }
    assert!(pictures(&ada).await.is_empty());
    let grown = most_memory() - before;
    assert!(grown < SOME, "{grown} bytes");
}

async fn the_pixels_of_a_large_picture_are_never_in_the_sites_memory(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    // As many pixels as a phone's photo has, all of one colour, which takes no bits in the stream: 200 MB when decoded.
    let edges = [(8192 - 1, 14), (6144 - 1, 14)];
    let picture = webp(edges, &[(0, 1), (0, 1), (0, 1)], [90, 140, 200, 255, 0]);
    assert!(picture.len() < 50);
    let before = most_memory();
    assert_eq!(sets(&ada, &picture).await.leads_to(), "/account?done=avatar");
    assert_eq!(pictures(&ada).await.len(), 3);
    let grown = most_memory() - before;
    assert!(grown < SOME, "{grown} bytes");
}

async fn a_decoder_that_is_killed_refuses_the_picture_and_leaves_the_old_one(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    sets(&ada, &png(64, 64, 1)).await;
    let old = pictures(&ada).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = app.restarted_with(|config| config.program = script(&folder, "kill -9 $$")).await;
    let ada = app.visitor();
    assert_eq!(ada.sign_in("ada").await.status, 303);
    let answer = sets(&ada, &png(64, 64, 2)).await;
    assert_eq!(answer.status, 422);
    assert!(answer.shown().contains("This picture is damaged or not complete."), "{}", answer.shown());
    assert_eq!(pictures(&ada).await, old);
}

fn script(folder: &tempfile::TempDir, line: &str) -> std::path::PathBuf {
    let path = folder.path().join("decoder");
    std::fs::write(&path, format!("#!/bin/sh\n{line}\n")).expect("a script");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("a program");
    path
}

/// The peak memory of this process, in which the site runs, in bytes.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}

fn jpeg_promising(edge: u16) -> Vec<u8> {
    let mut file = Vec::new();
    Encoder::new(&mut file, 90).encode(&[9; 16 * 16 * 3], 16, 16, jpeg_encoder::ColorType::Rgb).expect("a picture");
    let frame = file.windows(2).position(|marker| marker == [0xff, 0xc0]).expect("a frame");
    file[frame + 5..frame + 7].copy_from_slice(&edge.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&edge.to_be_bytes());
    file
}

/// A GIF with two colours and one pixel of data, whatever size its canvas and its frame claim.
fn gif(canvas: [u8; 4], frame: [u8; 4]) -> Vec<u8> {
    let colours = [0x80, 0, 0, 0, 0, 0, 255, 255, 255];
    let pixels = [0, 2, 2, 0x44, 0x01, 0, 0x3b];
    [b"GIF89a", &canvas[..], &colours, &[0x2c, 0, 0, 0, 0], &frame, &pixels].concat()
}

fn webp_promising(edge: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut file);
    encoder.write_image(&[9; 16 * 16 * 3], 16, 16, image::ExtendedColorType::Rgb8).expect("a picture");
    file[21..25].copy_from_slice(&((edge - 1) << 14 | (edge - 1)).to_le_bytes());
    file
}

/// One pixel that refers to the last of 65,536 groups of Huffman codes, by the red and green value 255. Tables for all
/// groups take more than a gigabyte; Go's decoder allocated them, too (CVE-2026-46603).
fn webp_of_tables() -> Vec<u8> {
    webp([(0, 14), (0, 14)], &[(0, 1), (0, 1), (1, 1), (0, 3), (0, 1)], [255, 255, 0, 255, 0])
}

/// A lossless WebP stream (RFC 9649) of this width and height, each reduced by one, with these bits before the first
/// five codes, each of which has one symbol. Every number is given with its length in bits.
fn webp(edges: [(u128, u32); 2], head: &[(u128, u32)], symbols: [u128; 5]) -> Vec<u8> {
    let codes = symbols.map(|symbol| (symbol << 3 | 0b101, 11));
    let numbers = [&[(0x2f, 8)][..], &edges, &[(0, 4)], head, &codes].concat();
    let (stream, _) =
        numbers.into_iter().fold((0_u128, 0), |(stream, at), (value, width)| (stream | value << at, at + width));
    let chunk = |kind: &[u8], content: &[u8]| [kind, &(content.len() as u32).to_le_bytes(), content].concat();
    chunk(b"RIFF", &[b"WEBP", &chunk(b"VP8L", &stream.to_le_bytes())[..]].concat())
}
