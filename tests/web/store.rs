//! Stores that a test may misconfigure: a bucket for one test, an operator's changes to it, and the doctor's report.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Builder, Credentials, Region, RequestChecksumCalculation};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CorsConfiguration, CorsRule, IndexDocument, ObjectCannedAcl, WebsiteConfiguration};
use holdall::server::app::open_doctor;
use holdall::server::clock::Clock;
use holdall::server::config::Config;
use holdall::server::domain::doctor::{Line, Report, Verdict};

use crate::app::App;
use crate::database::{Database, given, random};

/// A bucket for one test.
pub struct Bucket {
    pub name: String,
    pub endpoint: String,
    pub client: Client,
    settings: Vec<(&'static str, String)>,
}

/// Settings of a Holdall that override or extend those of its bucket.
type More<'a> = &'a [(&'static str, &'a str)];

impl Bucket {
    /// On Garage.
    pub async fn garage() -> Self {
        Self::made("HOLDALL_TEST_GARAGE").await
    }

    /// On moto.
    pub async fn moto() -> Self {
        Self::made("HOLDALL_TEST_MOTO").await
    }

    /// The bucket of this name on Garage, and the address of its websites: Garage serves only buckets with a global
    /// name, which only its own command creates. Used by one test only.
    pub async fn website(name: &str) -> (Self, String) {
        let bucket = Self::named("HOLDALL_TEST_GARAGE", name.to_owned());
        bucket.shows_itself(false).await;
        (bucket, given("HOLDALL_TEST_GARAGE_WEB", "http://127.0.0.1:3902"))
    }

    /// The bucket of this name on Garage, created by Garage's own command: only those have preflights answered by their
    /// own rules. Used by one test only.
    pub async fn known(name: &str) -> Self {
        let bucket = Self::named("HOLDALL_TEST_GARAGE", name.to_owned());
        bucket.client.delete_bucket_cors().bucket(&bucket.name).send().await.expect("no rules");
        bucket
    }

    async fn made(variable: &str) -> Self {
        let bucket = Self::named(variable, format!("doctor-{}", random()));
        bucket.client.create_bucket().bucket(&bucket.name).send().await.expect("a bucket");
        bucket
    }

    fn named(variable: &str, name: String) -> Self {
        let given = given(variable, "http://127.0.0.1:3900|bucket|key id|secret|region");
        let parts: Vec<_> = given.split('|').map(str::to_owned).collect();
        let [endpoint, _, id, secret, region] = parts.as_slice() else {
            panic!("five parts with | between them: {given}")
        };
        let config = Builder::new()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(Credentials::new(id, secret, None, None, "tests"))
            .region(Region::new(region.clone()))
            .endpoint_url(endpoint)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .force_path_style(true);
        let client = Client::from_conf(config.build());
        let settings = vec![
            ("HOLDALL_STORAGE", "s3".to_owned()),
            ("HOLDALL_BUCKET", name.clone()),
            ("AWS_ENDPOINT_URL_S3", endpoint.clone()),
            ("AWS_ACCESS_KEY_ID", id.clone()),
            ("AWS_SECRET_ACCESS_KEY", secret.clone()),
            ("AWS_REGION", region.clone()),
            // Nothing listens there, so that requests for the site itself reach nothing else.
            ("HOLDALL_URL", "http://127.0.0.1:1".to_owned()),
        ];
        Self { name, endpoint: endpoint.clone(), client, settings }
    }

    /// The settings of a Holdall on this bucket; `more` overrides or extends the usual ones.
    pub fn settings<'a>(&'a self, more: More<'a>) -> Vec<(&'static str, &'a str)> {
        let usual = self.settings.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
        more.iter().copied().chain(usual.map(|(name, value)| (*name, value.as_str()))).collect()
    }

