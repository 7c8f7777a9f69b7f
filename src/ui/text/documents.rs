//! What the pages without wasm say.

/// What the pages without wasm say.
pub struct DocumentsText {
    /// Title of the landing page.
    pub landing_title: &'static str,
    /// Title of the page that makes an account.
    pub sign_up_title: &'static str,
    /// Title of the page that signs in.
    pub sign_in_title: &'static str,

    /// Heading of the landing page.
    pub landing: &'static str,
    /// What Holdall is, in a sentence.
    pub landing_lead: &'static str,
    /// What it promises: headings and sentences.
    pub promises: [(&'static str, &'static str); 3],

    /// The heading and the button that sign in, and the links to them.
    pub sign_in: &'static str,
    /// Below that heading.
    pub sign_in_lead: &'static str,
    /// Before the link to the page that makes an account.
    pub new_here: &'static str,
    /// The heading of the page that makes an account, and the links to it.
    pub sign_up: &'static str,
    /// Below that heading.
    pub sign_up_lead: &'static str,
    /// The button that makes the account.
    pub create_account: &'static str,
    /// Before the link to the page that signs in.
    pub have_account: &'static str,

    /// The field for a person's name.
    pub name: &'static str,
    /// The field for an email address.
    pub email: &'static str,
    /// The field for a password.
    pub password: &'static str,
    /// What a new password must be like.
    pub password_hint: &'static str,

    /// From an error page to the landing page.
    pub to_start: &'static str,
    /// From an error in a page of the app to one's files.
    pub to_files: &'static str,
}
