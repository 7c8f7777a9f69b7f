//! The texts of the frame around every page of the app, and those that several pages share.

/// The texts of the frame around every page of the app, and those that several pages share.
pub struct FrameText {
    /// The link that skips the navigation.
    pub skip: &'static str,
    /// The accessible name of the navigation.
    pub navigation: &'static str,
    /// The link to the files.
    pub files: &'static str,
    /// The link to the account page.
    pub account: &'static str,
    /// The accessible name of the section about the signed-in account.
    pub signed_in: &'static str,
    /// The button that signs out.
    pub sign_out: &'static str,
    /// The heading of the quota.
    pub storage: &'static str,
    /// The accessible name of the quota's bar.
    pub storage_used: &'static str,
    /// The number of bytes used, and the quota if there is one.
    pub used: fn(u64, Option<u64>) -> String,
    /// The warning for administrators while anonymous clients can read private files from the bucket.
    pub exposed: &'static str,
    /// The warning for administrators while so many files of the site are damaged.
    pub damaged: fn(u64) -> String,
    /// Shown while something is loading.
    pub loading: &'static str,
    /// The link that reloads a page which is from another version of the site.
    pub reload: &'static str,
    /// Shown where the browser half could not take the page over, so that it works as with scripts off.
    pub plain: &'static str,
    /// The link or button that cancels.
    pub cancel: &'static str,
    /// The link from an error page to the sign-in page.
    pub sign_in: &'static str,
    /// The link from an error page to the landing page.
    pub to_start: &'static str,
    /// The link from an error page to the address that has to be opened instead.
    pub open_there: &'static str,
    /// The link from an error in the app to the account's files.
    pub to_files: &'static str,
}
