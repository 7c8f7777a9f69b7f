//! Compares the bytes of a whole file with the digests of the parts that it was sent in.

use std::collections::VecDeque;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::server::db::parts::PartRecord;
use crate::server::domain::blobs::digest::sha256_hex;

/// Computes the digest of each part while the bytes of the whole file pass.
pub(super) struct PartSums {
    parts: VecDeque<PartRecord>,
    sum: Sha256,
    /// Bytes of the current part that have passed.
    passed: u64,
    /// Bytes of all parts that were compared.
    pub(super) compared: u64,
}

impl PartSums {
    pub(super) fn new(parts: Vec<PartRecord>) -> Self {
        Self { parts: parts.into(), sum: Sha256::new(), passed: 0, compared: 0 }
    }

    /// Adds the next bytes; returns the first part that differs.
    pub(super) fn update(&mut self, mut chunk: Bytes) -> Option<PartRecord> {
        while let Some(part) = self.parts.front().filter(|_| !chunk.is_empty()) {
            let size = part.size.unsigned_abs();
            let left = usize::try_from(size - self.passed).unwrap_or(usize::MAX);
            let of_part = chunk.split_to(left.min(chunk.len()));
            self.passed += of_part.len() as u64;
            self.sum.update(&of_part);
            if self.passed == size {
                if sha256_hex(std::mem::take(&mut self.sum)) != part.sha256 {
                    return self.parts.pop_front();
                }
                self.compared += size;
                self.passed = 0;
                self.parts.pop_front();
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: i64, content: &[u8]) -> PartRecord {
        let sha256 = sha256_hex(Sha256::new_with_prefix(content));
        PartRecord { number, size: content.len() as i64, sha256, direct: 0, arrived: None }
    }

    #[test]
    fn each_part_is_compared_however_the_bytes_come() {
        let parts = || vec![part(1, b"abcd"), part(2, b"efgh"), part(3, b"i")];
        for pieces in [vec!["abcdefghi"], vec!["a", "bcde", "fgh", "", "i"], vec!["abcd", "efgh", "i"]] {
            let mut sums = PartSums::new(parts());
            for piece in pieces {
                assert!(sums.update(Bytes::from_static(piece.as_bytes())).is_none());
            }
            assert_eq!(sums.compared, 9);
        }
        let mut sums = PartSums::new(parts());
        assert!(sums.update(Bytes::from_static(b"abcde")).is_none());
        assert_eq!(sums.update(Bytes::from_static(b"fgX")).map(|part| part.number), Some(2));
    }
}
