//! What is said around every page of the app, and on several of them.

/// What is said around every page of the app, and on several of them.
pub struct FrameText {
    /// The link past the navigation.
    pub skip: &'static str,
    /// What the navigation is called.
    pub navigation: &'static str,
    /// The link to one's files.
    pub files: &'static str,
    /// The link to one's account.
    pub account: &'static str,
    /// What the part is called that says who is signed in.
    pub signed_in: &'static str,
    /// The button that ends the session.
    pub sign_out: &'static str,
    /// Heading of how much room is used.
    pub storage: &'static str,
    /// The bar that shows it.
    pub storage_used: &'static str,
    /// How many bytes are used, of how many where there is a limit.
    pub used: fn(u64, Option<u64>) -> String,
    /// What administrators see on every page while strangers can read the bucket.
    pub exposed: &'static str,
    /// Stands where something is still being asked for.
    pub loading: &'static str,
    /// What reloads a page that is from an older version of the site.
    pub reload: &'static str,
    /// The link or button that does nothing.
    pub cancel: &'static str,
}
