//! Tests of what content of many kinds is taken for, and of texts that begin like it.

use crate::server::domain::blobs::media_type::{UNKNOWN, of};

/// What the signatures that consist of letters look like at the start of a text.
const TEXTS: &[&str] = &[
    // Pictures.
    "BMW 320d, list of repairs",
    "BM",
    "GIFT ideas for December",
    "GIF89a is the newer kind",
    "Convert WEBP files now",
    "RIFF1234WEBPVP8 is how they begin",
    "II*, or MM* for the other order: TIFF",
    "8BPS begins what Photoshop writes",
    "AC1015 and AC1032 are drawings",
    "AT&TFORM....DJVU",
    "Who ftypheic? ",
    "1234ftypavif is AVIF",
    "\u{89}PNG",
    // Sounds and moving pictures.
    "ID3 tags explained",
    "ID3\u{3}\u{1}",
    "OggS is a format",
    "RIFF1234WAVEfmt as one sees it",
    "RIFF1234AVI LIST",
    "fLaC, in lower case but one",
    "MThd",
    "MAC address of the printer",
    "DSD and PCM compared",
    "#!AMR\n",
    "FORM1234AIFF",
    "1234ftypisom and so on",
    "1234ftypM4A and so on",
    "1234ftypmp42",
    "1234ftypqt  ",
    "1234moov and mdat are boxes",
    "FLV\u{1} files",
    // Archives, disks, fonts and programs.
    "PK\u{3}\u{4} begins a ZIP",
    "PKZIP by Phil Katz",
    "BZh9 bzip2",
    "BZ3v1",
    "Rar!\u{1a}\u{7}\u{1}",
    "7z x archive.7z",
    "LZIP members",
    "CWS and FWS are flash",
    "MSCF cabinets",
    "ISc(",
    "!<arch>\ndebian-binary",
    "!<arch>",
    "070701 is newc",
    "SQLite or PostgreSQL?",
    "SQLite format 3",
    "NES\u{1a} games",
    "Cr24 extensions",
    "PAR2",
    "QFI",
    "wOFF and wOF2",
    "OTTO is a name",
    "true type",
    "MZ, the initials of Mark Zbikowski",
    "BC, before Christ",
    "L\u{1}",
    "d\u{1}",
    "dex\n035",
    "dey\n036",
    "\u{7f}ELF is a signature that takes up more than fifty-two bytes of text",
    "#!/bin/sh\necho hello\n",
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN of my notes-----",
    // Documents.
    "%PDF-notes by hand",
    "%PDF-1.7 is the version I use",
    "See %PDF-1.4 for more",
    "%! a remark in TeX",
    "%!PS is how PostScript begins",
    "{\\rt is no RTF",
    // Markup that is none.
    "<3 you all",
    "<a friend> wrote",
    "<p is a letter",
    "<htmlish",
    "<headline>",
    "<svg> elements explained",
    "<svg is the tag of drawings",
    "<!-- for the linter -->\n# Icons\nUse <svg width=1> in the page",
    "Grüße",
    "\u{feff}with a byte order mark",
    "日本語",
];

#[test]
fn text_is_text_whatever_it_begins_with() {
    for text in TEXTS {
        assert_eq!(of(text.as_bytes()), "text/plain", "{text:?}");
        assert_eq!(of(format!("{text}\n{}", "More of it. ".repeat(40)).as_bytes()), "text/plain", "{text:?}, longer");
    }
}

#[test]
fn text_of_windows_is_text_too() {
    for (text, kind) in [
        ("Name;Ort\r\nJürgen;Köln\r\n", "text/plain"),
        ("1\n00:00:01,000 --> 00:00:02,000\nПривет 🎒\n", "text/plain"),
        ("<!doctype html><p>", "text/html"),
        ("<svg xmlns=\"http://www.w3.org/2000/svg\">", "image/svg+xml"),
    ] {
        let marked = format!("\u{feff}{text}");
        let little: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!((of(&little), of(&big)), (kind, kind), "{text:?}");
        let long: Vec<u8> =
            format!("\u{feff}a{text}{}", "🎒".repeat(5000)).encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(of(&long), "text/plain", "cut amid a character: {text:?}");
    }
    for none in [&b"\xff\xfe\0\0a\0\0\0"[..], b"\xff\xfe\x01\0\x02\0", b"\xff\xfe", b"\xfe\xff\xd8\0\0a"] {
        assert_ne!(of(none), "text/plain", "{none:?}");
    }
}

#[test]
fn matroska_is_webm_only_if_it_says_so() {
    let head = |kind: &[u8]| {
        let before = b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82";
        [&before[..], &[0x80 | u8::try_from(kind.len()).expect("few")], kind, b"\x42\x87\x81\x04\0\0"].concat()
    };
    assert_eq!(of(&head(b"webm")), "video/webm");
    assert_eq!(of(&head(b"matroska")), "video/x-matroska");
    assert_eq!(of(&head(b"other")), UNKNOWN);
    assert_eq!(of(b"\x1a\x45\xdf\xa3\x01\x02\xff webm"), UNKNOWN);
}

