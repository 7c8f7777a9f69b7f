//! What the server gives a page that it renders, besides the page's own data.

use serde::{Deserialize, Serialize};

/// Where the site's own files lie for this render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFiles {
    /// The style sheet.
    pub style: SiteFile,
    /// The icon.
    pub icon: SiteFile,
    /// The script that starts the browser half.
    pub start: SiteFile,
    /// The browser half's script.
    pub script: SiteFile,
    /// The browser half itself.
    pub wasm: SiteFile,
    /// The site that all of them come from, as browsers write it in `Origin`, where that is not Holdall itself.
    pub origin: Option<String>,
    /// The port that tells pages to reload, while cargo-leptos watches.
    pub watched: Option<u16>,
}

/// One file of the site, ready to print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteFile {
    /// Its address.
    pub address: String,
    /// What a browser must find there (Subresource Integrity); none while the file may change.
    pub integrity: Option<String>,
}

/// The origin of an address such as `https://host:port/path`: its scheme and host. A path has none.
#[must_use]
pub fn origin_of(address: &str) -> Option<&str> {
    let host = address.find("://")? + "://".len();
    let end = address[host..].find(['/', '?', '#']).map_or(address.len(), |at| host + at);
    Some(&address[..end])
}

/// Whether people may make accounts for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignUp {
    /// Anyone may.
    Open,
    /// Only whoever runs the site makes accounts.
    Closed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_and_host() {
        assert_eq!(origin_of("https://cdn.example.org:8443/static/x?y"), Some("https://cdn.example.org:8443"));
        assert_eq!(origin_of("http://127.0.0.1"), Some("http://127.0.0.1"));
        assert_eq!(origin_of("/static/x"), None);
    }
}
