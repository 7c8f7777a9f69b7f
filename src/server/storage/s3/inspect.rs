//! Reads a bucket's settings from the store. Many stores lack some of these requests, and some return something
//! else: the result is then `Unknown`, which never counts as safe.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::types::{BucketVersioningStatus, CorsRule, ExpirationStatus, LifecycleRule};

use crate::server::storage::StorageError;
use crate::server::storage::location::LocationKind;
use crate::server::storage::s3::ObjectAddress;
use crate::server::storage::s3::error::{chain, translate};
use crate::server::storage::s3::survey::Survey;

/// Error codes that mean that the bucket does not have the setting. Any other code means that it is not known.
const UNSET: [&str; 7] = [
    "NoSuchBucketPolicy",
    "NoSuchCORSConfiguration",
    "NoSuchLifecycleConfiguration",
    "NoSuchWebsiteConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
];
/// The groups in ACLs that include every client.
const ANYBODY: [&str; 2] = ["/groups/global/AllUsers", "/groups/global/AuthenticatedUsers"];

/// What the store reports about a setting of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting<T> {
    /// The setting has this value.
    Set(T),
    /// The setting is not set.
    Unset,
    /// The store does not tell, for this reason.
    Unknown(String),
}

/// The four flags of the public access block, in the order in which AWS names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessBlock {
    /// New public ACLs are rejected.
    pub block_acls: bool,
    /// Public ACLs have no effect.
    pub ignore_acls: bool,
    /// New public policies are rejected.
    pub block_policy: bool,
    /// A public policy does not apply to anonymous clients.
    pub restrict: bool,
}

/// A CORS rule, reduced to what decides which origins' scripts may send which requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// The allowed origins.
    pub origins: Vec<String>,
    /// The allowed methods.
    pub methods: Vec<String>,
    /// The allowed request headers, besides those that are always allowed.
    pub headers: Vec<String>,
}

/// An enabled lifecycle rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifecycle {
    /// The prefix of the names to which it applies; `None` if tags or sizes restrict it too.
    pub prefix: Option<String>,
    /// The days after which incomplete uploads are aborted.
    pub unfinished: Option<i32>,
    /// The days after which old versions are deleted.
    pub old_versions: Option<i32>,
}

impl Survey {
    /// The object ownership: `BucketOwnerEnforced` (ACLs are disabled), `BucketOwnerPreferred` or `ObjectWriter`.
    pub async fn ownership(&self, bucket: &str) -> Setting<String> {
        match self.s3.client.get_bucket_ownership_controls().bucket(bucket).send().await {
            Ok(answer) => {
                let rules = answer.ownership_controls.map(|controls| controls.rules).unwrap_or_default();
                rules.first().map_or_else(no_value, |rule| Setting::Set(rule.object_ownership.as_str().to_owned()))
            }
            Err(error) => missing(&error),
        }
    }

    /// The public access block of the bucket. That of the AWS account cannot be read here.
    pub async fn access_block(&self, bucket: &str) -> Setting<AccessBlock> {
        match self.s3.client.get_public_access_block().bucket(bucket).send().await {
            Ok(answer) => answer.public_access_block_configuration.map_or_else(no_value, |block| {
                Setting::Set(AccessBlock {
                    block_acls: block.block_public_acls == Some(true),
                    ignore_acls: block.ignore_public_acls == Some(true),
                    block_policy: block.block_public_policy == Some(true),
                    restrict: block.restrict_public_buckets == Some(true),
                })
            }),
            Err(error) => missing(&error),
        }
    }

    /// The bucket's policy as JSON.
    pub async fn policy(&self, bucket: &str) -> Setting<serde_json::Value> {
        match self.s3.client.get_bucket_policy().bucket(bucket).send().await {
            Ok(answer) => match serde_json::from_str(&answer.policy.unwrap_or_default()) {
                Ok(policy @ serde_json::Value::Object(_)) => Setting::Set(policy),
                _ => no_value(),
            },
            Err(error) => missing(&error),
        }
    }

