//! Tests of what the answers of stores, and of gateways before them, mean.

use aws_sdk_s3::error::ErrorMetadata;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::SdkBody;

use super::*;

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
    let body = code.map_or_else(SdkBody::empty, |code| SdkBody::from(format!("<Error><Code>{code}</Code></Error>")));
    let response = HttpResponse::new(status.try_into().unwrap(), body);
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

/// The code of the refusal for now that this answer is, if it is one.
fn refused_for_now(status: u16, code: Option<&str>) -> Option<String> {
    match translate_final("write", failure(status, code, "")) {
        StorageError::Unavailable { code, .. } => code,
        other => panic!("{other}"),
    }
}

#[test]
fn a_refusal_that_may_pass_has_its_code_and_a_fault_has_none() {
    for (status, code) in [(403, "SignatureDoesNotMatch"), (404, "NoSuchBucket"), (200, "ExpiredToken")] {
        assert_eq!(refused_for_now(status, Some(code)).as_deref(), Some(code), "{status}");
    }
    for status in [400, 401, 403, 404, 407] {
        assert_eq!(refused_for_now(status, None), Some(status.to_string()), "of a gateway");
    }
    for (status, code) in [(400, "RequestTimeout"), (500, "InternalError"), (200, "InternalError"), (503, "SlowDown")] {
        assert_eq!(refused_for_now(status, Some(code)), None, "{status} {code}");
    }
    for status in [408, 425, 429, 500, 502, 503] {
        assert_eq!(refused_for_now(status, None), None, "{status}");
    }
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
        (200, "AccessDenied"),
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
