//! One's own account: picture, name and password.

use leptos::prelude::*;

use crate::model::account::Viewer;
use crate::model::form::Field as Which;
use crate::ui::app::state::WhoAmI;
use crate::ui::components::avatar::Avatar;
use crate::ui::components::field::{Field, Problems, description};
use crate::ui::components::form::{DoneNote, Form, FormSignal};
use crate::ui::documents::fault::Missing;

/// The page `/account`.
#[component]
pub(in crate::ui) fn Account() -> impl IntoView {
    let WhoAmI(viewer) = expect_context();
    view! {
        <div class="head"><h1>"Account"</h1></div>
        <DoneNote/>
        <Transition fallback=|| view! { <p class="soft">"Loading…"</p> }>
            {move || Suspend::new(async move {
                match viewer.await {
                    Ok(viewer) => view! { <Sections viewer/> }.into_any(),
                    Err(error) => view! { <Missing problem=error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Sections(viewer: Viewer) -> impl IntoView {
    let name = viewer.name.clone();
    let email = viewer.email.clone();
    view! {
        <section class="setting">
            <div><h2>"Picture"</h2><p class="soft">"Your picture is public: anyone with its address can see it."</p></div>
            <Picture viewer/>
        </section>
        <section class="setting">
            <div><h2>"Name"</h2><p class="soft">"You sign in as " <bdi>{email}</bdi> "."</p></div>
            <Form action="/account/name">
                <Field which=Which::Name label="Name" autocomplete="name" value=name/>
                <button>"Save name"</button>
            </Form>
        </section>
        <section class="setting">
            <div><h2>"Password"</h2><p class="soft">"Changing it signs you out on all other devices."</p></div>
            <Form action="/account/password">
                <Field which=Which::CurrentPassword label="Current password" kind="password" autocomplete="current-password"/>
                <Field which=Which::NewPassword label="New password" kind="password" autocomplete="new-password" hint="10 characters or more."/>
                <button>"Change password"</button>
            </Form>
        </section>
    }
}

#[component]
fn Picture(viewer: Viewer) -> impl IntoView {
    let FormSignal(form) = expect_context();
    let name = Which::Avatar.name();
    let wrong = move || form.with(|form| form.problems(Which::Avatar).next().is_some());
    let remove = viewer.avatar.is_some().then(|| {
        view! { <Form action="/account/avatar/remove"><button class="link">"Remove picture"</button></Form> }
    });
    view! {
        <div class="picture">
            <Avatar viewer size=88/>
            <div>
                <Form action="/account/avatar" multipart=true>
                    <div class="field">
                        <label for=name>"Avatar"</label>
                        <input id=name name=name type="file" accept="image/jpeg,image/png,image/webp,image/gif"
                            aria-invalid=move || wrong().then_some("true") aria-describedby=move || description(name, true, wrong())/>
                        <p class="hint" id="avatar-hint">"JPEG, PNG, WebP or GIF, up to 10 MiB. Place and camera data are removed."</p>
                        <Problems which=Which::Avatar/>
                    </div>
                    <button>"Save avatar"</button>
                </Form>
                {remove}
            </div>
        </div>
    }
}
