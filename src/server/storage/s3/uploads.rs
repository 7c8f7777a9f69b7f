//! Uploads in parts at the bucket: presigning for browsers, listing their parts, and completing.

use std::time::Duration;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use crate::server::storage::error::{INVALID_PART, StorageError};
use crate::server::storage::key::Key;
use crate::server::storage::location::{Location as _, Private};
use crate::server::storage::part_types::{PartSpec, SignedAddress, StoredPart};
use crate::server::storage::s3::client::complete_timeout;
use crate::server::storage::s3::error::{chain, translate_final};
use crate::server::storage::s3::lifetime::Terms;
use crate::server::storage::s3::{ObjectAddress, S3};

impl S3 {
    /// Presigns an address for exactly this part: its number and its length are signed. It works for `age`, or until
    /// the credentials end, if that is sooner. `now` is in milliseconds since 1970.
    ///
    /// # Errors
    /// [`StorageError::Broken`] if the part's number or size is out of range; [`StorageError::Unavailable`] if there
    /// are no credentials to sign with.
    pub async fn sign_part(&self, part: &PartSpec<'_>, age: Duration, now: i64) -> Result<SignedAddress, StorageError> {
        let ObjectAddress { bucket, key } = self.address(Private::KIND, part.key.as_str());
        let Terms { expiry, credentials } = self.lifetime.terms(age, now).await?;
        let (size, number) = (i64::try_from(part.size), i32::try_from(part.number));
        let (Ok(size), Ok(number), Some(upload)) = (size, number, part.upload) else {
            return Err(StorageError::broken("sign", "no such part"));
        };
        let request = self.signer.upload_part().bucket(bucket).key(key).upload_id(upload).part_number(number);
        let signed = request.content_length(size).customize().config_override(credentials).presigned(expiry).await;
        let signed = signed.map_err(|error| StorageError::unavailable("sign", DisplayErrorContext(error)))?;
        // Browsers set these headers themselves and let no script set them.
        let own = |name: &str| name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("host");
        let headers = signed.headers().filter(|(name, _)| !own(name));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(SignedAddress { url: signed.uri().to_owned(), headers })
    }

    /// Lists all parts that have arrived, sorted by number.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::NotFound`] if it does not know the upload.
    pub async fn parts_of(&self, key: &Key<Private>, upload: &str) -> Result<Vec<StoredPart>, StorageError> {
        let ObjectAddress { bucket, key } = self.address(Private::KIND, key.as_str());
        let pages = self.client.list_parts().bucket(bucket).key(key).upload_id(upload).into_paginator();
        let (mut pages, mut found) = (pages.send(), Vec::new());
        while let Some(page) = pages.next().await {
            for part in page.map_err(|error| unknown("list parts", error))?.parts.unwrap_or_default() {
                let number = part.part_number.and_then(|number| u32::try_from(number).ok());
                let size = part.size.and_then(|size| u64::try_from(size).ok());
                let (Some(number), Some(size)) = (number, size) else {
                    return Err(StorageError::broken("list parts", "a line without number or size"));
                };
                found.push(StoredPart { number, size, tag: part.e_tag });
            }
        }
        found.sort_by_key(|part| part.number);
        // A store that does not know where a page ended lists parts twice.
        found.dedup_by_key(|part| part.number);
        Ok(found)
    }

    /// Combines these parts, in their order, into an object of `size` bytes.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::NotFound`] if it does not know the upload.
    pub async fn join_parts(
        &self,
        key: &Key<Private>,
        upload: &str,
        size: u64,
        parts: Vec<StoredPart>,
    ) -> Result<(), StorageError> {
        let address = self.address(Private::KIND, key.as_str());
        let part = |part: StoredPart| {
            let number = i32::try_from(part.number).unwrap_or(i32::MAX);
            CompletedPart::builder().part_number(number).set_e_tag(part.tag).build()
        };
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.into_iter().map(part).collect())).build();
        let request = self.client.complete_multipart_upload().bucket(&address.bucket).key(&address.key);
        let request = request.upload_id(upload).multipart_upload(parts).customize();
        let answer = request.config_override(complete_timeout()).send();
        let Some(joined) = self.answer_or_object(&address, size, answer).await else { return Ok(()) };
        joined.map(drop).map_err(|error| match error.code() {
            Some("NoSuchUpload") => StorageError::NotFound,
            Some(INVALID_PART) => StorageError::parts_differ(chain(&error)),
            _ => translate_final("complete", error),
        })
    }
}

/// Translates an error, with the code for an unknown upload as [`StorageError::NotFound`]. What may pass is waited for.
fn unknown<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> StorageError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    if error.code() == Some("NoSuchUpload") {
        return StorageError::NotFound;
    }
    match translate_final(operation, error) {
        StorageError::Unavailable { detail, .. } => StorageError::unavailable(operation, detail),
        other => other,
    }
}
