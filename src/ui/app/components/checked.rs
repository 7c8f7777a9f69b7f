//! Whether a file's stored bytes have been verified: polling until the result is known.

use std::time::Duration;

use leptos::prelude::*;

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
