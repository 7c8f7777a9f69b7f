//! What a bucket says of its own settings. Stores lack many of these questions, and some answer them with something else: that
//! is `Unknown` and never taken for safe.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::types::{BucketVersioningStatus, CorsRule, ExpirationStatus, LifecycleRule};

use crate::server::storage::StorageError;
use crate::server::storage::location::Place;
use crate::server::storage::s3::Address;
use crate::server::storage::s3::error::{chain, translate};
use crate::server::storage::s3::survey::Survey;

/// Codes that say that a bucket has no such setting; all others say that it is not known.
const UNSET: [&str; 7] = [
    "NoSuchBucketPolicy",
    "NoSuchCORSConfiguration",
    "NoSuchLifecycleConfiguration",
    "NoSuchWebsiteConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
];
/// Those who are anybody, in the words of ACLs.
const ANYBODY: [&str; 2] = ["/groups/global/AllUsers", "/groups/global/AuthenticatedUsers"];

/// What a bucket says of one of its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting<T> {
    /// It is set to this.
    Set(T),
    /// The bucket says that it is not set.
    Unset,
    /// The bucket does not say; with why.
    Unknown(String),
}

/// The four switches of the public access block, in the order in which AWS names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessBlock {
    /// New public ACLs are refused.
    pub block_acls: bool,
    /// Public ACLs have no effect.
    pub ignore_acls: bool,
    /// New public policies are refused.
    pub block_policy: bool,
    /// A public policy has no effect on strangers.
    pub restrict: bool,
}

/// A CORS rule, as far as it decides whose scripts may do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// From where.
    pub origins: Vec<String>,
    /// How.
    pub methods: Vec<String>,
    /// Saying what, besides what every script may say.
    pub headers: Vec<String>,
}

/// A lifecycle rule that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifecycle {
    /// The names it is for begin with this; `None` where tags or sizes choose too.
    pub prefix: Option<String>,
    /// After how many days unfinished uploads go.
    pub unfinished: Option<i32>,
    /// After how many days old versions go.
    pub old_versions: Option<i32>,
}

impl Survey {
    /// Who owns objects: `BucketOwnerEnforced` (ACLs are off), `BucketOwnerPreferred` or `ObjectWriter`.
    pub async fn ownership(&self, bucket: &str) -> Setting<String> {
        match self.s3.client.get_bucket_ownership_controls().bucket(bucket).send().await {
            Ok(answer) => {
                let rules = answer.ownership_controls.map(|controls| controls.rules).unwrap_or_default();
                rules.first().map_or_else(strange, |rule| Setting::Set(rule.object_ownership.as_str().to_owned()))
            }
            Err(error) => missing(&error),
        }
    }

