//! Changing a bucket's settings. Existing settings are preserved: a policy's statements are told apart by their Sid,
//! rules by their ID, and if the existing ones cannot be read, nothing is written.

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, CorsConfiguration, CorsRule, ExpirationStatus,
    LifecycleRule, LifecycleRuleFilter,
};
use serde_json::{Value, json};

use crate::server::storage::error::StorageError;
use crate::server::storage::s3::error::translate;
use crate::server::storage::s3::inspect::{Cors, Setting};
use crate::server::storage::s3::survey::Survey;

impl Survey {
    /// The partition in the ARNs of this region, such as `aws`.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        match self.region() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// Adds a statement to the bucket's policy, replacing one with the same Sid.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Broken`] if the existing policy cannot be read.
    pub async fn apply_policy(&self, bucket: &str, statement: &Value) -> Result<(), StorageError> {
        let there = known("policy", self.policy(bucket).await)?;
        let merged = with_statement(there, statement);
        let put = self.s3.client.put_bucket_policy().bucket(bucket).policy(merged.to_string());
        put.send().await.map(drop).map_err(|error| translate("policy", error))
    }

    /// Adds a CORS rule with this ID that allows what `allow` says, replacing one with the same ID.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Broken`] if the existing rules cannot be read.
    pub async fn apply_cors(&self, bucket: &str, id: &str, allow: &Cors) -> Result<(), StorageError> {
        let mut rules = known("CORS", self.cors_rules(bucket).await)?.unwrap_or_default();
        rules.retain(|rule| rule.id.as_deref() != Some(id));
        let rule = CorsRule::builder()
            .id(id)
            .set_allowed_origins(Some(allow.origins.clone()))
            .set_allowed_methods(Some(allow.methods.clone()))
            .set_allowed_headers((!allow.headers.is_empty()).then(|| allow.headers.clone()))
            .max_age_seconds(3600)
            .build();
        rules.push(rule.map_err(|error| StorageError::broken("CORS", error))?);
        let rules = CorsConfiguration::builder().set_cors_rules(Some(rules)).build();
        let put = self.s3.client.put_bucket_cors().bucket(bucket);
        let put = put.cors_configuration(rules.map_err(|error| StorageError::broken("CORS", error))?);
        put.send().await.map(drop).map_err(|error| translate("CORS", error))
    }

    /// Adds a lifecycle rule with this ID that aborts uploads below `prefix` that are still incomplete `days` days
    /// after their start, replacing one with the same ID.
    ///
    /// # Errors
    /// Any error of the store; [`StorageError::Broken`] if the existing rules cannot be read.
    pub async fn apply_lifecycle(&self, bucket: &str, id: &str, prefix: &str, days: i32) -> Result<(), StorageError> {
        let mut rules = known("lifecycle", self.lifecycle_rules(bucket).await)?.unwrap_or_default();
        rules.retain(|rule| rule.id.as_deref() != Some(id));
        let abort = AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build();
        let rule = LifecycleRule::builder()
            .id(id)
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
            .abort_incomplete_multipart_upload(abort)
            .build();
        rules.push(rule.map_err(|error| StorageError::broken("lifecycle", error))?);
        let rules = BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build();
        let put = self.s3.client.put_bucket_lifecycle_configuration().bucket(bucket);
        let put = put.lifecycle_configuration(rules.map_err(|error| StorageError::broken("lifecycle", error))?);
        put.send().await.map(drop).map_err(|error| translate("lifecycle", error))
    }
}

/// The policy with this statement added, and any statement with the same Sid removed.
#[must_use]
pub fn with_statement(there: Option<Value>, statement: &Value) -> Value {
    let mut policy = there.unwrap_or_else(|| json!({ "Version": "2012-10-17", "Statement": [] }));
    // The statement of a policy that has only one need not be in a list.
    let mut statements = match policy["Statement"].take() {
        Value::Array(statements) => statements,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    statements.retain(|other| other["Sid"] != statement["Sid"]);
    statements.push(statement.clone());
    policy["Statement"] = Value::Array(statements);
    policy
}

fn known<T>(operation: &'static str, setting: Setting<T>) -> Result<Option<T>, StorageError> {
    match setting {
        Setting::Set(there) => Ok(Some(there)),
        Setting::Unset => Ok(None),
        Setting::Unknown(why) => Err(StorageError::broken(operation, format!("what is there cannot be read: {why}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_joins_the_others_and_replaces_its_own() {
        let new = json!({ "Sid": "Own", "Effect": "Allow" });
        let alone = json!({ "Version": "2012-10-17", "Statement": [new] });
        assert_eq!(with_statement(None, &new), alone);
        let other = json!({ "Sid": "Other", "Effect": "Deny" });
        let nameless = json!({ "Effect": "Deny" });
        let old = json!({ "Sid": "Own", "Effect": "Deny" });
        let there = json!({ "Id": "kept", "Version": "2012-10-17", "Statement": [other, old, nameless] });
        let merged = json!({ "Id": "kept", "Version": "2012-10-17", "Statement": [other, nameless, new] });
        assert_eq!(with_statement(Some(there), &new), merged);
        let one = json!({ "Version": "2012-10-17", "Statement": other });
        assert_eq!(with_statement(Some(one), &new)["Statement"], json!([other, new]));
    }
}