#[test]
fn two_letters_before_bytes_are_no_type_that_browsers_show() {
    for text in TEXTS {
        // The same in an encoding that is not UTF-8, as far as it consists of ASCII.
        let kind =
            of(&[text.as_bytes(), b" f\xfcr Gr\xfc\xdfe und \xc4hnliches, so lang wie ein Absatz etwa ist."].concat());
        let shown = ["image/", "audio/", "video/"].iter().any(|start| kind.starts_with(start));
        assert!(!shown, "{text:?}: {kind}");
    }
    for text in [
        &b"GIF89a f\xfcr alle"[..],
        b"GIF87a f\x81r alle",
        b"RIFF1234WEBPVP8 f\xfcr",
        b"RIFF1234WAVEfmt f\xfcr",
        b"GIF89a f\xfcr alle\r\n\x1a",
    ] {
        assert_eq!(of(text), UNKNOWN, "{text:?}");
    }
    for head in [
        &b"BM\xff\xff\0\0\0\0\0\0"[..],
        b"GIF\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\0\0\0\0\0\0\0\0WEBP",
        b"ID3\xff\xff\xff\xff\xff\xff\xff",
        b"OggS\xff\xff\xff",
        b"\xff\xfb\xff\xff",
        b"\x89PNG\0\0\0\0",
        b"\xff\xd8\xff\0",
        b"MZ\0",
        b"BC\0",
    ] {
        assert_eq!(of(head), UNKNOWN, "{head:?}");
    }
}

#[test]
fn what_has_its_whole_signature_is_named() {
    let bitmap = |size: u8| {
        [b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", &[size, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0][..]].concat()
    };
    let table: &[(&[u8], &str)] = &[
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
        (b"GIF89a\x01\0\x01\0\x80\0\0", "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8L", "image/webp"),
        (&bitmap(40), "image/bmp"),
        (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B", "image/avif"),
        (b"ID3\x04\0\0\0\0\x0f\x76TSSE", "audio/mpeg"),
        (b"\xff\xfb\x90\x64\0\0", "audio/mpeg"),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0", "audio/ogg"),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead\x01\x02", "audio/ogg"),
        (b"fLaC\0\0\0\x22\x10\0\x10\0", "audio/flac"),
        (b"fLaC an\xe9 and\x01 so on", "application/octet-stream"),
        (b"\xff\xf1\x50\x80\x01\x3f\xfc\0\0\xff\xf1\x50", "audio/aac"),
        (b"\xff\xf1\x50\x80\x01\x3f\xfc\0\0no frame", "application/octet-stream"),
        (b"\xff\xf1\xfe\x01 of something else", "application/octet-stream"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0", "audio/mp4"),
        (b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0", "audio/x-wav"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"%PDF-1.4\r%\xe2\xe3\xcf\xd3\r", "application/pdf"),
        (b"%PDF-2.0\n1 0 obj\n<<>>\nendobj\n", "application/pdf"),
        (b"%!PS-Adobe-3.0\n%%Title: x\n", "application/postscript"),
        (b"{\\rtf1\\ansi x}", "application/rtf"),
        (b"<!DOCTYPE html><title>x</title>", "text/html"),
        (b"\n <HTML lang=en>", "text/html"),
        (b"<script>alert(1)</script>", "text/html"),
        (b"\xef\xbb\xbf<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "image/svg+xml"),
        (b"<?xml version=\"1.0\"?><svg/>", "image/svg+xml"),
        (b"<!-- drawn --><svg/>", "image/svg+xml"),
        (b"<!DOCTYPE html><title>\xdcber uns</title>", "text/html"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        (b"<?xml version=\"1.0\"?><a/>", "text/xml"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heif"),
        (b"\0\0\0\x18ftyphevx\0\0\0\0msf1hevx", "image/heif"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1mif1", "image/heif"),
        (b"\0\0\0\x18ftypmif2\0\0\0\0mif1heic", "image/heif"),
        (b"\0\0\0\x18ftypMiHE\0\0\0\0mif1miaf", "image/heif"),
        (b"\0\0\0\x18ftypisom\0\0\0\0mif1heic", "image/heif"),
        (b"\0\0\0\x18ftypqt  \0\0\0\0mif1heix", "image/heif"),
        (b"\0\0\0\x18ftyp1pic\0\0\0\0mif1avif", "image/avif"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "image/avif"),
        (b"PK\x03\x04\x14\0\0\0", "application/zip"),
        (b"", UNKNOWN),
        (b"a\0b", UNKNOWN),
    ];
    for (head, kind) in table {
        assert_eq!(of(head), *kind, "{}", String::from_utf8_lossy(head));
    }
}
