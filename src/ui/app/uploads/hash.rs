//! The SHA-256 of parts: by the browser's own hand, in a worker (`hash_worker.rs`). Where a page may not use that hand, as
//! over plain HTTP, where the worker does not do it, and for parts too large for it, in the page itself: step by step, so
//! that it gets its turn.

use js_sys::Uint8Array;
use leptos::prelude::window;
use sha2::{Digest as _, Sha256};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::model::upload::Sha256Hex;
use crate::ui::app::uploads::hash_worker;

/// The most bytes that are read at once: the browser's hand takes a part whole, and four are read side by side. Larger
/// parts are those of files of more than 625 GiB.
const AT_ONCE: f64 = 64.0 * 1024.0 * 1024.0;
/// What is hashed in one go in the page itself, in bytes.
const STEP: f64 = 2.0 * 1024.0 * 1024.0;

/// The SHA-256 of some bytes of a file; nothing where they cannot be read.
pub(super) async fn sum(bytes: &Blob) -> Option<Sha256Hex> {
    let by_browser = window().is_secure_context() && bytes.size() <= AT_ONCE;
    let digest = match if by_browser { hash_worker::sum(bytes).await } else { None } {
        Some(digest) => digest,
        None => by_hand(bytes).await.ok()?,
    };
    Sha256Hex::parse(&hex(&digest))
}

/// Whether the file can still be read: a changed one cannot.
pub(super) async fn is_readable(bytes: &Blob) -> bool {
    match bytes.slice_with_f64_and_f64(0.0, bytes.size().min(1.0)) {
        Ok(first) => JsFuture::from(first.array_buffer()).await.is_ok(),
        Err(_) => false,
    }
}

async fn by_hand(bytes: &Blob) -> Result<Vec<u8>, JsValue> {
    let mut sum = Sha256::new();
    let mut at = 0.0;
    while at < bytes.size() {
        let step = bytes.slice_with_f64_and_f64(at, at + STEP)?;
        // Between two steps the page gets its turn.
        let read = JsFuture::from(step.array_buffer()).await?;
        sum.update(Uint8Array::new(&read).to_vec());
        at += STEP;
    }
    Ok(sum.finalize().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_written_in_lower_case() {
        assert_eq!(hex(&[0, 0x0f, 0xa5, 0xff]), "000fa5ff");
    }
}