    /// The public access block of the bucket; the account's own cannot be seen.
    pub async fn access_block(&self, bucket: &str) -> Setting<AccessBlock> {
        match self.s3.client.get_public_access_block().bucket(bucket).send().await {
            Ok(answer) => answer.public_access_block_configuration.map_or_else(strange, |block| {
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

    /// The bucket's policy, as the JSON it is.
    pub async fn policy(&self, bucket: &str) -> Setting<serde_json::Value> {
        match self.s3.client.get_bucket_policy().bucket(bucket).send().await {
            Ok(answer) => match serde_json::from_str(&answer.policy.unwrap_or_default()) {
                Ok(policy @ serde_json::Value::Object(_)) => Setting::Set(policy),
                _ => strange(),
            },
            Err(error) => missing(&error),
        }
    }

    /// Whether the store itself calls the policy public.
    pub async fn is_public(&self, bucket: &str) -> Setting<bool> {
        match self.s3.client.get_bucket_policy_status().bucket(bucket).send().await {
            Ok(answer) => answer.policy_status.and_then(|status| status.is_public).map_or_else(strange, Setting::Set),
            Err(error) => missing(&error),
        }
    }

    /// Whether the bucket answers as a website.
    pub async fn website(&self, bucket: &str) -> Setting<()> {
        match self.s3.client.get_bucket_website().bucket(bucket).send().await {
            Ok(answer) if answer.index_document.is_some() || answer.redirect_all_requests_to.is_some() => {
                Setting::Set(())
            }
            Ok(_) => strange(),
            Err(error) => missing(&error),
        }
    }

    /// Which other sites' scripts may do what.
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

    /// The lifecycle rules that are in force.
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

    /// Whether deleted objects stay as old versions.
    pub async fn versioning(&self, bucket: &str) -> Setting<bool> {
        match self.s3.client.get_bucket_versioning().bucket(bucket).send().await {
            Ok(answer) => match answer.status {
                Some(status) => Setting::Set(status == BucketVersioningStatus::Enabled),
                None => Setting::Unset,
            },
            Err(error) => missing(&error),
        }
    }

    /// How the bucket encrypts by itself: `AES256`, `aws:kms` …
    pub async fn encryption(&self, bucket: &str) -> Setting<String> {
        match self.s3.client.get_bucket_encryption().bucket(bucket).send().await {
            Ok(answer) => {
                let rules = answer.server_side_encryption_configuration.map(|configuration| configuration.rules);
                let first = rules.unwrap_or_default().into_iter().next();
                first
                    .and_then(|rule| rule.apply_server_side_encryption_by_default)
                    .map_or_else(strange, |usual| Setting::Set(usual.sse_algorithm.as_str().to_owned()))
            }
            Err(error) => missing(&error),
        }
    }

    /// What anybody may do with an object by its ACL: nothing is an empty list.
    pub async fn granted_to_anybody(&self, place: Place, key: &str) -> Setting<Vec<String>> {
        let Address { bucket, key } = self.s3.address(place, key);
        match self.s3.client.get_object_acl().bucket(bucket).key(key).send().await {
            Ok(answer) => answer.grants.map_or_else(strange, |grants| {
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

    /// The objects of a location, newest first: `most` of them, or all, and how many there are.
    ///
    /// # Errors
    /// What the store says.
    pub async fn newest(&self, place: Place, most: Option<usize>) -> Result<(Vec<String>, usize), StorageError> {
        let Address { bucket, key: location } = self.s3.address(place, "");
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
            // A bucket can be larger than memory; the newest cannot.
            if let Some(most) = most.filter(|most| found.len() > 4 * most) {
                found.sort_unstable_by(|one, other| other.cmp(one));
                found.truncate(most);
            }
        }
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.truncate(most.unwrap_or(usize::MAX));
        Ok((found.into_iter().map(|(_, key)| key).collect(), count))
    }

    /// The CORS rules themselves, for changing them.
    pub(in crate::server::storage) async fn cors_rules(&self, bucket: &str) -> Setting<Vec<CorsRule>> {
        match self.s3.client.get_bucket_cors().bucket(bucket).send().await {
            Ok(answer) => answer.cors_rules.filter(|rules| !rules.is_empty()).map_or_else(strange, Setting::Set),
            Err(error) => missing(&error),
        }
    }

    /// The lifecycle rules themselves, for changing them.
    pub(in crate::server::storage) async fn lifecycle_rules(&self, bucket: &str) -> Setting<Vec<LifecycleRule>> {
        match self.s3.client.get_bucket_lifecycle_configuration().bucket(bucket).send().await {
            Ok(answer) => answer.rules.filter(|rules| !rules.is_empty()).map_or_else(strange, Setting::Set),
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

/// A success that does not say what was asked: Ceph answers questions it does not know with a listing.
fn strange<T>() -> Setting<T> {
    Setting::Unknown("the store answered with something else".to_owned())
}

fn missing<T, E>(error: &SdkError<E, HttpResponse>) -> Setting<T>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    match (error.code(), status) {
        (Some(code), _) if UNSET.contains(&code) => Setting::Unset,
        // Garage says so with no content, which the SDK takes for an answer cut short.
        (_, Some(204)) => Setting::Unset,
        (_, Some(403)) => Setting::Unknown("the key may not ask (403)".to_owned()),
        (_, Some(status @ (404 | 405 | 501))) => {
            Setting::Unknown(format!("the store does not know the question ({status})"))
        }
        (Some(code), Some(status)) => Setting::Unknown(format!("the store said {status} {code}")),
        (_, Some(200)) => strange(),
        _ => Setting::Unknown(chain(error)),
    }
}
