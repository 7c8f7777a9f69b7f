//! The pages without wasm, in English.

use crate::ui::text::DocumentsText;
use crate::ui::text::en::FRAME;
use crate::ui::text::en::account::PASSWORD_HINT;
use crate::ui::text::en::preview::PREVIEW;

pub(in crate::ui::text) static DOCUMENTS: DocumentsText = DocumentsText {
    landing_title: "Holdall",
    sign_up_title: "Create an account · Holdall",
    sign_in_title: "Sign in · Holdall",
    preview: PREVIEW,
    landing: "Your files, in a place you know.",
    landing_lead: "Holdall keeps what you put into it private: nobody reads a byte before it has checked who asks.",
    promises: [
        ("Private means private", "Every download is checked. There are no public links to guess."),
        ("One place for all of it", "A folder on a laptop, or a bucket that whoever runs this site controls."),
        ("Any device", "On a phone or an old computer, with scripts or without."),
    ],
    sign_in: FRAME.sign_in,
    sign_in_lead: "Your files are where you left them.",
    new_here: "New here? ",
    sign_up: "Create an account",
    sign_up_lead: "For your files, and nobody else’s eyes.",
    create_account: "Create account",
    have_account: "Have an account? ",
    name: "Name",
    email: "Email",
    password: "Password",
    password_hint: PASSWORD_HINT,
};
