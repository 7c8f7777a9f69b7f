//! What the answers of many different stores mean, in the words of `error.rs`.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::server::storage::error::StorageError;

/// Codes that say the object is not there; a key too long for the store cannot be there either.
const NOT_FOUND: [&str; 3] = ["NoSuchKey", "NotFound", "KeyTooLongError"];
/// Codes of stores with quotas: Ceph, MinIO and what follows them. Amazon is never full.
const FULL: [&str; 5] =
    ["QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "StorageFull"];
/// Codes that say we asked for something that no repetition makes possible.
const BROKEN: [&str; 9] = [
    "BadDigest",
    "EntityTooLarge",
    "EntityTooSmall",
    "InvalidArgument",
    "InvalidPart",
    "InvalidPartOrder",
    "InvalidRange",
    "InvalidRequest",
    "MalformedXML",
];
/// Codes of a failure inside a successful bulk deletion that may pass if tried again.
const PASSING: [&str; 5] = ["InternalError", "SlowDown", "ServiceUnavailable", "OperationAborted", "RequestTimeout"];

/// The error of a call, after the SDK has retried what can be retried.
pub fn translate<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> StorageError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let message = error.message().unwrap_or_default();
    let detail = match (status, error.code()) {
        (Some(status), Some(code)) => format!("{status} {code}: {message}"),
        _ => chain(&error),
    };
    match (error.code(), status) {
        (Some("NoSuchBucket"), _) => StorageError::unavailable(operation, format!("the bucket is missing: {detail}")),
        (Some(code), _) if NOT_FOUND.contains(&code) => StorageError::NotFound,
        // An answer to HEAD has no body to put a code in. To anything else, a 404 without one is that of a gateway.
        (None, Some(404)) if operation == "head" => StorageError::NotFound,
        (Some(code), _) if FULL.contains(&code) => StorageError::Full { operation, detail },
        (_, Some(507)) => StorageError::Full { operation, detail },
        // Garage has no code of its own for its quotas.
        (Some("AccessDenied"), _) if message.contains("quota is reached") => StorageError::Full { operation, detail },
        (Some(code), _) if BROKEN.contains(&code) => StorageError::broken(operation, detail),
        _ => StorageError::unavailable(operation, detail),
    }
}

/// An error with its causes, in words alone: without the whole answer, which can be long and says no more.
pub fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Whether a key of a bulk deletion is worth another try.
pub fn may_pass(code: Option<&str>) -> bool {
    code.is_some_and(|code| PASSING.contains(&code))
}

/// Whether the code of a failed deletion says that there was nothing to delete.
pub fn was_missing(code: Option<&str>) -> bool {
    code.is_some_and(|code| NOT_FOUND.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::error::ErrorMetadata;
    use aws_sdk_s3::operation::get_object::GetObjectError;
    use aws_sdk_s3::primitives::SdkBody;

    fn answer(status: u16, code: Option<&str>, message: &str) -> StorageError {
        answer_to("read", status, code, message)
    }

    fn answer_to(operation: &'static str, status: u16, code: Option<&str>, message: &str) -> StorageError {
        let mut metadata = ErrorMetadata::builder().message(message);
        if let Some(code) = code {
            metadata = metadata.code(code);
        }
        let response = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        translate(operation, SdkError::service_error(GetObjectError::generic(metadata.build()), response))
    }

    #[test]
    fn each_answer_has_one_meaning() {
        assert!(matches!(answer(404, Some("NoSuchKey"), ""), StorageError::NotFound));
        assert!(matches!(answer_to("head", 404, None, ""), StorageError::NotFound));
        assert!(matches!(answer(404, None, ""), StorageError::Unavailable { .. }), "a gateway's answer");
        assert!(matches!(answer(400, Some("KeyTooLongError"), ""), StorageError::NotFound));
        assert!(matches!(answer(404, Some("NoSuchBucket"), ""), StorageError::Unavailable { .. }));
        assert!(matches!(answer(404, Some("NoSuchUpload"), ""), StorageError::Unavailable { .. }));
        assert!(matches!(answer(403, Some("AccessDenied"), "Forbidden"), StorageError::Unavailable { .. }));
        assert!(matches!(answer(403, Some("AccessDenied"), "Object size quota is reached"), StorageError::Full { .. }));
        assert!(matches!(answer(507, Some("XMinioStorageFull"), ""), StorageError::Full { .. }));
        assert!(matches!(answer(507, None, ""), StorageError::Full { .. }));
        assert!(matches!(answer(416, Some("InvalidRange"), ""), StorageError::Broken { .. }));
        assert!(matches!(answer(503, Some("SlowDown"), ""), StorageError::Unavailable { .. }));
    }
}
