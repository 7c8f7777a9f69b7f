//! Where to go after signing in.

use crate::model::paths::FILES;

/// Where to go after signing in: always a path on this site, so that a link cannot redirect to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTo(String);

impl ReturnTo {
    /// Parses the `next` of an address or a form; anything but a plain path of this site becomes the list of files.
    #[must_use]
    pub fn parse(given: &str) -> Self {
        let path_of_this_site = given.starts_with('/')
            && !given.starts_with("//")
            && given.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        Self(if path_of_this_site { given } else { FILES }.to_owned())
    }

    /// The path, including its query.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_is_only_ever_a_path_of_this_site() {
        for good in ["/account", "/files/06dqs4v3g1s7n8b2k9m0a1c2e3/content?x=1"] {
            assert_eq!(ReturnTo::parse(good).as_str(), good);
        }
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
            assert_eq!(ReturnTo::parse(bad).as_str(), "/files", "{bad:?}");
        }
    }
}
