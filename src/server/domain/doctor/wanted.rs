//! The settings a bucket should have, in the JSON in which they are given to it, and how they come there.

use serde_json::{Value, json};

use crate::server::domain::doctor::missing::{Missing, Repair, WantedSetting};
use crate::server::domain::doctor::report::{Line, Verdict};
use crate::server::storage::{Cors, Place, Survey};

/// The policy's statement that Holdall calls its own.
const STATEMENT: &str = "HoldallPublicRead";
/// The CORS rule that Holdall calls its own.
const CORS: &str = "holdall";
/// The lifecycle rule that Holdall calls its own.
const LIFECYCLE: &str = "holdall unfinished uploads";
/// After how many days uploads that were not finished may go, at least.
const DAYS: i32 = 7;

/// The statement that opens these locations, and no others.
pub(super) fn statement(survey: &Survey, bucket: &str, places: &[Place]) -> Value {
    let arn = |place: &Place| format!("arn:{}:s3:::{bucket}/{}*", survey.partition(), survey.prefix(*place));
    json!({
        "Sid": STATEMENT,
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": places.iter().map(arn).collect::<Vec<_>>(),
    })
}

/// The policy that is missing: all of it, with what is there.
pub(super) fn policy(bucket: &str, there: Option<Value>, statement: Value) -> Missing {
    let document = crate::server::storage::with_statement(there, &statement);
    Missing { bucket: bucket.to_owned(), what: WantedSetting::Policy, document, repair: Repair::Statement(statement) }
}

/// The CORS rule that is missing, with all that pages need of this bucket: what they read, and the parts they put.
pub(super) fn cors(bucket: &str, origin: &str, reads: bool, puts: bool) -> Missing {
    let methods = [("GET", reads), ("HEAD", reads), ("PUT", puts)];
    let methods = methods.into_iter().filter(|(_, needed)| *needed).map(|(method, _)| method.to_owned()).collect();
    // Pages put parts without a type; a browser that gives them one must not fail for it.
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

/// The lifecycle rule that is missing, for uploads that may last so many days.
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
    /// Gives the bucket the setting, beside what is there.
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
