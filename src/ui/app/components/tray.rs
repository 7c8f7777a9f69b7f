//! The tray: which files are being uploaded, the overall progress, and what failed. Its rows are in `tray_row.rs`.

use leptos::prelude::*;

use crate::ui::app::components::tray_row::TrayRow;
use crate::ui::app::uploads::{Command, Uploads};
use crate::ui::text::text;

/// The tray; hidden until something is uploaded.
#[component]
pub(in crate::ui) fn Tray() -> impl IntoView {
    let Uploads { view, .. } = expect_context();
    let (shown, text) = (Memo::new(move |_| view.with(|view| view.totals.files > 0)), text());
    view! {
        <Show when=move || shown.get()>
            <section class="tray" aria-label=text.uploads.tray>
                <Head/>
                <Rows/>
            </section>
        </Show>
    }
}

/// The summary of all files.
#[component]
fn Head() -> impl IntoView {
    let (uploads, text): (Uploads, _) = (expect_context(), &text().uploads);
    let totals = Memo::new(move |_| uploads.view.with(|view| view.totals));
    let heading = Memo::new(move |_| (text.summary)(&totals.get()));
    let over = Memo::new(move |_| totals.get().open() == 0);
    // A single file says all of this in its own row.
    let several = Memo::new(move |_| totals.get().files > 1 && !over.get());
    let running = Memo::new(move |_| totals.get().open() > totals.get().paused);
    let some_paused = Memo::new(move |_| totals.get().paused > 0);
    let again = Memo::new(move |_| totals.get().again > 0);
    view! {
        <div class="tray-head">
            <h2><span role="status">{heading}</span></h2>
            <span class="words">{move || (text.estimate)(totals.get().estimate)}</span>
            <Show when=move || over.get()>
                <button class="quiet" type="button" on:click=move |_| uploads.tell(Command::Clear)>{text.close}</button>
            </Show>
        </div>
        <Show when=move || several.get()>
            <div class="tray-total">
                <progress aria-label=text.progress_of_all max=move || totals.get().size.max(1) value=move || totals.get().sent></progress>
                <div class="tray-row">
                    <div class="tray-actions">
                        <Show when=move || running.get()>
                            <button class="link" type="button" on:click=move |_| uploads.tell(Command::PauseAll(true))>{text.pause_all}</button>
                        </Show>
                        <Show when=move || some_paused.get()>
                            <button class="link" type="button" on:click=move |_| uploads.tell(Command::PauseAll(false))>{text.resume_all}</button>
                        </Show>
                        <button class="link" type="button" on:click=move |_| uploads.tell(Command::CancelAll)>{text.cancel_all}</button>
                    </div>
                    <span class="words">{move || (text.so_far)(totals.get().sent, totals.get().size)}</span>
                </div>
            </div>
        </Show>
        <Show when=move || again.get()>
            <div class="tray-actions">
                <button class="link" type="button" on:click=move |_| uploads.tell(Command::RetryAll)>{text.try_all_again}</button>
            </div>
        </Show>
    }
}

#[component]
fn Rows() -> impl IntoView {
    let Uploads { view, .. } = expect_context();
    let ids = Memo::new(move |_| view.with(|view| view.rows.iter().map(|row| row.id).collect::<Vec<_>>()));
    let (more, text) = (Memo::new(move |_| view.with(|view| view.more)), text());
    view! {
        <ul>
            <For each=move || ids.get() key=|id| *id let:id>
                <TrayRow id/>
            </For>
        </ul>
        <Show when=move || { more.get() > 0 }>
            <p class="soft">{move || (text.uploads.more)(more.get())}</p>
        </Show>
    }
}
