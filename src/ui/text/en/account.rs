//! The account page, in English.

use crate::model::form::Done;
use crate::ui::text::AccountText;

pub(super) const PASSWORD_HINT: &str = "10 characters or more.";

pub(super) const ACCOUNT: AccountText = AccountText {
    heading: "Account",
    done: |done| match done {
        Done::Name => "Your name is changed.",
        Done::Avatar => "Your picture is changed.",
        Done::AvatarRemoved => "Your picture is removed.",
        Done::Password => "Your password is changed. All other devices are signed out.",
    },
    picture: "Picture",
    picture_is_public: "Your picture is public: anyone with its address can see it.",
    avatar: "Avatar",
    avatar_hint: "JPEG, PNG, WebP or GIF, up to 10 MiB. Place and camera data are removed.",
    save_avatar: "Save avatar",
    remove_picture: "Remove picture",
    name: "Name",
    signs_in_as: ("You sign in as ", "."),
    save_name: "Save name",
    password: "Password",
    password_ends_sessions: "Changing it signs you out on all other devices.",
    current_password: "Current password",
    new_password: "New password",
    password_hint: PASSWORD_HINT,
    change_password: "Change password",
};
