//! Translates the responses of many different stores into [`StorageError`].

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::model::store_codes::CONNECTION_BROKEN;
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
/// Further codes that are no refusal for good: the bytes broke on their way, a part was replaced,
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

/// Translates the error of a call that the SDK has already retried where that is possible.
pub fn translate<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> StorageError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let message = error.message().unwrap_or_default();
    let detail = match (status, code_of(&error)) {
        (Some(status), Some(code)) => format!("{status} {code}: {message}"),
        _ => chain(&error),
    };
    match (code_of(&error), status) {
        (Some("NoSuchBucket"), _) => StorageError::unavailable(operation, format!("the bucket is missing: {detail}")),
        (Some(code), _) if NOT_FOUND.contains(&code) => StorageError::NotFound,
        // A response to HEAD has no body that could contain a code. For other requests, a 404 without a code comes from
        // a gateway, if it does not bear the header that stores put on theirs.
        (None, Some(404)) if operation == "head" || has_request_id(&error) => StorageError::NotFound,
        (Some(code), _) if FULL.contains(&code) => StorageError::Full { operation, detail },
        (_, Some(507)) => StorageError::Full { operation, detail },
        // Garage has no error code of its own for exceeded quotas.
        (Some("AccessDenied"), _) if message.contains("quota is reached") => StorageError::Full { operation, detail },
        (Some(code), _) if BROKEN.contains(&code) => StorageError::broken(operation, detail),
        _ => StorageError::unavailable(operation, detail),
    }
}

/// Translates the error of a request that writes. A refusal that would come again is [`StorageError::Refused`]; one that
/// may not is [`StorageError::Unavailable`] with its code, and so is a request without an answer, with
/// [`CONNECTION_BROKEN`].
pub fn translate_final<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> StorageError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let is_broken = error.raw_response().is_none() && !matches!(error, SdkError::ConstructionFailure(_));
    let broken = is_broken.then(|| (CONNECTION_BROKEN.to_owned(), false));
    let Some((code, for_good)) = refusal(&error).or(broken) else { return translate(operation, error) };
    match translate(operation, error) {
        StorageError::Unavailable { detail, .. } | StorageError::Broken { detail, .. } if for_good => {
            StorageError::Refused { operation, code, detail }
        }
        StorageError::Unavailable { detail, .. } => StorageError::Unavailable { operation, code: Some(code), detail },
        other => other,
    }
}

/// Whether the answer bears what only stores put on theirs: a code in its body, or the header for the request's id.
/// Gateways, proxies and firewalls in between answer with statuses alone.
fn is_from_store<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    code_of(error).is_some() || has_request_id(error)
}

/// The code in the answer's body. Where an answer with status 404 has no body, as one to HEAD or one of a gateway, the SDK
/// makes up the code `NotFound`, which nobody has said.
fn code_of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<&str> {
    let code = error.code().filter(|code| !code.is_empty())?;
    let is_made_up = error.raw_response().is_some_and(|response| {
        response.status().as_u16() == 404 && response.body().bytes().is_some_and(<[u8]>::is_empty)
    });
    (code != "NotFound" || !is_made_up).then_some(code)
}

/// Whether the answer has the header for the request's id. For an answer without a body this is all there is to go by.
pub fn has_request_id<E>(error: &SdkError<E, HttpResponse>) -> bool {
    error.raw_response().is_some_and(|response| response.headers().get(REQUEST_ID).is_some_and(|id| !id.is_empty()))
}

/// The code of a refusal, or its status where there is no code, and whether it would come again; `None` for a fault that
/// is not about the request.
fn refusal<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<(String, bool)> {
    let status = error.raw_response()?.status().as_u16();
    let message = error.message().unwrap_or_default();
    // A store that has begun to answer before it knows the outcome says an error under the status of success.
    let code = code_of(error);
    let for_good = match (status, code) {
        (_, Some(code)) if PASSING.contains(&code) => return None,
        (408 | 425 | 429, _) => return None,
        (200 | 400..=499 | 501, Some(code)) if NOT_FINAL.contains(&code) => false,
        (401 | 407, _) | (404 | 409, None) => false,
        (400..=499 | 501, _) if !is_from_store(error) => OF_THE_REQUEST.contains(&status),
        (403, _) => !ABOUT_CREDENTIALS.iter().any(|part| message.contains(part)),
        (200, Some(_)) | (400..=499 | 501, _) => true,
        _ => return None,
    };
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let code = code.unwrap_or_default().chars().filter(plain).take(64).collect::<String>();
    Some((if code.is_empty() { status.to_string() } else { code }, for_good))
}

/// The error and its causes as text, without the raw response, which can be long and adds nothing.
pub fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Whether the answer asks to send the request again later.
pub fn asks_to_wait<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let status = error.raw_response().map(|response| response.status().as_u16());
    match code_of(error) {
        Some(code) => PASSING.contains(&code) && status != Some(500),
        None => matches!(status, Some(408 | 425 | 429 | 503)),
    }
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
mod tests;
