//! The SHA-256 of parts: computed by the browser's Web Crypto API in a worker (`hash_worker.rs`). If that API is
//! unavailable, as over plain HTTP, if the worker fails, or if the part is too large, it is computed in the page
//! itself, in steps, so that the page stays responsive.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use leptos::prelude::window;
use sha2::{Digest as _, Sha256};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::api::timeout::within;
use crate::model::upload::Sha256Hex;
use crate::ui::app::uploads::hash_worker;

/// The largest part that the worker hashes, in bytes: Web Crypto needs a part in memory as a whole, and four are read
/// in parallel. Larger parts occur only in files of more than 625 GiB.
const AT_ONCE: f64 = 64.0 * 1024.0 * 1024.0;
/// The timeout for reading a part, in milliseconds.
const READ_TIMEOUT: i32 = 120_000;
/// The pauses after each attempt to read a part that fails, in milliseconds.
const PAUSES: [i32; 3] = [300, 2000, 0];
/// How many bytes the page itself hashes in one step.
const STEP: f64 = 2.0 * 1024.0 * 1024.0;

/// A part's bytes.
#[derive(Clone)]
pub(super) enum PartBytes {
    /// In memory. Browsers exist that cannot send a range of a file, only read it (Safari 26, and the cloud pickers of
    /// Android), so this is what is sent.
    Read(ArrayBuffer),
    /// A range of the file that is too large to be held.
    Range(Blob),
}

impl PartBytes {
    /// Whether the bytes can still be read: browsers refuse to read a file that was modified.
    pub(super) async fn is_readable(&self) -> bool {
        let Self::Range(range) = self else { return true };
        match range.slice_with_f64_and_f64(0.0, range.size().min(1.0)) {
            Ok(first) => JsFuture::from(first.array_buffer()).await.is_ok(),
            Err(_) => false,
        }
    }
}

/// The SHA-256 of a part; `None` if it cannot be read.
pub(super) async fn sum(bytes: &PartBytes) -> Option<Sha256Hex> {
    let bytes = match bytes {
        PartBytes::Read(buffer) => Blob::new_with_buffer_source_sequence(&Array::of1(buffer)).ok()?,
        PartBytes::Range(range) => range.clone(),
    };
    let by_browser = window().is_secure_context() && bytes.size() <= AT_ONCE;
    let digest = match if by_browser { hash_worker::sum(&bytes).await } else { None } {
        Some(digest) => digest,
        None => in_page(&bytes).await.ok()?,
    };
    Sha256Hex::parse(&hex(&digest))
}

/// Reads a part into memory, if it is not too large to be held; `None` if it cannot be read, or not within two minutes:
/// what lies with a cloud may never come.
pub(super) async fn read(range: Blob) -> Option<PartBytes> {
    if range.size() > AT_ONCE {
        return Some(PartBytes::Range(range));
    }
    for pause in PAUSES {
        let read = within(READ_TIMEOUT, JsFuture::from(range.array_buffer())).await?;
        let whole = |bytes: &ArrayBuffer| f64::from(bytes.byte_length()) == range.size();
        if let Some(bytes) = read.ok().and_then(|bytes| bytes.dyn_into().ok()).filter(whole) {
            return Some(PartBytes::Read(bytes));
        }
        // A virus scanner or a network drive may be in the way for a moment.
        within(pause, std::future::pending::<()>()).await;
    }
    None
}

async fn in_page(bytes: &Blob) -> Result<Vec<u8>, JsValue> {
    let mut sum = Sha256::new();
    let mut at = 0.0;
    while at < bytes.size() {
        let step = bytes.slice_with_f64_and_f64(at, at + STEP)?;
        // While this is awaited, the page handles other events.
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
