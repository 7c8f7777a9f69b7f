//! What a store is told about an object besides its type: whether anyone may read it, its storage class, its encryption,
//! its metadata. Said in the same way whether the object is written whole or in parts.

use aws_sdk_s3::operation::create_multipart_upload::builders::CreateMultipartUploadFluentBuilder;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::types::{ObjectCannedAcl, ServerSideEncryption, StorageClass};

use crate::server::storage::error::StorageError;
use crate::server::storage::location::Place;
use crate::server::storage::settings::{Encryption, S3Settings};

/// What is said of one object. By default nothing: least of all an ACL, which buckets without them refuse.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    acl: Option<ObjectCannedAcl>,
    storage_class: Option<StorageClass>,
    encryption: Option<ServerSideEncryption>,
    kms_key: Option<String>,
    metadata: Vec<(String, String)>,
}

impl Headers {
    /// What these settings say of a location's objects; `open` where the location's exposure is an ACL. A private
    /// object never has one, whatever else is asked.
    pub fn of(settings: &S3Settings, place: Place, open: bool) -> Self {
        let private = place == Place::Private;
        let (encryption, kms_key) = match &settings.encryption {
            None => (None, None),
            Some(Encryption::Store) => (Some(ServerSideEncryption::Aes256), None),
            Some(Encryption::Kms { key }) => (Some(ServerSideEncryption::AwsKms), key.clone()),
        };
        Self {
            acl: (open && !private).then_some(ObjectCannedAcl::PublicRead),
            // The cheaper classes ask for a least size and age, which pictures and scripts do not have.
            storage_class: settings.storage_class.as_deref().filter(|_| private).map(StorageClass::from),
            encryption,
            kms_key,
            metadata: settings.metadata.clone(),
        }
    }

    /// Adds what to do where a store refuses the ACL that is sent: AWS buckets made since April 2023 take none.
    pub fn explain(&self, error: StorageError) -> StorageError {
        match error {
            StorageError::Unavailable { operation, detail } if self.acl.is_some() && is_about_acls(&detail) => {
                let remedy = "the bucket takes no ACLs: set the location's exposure (HOLDALL_STATIC_EXPOSURE, \
                     HOLDALL_MEDIA_EXPOSURE) to policy or app";
                StorageError::Unavailable { operation, detail: format!("{remedy} ({detail})") }
            }
            other => other,
        }
    }

    /// Says it of an object that is written whole.
    pub fn put(&self, mut request: PutObjectFluentBuilder) -> PutObjectFluentBuilder {
        for (name, value) in &self.metadata {
            request = request.metadata(name, value);
        }
        request
            .set_acl(self.acl.clone())
            .set_storage_class(self.storage_class.clone())
            .set_server_side_encryption(self.encryption.clone())
            .set_ssekms_key_id(self.kms_key.clone())
    }

    /// Says it of an object that is written in parts: it counts when they are announced.
    pub fn create(&self, mut request: CreateMultipartUploadFluentBuilder) -> CreateMultipartUploadFluentBuilder {
        for (name, value) in &self.metadata {
            request = request.metadata(name, value);
        }
        request
            .set_acl(self.acl.clone())
            .set_storage_class(self.storage_class.clone())
            .set_server_side_encryption(self.encryption.clone())
            .set_ssekms_key_id(self.kms_key.clone())
    }
}

/// `AccessControlListNotSupported` where ownership is “bucket owner enforced”; `AccessDenied` where public ACLs are
/// blocked, though that may have other causes: the store's own words stand beside the remedy.
fn is_about_acls(detail: &str) -> bool {
    detail.contains("AccessControlListNotSupported") || detail.contains("AccessDenied")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_unless_it_was_asked_for() {
        for place in [Place::Static, Place::Media, Place::Private] {
            assert_eq!(Headers::of(&S3Settings::default(), place, false), Headers::default());
        }
    }

    #[test]
    fn a_private_object_never_has_an_acl() {
        let settings = S3Settings::default();
        assert_eq!(Headers::of(&settings, Place::Private, true), Headers::default());
        assert_eq!(Headers::of(&settings, Place::Media, true).acl, Some(ObjectCannedAcl::PublicRead));
    }

    #[test]
    fn the_class_is_for_people_s_files_alone() {
        let settings = S3Settings { storage_class: Some("STANDARD_IA".to_owned()), ..S3Settings::default() };
        assert_eq!(Headers::of(&settings, Place::Static, false), Headers::default());
        assert_eq!(Headers::of(&settings, Place::Private, false).storage_class, Some(StorageClass::StandardIa));
    }
}
