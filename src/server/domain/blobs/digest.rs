//! Computes the size, checksums and media type of a file while its bytes are transferred.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::model::upload::Sha256Hex;
use crate::server::db::types::Crc32;
use crate::server::domain::blobs::media_type;

/// A running digest of a file's bytes.
#[derive(Default)]
pub(in crate::server::domain) struct Digest {
    pub(in crate::server::domain) size: u64,
    head: Vec<u8>,
    sha256: Sha256,
    crc32: crc32fast::Hasher,
}

impl Digest {
    /// Adds the next bytes.
    pub(in crate::server::domain) fn update(&mut self, chunk: &Bytes) {
        self.size += chunk.len() as u64;
        let missing = media_type::SNIFFED.saturating_sub(self.head.len()).min(chunk.len());
        self.head.extend_from_slice(&chunk[..missing]);
        self.sha256.update(chunk);
        self.crc32.update(chunk);
    }

    /// The SHA-256 and CRC-32 of all bytes that were added.
    pub(in crate::server::domain) fn sums(self) -> (Sha256Hex, Crc32) {
        (sha256_hex(self.sha256), Crc32(self.crc32.finalize()))
    }

    /// The media type detected from the content. What the client claims is ignored.
    pub(in crate::server::domain) fn media_type(&self) -> &'static str {
        media_type::of(&self.head)
    }
}

/// Finishes a SHA-256, as lower-case hexadecimal digits.
pub(in crate::server::domain) fn sha256_hex(sum: Sha256) -> Sha256Hex {
    let digits = data_encoding::HEXLOWER.encode(&sum.finalize());
    Sha256Hex::parse(&digits).expect("32 bytes are 64 hexadecimal digits of lower case")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_of(content: &[u8]) -> &'static str {
        let mut digest = Digest::default();
        digest.update(&Bytes::copy_from_slice(content));
        digest.media_type()
    }

    #[test]
    fn the_type_is_what_the_content_shows() {
        assert_eq!(type_of(b"%PDF-1.7\n"), "application/pdf");
        assert_eq!(type_of(b"\x89PNG\r\n\x1a\n"), "image/png");
        assert_eq!(type_of("Grüße".as_bytes()), "text/plain");
        assert_eq!(type_of(b""), "application/octet-stream");
        assert_eq!(type_of(b"a\0b"), "application/octet-stream");
        assert_eq!(
            type_of(&"é".repeat(5000).into_bytes()),
            "text/plain",
            "cut between two bytes of a character or not"
        );
    }
}
