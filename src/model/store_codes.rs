//! Codes in the errors of S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList).

/// The codes of refusals after which an address that is signed anew may be taken.
pub const OLD_ADDRESS: [&str; 8] = [
    "ExpiredToken",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "AuthorizationQueryParametersError",
    "InvalidAccessKeyId",
    "InvalidToken",
    "TokenRefreshRequired",
];
/// The codes of temporary errors: the same part may be accepted if it is sent again.
pub const PASSES: [&str; 16] = [
    "BadDigest",
    "BandwidthLimitExceeded",
    "IncompleteBody",
    "InternalError",
    "OperationAborted",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "SlowDownRead",
    "SlowDownWrite",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "XAmzContentChecksumMismatch",
    "XAmzContentSHA256Mismatch",
];
/// The code with which Holdall itself tells a page that the connection to the store broke while a part was passed on.
pub const CONNECTION_BROKEN: &str = "ConnectionBroken";