    /// Whether the store itself considers the policy public.
    pub async fn is_public(&self, bucket: &str) -> Setting<bool> {
        match self.s3.client.get_bucket_policy_status().bucket(bucket).send().await {
            Ok(answer) => answer.policy_status.and_then(|status| status.is_public).map_or_else(no_value, Setting::Set),
            Err(error) => missing(&error),
        }
    }

    /// Whether the bucket is served as a website.
    pub async fn website(&self, bucket: &str) -> Setting<()> {
        match self.s3.client.get_bucket_website().bucket(bucket).send().await {
            Ok(answer) if answer.index_document.is_some() || answer.redirect_all_requests_to.is_some() => {
                Setting::Set(())
            }
            Ok(_) => no_value(),
            Err(error) => missing(&error),
        }
    }

    /// The bucket's CORS rules.
    pub async fn cors(&self, bucket: &str) -> Setting<Vec<Cors>> {
        match self.cors_rules(bucket).await {
            Setting::Set(rules) => Setting::Set(
                rules
                    .into_iter()
                    .map(|rule| Cors {
                        origins: rule.allowed_origins,
                        methods: rule.allowed_methods,
                        headers: rule.allowed_headers.unwrap_or_default(),
                    })
                    .collect(),
            ),
            Setting::Unset => Setting::Unset,
            Setting::Unknown(why) => Setting::Unknown(why),
        }
    }

    /// The enabled lifecycle rules.
    pub async fn lifecycle(&self, bucket: &str) -> Setting<Vec<Lifecycle>> {
        match self.lifecycle_rules(bucket).await {
            Setting::Set(rules) => {
                let enabled = rules.iter().filter(|rule| rule.status == ExpirationStatus::Enabled);
                Setting::Set(enabled.map(in_force).collect())
            }
            Setting::Unset => Setting::Unset,
            Setting::Unknown(why) => Setting::Unknown(why),
        }
    }

    /// Whether deleted objects are kept as old versions.
    pub async fn versioning(&self, bucket: &str) -> Setting<bool> {
        match self.s3.client.get_bucket_versioning().bucket(bucket).send().await {
            Ok(answer) => match answer.status {
                Some(status) => Setting::Set(status == BucketVersioningStatus::Enabled),
                None => Setting::Unset,
            },
            Err(error) => missing(&error),
        }
    }

    /// The bucket's default encryption: `AES256`, `aws:kms` …
    pub async fn encryption(&self, bucket: &str) -> Setting<String> {
        match self.s3.client.get_bucket_encryption().bucket(bucket).send().await {
            Ok(answer) => {
                let rules = answer.server_side_encryption_configuration.map(|configuration| configuration.rules);
                let first = rules.unwrap_or_default().into_iter().next();
                first
                    .and_then(|rule| rule.apply_server_side_encryption_by_default)
                    .map_or_else(no_value, |usual| Setting::Set(usual.sse_algorithm.as_str().to_owned()))
            }
            Err(error) => missing(&error),
        }
    }

    /// The permissions that the object's ACL grants to every client; empty if none.
    pub async fn granted_to_anybody(&self, kind: LocationKind, key: &str) -> Setting<Vec<String>> {
        let ObjectAddress { bucket, key } = self.s3.address(kind, key);
        match self.s3.client.get_object_acl().bucket(bucket).key(key).send().await {
            Ok(answer) => answer.grants.map_or_else(no_value, |grants| {
                let open = grants.into_iter().filter(|grant| {
                    let uri = grant.grantee.as_ref().and_then(|grantee| grantee.uri.as_deref()).unwrap_or_default();
                    ANYBODY.iter().any(|anybody| uri.ends_with(anybody))
                });
                let words = open.map(|grant| grant.permission.map_or("?".to_owned(), |may| may.as_str().to_owned()));
                Setting::Set(words.collect())
            }),
            Err(error) => missing(&error),
        }
    }

