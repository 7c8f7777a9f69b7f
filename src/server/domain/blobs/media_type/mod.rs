//! The media type of a file, by what it holds. What a client claims about it is ignored.

#[cfg(test)]
mod tests;

use crate::server::domain::blobs::text_encoding::{utf_16_units, without_cut_character};

/// The type of what is not known.
const UNKNOWN: &str = "application/octet-stream";

/// The type of what cameras write for themselves.
pub(in crate::server::domain) const RAW: &str = "image/x-raw";

/// The number of leading bytes that are looked at.
pub(in crate::server::domain) const SNIFFED: usize = 8192;

/// Detects the media type from a file's first bytes; later ones are not looked at.
///
/// Text is looked for first, because many signatures are made of letters: a list that begins with “BMW” is no bitmap.
/// What is left needs its whole signature and a header that makes sense, since browsers show a few of these types.
pub(in crate::server::domain) fn of(content: &[u8]) -> &'static str {
    let head = &content[..content.len().min(SNIFFED)];
    if let Some(text) = text(head) {
        return of_text(text);
    }
    if let Some(text) = utf_16(head) {
        return of_text(&text);
    }
    let found = of_raw(head)
        .or_else(|| of_brand(head))
        .or_else(|| of_document_type(head))
        .or_else(|| infer::get(head).map(|found| registered(found.mime_type())));
    found.filter(|kind| is_whole(kind, head) && (!is_shown(kind) || has_controls(head))).unwrap_or(UNKNOWN)
}

/// The name under which browsers know a type that `infer` calls otherwise: FLAC (RFC 9639), MP4 with sound alone (RFC
/// 4337), and Opus in Ogg (RFC 7845; `audio/opus` is for streams without a file's frame).
fn registered(kind: &'static str) -> &'static str {
    match kind {
        "audio/x-flac" => "audio/flac",
        "audio/m4a" => "audio/mp4",
        "audio/opus" => "audio/ogg",
        kind => kind,
    }
}

/// Whether browsers show or play files of this type.
fn is_shown(kind: &str) -> bool {
    ["image/", "audio/", "video/"].iter().any(|family| kind.starts_with(family))
}

/// Whether there are control characters that text has in none of its encodings of one byte: such text, in Latin-1 or
/// Windows-1252, may begin with the letters of a signature, too, and end with 0x1A as under DOS. Headers of pictures and
/// sound have lengths and flags with bytes like these.
fn has_controls(head: &[u8]) -> bool {
    let head = head.strip_suffix(b"\x1a").unwrap_or(head);
    head.iter().any(|byte| matches!(byte, 0..=6 | 0x0e..=0x1a | 0x1c..=0x1f))
}

/// What cameras write that is no TIFF: Fujifilm, Olympus, Panasonic, and Canon's newer ones.
fn of_raw(head: &[u8]) -> Option<&'static str> {
    let begins = |start: &[u8]| head.starts_with(start);
    let is_raw = begins(b"FUJIFILMCCD-RAW ")
        || [&b"IIRO"[..], b"IIRS", b"MMOR", b"IIU\0"].into_iter().any(|start| begins(start) && has_controls(head))
        || head.get(4..12) == Some(b"ftypcrx ");
    is_raw.then_some(RAW)
}

/// HEIF by its brands (ISO 23008-12, annex B, and AV1 Image File Format, 6), of which `infer` knows a few. A codec's brand
/// tells it wherever it stands: what writes the file may put a brand of its own first.
fn of_brand(head: &[u8]) -> Option<&'static str> {
    let length = u32::from_be_bytes(*head.first_chunk()?) as usize;
    let brands = head.get(4..length.min(head.len()))?.strip_prefix(b"ftyp")?;
    let of_codec = |brand: &[u8]| match brand {
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"hevm" | b"hevs" => Some("image/heif"),
        b"avif" | b"avis" => Some("image/avif"),
        _ => None,
    };
    let of_pictures = |brand: &[u8]| match brand {
        b"mif1" | b"mif2" | b"mif3" | b"msf1" | b"miaf" | b"MiHA" | b"MiHB" | b"MiHE" | b"heif" | b"1pic" | b"jpeg"
        | b"jpgs" | b"avci" | b"avcs" | b"vvic" | b"vvis" => Some("image/heif"),
        _ => None,
    };
    // The four bytes after the first brand are its version.
    let first = brands.get(..4)?;
    let compatible = || brands.chunks_exact(4).skip(2);
    of_codec(first).or_else(|| compatible().find_map(of_codec)).or_else(|| of_pictures(first))
}

