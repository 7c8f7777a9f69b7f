//! The endpoints at which a bucket might answer anonymous clients: every way of addressing it, intended or not.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use url::{Position, Url};

use crate::server::storage::location::LocationKind;
use crate::server::storage::origin::origin_of;
use crate::server::storage::s3::survey::Survey;
use crate::server::storage::settings::Credentials;

/// The port on which Garage serves buckets as websites, if it does.
const GARAGE_WEB: u16 = 3902;

/// An address below which a bucket's objects might be readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host and possibly a path, without a trailing slash.
    pub address: String,
    /// The `Host` header, if it differs from the address's host.
    pub host: Option<String>,
}

impl Endpoint {
    fn at(address: &str) -> Self {
        Self { address: address.trim_end_matches('/').to_owned(), host: None }
    }

    fn with_host(address: &str, host: String) -> Self {
        Self { host: Some(host), ..Self::at(address) }
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.host {
            None => f.write_str(&self.address),
            Some(host) => write!(f, "{} (Host: {host})", self.address),
        }
    }
}

impl Survey {
    /// The endpoint that Holdall connects to: scheme and host.
    pub async fn endpoint(&self) -> String {
        match &self.s3.settings().endpoint {
            Some(endpoint) => endpoint.clone(),
            None => origin_of(&self.own_addresses(true, false).await).unwrap_or_default(),
        }
    }

    /// The endpoint that browsers reach, used for presigned addresses.
    pub async fn signing_endpoint(&self) -> String {
        match &self.s3.settings().public_endpoint {
            Some(endpoint) => endpoint.clone(),
            None => self.endpoint().await,
        }
    }

    /// Every address at which the bucket of a location might answer, each once: by path and by host name, at Holdall's
    /// endpoint, at the one that browsers reach, at Amazon's other names, at Garage's website port, and at the
    /// `further` addresses.
    pub async fn endpoints(&self, kind: LocationKind, further: &[String]) -> Vec<Endpoint> {
        let (settings, bucket) = (self.s3.settings(), self.bucket(kind));
        let mut found = Vec::new();
        for endpoint in [&settings.endpoint, &settings.public_endpoint].into_iter().flatten() {
            found.push(Endpoint::at(&format!("{endpoint}/{bucket}")));
            // Settings with addresses that cannot be parsed have been rejected at the start.
            let Ok(url) = Url::parse(endpoint) else { continue };
            // Sets the `Host` header instead of resolving the name: self-hosted stores rarely have DNS names for
            // buckets.
            found.push(Endpoint::with_host(endpoint, format!("{bucket}.{}", authority(&url))));
            if let Some(host) = url.host_str() {
                found.push(Endpoint::with_host(&format!("http://{host}:{GARAGE_WEB}"), bucket.clone()));
            }
        }
        if settings.endpoint.is_none() {
            found.extend(self.amazons(&bucket).await);
        }
        for address in further {
            found.push(Endpoint::at(address));
            found.push(Endpoint::at(&format!("{}/{bucket}", address.trim_end_matches('/'))));
            found.push(Endpoint::with_host(address, bucket.clone()));
        }
        let mut once: Vec<Endpoint> = Vec::new();
        for base in found {
            if !once.contains(&base) {
                once.push(base);
            }
        }
        once
    }

    /// Amazon's addresses for a bucket: by path and by host, over IPv4 and IPv6, and as a website.
    async fn amazons(&self, bucket: &str) -> Vec<Endpoint> {
        let mut found = Vec::new();
        for (path, dual) in [(true, false), (false, false), (false, true)] {
            let address = self.own_addresses(path, dual).await;
            let root = origin_of(&address).unwrap_or_default();
            found.push(if path { Endpoint::at(&format!("{root}/{bucket}")) } else { Endpoint::at(&root) });
        }
        let region = self.region();
        for form in ["s3-website-", "s3-website."] {
            found.push(Endpoint::at(&format!("http://{bucket}.{form}{region}.amazonaws.com")));
        }
        found
    }

