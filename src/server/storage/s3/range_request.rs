//! Requests an object or a range of its bytes, and finds the wanted bytes in whatever the store answers.

use std::ops::Range;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;

use crate::server::storage::error::StorageError;
use crate::server::storage::s3::ObjectAddress;
use crate::server::storage::s3::error::translate;

/// An answer of the store, and where the wanted bytes are in it.
pub struct RangeAnswer {
    /// The answer.
    pub output: GetObjectOutput,
    /// How many bytes come before the wanted ones: a store, or a cache before it, may answer with all of the object (RFC
    /// 9110, section 14.2).
    pub skip: u64,
    /// How many bytes are wanted.
    pub size: u64,
    /// The size of the whole object in bytes.
    pub whole: u64,
}

/// Requests an object, or a range of its bytes, only if it still has this entity tag.
///
/// # Errors
/// Any error of the store; [`StorageError::Broken`] if the object has changed, or if the range is not in the answer.
pub async fn get(
    client: &Client,
    address: &ObjectAddress,
    range: Option<&Range<u64>>,
    etag: Option<&str>,
) -> Result<RangeAnswer, StorageError> {
    let header = range.map(|range| format!("bytes={}-{}", range.start, range.end - 1));
    let request = client.get_object().bucket(&address.bucket).key(&address.key).set_range(header);
    let output = match request.set_if_match(etag.map(str::to_owned)).send().await {
        Ok(output) => output,
        Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == 412) => {
            return Err(StorageError::broken("read", "the object changed while it was read"));
        }
        Err(error) => return Err(translate("read", error)),
    };
    // Not every store honours the condition.
    if etag.is_some() && output.e_tag.as_deref() != etag {
        return Err(StorageError::broken("read", "the object changed while it was read"));
    }
    let sent = output.content_length.and_then(|length| u64::try_from(length).ok());
    let Some(sent) = sent else { return Err(StorageError::broken("read", "an answer without a length")) };
    // RFC 9110, section 14.4: `bytes 0-9/1000`; a store that does not know the length says `*`.
    let length = output.content_range.as_deref().and_then(|range| range.rsplit_once('/')?.1.parse().ok());
    let whole = length.unwrap_or(sent);
    let Some(range) = range else { return Ok(RangeAnswer { output, skip: 0, size: sent, whole }) };
    let (requested, size) = (format!("bytes {}-{}/", range.start, range.end - 1), range.end - range.start);
    let skip = match output.content_range.as_deref() {
        Some(got) if got.starts_with(&requested) && sent == size => Some(0),
        None if sent >= range.end => Some(range.start),
        _ => None,
    };
    match skip {
        Some(skip) => Ok(RangeAnswer { output, skip, size, whole }),
        None => {
            let got = output.content_range.unwrap_or_default();
            Err(StorageError::broken("read", format!("asked for {requested}, got {sent} bytes, {got:?}")))
        }
    }
}