    /// Lists a location's objects, newest first, and counts them. At most `most` are returned; all if `None`.
    ///
    /// # Errors
    /// Any error of the store.
    pub async fn newest(&self, kind: LocationKind, most: Option<usize>) -> Result<(Vec<String>, usize), StorageError> {
        let ObjectAddress { bucket, key: location } = self.s3.address(kind, "");
        let mut pages = self.s3.client.list_objects_v2().bucket(bucket).prefix(&location).into_paginator().send();
        let (mut found, mut count) = (Vec::new(), 0);
        while let Some(page) = pages.next().await {
            for object in page.map_err(|error| translate("list", error))?.contents.unwrap_or_default() {
                let key = object.key.as_deref().and_then(|key| key.strip_prefix(&location)).map(str::to_owned);
                found.push((
                    object.last_modified,
                    key.ok_or_else(|| StorageError::broken("list", "a line without a name"))?,
                ));
                count += 1;
            }
            // A bucket's listing can be larger than memory, so only the newest objects are kept.
            if let Some(most) = most.filter(|most| found.len() > 4 * most) {
                found.sort_unstable_by(|one, other| other.cmp(one));
                found.truncate(most);
            }
        }
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.truncate(most.unwrap_or(usize::MAX));
        Ok((found.into_iter().map(|(_, key)| key).collect(), count))
    }

    /// The complete CORS rules, for changing them.
    pub(in crate::server::storage) async fn cors_rules(&self, bucket: &str) -> Setting<Vec<CorsRule>> {
        match self.s3.client.get_bucket_cors().bucket(bucket).send().await {
            Ok(answer) => answer.cors_rules.filter(|rules| !rules.is_empty()).map_or_else(no_value, Setting::Set),
            Err(error) => missing(&error),
        }
    }

    /// The complete lifecycle rules, for changing them.
    pub(in crate::server::storage) async fn lifecycle_rules(&self, bucket: &str) -> Setting<Vec<LifecycleRule>> {
        match self.s3.client.get_bucket_lifecycle_configuration().bucket(bucket).send().await {
            Ok(answer) => answer.rules.filter(|rules| !rules.is_empty()).map_or_else(no_value, Setting::Set),
            Err(error) => missing(&error),
        }
    }
}

fn in_force(rule: &LifecycleRule) -> Lifecycle {
    let filter = rule.filter.as_ref();
    let narrowed = filter.is_some_and(|filter| {
        filter.tag.is_some()
            || filter.and.is_some()
            || filter.object_size_greater_than.is_some()
            || filter.object_size_less_than.is_some()
    });
    #[expect(deprecated, reason = "older rules, and stores that write only these, have the prefix outside the filter")]
    let prefix = filter.and_then(|filter| filter.prefix.clone()).or_else(|| rule.prefix.clone());
    Lifecycle {
        prefix: (!narrowed).then(|| prefix.unwrap_or_default()),
        unfinished: rule.abort_incomplete_multipart_upload.as_ref().and_then(|abort| abort.days_after_initiation),
        old_versions: rule.noncurrent_version_expiration.as_ref().and_then(|expiration| expiration.noncurrent_days),
    }
}

/// For a successful response without the requested value: Ceph answers requests that it does not know with a listing.
fn no_value<T>() -> Setting<T> {
    Setting::Unknown("the store answered with something else".to_owned())
}

fn missing<T, E>(error: &SdkError<E, HttpResponse>) -> Setting<T>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    match (error.code(), status) {
        (Some(code), _) if UNSET.contains(&code) => Setting::Unset,
        // Garage reports a setting that is not set with 204, which the SDK takes for a truncated response.
        (_, Some(204)) => Setting::Unset,
        (_, Some(403)) => Setting::Unknown("the key may not ask (403)".to_owned()),
        (_, Some(status @ (404 | 405 | 501))) => {
            Setting::Unknown(format!("the store does not know the question ({status})"))
        }
        (Some(code), Some(status)) => Setting::Unknown(format!("the store said {status} {code}")),
        (_, Some(200)) => no_value(),
        _ => Setting::Unknown(chain(error)),
    }
}
