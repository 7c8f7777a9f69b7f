//! Translates the responses of many different stores into [`StorageError`].

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::server::storage::error::StorageError;

/// Error codes for a missing object. A key that is too long for the store cannot exist either.
const NOT_FOUND: [&str; 3] = ["NoSuchKey", "NotFound", "KeyTooLongError"];
/// Error codes for a full store, used by those with quotas: Ceph, MinIO and stores derived from them.
const FULL: [&str; 5] =
    ["QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "StorageFull"];
/// Error codes for requests that cannot succeed when repeated.
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
/// Error codes of single keys in a bulk deletion that may succeed when tried again.
const PASSING: [&str; 5] = ["InternalError", "SlowDown", "ServiceUnavailable", "OperationAborted", "RequestTimeout"];

/// Translates the error of a call that the SDK has already retried where that is possible.
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
        // A response to HEAD has no body that could contain a code. For other requests, a 404 without a code comes from
        // a gateway.
        (None, Some(404)) if operation == "head" => StorageError::NotFound,
        (Some(code), _) if FULL.contains(&code) => StorageError::Full { operation, detail },
        (_, Some(507)) => StorageError::Full { operation, detail },
        // Garage has no error code of its own for exceeded quotas.
        (Some("AccessDenied"), _) if message.contains("quota is reached") => StorageError::Full { operation, detail },
        (Some(code), _) if BROKEN.contains(&code) => StorageError::broken(operation, detail),
        _ => StorageError::unavailable(operation, detail),
    }
}

/// The error and its causes as text, without the raw response, which can be long and adds nothing.
pub fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Whether deleting the key may succeed when tried again.
pub fn may_pass(code: Option<&str>) -> bool {
    code.is_some_and(|code| PASSING.contains(&code))
}

/// Whether the code of a failed deletion says that the object did not exist.
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
