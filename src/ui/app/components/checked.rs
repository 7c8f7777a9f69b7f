//! Whether a file's bytes were compared with what was sent: the word beside its name, and asking again until it is said.

use std::time::Duration;

use leptos::prelude::*;

use crate::model::entry::Check;
use crate::ui::text::uploads as texts;

/// The word beside a file's name.
#[component]
pub(in crate::ui) fn Checked(check: Check) -> impl IntoView {
    let (word, kind, more) = match check {
        Check::Waiting => (texts::BEING_CHECKED, "waiting", texts::BEING_CHECKED_MEANS.to_owned()),
        Check::Verified { sha256 } => (texts::VERIFIED, "verified", texts::verified_means(&sha256)),
        Check::Damaged => (texts::DAMAGED, "damaged", texts::DAMAGED_MEANS.to_owned()),
    };
    view! { <span class="check" data-check=kind title=more>{word}</span> }
}

/// Asks for a list again while a file of it is being checked, as `unchecked` says: soon at first, then ever less often.
pub(in crate::ui) fn ask_again_while(unchecked: impl Fn() -> bool + 'static, again: RwSignal<u32>) {
    // One question at a time, however often the list changes.
    let waits = StoredValue::new(false);
    let tries = StoredValue::new(0_u32);
    Effect::new(move |_| {
        if !unchecked() {
            tries.set_value(0);
            return;
        }
        if waits.get_value() {
            return;
        }
        waits.set_value(true);
        let seconds = 2 << tries.get_value().min(4);
        tries.update_value(|tries| *tries += 1);
        let ask = move || {
            // The page may be another by now.
            if waits.try_set_value(false).is_none() {
                again.update(|count| *count += 1);
            }
        };
        set_timeout(ask, Duration::from_secs(seconds));
    });
}
