//! The addresses at which a bucket might answer anybody: what each way of naming it gives, whether meant or not.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;

use crate::server::storage::location::Place;
use crate::server::storage::s3::survey::Survey;
use crate::server::storage::settings::Credentials;

/// The port at which Garage answers as a website, if it does.
const GARAGE_WEB: u16 = 3902;

/// An address below which a bucket's objects would stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host and perhaps a path, without a slash at the end.
    pub address: String,
    /// What is written into `Host`, where it is not the address's own.
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
    /// Where Holdall reaches the store: scheme and host.
    pub async fn endpoint(&self) -> String {
        match &self.s3.settings().endpoint {
            Some(endpoint) => endpoint.clone(),
            None => scheme_and_host(&self.own_addresses(true, false).await).to_owned(),
        }
    }

    /// Where browsers reach it, for signed addresses.
    pub async fn signing_endpoint(&self) -> String {
        match &self.s3.settings().public_endpoint {
            Some(endpoint) => endpoint.clone(),
            None => self.endpoint().await,
        }
    }

    /// Every address at which the bucket of a location might answer, each once: by path and by host's name, at the endpoint, at
    /// the one browsers reach, at Amazon's other names, at Garage's web port, and at `further` ones.
    pub async fn endpoints(&self, place: Place, further: &[String]) -> Vec<Endpoint> {
        let (settings, bucket) = (self.s3.settings(), self.bucket(place));
        let mut found = Vec::new();
        for endpoint in [&settings.endpoint, &settings.public_endpoint].into_iter().flatten() {
            found.push(Endpoint::at(&format!("{endpoint}/{bucket}")));
            // By host's name without asking for the name itself: self-hosted stores seldom have one for each bucket.
            found.push(Endpoint::with_host(endpoint, format!("{bucket}.{}", authority(endpoint))));
            if let Some(host) = endpoint.split_once("://").map(|(_, host)| without_port(host)) {
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

    /// Amazon's names for a bucket: by path and by host, over both internet protocols, and as a website.
    async fn amazons(&self, bucket: &str) -> Vec<Endpoint> {
        let mut found = Vec::new();
        for (path, dual) in [(true, false), (false, false), (false, true)] {
            let address = self.own_addresses(path, dual).await;
            let root = scheme_and_host(&address);
            found.push(if path { Endpoint::at(&format!("{root}/{bucket}")) } else { Endpoint::at(root) });
        }
        let region = self.region();
        for form in ["s3-website-", "s3-website."] {
            found.push(Endpoint::at(&format!("http://{bucket}.{form}{region}.amazonaws.com")));
        }
        found
    }

    /// An address as the SDK itself would write it, for a key pair that exists nowhere: what counts is the host.
    async fn own_addresses(&self, path_style: bool, dual_stack: bool) -> String {
        let nobody = Credentials { id: "nobody".to_owned(), secret: "nothing".to_owned(), session_token: None };
        let config = self.s3.client.config().to_builder();
        let config = config
            .credentials_provider(aws_sdk_s3::config::Credentials::new(nobody.id, nobody.secret, None, None, "holdall"))
            .force_path_style(path_style)
            .use_dual_stack(dual_stack);
        let request = Client::from_conf(config.build()).get_object().bucket(self.bucket(Place::Private)).key("x");
        match PresigningConfig::expires_in(Duration::from_secs(1)) {
            Ok(expiry) => request.presigned(expiry).await.map(|signed| signed.uri().to_owned()).unwrap_or_default(),
            Err(_) => String::new(),
        }
    }
}

fn authority(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

fn scheme_and_host(address: &str) -> &str {
    let begin = address.find("://").map_or(0, |at| at + 3);
    address[begin..].find('/').map_or(address, |end| &address[..begin + end])
}

fn without_port(host: &str) -> &str {
    let host = host.split('/').next().unwrap_or(host);
    if host.ends_with(']') { host } else { host.rsplit_once(':').map_or(host, |(name, _)| name) }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let survey = Storage::open(settings).await.unwrap().survey().unwrap();
        let further: Vec<_> = further.iter().map(|base| (*base).to_owned()).collect();
        survey.endpoints(Place::Private, &further).await.iter().map(ToString::to_string).collect()
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
        assert_eq!(authority("http://[::1]:3900/a"), "[::1]:3900");
        assert_eq!(scheme_and_host("https://a.b:1/c?d"), "https://a.b:1");
        assert_eq!(["[::1]:3900", "[::1]", "a:1", "a"].map(without_port), ["[::1]", "[::1]", "a", "a"]);
    }
}
