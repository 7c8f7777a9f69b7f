//! A person's avatar, or their initials on a coloured background.

use leptos::prelude::*;

use crate::model::account::{Viewer, colour_of};

/// The number of background colours in the style sheet.
const COLOURS: usize = 6;

/// A round picture of `size` CSS pixels. Hidden from screen readers, because the name is shown beside it.
#[component]
pub(in crate::ui) fn AvatarPicture(viewer: Viewer, size: u32) -> impl IntoView {
    match viewer.avatar {
        Some(avatar) => {
            let set: Vec<_> = avatar.pictures.iter().map(|(address, pixels)| format!("{address} {pixels}w")).collect();
            let plain = avatar.pictures.iter().find(|(_, pixels)| *pixels >= size).or(avatar.pictures.last());
            let plain = plain.map(|(address, _)| address.clone());
            view! {
                <img class="avatar" src=plain srcset=set.join(", ") sizes=format!("{size}px") width=size height=size alt=""/>
            }
            .into_any()
        }
        None => {
            let colour = colour_of(&viewer.email, COLOURS);
            view! {
                <span class="avatar initials" data-colour=colour data-size=size aria-hidden="true">{viewer.initials}</span>
            }
            .into_any()
        }
    }
}
