//! The settings that a bucket should have, as JSON, and how they are applied.

use serde_json::{Value, json};

use crate::server::domain::doctor::missing::{Missing, Repair, WantedSetting};
use crate::server::domain::doctor::report::{Line, Verdict};
use crate::server::storage::{Cors, LocationKind, Survey};

/// The id of Holdall's statement in the policy.
const STATEMENT: &str = "HoldallPublicRead";
/// The id of Holdall's CORS rule.
const CORS: &str = "holdall";
/// The id of Holdall's lifecycle rule.
const LIFECYCLE: &str = "holdall unfinished uploads";
/// The fewest days after which the bucket may abort unfinished multipart uploads.
const DAYS: i32 = 7;

/// The policy statement that makes only these locations public.
pub(super) fn statement(survey: &Survey, bucket: &str, kinds: &[LocationKind]) -> Value {
    let arn = |kind: &LocationKind| format!("arn:{}:s3:::{bucket}/{}*", survey.partition(), survey.prefix(*kind));
    json!({
        "Sid": STATEMENT,
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": kinds.iter().map(arn).collect::<Vec<_>>(),
    })
}

/// The missing policy: the existing one with this statement added.
pub(super) fn policy(bucket: &str, there: Option<Value>, statement: Value) -> Missing {
    let document = crate::server::storage::with_statement(there, &statement);
    Missing { bucket: bucket.to_owned(), what: WantedSetting::Policy, document, repair: Repair::Statement(statement) }
}

/// The missing CORS rule, with everything that pages need of this bucket: reads, uploads of parts, or both.
pub(super) fn cors(bucket: &str, origin: &str, reads: bool, puts: bool) -> Missing {
    let methods = [("GET", reads), ("HEAD", reads), ("PUT", puts)];
    let methods = methods.into_iter().filter(|(_, needed)| *needed).map(|(method, _)| method.to_owned()).collect();
    // Pages send parts without a `Content-Type`, but a browser that adds one must not fail.
    let headers: Vec<_> = puts.then(|| "content-type".to_owned()).into_iter().collect();
    let allow = Cors { origins: vec![origin.to_owned()], methods, headers };
    let mut rule = json!({
        "ID": CORS,
        "AllowedOrigins": allow.origins,
        "AllowedMethods": allow.methods,
        "MaxAgeSeconds": 3600,
    });
    if puts {
        rule["AllowedHeaders"] = json!(allow.headers);
    }
    let document = json!({ "CORSRules": [rule] });
    Missing { bucket: bucket.to_owned(), what: WantedSetting::Cors, document, repair: Repair::Rule(allow) }
}

/// The missing lifecycle rule, for uploads that may take `lasting` days.
pub(super) fn lifecycle(bucket: &str, prefix: &str, lasting: i32) -> Missing {
    let days = DAYS.max(lasting);
    let rule = json!({
        "ID": LIFECYCLE,
        "Status": "Enabled",
        "Filter": { "Prefix": prefix },
        "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": days },
    });
    let document = json!({ "Rules": [rule] });
    Missing {
        bucket: bucket.to_owned(),
        what: WantedSetting::Lifecycle,
        document,
        repair: Repair::Prefix(prefix.to_owned(), days),
    }
}

impl Missing {
    /// Adds the setting to the bucket's existing ones, and returns a line that says how it went.
    pub(super) async fn apply(&self, survey: &Survey) -> Line {
        let (id, asked) = match self.what {
            WantedSetting::Policy => ("apply.policy", "Set the policy"),
            WantedSetting::Cors => ("apply.cors", "Set the CORS rule"),
            WantedSetting::Lifecycle => ("apply.lifecycle", "Set the lifecycle rule"),
        };
        let done = match &self.repair {
            Repair::Statement(statement) => survey.apply_policy(&self.bucket, statement).await,
            Repair::Rule(allow) => survey.apply_cors(&self.bucket, CORS, allow).await,
            Repair::Prefix(prefix, days) => survey.apply_lifecycle(&self.bucket, LIFECYCLE, prefix, *days).await,
        };
        match done {
            Ok(()) => Line::new(id, asked, Verdict::Ok, format!("set on {}", self.bucket)),
            Err(error) => Line::new(id, asked, Verdict::Failed, error.to_string())
                .remedy(format!("Set it with rights that are enough: {}", self.what.command(&self.bucket))),
        }
    }
}
