//! Tests how a store behaves: checksums, conditional writes, uploads in parts, deletions and presigned addresses. Each test uses
//! an object that the caller deletes afterwards.

use std::time::Duration;

use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;

use crate::server::storage::error::StorageError;
use crate::server::storage::location::LocationKind;
use crate::server::storage::s3::ObjectAddress;
use crate::server::storage::s3::error::{chain, translate, translate_final};
use crate::server::storage::s3::survey::Survey;

/// A CRC-32 in base64 that is wrong for every body except an empty one, or by chance.
const WRONG_CRC: &str = "AAAAAA==";

/// A presigned address and the headers that must be sent with it.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The address.
    pub address: String,
    /// The signed headers, without `Host`.
    pub headers: Vec<(String, String)>,
}

impl From<PresignedRequest> for Signed {
    fn from(signed: PresignedRequest) -> Self {
        let headers = signed.headers().filter(|(name, _)| !name.eq_ignore_ascii_case("host"));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { address: signed.uri().to_owned(), headers }
    }
}

impl Survey {
    /// Sends an object with a wrong checksum; returns whether the store accepted it nevertheless.
    ///
    /// # Errors
    /// Any error of the store, except that the checksum is wrong.
    pub async fn takes_wrong_checksum(&self, kind: LocationKind, key: &str, body: Bytes) -> Result<bool, StorageError> {
        let put = self.put(kind, key, body);
        match put.checksum_crc32(WRONG_CRC).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == 400) => Ok(false),
            Err(error) => Err(translate("put", error)),
        }
    }

    /// Overwrites an existing object with a request that forbids it; returns whether the store honoured the condition.
    ///
    /// # Errors
    /// Any error of the store, except that the condition failed.
    pub async fn keeps_condition(&self, kind: LocationKind, key: &str, body: Bytes) -> Result<bool, StorageError> {
        let put = self.put(kind, key, body);
        match put.if_none_match("*").send().await {
            Ok(_) => Ok(false),
            Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == 412) => Ok(true),
            Err(error) => Err(translate("put", error)),
        }
    }

    /// Uploads an object in one part, then starts another upload and aborts it. The inner result says whether the parts
    /// of the first upload could be listed before it was completed.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Broken`] if the object's size is not what was sent.
    pub async fn try_parts(
        &self,
        kind: LocationKind,
        key: &str,
        body: Bytes,
    ) -> Result<Result<(), StorageError>, StorageError> {
        let address = self.s3.address(kind, key);
        let upload = self.start(kind, &address).await?;
        let made = self.complete(&address, &upload, body.clone()).await;
        if made.is_err() {
            // The first error is the one to report.
            drop(self.s3.abort(&address, &upload).await);
        }
        let listed = made?;
        let size = self.s3.head(kind, key).await?.size;
        if size != body.len() as u64 {
            return Err(StorageError::broken("parts", format!("an object of {size} bytes out of {}", body.len())));
        }
        let upload = self.start(kind, &address).await?;
        self.s3.abort(&address, &upload).await.map(|()| listed)
    }

    /// The most parts that Holdall sends for an object, as configured.
    #[must_use]
    pub fn most_parts(&self) -> u32 {
        self.s3.most_parts()
    }

    /// Starts an upload, sends a part with this number, and aborts it; returns the store's refusal, if it refuses the
    /// number.
    ///
    /// # Errors
    /// Any other error of the store.
    pub async fn refuses_part(
        &self,
        kind: LocationKind,
        key: &str,
        number: u32,
        body: Bytes,
    ) -> Result<Option<String>, StorageError> {
        let address = self.s3.address(kind, key);
        let upload = self.start(kind, &address).await?;
        let ObjectAddress { bucket, key } = &address;
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        let part = self.s3.client.upload_part().bucket(bucket).key(key).upload_id(&upload).part_number(number);
        let sent = part.body(ByteStream::from(body)).send().await;
        let aborted = self.s3.abort(&address, &upload).await;
        match sent.map_err(|error| translate_final("send a part", error)) {
            Ok(_) => aborted.map(|()| None),
            Err(StorageError::Refused { detail, .. }) => Ok(Some(detail)),
            Err(error) => Err(error),
        }
    }

    /// Writes an object and deletes it by a bulk deletion; returns whether the store did that, or whether the object
    /// had to be deleted by itself.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Broken`] if the object is still there.
    pub async fn deletes_in_bulk(&self, kind: LocationKind, key: &str, body: Bytes) -> Result<bool, StorageError> {
        self.put(kind, key, body).send().await.map_err(|error| translate("put", error))?;
        let in_bulk = self.s3.delete_as_one_of_many(kind, key).await?;
        if self.is_there(kind, key).await? {
            return Err(StorageError::broken("delete_many", "the object is still there"));
        }
        Ok(in_bulk)
    }

    /// Why uploads that were never completed cannot all be found in the store; `None` if they can.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn hides_uploads(&self) -> Result<Option<&'static str>, StorageError> {
        Ok(self.s3.upload_listing().await?.gap())
    }

    /// A put request with the headers that every object is written with.
    fn put(&self, kind: LocationKind, key: &str, body: Bytes) -> PutObjectFluentBuilder {
        let ObjectAddress { bucket, key } = self.s3.address(kind, key);
        self.s3.headers(kind).put(self.s3.client.put_object().bucket(bucket).key(key).body(ByteStream::from(body)))
    }

    async fn start(&self, kind: LocationKind, address: &ObjectAddress) -> Result<String, StorageError> {
        let ObjectAddress { bucket, key } = address;
        let request = self.s3.client.create_multipart_upload().bucket(bucket).key(key);
        let answer = self.s3.headers(kind).create(request).send().await;
        let answer = answer.map_err(|error| translate("begin an upload", error))?;
        answer.upload_id.ok_or_else(|| StorageError::broken("begin an upload", "no id"))
    }

    async fn complete(
        &self,
        address: &ObjectAddress,
        upload: &str,
        body: Bytes,
    ) -> Result<Result<(), StorageError>, StorageError> {
        let ObjectAddress { bucket, key } = address;
        let size = body.len();
        let part = self.s3.client.upload_part().bucket(bucket).key(key).upload_id(upload).part_number(1);
        let part = part.body(ByteStream::from(body)).send().await.map_err(|error| translate("send a part", error))?;
        let listed = self.list_part(address, upload, size).await;
        let part = CompletedPart::builder().part_number(1).set_e_tag(part.e_tag).build();
        let parts = CompletedMultipartUpload::builder().parts(part).build();
        let request = self.s3.client.complete_multipart_upload().bucket(bucket).key(key).upload_id(upload);
        let done = request.multipart_upload(parts).send().await;
        done.map(|_| listed).map_err(|error| translate("complete an upload", error))
    }

    async fn list_part(&self, address: &ObjectAddress, upload: &str, size: usize) -> Result<(), StorageError> {
        let ObjectAddress { bucket, key } = address;
        let listed = self.s3.client.list_parts().bucket(bucket).key(key).upload_id(upload).send().await;
        let listed = listed.map_err(|error| translate("list parts", error))?.parts.unwrap_or_default();
        match listed.as_slice() {
            [part] if part.part_number == Some(1) && part.size == i64::try_from(size).ok() => Ok(()),
            other => {
                Err(StorageError::broken("list parts", format!("{} parts, and not the one that was sent", other.len())))
            }
        }
    }

    /// Presigns an address that reads the object and expires after `expires`.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if there are no credentials.
    pub async fn sign_read(&self, kind: LocationKind, key: &str, expires: Duration) -> Result<Signed, StorageError> {
        let ObjectAddress { bucket, key } = self.s3.address(kind, key);
        let request = self.s3.signer.get_object().bucket(bucket).key(key).presigned(expiry(expires)?).await;
        request.map(Signed::from).map_err(|error| StorageError::unavailable("sign", chain(&error)))
    }
}

fn expiry(expires: Duration) -> Result<PresigningConfig, StorageError> {
    PresigningConfig::expires_in(expires).map_err(|error| StorageError::broken("sign", error))
}
