//! The site's own files, as the server names them to a page that it renders.

/// The addresses of the site's own files for this page.
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
    /// The browser half itself: the WebAssembly module.
    pub wasm: SiteFile,
    /// The module with what most pages need later, if at all. Without an address where it is part of the other one, in
    /// development.
    pub later: SiteFile,
    /// What the style sheet lacks of the page that shows what is in a file.
    pub preview_style: SiteFile,
    /// The script of that page.
    pub preview_script: SiteFile,
    /// The origin that all of these come from, as in the `Origin` header; `None` if it is Holdall's own.
    pub origin: Option<String>,
    /// The port on which cargo-leptos tells pages to reload, during `cargo leptos watch`.
    pub watched: Option<u16>,
}

/// A file of the site, ready to be written into a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteFile {
    /// Its address.
    pub address: String,
    /// Its Subresource Integrity digest; `None` while the file may still change, as in development.
    pub integrity: Option<String>,
}
