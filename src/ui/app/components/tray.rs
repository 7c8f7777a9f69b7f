//! The tray: what is being uploaded, how far all of it is, and what went wrong. Its rows stand in `tray_row.rs`.

use leptos::prelude::*;

use crate::ui::app::components::tray_row::TrayRow;
use crate::ui::app::uploads::Uploads;
use crate::ui::text::uploads as texts;

/// The tray; nothing where nothing was uploaded.
#[component]
pub(in crate::ui) fn Tray() -> impl IntoView {
    let Uploads { view, .. } = expect_context();
    let shown = Memo::new(move |_| view.with(|view| view.totals.files > 0));
    view! {
        <Show when=move || shown.get()>
            <section class="tray" aria-label=texts::TRAY>
                <Head/>
                <Rows/>
            </section>
        </Show>
    }
}

/// All files together.
#[component]
fn Head() -> impl IntoView {
    let uploads: Uploads = expect_context();
    let totals = Memo::new(move |_| uploads.view.with(|view| view.totals));
    let heading = Memo::new(move |_| texts::summary(&totals.get()));
    let over = Memo::new(move |_| totals.get().open() == 0);
    // One file says it all in its own row.
    let several = Memo::new(move |_| totals.get().files > 1 && !over.get());
    let running = Memo::new(move |_| totals.get().open() > totals.get().paused);
    let some_paused = Memo::new(move |_| totals.get().paused > 0);
    let again = Memo::new(move |_| totals.get().again > 0);
    view! {
        <div class="tray-head">
            <h2><span role="status">{heading}</span></h2>
            <span class="words">{move || texts::pace(totals.get().pace)}</span>
            <Show when=move || over.get()>
                <button class="quiet" type="button" on:click=move |_| uploads.clear()>"Close"</button>
            </Show>
        </div>
        <Show when=move || several.get()>
            <div class="tray-total">
                <progress aria-label=texts::PROGRESS_OF_ALL max=move || totals.get().size.max(1) value=move || totals.get().sent></progress>
                <div class="tray-row">
                    <div class="tray-actions">
                        <Show when=move || running.get()>
                            <button class="link" type="button" on:click=move |_| uploads.pause_all(true)>{texts::PAUSE_ALL}</button>
                        </Show>
                        <Show when=move || some_paused.get()>
                            <button class="link" type="button" on:click=move |_| uploads.pause_all(false)>{texts::RESUME_ALL}</button>
                        </Show>
                        <button class="link" type="button" on:click=move |_| uploads.cancel_all()>{texts::CANCEL_ALL}</button>
                    </div>
                    <span class="words">{move || texts::so_far(totals.get().sent, totals.get().size)}</span>
                </div>
            </div>
        </Show>
        <Show when=move || again.get()>
            <div class="tray-actions">
                <button class="link" type="button" on:click=move |_| uploads.retry_all()>{texts::TRY_ALL_AGAIN}</button>
            </div>
        </Show>
    }
}

#[component]
fn Rows() -> impl IntoView {
    let Uploads { view, .. } = expect_context();
    let ids = Memo::new(move |_| view.with(|view| view.rows.iter().map(|row| row.id).collect::<Vec<_>>()));
    let more = Memo::new(move |_| view.with(|view| view.more));
    view! {
        <ul>
            <For each=move || ids.get() key=|id| *id let:id>
                <TrayRow id/>
            </For>
        </ul>
        <Show when=move || { more.get() > 0 }>
            <p class="soft">{move || texts::more(more.get())}</p>
        </Show>
    }
}
