//! The headers with which objects are written, besides their type: ACL, storage class, encryption and metadata. They
//! are the same whether an object is written in one request or in parts.

use aws_sdk_s3::operation::create_multipart_upload::builders::CreateMultipartUploadFluentBuilder;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::types::{ObjectCannedAcl, ServerSideEncryption, StorageClass};

use crate::server::storage::error::StorageError;
use crate::server::storage::location::LocationKind;
use crate::server::storage::settings::{Encryption, S3Settings};

/// The headers of one object. None by default; in particular no ACL, which buckets without ACLs reject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    acl: Option<ObjectCannedAcl>,
    storage_class: Option<StorageClass>,
    encryption: Option<ServerSideEncryption>,
    kms_key: Option<String>,
    metadata: Vec<(String, String)>,
}

impl Headers {
    /// The headers of a location's objects. `open` adds a public ACL, for a location whose exposure is ACLs; private
    /// objects never have one, whatever `open` says.
    pub fn of(settings: &S3Settings, kind: LocationKind, open: bool) -> Self {
        let private = kind == LocationKind::Private;
        let (encryption, kms_key) = match &settings.encryption {
            None => (None, None),
            Some(Encryption::Store) => (Some(ServerSideEncryption::Aes256), None),
            Some(Encryption::Kms { key }) => (Some(ServerSideEncryption::AwsKms), key.clone()),
        };
        Self {
            acl: (open && !private).then_some(ObjectCannedAcl::PublicRead),
            // Cheaper storage classes charge for a minimum size and age, which avatars and site files do not reach.
            storage_class: settings.storage_class.as_deref().filter(|_| private).map(StorageClass::from),
            encryption,
            kms_key,
            metadata: settings.metadata.clone(),
        }
    }

    /// Adds the remedy to the error of a store that rejects the ACL: AWS buckets created since April 2023 accept none.
    pub fn explain(&self, error: StorageError) -> StorageError {
        match error {
            StorageError::Unavailable { operation, detail, .. } | StorageError::Refused { operation, detail, .. }
                if self.acl.is_some() && is_about_acls(&detail) =>
            {
                let remedy = "the bucket takes no ACLs: set the location's exposure (HOLDALL_STATIC_EXPOSURE, \
                     HOLDALL_MEDIA_EXPOSURE) to policy or app";
                StorageError::unavailable(operation, format!("{remedy} ({detail})"))
            }
            other => other,
        }
    }

    /// Adds the headers to a request that writes a whole object.
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

    /// Adds the headers to a request that starts an upload in parts: they apply to the completed object.
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

/// `AccessControlListNotSupported` means that ownership is “bucket owner enforced”; `AccessDenied` that public ACLs are
/// blocked, though it may have other causes: the store's message is therefore shown together with the remedy.
fn is_about_acls(detail: &str) -> bool {
    detail.contains("AccessControlListNotSupported") || detail.contains("AccessDenied")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_unless_it_was_asked_for() {
        for kind in [LocationKind::Static, LocationKind::Media, LocationKind::Private] {
            assert_eq!(Headers::of(&S3Settings::default(), kind, false), Headers::default());
        }
    }

    #[test]
    fn a_private_object_never_has_an_acl() {
        let settings = S3Settings::default();
        assert_eq!(Headers::of(&settings, LocationKind::Private, true), Headers::default());
        assert_eq!(Headers::of(&settings, LocationKind::Media, true).acl, Some(ObjectCannedAcl::PublicRead));
    }

    #[test]
    fn the_class_is_for_people_s_files_alone() {
        let settings = S3Settings { storage_class: Some("STANDARD_IA".to_owned()), ..S3Settings::default() };
        assert_eq!(Headers::of(&settings, LocationKind::Static, false), Headers::default());
        assert_eq!(Headers::of(&settings, LocationKind::Private, false).storage_class, Some(StorageClass::StandardIa));
    }
}
