//! The texts of the pages without wasm.

use crate::ui::text::PreviewText;

/// The texts of the pages without wasm.
pub struct DocumentsText {
    /// The title of the landing page.
    pub landing_title: &'static str,
    /// The title of the sign-up page.
    pub sign_up_title: &'static str,
    /// The title of the sign-in page.
    pub sign_in_title: &'static str,

    /// The page that shows what is in a file.
    pub preview: PreviewText,

    /// The heading of the landing page.
    pub landing: &'static str,
    /// What Holdall is, in one sentence.
    pub landing_lead: &'static str,
    /// Its features: headings and sentences.
    pub promises: [(&'static str, &'static str); 3],

    /// The heading and button of the sign-in page, and links to it.
    pub sign_in: &'static str,
    /// The text below that heading.
    pub sign_in_lead: &'static str,
    /// The text before the link to the sign-up page.
    pub new_here: &'static str,
    /// The heading of the sign-up page, and links to it.
    pub sign_up: &'static str,
    /// The text below that heading.
    pub sign_up_lead: &'static str,
    /// The button that creates the account.
    pub create_account: &'static str,
    /// The text before the link to the sign-in page.
    pub have_account: &'static str,

    /// The label of the name.
    pub name: &'static str,
    /// The label of the email address.
    pub email: &'static str,
    /// The label of the password.
    pub password: &'static str,
    /// The rules for a new password.
    pub password_hint: &'static str,
}
