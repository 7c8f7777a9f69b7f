//! Direct access to a bucket, without Holdall.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Builder, Credentials, Region, RequestChecksumCalculation};
use aws_sdk_s3::presigning::PresigningConfig;

use crate::Result;

/// A bucket on a test store.
#[derive(Clone)]
pub struct Bucket {
    pub endpoint: String,
    pub name: String,
    pub client: Client,
    settings: BTreeMap<String, String>,
}

impl FromStr for Bucket {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let parts: Vec<_> = text.split('|').collect();
        let [endpoint, name, id, secret, region] = parts[..] else {
            return Err("five parts with | between them".to_owned());
        };
        let config = Builder::new()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(Credentials::new(id, secret, None, None, "proof"))
            .region(Region::new(region.to_owned()))
            .endpoint_url(endpoint)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .force_path_style(true);
        let settings = [
            ("HOLDALL_STORAGE", "s3"),
            ("HOLDALL_BUCKET", name),
            ("AWS_ENDPOINT_URL_S3", endpoint),
            ("AWS_ACCESS_KEY_ID", id),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_REGION", region),
        ];
        Ok(Self {
            endpoint: endpoint.to_owned(),
            name: name.to_owned(),
            client: Client::from_conf(config.build()),
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        })
    }
}

impl Bucket {
    /// The settings of a Holdall on this bucket.
    pub fn settings(&self) -> BTreeMap<String, String> {
        self.settings.clone()
    }

    /// The objects with this prefix, with their sizes in bytes.
    pub async fn objects(&self, prefix: &str) -> Result<BTreeMap<String, u64>> {
        let mut found = BTreeMap::new();
        let list = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
        let mut pages = list.into_paginator().send();
        while let Some(page) = pages.next().await {
            for object in page?.contents.unwrap_or_default() {
                let size = object.size.unwrap_or_default().try_into()?;
                found.insert(object.key.unwrap_or_default(), size);
            }
        }
        Ok(found)
    }

    /// Presigned addresses to PUT and to GET this object; they expire after ten minutes.
    pub async fn presigned(&self, key: &str) -> Result<(String, String)> {
        let while_good = PresigningConfig::expires_in(Duration::from_secs(600))?;
        let put = self.client.put_object().bucket(&self.name).key(key).presigned(while_good.clone()).await?;
        let get = self.client.get_object().bucket(&self.name).key(key).presigned(while_good).await?;
        Ok((put.uri().to_owned(), get.uri().to_owned()))
    }

    /// The keys of all incomplete multipart uploads.
    pub async fn multipart_uploads(&self) -> Result<Vec<String>> {
        let page = self.client.list_multipart_uploads().bucket(&self.name).send().await?;
        if page.is_truncated == Some(true) {
            return Err("more unfinished uploads than one page of the bucket lists".into());
        }
        Ok(page.uploads.unwrap_or_default().into_iter().filter_map(|upload| upload.key).collect())
    }
}
