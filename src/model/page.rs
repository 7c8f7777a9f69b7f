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

/// Whether people may make accounts for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignUp {
    /// Anyone may.
    Open,
    /// Only whoever runs the site makes accounts.
    Closed,
}
