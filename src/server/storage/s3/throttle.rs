//! Recognizes a store that asks for fewer requests: 429, and 503, with and without a body that says so. The wait is as
//! long as the store's `Retry-After` says (RFC 9110, section 10.2.3), within bounds: a person waits for the answer.

use std::time::Duration;

use aws_sdk_s3::config::interceptors::InterceptorContext;
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::retries::classifiers::{RetryClassifierPriority, RetryReason};

/// The longest wait that a store gets.
const LONGEST: Duration = Duration::from_secs(10);

/// Has requests repeated that the store answered with "slow down".
#[derive(Debug)]
pub struct ThrottleClassifier;

impl ClassifyRetry for ThrottleClassifier {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(response) = context.response() else { return RetryAction::NoActionIndicated };
        if !matches!(response.status().as_u16(), 429 | 503) {
            return RetryAction::NoActionIndicated;
        }
        let again = RetryAction::throttling_error();
        match (&again, response.headers().get("retry-after").and_then(seconds)) {
            (RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }), Some(after)) => {
                RetryAction::retryable_error_with_explicit_delay(*kind, after)
            }
            _ => again,
        }
    }

    fn name(&self) -> &'static str {
        "a store that asks for fewer requests"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// The seconds of a `Retry-After`. Dates, which the header may also have, are left to the client's own back-off.
fn seconds(value: &str) -> Option<Duration> {
    value.trim().parse().ok().map(|seconds| Duration::from_secs(seconds).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_in_seconds_and_bounded() {
        assert_eq!(seconds("3"), Some(Duration::from_secs(3)));
        assert_eq!(seconds("86400"), Some(LONGEST));
        assert_eq!(seconds("Sat, 28 Nov 2026 08:00:00 GMT"), None);
    }
}
