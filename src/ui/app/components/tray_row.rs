//! One file in the tray. Its buttons stay in place while the numbers change, so that they can be clicked and focused.

use leptos::prelude::*;

use crate::model::file_name::shown;
use crate::ui::app::uploads::queue::{Doing, Trouble};
use crate::ui::app::uploads::{Command, Uploads};
use crate::ui::components::form::Reload;
use crate::ui::components::name::EntryName;
use crate::ui::text::{TrayButton, text};

/// The actions available for a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    PauseOrCancel,
    /// A file that the server is assembling can no longer be cancelled.
    Nothing,
    ResumeOrCancel,
    TryAgainOrCancel,
    Dismiss,
}

/// The row of a file, given its id in the queue.
#[component]
pub(in crate::ui) fn TrayRow(id: u32) -> impl IntoView {
    let (uploads, text): (Uploads, _) = (expect_context(), &text().uploads);
    let row = Memo::new(move |_| uploads.view.with(|view| view.rows.iter().find(|row| row.id == id).cloned()));
    let Some(first) = row.get_untracked() else { return ().into_any() };
    let name = first.path.iter().map(String::as_str).chain([first.name.as_str()]).collect::<Vec<_>>().join("/");
    let said = Memo::new(move |_| row.get().map(|row| (text.doing)(&row)).unwrap_or_default());
    let failed = Memo::new(move |_| match row.get().map(|row| row.doing) {
        Some(Doing::Failed(trouble)) => {
            Some(((text.trouble)(&trouble), matches!(&trouble, Trouble::Failed(problem) if problem.wants_reload())))
        }
        _ => None,
    });
    let instead = Memo::new(move |_| match row.get().map(|row| row.doing) {
        Some(Doing::Instead(status)) => Some((text.instead)(status)),
        _ => None,
    });
    let waits = Memo::new(move |_| row.get().is_some_and(|row| row.doing.waits()));
    let sent = Memo::new(move |_| row.get().map(|row| if row.size == 0 { 0 } else { row.sent }).unwrap_or_default());
    let choice = Memo::new(move |_| match row.get().map(|row| row.doing) {
        Some(Doing::Paused) => Choice::ResumeOrCancel,
        Some(Doing::Finishing) => Choice::Nothing,
        Some(Doing::Failed(trouble)) if trouble.may_be_tried_again() => Choice::TryAgainOrCancel,
        Some(Doing::Failed(_) | Doing::Elsewhere(_)) | None => Choice::Dismiss,
        Some(_) => Choice::PauseOrCancel,
    });
    let title = name.clone();
    let actions = move || {
        let button = |button: TrayButton, command: fn(u32) -> Command| {
            let label = (button.named)(&title);
            view! { <button class="link" type="button" aria-label=label on:click=move |_| uploads.tell(command(id))>{button.word}</button> }
        };
        let first = match choice.get() {
            Choice::PauseOrCancel => Some(button(text.pause, |id| Command::Pause(id, true))),
            Choice::ResumeOrCancel => Some(button(text.resume, |id| Command::Pause(id, false))),
            Choice::TryAgainOrCancel => Some(button(text.try_again, Command::Retry)),
            Choice::Nothing | Choice::Dismiss => None,
        };
        let last = match choice.get() {
            Choice::Nothing => None,
            Choice::Dismiss => Some(text.dismiss),
            _ => Some(text.cancel),
        };
        (first, last.map(|last| button(last, Command::Remove)))
    };
    view! {
        <li data-waits=move || waits.get().then_some("")>
            <div class="tray-row">
                <span class="name" title=shown(&name)><EntryName of=name.clone()/></span>
                <span class="words">{move || said.get().0}</span>
            </div>
            <progress aria-label=(text.progress_of)(&name) max=first.size.max(1) value=sent></progress>
            {move || failed.get().map(|(sentence, reloads)| view! {
                <p class="error" role="alert">{sentence}</p>
                {reloads.then(|| view! { <Reload class="link"/> })}
            })}
            {move || instead.get().map(|sentence| view! { <p class="soft">{sentence}</p> })}
            <div class="tray-row">
                <div class="tray-actions">{actions}</div>
                <span class="words">{move || said.get().1}</span>
            </div>
        </li>
    }
    .into_any()
}
