//! Warns where what Holdall sends to its database or its store could be read on the way.

use std::net::IpAddr;
use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::server::db::Database;
use crate::server::storage::{BackendSettings, Settings};

/// One sentence for each peer that is on another machine and is not surely spoken to through TLS.
pub(super) fn in_plain_text(database: &Database, storage: &Settings) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Database::Postgres(address) = database
        && let Ok(options) = PgConnectOptions::from_str(address)
        && options.get_socket().is_none()
        && !is_here(options.get_host())
        && matches!(options.get_ssl_mode(), PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer)
    {
        warnings.push(format!(
            "DATABASE_URL: nothing makes the connection to {} use TLS, so names, password hashes and sessions may pass in \
             plain text. Add sslmode=verify-full, or at least sslmode=require",
            options.get_host()
        ));
    }
    if let BackendSettings::S3(s3) = &storage.backend {
        let endpoints = [("AWS_ENDPOINT_URL_S3", &s3.endpoint), ("HOLDALL_S3_PUBLIC_ENDPOINT", &s3.public_endpoint)];
        for (variable, endpoint) in endpoints {
            let host = endpoint.as_deref().and_then(|endpoint| url::Url::parse(endpoint).ok());
            if let Some(url) = host.filter(|url| url.scheme() == "http" && !is_here(url.host_str().unwrap_or_default()))
            {
                warnings.push(format!(
                    "{variable}: {} is spoken to in plain text, and whoever is between can read and change files. Use https",
                    url.origin().ascii_serialization()
                ));
            }
        }
    }
    warnings
}

/// Whether a host is this machine: a loopback address, localhost, or the folder of a Unix socket.
fn is_here(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.is_empty()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || host.to_ascii_lowercase().ends_with(".localhost")
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use crate::server::config::Config;

    fn warnings(settings: &[(&str, &str)]) -> Vec<String> {
        let value = |name: &str| settings.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned());
        Config::read(value).expect("settings without a fault").warnings
    }

    #[test]
    fn a_database_elsewhere_needs_tls() {
        let of = |address: &str| warnings(&[("DATABASE_URL", address)]).len();
        for address in
            ["postgres://a@db.example/a", "postgres://a@10.0.0.7/a", "postgres://a@db.example/a?sslmode=prefer"]
        {
            assert_eq!(of(address), 1, "{address}");
        }
        for address in [
            "postgres://a@localhost/a",
            "postgres://a@127.0.0.1:6000/a",
            "postgres://a@[::1]/a",
            "postgres://a@db.example/a?sslmode=require",
            "postgres://a@db.example/a?sslmode=verify-full",
            "postgres://a@localhost/a?host=/run/postgresql",
        ] {
            assert_eq!(of(address), 0, "{address}");
        }
    }

    #[test]
    fn a_store_elsewhere_needs_tls() {
        let of = |endpoint: &str| {
            let settings = [
                ("HOLDALL_STORAGE", "s3"),
                ("HOLDALL_BUCKET", "files"),
                ("AWS_ENDPOINT_URL_S3", endpoint),
                ("AWS_REGION", "garage"),
                ("AWS_ACCESS_KEY_ID", "key"),
                ("AWS_SECRET_ACCESS_KEY", "secret"),
            ];
            warnings(&settings).len()
        };
        assert_eq!(of("http://store.example:9000"), 1);
        assert_eq!(of("http://192.168.1.7:9000"), 1);
        for endpoint in ["https://store.example", "http://127.0.0.1:3900", "http://localhost:3900", "http://[::1]:3900"]
        {
            assert_eq!(of(endpoint), 0, "{endpoint}");
        }
    }
}
