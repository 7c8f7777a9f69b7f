//! The texts of the account page.

use crate::model::form::Done;

/// The texts of the account page.
pub struct AccountText {
    /// Its heading.
    pub heading: &'static str,
    /// Confirms the change that the last form made.
    pub done: fn(Done) -> &'static str,

    /// The heading of the avatar's section.
    pub picture: &'static str,
    /// Who can see the avatar.
    pub picture_is_public: &'static str,
    /// The label of the picture field.
    pub avatar: &'static str,
    /// Which pictures are accepted, and how they are processed.
    pub avatar_hint: &'static str,
    /// The button that saves the avatar.
    pub save_avatar: &'static str,
    /// The button that removes the avatar.
    pub remove_picture: &'static str,

    /// The heading of the name's section, and the label of its field.
    pub name: &'static str,
    /// The text before and after the email address, which is used to sign in.
    pub signs_in_as: (&'static str, &'static str),
    /// The button that saves the name.
    pub save_name: &'static str,

    /// The heading of the password's section.
    pub password: &'static str,
    /// The side effect of changing the password.
    pub password_ends_sessions: &'static str,
    /// The label of the current password.
    pub current_password: &'static str,
    /// The label of the new password.
    pub new_password: &'static str,
    /// The rules for a new password.
    pub password_hint: &'static str,
    /// The button that saves the password.
    pub change_password: &'static str,
}
