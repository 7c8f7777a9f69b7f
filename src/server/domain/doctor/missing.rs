//! The settings that the doctor reports as missing from a bucket.

use serde::Serialize;
use serde_json::Value;

use crate::server::storage::Cors;

/// A setting that is missing from a bucket.
#[derive(Clone, Debug, Serialize)]
pub struct Missing {
    /// The bucket's name.
    pub bucket: String,
    /// The kind of setting.
    pub what: WantedSetting,
    /// The setting as JSON: the whole policy, or the rule to add to the existing ones.
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
    /// The bucket's CORS rules.
    Cors,
    /// The bucket's lifecycle rules.
    Lifecycle,
}

impl WantedSetting {
    /// The AWS command that applies the setting from a file.
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

/// What to add to the bucket's existing settings.
#[derive(Clone, Debug)]
pub(super) enum Repair {
    Statement(Value),
    Rule(Cors),
    Prefix(String, i32),
}