/// WebM or Matroska, by the type of document that the head of an EBML file names (RFC 8794, 11.2.7), of which `infer` finds
/// few.
fn of_document_type(head: &[u8]) -> Option<&'static str> {
    let rest = &head.strip_prefix(b"\x1a\x45\xdf\xa3")?;
    let rest = &rest[..rest.len().min(64)];
    let at = rest.windows(2).position(|id| id == [0x42, 0x82])?;
    // Its length stands in one to eight bytes before it.
    let named = |name: &[u8]| rest[at + 2..].windows(name.len()).take(9).any(|word| word == name);
    match () {
        () if named(b"webm") => Some("video/webm"),
        () if named(b"matroska") => Some("video/x-matroska"),
        () => None,
    }
}

/// The bytes as text, if they are UTF-16 with the mark of its byte order, without control characters.
fn utf_16(head: &[u8]) -> Option<String> {
    let text = String::from_utf16(&utf_16_units(head)?).ok()?;
    let is_text = |c: char| !c.is_control() || "\t\n\r\u{c}\u{1a}".contains(c);
    (!text.is_empty() && text.chars().all(is_text)).then_some(text)
}

/// The bytes as text, if they are UTF-8 without NUL.
fn text(head: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(without_cut_character(head)).ok()?;
    (!text.is_empty() && !text.contains('\0')).then_some(text)
}

/// Text that a program would interpret has a type of its own, so that it is saved and not shown.
fn of_text(text: &str) -> &'static str {
    const MARKUP: [(&str, &str); 8] = [
        ("<!doctype html", "text/html"),
        ("<!doctype svg", "image/svg+xml"),
        ("<html", "text/html"),
        ("<head", "text/html"),
        ("<body", "text/html"),
        ("<script", "text/html"),
        ("<svg", "image/svg+xml"),
        ("<?xml", "text/xml"),
    ];
    let start = after_comments(text.trim_start_matches('\u{feff}'));
    // Somebody may write about such drawings: one has an end, or says what it is.
    let is_drawing = text.len() >= SNIFFED - 4
        || ["</svg", "/>", "http://www.w3.org/2000/svg"].iter().any(|sign| start.contains(sign));
    let start = start.as_bytes();
    let begins = |tag: &str| {
        let ends = start.get(tag.len()).is_none_or(|&byte| byte.is_ascii_whitespace() || b">/".contains(&byte));
        ends && start.get(..tag.len()).is_some_and(|given| given.eq_ignore_ascii_case(tag.as_bytes()))
    };
    match MARKUP.into_iter().find(|(tag, _)| begins(tag)) {
        Some((_, "text/xml")) if text.contains("<svg") => return "image/svg+xml",
        Some(("<svg", _)) if !is_drawing => return "text/plain",
        Some((_, kind)) => return kind,
        None => {}
    }
    let first_line = text.split(['\r', '\n']).next().unwrap_or_default().trim_end();
    match first_line.as_bytes() {
        // Nothing follows the version in a PDF's first line (ISO 32000-1, 7.5.2).
        [b'%', b'P', b'D', b'F', b'-', major, b'.', minor] if major.is_ascii_digit() && minor.is_ascii_digit() => {
            "application/pdf"
        }
        line if line.starts_with(b"%!PS-Adobe-") => "application/postscript",
        line if line.starts_with(b"{\\rtf1") => "application/rtf",
        _ => "text/plain",
    }
}

/// What follows the comments at the beginning of a text.
fn after_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some((_, after)) = rest.strip_prefix("<!--").and_then(|comment| comment.split_once("-->")) {
        rest = after.trim_start();
    }
    rest
}