    /// The address that the SDK itself generates, with made-up credentials: only the host matters.
    async fn own_addresses(&self, path_style: bool, dual_stack: bool) -> String {
        let nobody = Credentials { id: "nobody".to_owned(), secret: "nothing".to_owned(), session_token: None };
        let config = self.s3.client.config().to_builder();
        let config = config
            .credentials_provider(aws_sdk_s3::config::Credentials::new(nobody.id, nobody.secret, None, None, "holdall"))
            .force_path_style(path_style)
            .use_dual_stack(dual_stack);
        let request =
            Client::from_conf(config.build()).get_object().bucket(self.bucket(LocationKind::Private)).key("x");
        match PresigningConfig::expires_in(Duration::from_secs(1)) {
            Ok(expiry) => request.presigned(expiry).await.map(|signed| signed.uri().to_owned()).unwrap_or_default(),
            Err(_) => String::new(),
        }
    }
}

/// Host and port, as in the `Host` header.
fn authority(address: &Url) -> &str {
    &address[Position::BeforeHost..Position::AfterPort]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::clock::Clock;
    use crate::server::storage::Storage;
    use crate::server::storage::exposure::Exposures;
    use crate::server::storage::settings::{
        BackendSettings, DeliveryMode, LocationNames, S3Settings, Settings, UploadMode,
    };

    async fn endpoints(endpoint: Option<&str>, further: &[&str]) -> Vec<String> {
        let backend = BackendSettings::S3(Box::new(S3Settings {
            bucket: "box".to_owned(),
            endpoint: endpoint.map(str::to_owned),
            region: Some("eu-central-1".to_owned()),
            path_style: endpoint.is_some(),
            credentials: Some(Credentials { id: "id".to_owned(), secret: "secret".to_owned(), session_token: None }),
            ..S3Settings::default()
        }));
        let locations =
            LocationNames { static_: "static".to_owned(), media: "media".to_owned(), private: "private".to_owned() };
        let settings = Settings {
            backend,
            locations,
            delivery: DeliveryMode::Stream,
            uploads: UploadMode::App,
            link_age: Duration::from_secs(60),
            exposures: Exposures::default(),
        };
        let survey = Storage::open(settings, Clock::system()).await.unwrap().survey().unwrap();
        let further: Vec<_> = further.iter().map(|base| (*base).to_owned()).collect();
        survey.endpoints(LocationKind::Private, &further).await.iter().map(ToString::to_string).collect()
    }

    #[tokio::test]
    async fn a_store_of_ones_own_is_asked_by_path_by_host_and_at_its_web_port() {
        let expected = [
            "http://10.0.0.1:3900/box",
            "http://10.0.0.1:3900 (Host: box.10.0.0.1:3900)",
            "http://10.0.0.1:3902 (Host: box)",
            "https://cdn.example.org",
            "https://cdn.example.org/box",
            "https://cdn.example.org (Host: box)",
        ];
        assert_eq!(endpoints(Some("http://10.0.0.1:3900"), &["https://cdn.example.org/"]).await, expected);
    }

    #[tokio::test]
    async fn amazon_has_five_names_for_a_bucket() {
        let expected = [
            "https://s3.eu-central-1.amazonaws.com/box",
            "https://box.s3.eu-central-1.amazonaws.com",
            "https://box.s3.dualstack.eu-central-1.amazonaws.com",
            "http://box.s3-website-eu-central-1.amazonaws.com",
            "http://box.s3-website.eu-central-1.amazonaws.com",
        ];
        assert_eq!(endpoints(None, &[]).await, expected);
    }

    #[test]
    fn hosts_are_cut_out_of_addresses() {
        let authority = |address: &str| authority(&Url::parse(address).unwrap()).to_owned();
        assert_eq!(authority("http://[::1]:3900/a"), "[::1]:3900");
        assert_eq!(authority("http://user@a.b/c"), "a.b");
    }
}
