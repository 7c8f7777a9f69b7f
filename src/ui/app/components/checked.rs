//! Whether a file's stored bytes have been verified: the label beside its name, and polling until the result is known.

use std::time::Duration;

use leptos::prelude::*;

use crate::model::entry::Check;
use crate::ui::text::text;

/// The verification label beside a file's name.
#[component]
pub(in crate::ui) fn Checked(check: Check) -> impl IntoView {
    let text = &text().checks;
    let (word, kind, more) = match check {
        Check::Waiting => (text.being_checked, "waiting", text.being_checked_means.to_owned()),
        Check::Verified { sha256 } => (text.verified, "verified", (text.verified_means)(&sha256)),
        Check::Mismatched => (text.mismatched, "mismatched", text.mismatched_means.to_owned()),
        Check::Damaged => (text.damaged, "damaged", text.damaged_means.to_owned()),
    };
    view! { <span class="check" data-check=kind title=more>{word}</span> }
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
