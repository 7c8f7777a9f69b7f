//! Every text that people read, and the formats of numbers, sizes and dates. The types here declare the texts, by
//! topic; each language supplies all of them in a module of its own, or it does not compile.
//!
//! To add a language: write a module like `en` with a `TEXT`, add a variant of [`Language`] with its arm where that is matched,
//! and list it in [`LANGUAGES`].

mod account;
mod documents;
mod en;
mod entries;
mod frame;
mod moving;
mod preview;
mod problems;
mod search;
mod trash;
mod unfinished;
mod units;
mod uploads;

pub use account::AccountText;
pub use documents::DocumentsText;
pub use entries::{EntriesText, VerificationText};
pub use frame::FrameText;
pub use moving::MovingText;
pub use preview::PreviewText;
pub use problems::ProblemsText;
pub use search::SearchText;
pub use trash::TrashText;
pub use unfinished::UnfinishedText;
pub use units::{Units, moment};
pub use uploads::{TrayButton, UploadsText, percent};

use leptos::prelude::*;

use crate::model::paths::Page;

/// The name of the site in every language.
pub const NAME: &str = "Holdall";

/// The languages of the pages; the first is the fallback.
pub static LANGUAGES: [&Text; 1] = [&en::TEXT];

/// English, the language of the command line.
pub static ENGLISH: &Text = &en::TEXT;

/// The languages of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
}

/// All texts in one language. Texts with variable parts are functions, since languages differ in word order and
/// plurals.
pub struct Text {
    /// The language.
    pub language: Language,
    /// The language tag, as in HTML's `lang` and in `Accept-Language`.
    pub tag: &'static str,
    /// The title of a page of the app; `None` is a page that does not exist. Titles never contain what a person typed.
    pub title: fn(Option<&Page>) -> &'static str,
    /// The frame around every page of the app.
    pub frame: FrameText,
    /// The account page.
    pub account: AccountText,
    /// The pages of files and folders.
    pub entries: EntriesText,
    /// Moving files and folders.
    pub moving: MovingText,
    /// Searching.
    pub search: SearchText,
    /// The trash, and what can be undone.
    pub trash: TrashText,
    /// The verification of stored files.
    pub verification: VerificationText,
    /// The upload tray.
    pub uploads: UploadsText,
    /// The list of incomplete uploads.
    pub unfinished: UnfinishedText,
    /// Error messages.
    pub problems: ProblemsText,
    /// Numbers, sizes and dates.
    pub units: Units,
}

impl Text {
    /// The pages without wasm. They are no field, so that the wasm does not contain them.
    #[must_use]
    pub fn documents(&self) -> &'static DocumentsText {
        match self.language {
            Language::English => &en::documents::DOCUMENTS,
        }
    }
}

/// The language with this tag, if Holdall supports it.
#[must_use]
pub fn of_tag(tag: &str) -> Option<&'static Text> {
    LANGUAGES.into_iter().find(|text| text.tag.eq_ignore_ascii_case(tag))
}

/// The texts in the current page's language. Needs the reactive context: components call it while rendering, and pass
/// the result on.
#[must_use]
pub fn text() -> &'static Text {
    use_context().unwrap_or(LANGUAGES[0])
}

/// Provides the app's language. The server chooses it; the browser takes it from the document.
pub(in crate::ui) fn provide_text() {
    if use_context::<&'static Text>().is_none() {
        let tag = document().document_element().and_then(|html| html.get_attribute("lang")).unwrap_or_default();
        provide_context(of_tag(&tag).unwrap_or(LANGUAGES[0]));
    }
}

#[cfg(test)]
mod tests;
