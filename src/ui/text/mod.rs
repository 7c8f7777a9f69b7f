//! Every sentence that people read, and the way numbers, sizes and times are written. What there is to say is declared
//! here, topic by topic; each language says all of it in a module of its own, or does not compile.
//!
//! A new language is a file like `en` with a `TEXT`, and its place in [`LANGUAGES`].

mod account;
mod documents;
mod en;
mod entries;
mod frame;
mod problems;
mod unfinished;
mod units;
mod uploads;

pub use account::AccountText;
pub use documents::DocumentsText;
pub use entries::{ChecksText, EntriesText};
pub use frame::FrameText;
pub use problems::ProblemsText;
pub use unfinished::UnfinishedText;
pub use units::{Units, moment};
pub use uploads::{TrayButton, UploadsText, percent};

use leptos::prelude::*;

use crate::model::paths::Page;

/// What the site is called, in every language.
pub const NAME: &str = "Holdall";

/// The languages that pages are in; the first is for whoever reads none of them.
pub static LANGUAGES: [&Text; 1] = [&en::TEXT];

/// English: the language of the command line.
pub static ENGLISH: &Text = &en::TEXT;

/// All that is said, in one language. What depends on something is a function: a language has its own order of words and
/// its own plurals.
pub struct Text {
    /// The language, as HTML's `lang` and `Accept-Language` name it.
    pub tag: &'static str,
    /// The title of a page of the app; none is a page that is not there. Nothing that a person typed stands in a title.
    pub title: fn(Option<&Page>) -> &'static str,
    /// What stands around every page of the app.
    pub frame: FrameText,
    /// The pages without wasm.
    pub documents: DocumentsText,
    /// The account page.
    pub account: AccountText,
    /// The pages of files and folders.
    pub entries: EntriesText,
    /// Whether a file is what was sent.
    pub checks: ChecksText,
    /// The tray.
    pub uploads: UploadsText,
    /// The list of unfinished uploads.
    pub unfinished: UnfinishedText,
    /// What is wrong, and what to do.
    pub problems: ProblemsText,
    /// Numbers, sizes and times.
    pub units: Units,
}

/// The language of this tag, where Holdall speaks it.
#[must_use]
pub fn of_tag(tag: &str) -> Option<&'static Text> {
    LANGUAGES.into_iter().find(|text| text.tag.eq_ignore_ascii_case(tag))
}

/// What is said on the page that is being made. A component asks once, and hands it to what it does later.
#[must_use]
pub fn text() -> &'static Text {
    use_context().unwrap_or(LANGUAGES[0])
}

/// Gives the app its language. The server has chosen it; the browser finds it in the document.
pub(in crate::ui) fn provide_text() {
    if use_context::<&'static Text>().is_none() {
        let tag = document().document_element().and_then(|html| html.get_attribute("lang")).unwrap_or_default();
        provide_context(of_tag(&tag).unwrap_or(LANGUAGES[0]));
    }
}

#[cfg(test)]
mod tests;
