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

/// Where to go after signing in: a path of this site and of nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next(String);

impl Next {
    /// Reads the `next` of an address or a form; whatever is no plain path of this site is `/files`.
    #[must_use]
    pub fn parse(given: &str) -> Self {
        let path_of_this_site = given.starts_with('/')
            && !given.starts_with("//")
            && given.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        Self(if path_of_this_site { given } else { "/files" }.to_owned())
    }

    /// The path, with its query.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of another page that leads on to the same path.
    #[must_use]
    pub fn carried_to(&self, page: &str) -> String {
        let encode = |byte: u8| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        };
        format!("{page}?next={}", self.0.bytes().map(encode).collect::<String>())
    }
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

    #[test]
    fn next_is_only_ever_a_path_of_this_site() {
        for good in ["/account", "/files/06dqs4v3g1s7n8b2k9m0a1c2e3/content?x=1"] {
            assert_eq!(Next::parse(good).as_str(), good);
        }
        assert_eq!(Next::parse("/files?a=1&b=%2F").carried_to("/sign-up"), "/sign-up?next=/files%3Fa%3D1%26b%3D%252F");
        for bad in [
            "",
            "files",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nSet-Cookie: x",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/ü",
        ] {
            assert_eq!(Next::parse(bad).as_str(), "/files", "{bad:?}");
        }
    }
}
