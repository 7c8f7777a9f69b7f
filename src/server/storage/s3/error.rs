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
/// Error codes that may not come again when the same request does.
const PASSING: [&str; 14] = [
    "InternalError",
    "SlowDown",
    "SlowDownRead",
    "SlowDownWrite",
    "ServiceUnavailable",
    "OperationAborted",
    "ConditionalRequestConflict",
    "RequestTimeout",
    "RequestTimeTooSkewed",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
];
/// Further codes with a status of 4xx that are no refusal for good: the bytes broke on their way, a part was replaced,
/// or the credentials are wrong, which the operator corrects.
const NOT_FINAL: [&str; 13] = [
    "BadDigest",
    "IncompleteBody",
    "InvalidDigest",
    "InvalidPart",
    "XAmzContentSHA256Mismatch",
    "ClientDisconnect",
    "NoSuchBucket",
    "NoSuchUpload",
    "ExpiredToken",
    "InvalidToken",
    "TokenRefreshRequired",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
];
/// Parts of messages with which stores refuse credentials under a general code: Garage, Ceph.
const ABOUT_CREDENTIALS: [&str; 4] = ["ignature", "No such key", "xpired", "ccess key"];
/// The header that a store of this protocol puts on its answers, and nothing between it and Holdall does.
const REQUEST_ID: &str = "x-amz-request-id";
/// The statuses that refuse a request for what it is, whoever answers: its method, a length that it lacks, its size.
const OF_THE_REQUEST: [u16; 6] = [405, 411, 413, 414, 431, 501];
/// The codes and statuses of requests that the store does not know at all.
const UNSUPPORTED: [&str; 4] = ["NotImplemented", "MethodNotAllowed", "405", "501"];

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

/// Translates the error of a request that writes. A refusal that would come again is [`StorageError::Refused`].
pub fn translate_final<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> StorageError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = refusal(&error);
    match (translate(operation, error), code) {
        (StorageError::Unavailable { detail, .. } | StorageError::Broken { detail, .. }, Some(code)) => {
            StorageError::Refused { operation, code, detail }
        }
        (other, _) => other,
    }
}

/// Whether the answer bears what only stores put on theirs: a code in its body, or the header for the request's id.
/// Gateways, proxies and firewalls in between answer with statuses alone.
fn is_from_store<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    error.code().is_some_and(|code| !code.is_empty()) || has_request_id(error)
}

/// Whether the answer has the header for the request's id. For an answer to HEAD, which has no body, the SDK makes up a
/// code, so that this is all there is to go by.
pub fn has_request_id<E>(error: &SdkError<E, HttpResponse>) -> bool {
    error.raw_response().is_some_and(|response| response.headers().get(REQUEST_ID).is_some_and(|id| !id.is_empty()))
}

/// The code of a refusal for good, or its status where the store gave no code; `None` if the same request may succeed
/// later.
fn refusal<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let status = error.raw_response()?.status().as_u16();
    let message = error.message().unwrap_or_default();
    let is_final = match (status, error.code()) {
        (_, Some(code)) if PASSING.contains(&code) || NOT_FINAL.contains(&code) => false,
        (401 | 407 | 408 | 425 | 429, _) => false,
        (404 | 409, None) => false,
        _ if !is_from_store(error) => OF_THE_REQUEST.contains(&status),
        (403, _) => !ABOUT_CREDENTIALS.iter().any(|part| message.contains(part)),
        (400..=499 | 501, _) => true,
        _ => false,
    };
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let code = error.code().unwrap_or_default().chars().filter(plain).take(64).collect::<String>();
    is_final.then(|| if code.is_empty() { status.to_string() } else { code })
}

/// Whether the refusal with this code says that the store does not know the request at all.
pub fn is_unsupported(code: &str) -> bool {
    UNSUPPORTED.contains(&code)
}

/// The error and its causes as text, without the raw response, which can be long and adds nothing.
pub fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Whether deleting the key may succeed when tried again. Some stores give no reason when they are overloaded.
pub fn may_pass(code: Option<&str>) -> bool {
    code.is_none_or(|code| code.is_empty() || PASSING.contains(&code))
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
        translate(operation, failure(status, code, message))
    }

    fn failure(status: u16, code: Option<&str>, message: &str) -> SdkError<GetObjectError, HttpResponse> {
        let mut metadata = ErrorMetadata::builder().message(message);
        if let Some(code) = code {
            metadata = metadata.code(code);
        }
        let response = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        SdkError::service_error(GetObjectError::generic(metadata.build()), response)
    }

    /// The code of the refusal for good that this answer without a body is, if it is one.
    fn refused_bare(status: u16, header: Option<&'static str>) -> Option<String> {
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        if let Some(name) = header {
            response.headers_mut().insert(name, "4442587FB7D0A2F9");
        }
        let error = GetObjectError::generic(ErrorMetadata::builder().build());
        match translate_final("write", SdkError::service_error(error, response)) {
            StorageError::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    #[test]
    fn what_a_gateway_refuses_is_no_refusal_of_the_store() {
        for status in [400, 402, 403, 406, 410, 412, 418, 421, 422, 451, 499] {
            assert_eq!(refused_bare(status, None), None, "{status}");
            assert_eq!(refused_bare(status, Some("x-cache")), None, "{status}");
        }
        assert_eq!(refused_bare(403, Some(REQUEST_ID)).as_deref(), Some("403"), "the store's, without words");
        assert_eq!(refused_bare(405, None).as_deref(), Some("405"), "nobody will take the same request");
        let gateway = translate_final("write", failure(403, None, ""));
        assert!(matches!(gateway, StorageError::Unavailable { .. }), "it is tried again");
    }

    /// The code of the refusal for good that this answer to a part is, if it is one.
    fn refused(status: u16, code: Option<&str>, message: &str) -> Option<String> {
        match translate_final("write", failure(status, code, message)) {
            StorageError::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    #[test]
    fn a_refusal_for_good_has_the_store_s_code() {
        for (status, code) in [
            (400, "InvalidArgument"),
            (400, "InvalidRequest"),
            (400, "EntityTooLarge"),
            (403, "AccessDenied"),
            (400, "TooManyParts"),
            (501, "NotImplemented"),
        ] {
            assert_eq!(refused(status, Some(code), "no").as_deref(), Some(code));
        }
        assert_eq!(refused(413, None, "").as_deref(), Some("413"));
        assert_eq!(refused(400, Some("<b>Bad\r\n"), "").as_deref(), Some("bBad"), "a code is plain");
    }

    #[test]
    fn what_may_pass_is_no_refusal() {
        for (status, code, message) in [
            (429, None, ""),
            (408, None, ""),
            (503, Some("SlowDown"), ""),
            (400, Some("RequestTimeout"), ""),
            (403, Some("RequestTimeTooSkewed"), ""),
            (409, Some("OperationAborted"), ""),
            (429, Some("TooManyRequests"), ""),
            (500, Some("InternalError"), ""),
            (404, None, "a gateway's answer"),
            (400, Some("BadDigest"), ""),
            (404, Some("NoSuchBucket"), ""),
            (403, Some("SignatureDoesNotMatch"), ""),
            (403, Some("AccessDenied"), "Forbidden: Invalid signature"),
            (400, Some("ExpiredToken"), ""),
        ] {
            assert_eq!(refused(status, code, message), None, "{status} {code:?} {message}");
        }
        let full = translate_final("write", failure(507, Some("XMinioStorageFull"), ""));
        assert!(matches!(full, StorageError::Full { .. }));
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
