//! Whether a file's stored bytes have been verified: the label beside its name, and polling until the result is known.

use std::time::Duration;

use leptos::prelude::*;

use crate::model::entry::Verification;
use crate::ui::text::VerificationText;

/// The verification label beside a file's name.
pub(in crate::ui) fn checked(check: Verification, text: &VerificationText) -> impl IntoView + use<> {
    let (word, kind, means) = match check {
        Verification::Waiting => (text.being_checked, "waiting", Some(text.being_checked_means)),
        Verification::Verified => (text.verified, "verified", None),
        Verification::Mismatched => (text.mismatched, "mismatched", Some(text.mismatched_means)),
        Verification::Damaged => (text.damaged, "damaged", Some(text.damaged_means)),
    };
    view! { <span class="check" data-check=kind title=means>{word}</span> }
}

/// Reloads a list for as long as `unchecked` says that one of its files is still being verified, at growing intervals.
pub(in crate::ui) fn ask_again_while(unchecked: impl Fn() -> bool + 'static, again: RwSignal<u32>) {
    // At most one reload is scheduled, however often the list changes.
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
            // Fails if the page has been left in the meantime.
            if waits.try_set_value(false).is_none() {
                again.update(|count| *count += 1);
            }
        };
        set_timeout(ask, Duration::from_secs(seconds));
    });
}
