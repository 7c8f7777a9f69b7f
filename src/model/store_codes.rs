//! Codes in the errors of S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList).

/// The codes of refusals after which an address that is signed anew may be taken.
pub const OLD_ADDRESS: [&str; 5] = [
    "ExpiredToken",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "AuthorizationQueryParametersError",
];
/// The codes of temporary errors: the same part may be accepted if it is sent again.
pub const PASSES: [&str; 9] = [
    "BadDigest",
    "IncompleteBody",
    "OperationAborted",
    "RequestTimeout",
    "SlowDown",
    "Throttling",
    "TooManyRequests",
    "XAmzContentChecksumMismatch",
    "XAmzContentSHA256Mismatch",
];
