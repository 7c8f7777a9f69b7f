//! A setting that a bucket lacks, as the doctor reports it.

use serde::Serialize;
use serde_json::Value;

use crate::server::storage::Cors;

/// A setting that is missing.
#[derive(Clone, Debug, Serialize)]
pub struct Missing {
    /// The bucket.
    pub bucket: String,
    /// Which setting.
    pub what: WantedSetting,
    /// The whole of it, or the rule that is to join those that are there.
    pub document: Value,
    #[serde(skip)]
    pub(super) repair: Repair,
}

/// A kind of setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WantedSetting {
    /// The bucket's policy.
    Policy,
    /// Its CORS rules.
    Cors,
    /// Its lifecycle rules.
    Lifecycle,
}

impl WantedSetting {
    /// The command of the AWS tools that takes the document from a file.
    #[must_use]
    pub fn command(self, bucket: &str) -> String {
        let (command, option) = match self {
            Self::Policy => ("put-bucket-policy", "policy"),
            Self::Cors => ("put-bucket-cors", "cors-configuration"),
            Self::Lifecycle => ("put-bucket-lifecycle-configuration", "lifecycle-configuration"),
        };
        format!("aws s3api {command} --bucket {bucket} --{option} file://{option}.json")
    }
}

/// What is given to the bucket beside what is there.
#[derive(Clone, Debug)]
pub(super) enum Repair {
    Statement(Value),
    Rule(Cors),
    Prefix(String, i32),
}
