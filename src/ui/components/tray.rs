//! The tray: what is being uploaded, how far it is, and what went wrong.

use leptos::prelude::*;

use super::form::Reload;
use super::sending::{Item, State, Uploads, Why};
use crate::ui::texts;

/// The tray; nothing where nothing was uploaded.
#[component]
pub(in crate::ui) fn Tray() -> impl IntoView {
    let uploads: Uploads = expect_context();
    let shown = move || uploads.items.with(|items| !items.is_empty());
    let heading = Memo::new(move |_| uploads.items.with(|items| summary(items)));
    let over = Memo::new(move |_| {
        uploads.items.with(|items| items.iter().all(|item| !matches!(item.state, State::Waiting | State::Sending)))
    });
    // Once all is over, only what went wrong still needs its row: the list behind the tray has the rest.
    let ids = move || {
        let shown = |item: &&Item| !over.get() || item.state != State::Done;
        uploads.items.with(|items| items.iter().filter(shown).map(|item| item.id).collect::<Vec<_>>())
    };
    view! {
        <Show when=shown>
            <section class="tray" aria-label="Uploads">
                <div class="tray-head">
                    <h2><span role="status">{heading}</span></h2>
                    <Show when=move || over.get()>
                        <button class="quiet" type="button" on:click=move |_| uploads.clear()>"Close"</button>
                    </Show>
                </div>
                <ul>
                    <For each=ids key=|id| *id let:id>
                        <Row id/>
                    </For>
                </ul>
            </section>
        </Show>
    }
}

fn summary(items: &[Item]) -> String {
    let count = |wanted: fn(&State) -> bool| items.iter().filter(|item| wanted(&item.state)).count();
    let (done, failed) = (count(|state| *state == State::Done), count(|state| matches!(state, State::Failed(_))));
    let files = |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    match items.len() - done - failed {
        0 if failed > 0 => format!("{} not uploaded", files(failed)),
        0 => format!("{} uploaded", files(done)),
        _ => format!("Uploading {} of {}", done + failed + 1, items.len()),
    }
}

#[component]
fn Row(id: u32) -> impl IntoView {
    let uploads: Uploads = expect_context();
    let item = Memo::new(move |_| uploads.items.with(|items| items.iter().find(|item| item.id == id).cloned()));
    view! {
        <li>
            {move || item.get().map(|item| {
                let name = item.name.clone();
                let action = match &item.state {
                    State::Waiting | State::Sending => Some(view! {
                        <button class="link" type="button" aria-label=format!("Cancel {name}") on:click=move |_| uploads.remove(id)>"Cancel"</button>
                    }.into_any()),
                    State::Failed(Why { outdated, .. }) => Some(view! {
                        {if *outdated {
                            view! { <Reload class="button link"/> }.into_any()
                        } else {
                            view! { <button class="link" type="button" aria-label=format!("Try {name} again") on:click=move |_| uploads.retry(id)>"Try again"</button> }.into_any()
                        }}
                        <button class="link" type="button" aria-label=format!("Dismiss {name}") on:click=move |_| uploads.remove(id)>"Dismiss"</button>
                    }.into_any()),
                    State::Done => None,
                };
                let (words, wrong) = match &item.state {
                    State::Waiting => ("Waiting".to_owned(), None),
                    State::Sending => (format!("{} of {}", texts::size(item.sent), texts::size(item.size)), None),
                    State::Done => ("Uploaded".to_owned(), None),
                    State::Failed(why) => (String::new(), Some(why.sentence.clone())),
                };
                view! {
                    <div class="tray-row"><span class="name">{item.name.clone()}</span><span class="words">{words}</span></div>
                    <progress aria-label=format!("Progress of {}", item.name) max=item.size.max(1) value=if item.state == State::Done { item.size.max(1) } else { item.sent }></progress>
                    {wrong.map(|sentence| view! { <p class="error" role="alert">{sentence}</p> })}
                    <div class="tray-actions">{action}</div>
                }
            })}
        </li>
    }
}