    pub fn config(&self, more: More<'_>) -> Config {
        let settings = self.settings(more);
        let value = |name: &str| settings.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned());
        Config::read(value).expect("settings without a fault")
    }

    /// The doctor's report with these additional settings; asserts that it leaves nothing in the bucket.
    pub async fn examined(&self, more: More<'_>) -> Report {
        let before = self.keys().await;
        let report = open_doctor(&self.config(more), Clock::system()).await.expect("a doctor").examine(false).await;
        assert_eq!(self.keys().await, before, "it cleans up after itself");
        let uploads = self.client.list_multipart_uploads().bucket(&self.name).send().await.expect("uploads");
        assert!(uploads.uploads().is_empty(), "{uploads:?}");
        report
    }

    /// A site on this bucket.
    pub async fn app(&self, more: More<'_>) -> App {
        App::with(&Database::Sqlite, &self.settings(more)).await
    }

    /// The names of all objects.
    pub async fn keys(&self) -> Vec<String> {
        let listing = self.client.list_objects_v2().bucket(&self.name).send().await.expect("a listing");
        listing.contents().iter().filter_map(|object| object.key.clone()).collect()
    }

    pub async fn put(&self, key: &str, acl: Option<ObjectCannedAcl>) {
        let put = self.client.put_object().bucket(&self.name).key(key).body(ByteStream::from_static(b"content"));
        put.set_acl(acl).send().await.expect("an object");
    }

    /// Turns the bucket into a website, or back.
    pub async fn shows_itself(&self, shown: bool) {
        if !shown {
            self.client.delete_bucket_website().bucket(&self.name).send().await.expect("no website");
            return;
        }
        let index = IndexDocument::builder().suffix("index.html").build().expect("an index");
        let website = WebsiteConfiguration::builder().index_document(index).build();
        let put = self.client.put_bucket_website().bucket(&self.name).website_configuration(website);
        put.send().await.expect("a website");
    }

    /// Sets a bucket policy that lets everybody read the objects that match.
    pub async fn opens(&self, resources: &[&str]) {
        let resources: Vec<_> = resources.iter().map(|what| format!("arn:aws:s3:::{}/{what}", self.name)).collect();
        let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": [{
            "Sid": "Theirs", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resources,
        }] });
        let put = self.client.put_bucket_policy().bucket(&self.name).policy(policy.to_string());
        put.send().await.expect("a policy");
    }

    /// Lets pages of this origin use the objects, by a CORS rule that is not Holdall's.
    pub async fn shares_with(&self, origin: &str) {
        self.lets(origin, "GET").await;
    }

    /// Lets pages of this origin do this, by the only CORS rule, which is not Holdall's.
    pub async fn lets(&self, origin: &str, method: &str) {
        let rule = CorsRule::builder().id("theirs").allowed_origins(origin).allowed_methods(method).build();
        let rules = CorsConfiguration::builder().cors_rules(rule.expect("a rule")).build().expect("rules");
        let put = self.client.put_bucket_cors().bucket(&self.name).cors_configuration(rules);
        put.send().await.expect("rules that are taken");
    }
}

/// The ids of the bucket's CORS rules, and what they allow.
pub async fn rules(bucket: &Bucket) -> Vec<(String, Vec<String>)> {
    let rules = bucket.client.get_bucket_cors().bucket(&bucket.name).send().await.expect("rules");
    let rule = |rule: &CorsRule| (rule.id().unwrap_or_default().to_owned(), rule.allowed_methods().to_vec());
    rules.cors_rules().iter().map(rule).collect()
}

/// The ids of all checks that failed.
pub fn failed(report: &Report) -> Vec<&str> {
    let failed = report.lines.iter().filter(|line| line.verdict == Verdict::Failed);
    failed.map(|line| line.id.as_str()).collect()
}

/// The check with this id.
pub fn line<'a>(report: &'a Report, id: &str) -> &'a Line {
    let found = report.lines.iter().find(|line| line.id == id);
    found.unwrap_or_else(|| panic!("no {id} among {:#?}", report.lines))
}