/// Whether more speaks for this type than the few bytes that `infer` looks at.
fn is_whole(kind: &str, head: &[u8]) -> bool {
    let at = |offset: usize, bytes: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(bytes));
    match kind {
        "image/png" => at(0, b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => matches!(head.get(3), Some(0xc0..=0xfe)),
        "image/gif" => (at(0, b"GIF87a") || at(0, b"GIF89a")) && head.len() >= 13,
        "video/webm" | "video/x-matroska" => of_document_type(head) == Some(kind),
        "image/webp" => at(0, b"RIFF") && [&b"VP8 "[..], b"VP8L", b"VP8X"].iter().any(|chunk| at(12, chunk)),
        "image/bmp" => is_bitmap(head),
        "audio/mpeg" => is_tagged(head) || is_frame(head),
        // Version, and the flags of a page that begins a stream (RFC 3533, 6).
        "audio/ogg" => at(4, b"\0\x02"),
        // The first block is STREAMINFO, of 34 bytes (RFC 9639, 8.1), and may be the last.
        "audio/flac" => at(4, b"\0\0\0\x22") || at(4, b"\x80\0\0\x22"),
        "audio/aac" => is_stream_of_aac(head),
        "audio/x-wav" => head.get(12..16).is_some_and(|chunk| chunk.iter().all(|byte| (0x20..0x7f).contains(byte))),
        "audio/mp4" | "video/mp4" | "image/heif" | "image/avif" => is_box(head),
        "application/pdf" => is_document(head),
        "application/postscript" => at(0, b"%!PS"),
        "application/x-llvm" => at(0, b"BC\xc0\xde"),
        // Programs for DOS and what follows them have a header of 64 bytes.
        "application/vnd.microsoft.portable-executable" => head.len() >= 64,
        // `infer` takes any two bytes that name a processor for an object file.
        "application/x-executable" => at(0, b"\x7fELF"),
        "application/x-x509-ca-cert" => at(4, b"\x30"),
        // The sums of a block, or of the end of an empty file.
        "application/x-bzip2" => at(4, b"1AY&SY") || at(4, b"\x17\x72\x45\x38\x50\x90"),
        "application/x-compress" => {
            head.get(2).is_some_and(|flags| flags & 0x60 == 0 && (9..=16).contains(&(flags & 0x1f)))
        }
        // The length of the header (Video File Format Specification 10.1, annex E.2).
        "video/x-flv" => at(5, b"\0\0\0\x09"),
        "application/vnd.sqlite3" => at(0, b"SQLite format 3\0"),
        "application/x-shockwave-flash" => head.get(3).is_some_and(|version| (1..64).contains(version)),
        _ => true,
    }
}

/// A header of a known size with one plane (BITMAPFILEHEADER and what may follow it).
fn is_bitmap(head: &[u8]) -> bool {
    let number = |at: usize| head.get(at..)?.first_chunk().copied().map(u32::from_le_bytes);
    let planes = match number(14) {
        Some(12) => 22,
        Some(16 | 40 | 52 | 56 | 64 | 108 | 124) => 26,
        _ => return false,
    };
    head.get(planes..planes + 2) == Some(&[1, 0])
}

/// An ID3v2 header: version, no unknown flags, and a length in bytes of seven bits (id3.org, 3.1).
fn is_tagged(head: &[u8]) -> bool {
    match head {
        [b'I', b'D', b'3', 2..=4, revision, flags, length @ ..] => {
            *revision != 0xff && flags & 0x0f == 0 && length.len() >= 4 && length[..4].iter().all(|byte| *byte < 0x80)
        }
        _ => false,
    }
}

/// The header of a frame of MPEG audio without reserved values (ISO 11172-3, 2.4.1.3).
fn is_frame(head: &[u8]) -> bool {
    match head {
        [0xff, kind, rate, ..] => {
            kind & 0xe0 == 0xe0 && kind & 0x18 != 0x08 && kind & 0x06 != 0 && rate >> 4 != 0x0f && rate & 0x0c != 0x0c
        }
        _ => false,
    }
}

/// A frame of AAC with the header of a stream (ADTS, ISO 13818-7, 6.2), behind which the next one begins, if it is there.
fn is_stream_of_aac(head: &[u8]) -> bool {
    let is_header =
        |header: &[u8]| matches!(header, [0xff, kind, rate, ..] if kind & 0xf6 == 0xf0 && (rate >> 2) & 0x0f <= 12);
    let length = match head {
        [_, _, _, high, middle, low, _, ..] => {
            usize::from(high & 3) << 11 | usize::from(*middle) << 3 | usize::from(low >> 5)
        }
        _ => return false,
    };
    is_header(head) && length > 7 && head.get(length..length + 3).is_none_or(is_header)
}

/// A first box of a plausible length: brands of four bytes each (ISO 14496-12, 4.3).
fn is_box(head: &[u8]) -> bool {
    let length = head.first_chunk().copied().map(u32::from_be_bytes);
    length.is_some_and(|length| length % 4 == 0 && (16..=1024).contains(&length))
}

/// A version after the mark, which viewers look for in the first kilobyte.
fn is_document(head: &[u8]) -> bool {
    head[..head.len().min(1024)].windows(8).any(|mark| {
        mark.starts_with(b"%PDF-") && mark[5].is_ascii_digit() && mark[6] == b'.' && mark[7].is_ascii_digit()
    })
}
