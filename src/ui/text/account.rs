//! What the account page says.

use crate::model::form::Done;

/// What the account page says.
pub struct AccountText {
    /// Its heading.
    pub heading: &'static str,
    /// What the last form did.
    pub done: fn(Done) -> &'static str,

    /// Heading of what changes the picture.
    pub picture: &'static str,
    /// Who can see it.
    pub picture_is_public: &'static str,
    /// The field that takes a picture.
    pub avatar: &'static str,
    /// What a picture must be like, and what becomes of it.
    pub avatar_hint: &'static str,
    /// The button that changes it.
    pub save_avatar: &'static str,
    /// The button that removes it.
    pub remove_picture: &'static str,

    /// Heading of what changes the name, and the field for it.
    pub name: &'static str,
    /// Before and after the email address that one signs in with.
    pub signs_in_as: (&'static str, &'static str),
    /// The button that changes the name.
    pub save_name: &'static str,

    /// Heading of what changes the password.
    pub password: &'static str,
    /// What else that does.
    pub password_ends_sessions: &'static str,
    /// The field for the password one has.
    pub current_password: &'static str,
    /// The field for the password one wants.
    pub new_password: &'static str,
    /// What a new password must be like.
    pub password_hint: &'static str,
    /// The button that changes the password.
    pub change_password: &'static str,
}
