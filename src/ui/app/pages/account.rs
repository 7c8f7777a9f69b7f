//! The account page: avatar, name and password.

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use crate::model::account::{AVATAR_LIMIT, PIXEL_LIMIT, Viewer};
use crate::model::form::{Field, FieldError};
use crate::model::paths;
use crate::model::problem::FieldProblem;
use crate::ui::app::components::loading::Loading;
use crate::ui::app::state::WhoAmI;
use crate::ui::components::avatar::AvatarPicture;
use crate::ui::components::field::{Problems, TextField, description};
use crate::ui::components::form::{DoneNote, Form, FormSignal};
use crate::ui::documents::error_page::Missing;
use crate::ui::text::text;

/// The page `/account`.
#[component]
pub(in crate::ui) fn Account() -> impl IntoView {
    let WhoAmI(viewer) = expect_context();
    let text = text();
    view! {
        <div class="head"><h1>{text.account.heading}</h1></div>
        <DoneNote/>
        {move || match viewer.get() {
            None => view! { <Loading/> }.into_any(),
            Some(Ok(viewer)) => view! { <Sections viewer/> }.into_any(),
            Some(Err(error)) => view! { <Missing problem=error/> }.into_any(),
        }}
    }
}

#[component]
fn Sections(viewer: Viewer) -> impl IntoView {
    let name = viewer.name.clone();
    let email = viewer.email.clone();
    let text = &text().account;
    let (before_email, after_email) = text.signs_in_as;
    view! {
        <section class="setting">
            <div><h2>{text.picture}</h2><p class="soft">{text.picture_is_public}</p></div>
            <Picture viewer/>
        </section>
        <section class="setting">
            <div><h2>{text.name}</h2><p class="soft">{before_email}<bdi>{email}</bdi>{after_email}</p></div>
            <Form action=paths::ACCOUNT_NAME>
                <TextField which=Field::Name label=text.name autocomplete="name" value=name/>
                <button>{text.save_name}</button>
            </Form>
        </section>
        <section class="setting">
            <div><h2>{text.password}</h2><p class="soft">{text.password_ends_sessions}</p></div>
            <Form action=paths::ACCOUNT_PASSWORD>
                <TextField which=Field::CurrentPassword label=text.current_password kind="password" autocomplete="current-password"/>
                <TextField which=Field::NewPassword label=text.new_password kind="password" autocomplete="new-password" hint=text.password_hint/>
                <button>{text.change_password}</button>
            </Form>
        </section>
    }
}

/// How many bytes of a picture are read for its size in pixels: cameras put previews and profiles before it.
const HEAD: f64 = 1024.0 * 1024.0;

/// Why the server would refuse this picture, as far as its size in bytes and its head tell.
async fn too_large(file: &web_sys::File) -> Option<FieldProblem> {
    if file.size() > AVATAR_LIMIT as f64 {
        return Some(FieldProblem::TooLarge { limit: AVATAR_LIMIT });
    }
    let head = file.slice_with_f64_and_f64(0.0, HEAD).ok()?;
    let head = JsFuture::from(head.array_buffer()).await.ok()?;
    let size = imagesize::blob_size(&Uint8Array::new(&head).to_vec()).ok()?;
    let pixels = size.width as u64 * size.height as u64;
    (pixels > PIXEL_LIMIT).then_some(FieldProblem::TooManyPixels { limit: PIXEL_LIMIT })
}

#[component]
fn Picture(viewer: Viewer) -> impl IntoView {
    let FormSignal(form) = expect_context();
    let all = text();
    let (name, text) = (Field::Avatar.name(), &all.account);
    let wrong = move || form.with(|form| form.problems(Field::Avatar).next().is_some());
    let input = NodeRef::<leptos::html::Input>::new();
    // A picture that is too large is not sent: the browser submits no form with a field that is not valid.
    let check = move |input: &web_sys::HtmlInputElement| {
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        input.set_custom_validity("");
        form.update(|form| form.errors.retain(|error| error.field != Field::Avatar));
        let input = input.clone();
        spawn_local(async move {
            let Some(problem) = too_large(&file).await else { return };
            // Another may have been chosen meanwhile.
            if input.files().and_then(|files| files.get(0)).as_ref() == Some(&file) {
                input.set_custom_validity(&all.problems.at(Field::Avatar, &problem));
                form.update(|form| form.errors.push(FieldError { field: Field::Avatar, problem }));
            }
        });
    };
    // A picture may have been chosen before the page ran.
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            check(&input);
        }
    });
    let chosen = move |event: leptos::ev::Event| check(&event_target(&event));
    let remove = viewer.avatar.is_some().then(|| {
        view! { <Form action=paths::ACCOUNT_AVATAR_REMOVE><button class="link">{text.remove_picture}</button></Form> }
    });
    view! {
        <div class="picture">
            <AvatarPicture viewer size=88/>
            <div>
                <Form action=paths::ACCOUNT_AVATAR multipart=true>
                    <div class="field">
                        <label for=name>{text.avatar}</label>
                        <input id=name name=name type="file" accept="image/jpeg,image/png,image/webp,image/gif" node_ref=input on:change=chosen
                            aria-invalid=move || wrong().then_some("true") aria-describedby=move || description(name, true, wrong())/>
                        <p class="hint" id="avatar-hint">{text.avatar_hint}</p>
                        <Problems which=Field::Avatar/>
                    </div>
                    <button>{text.save_avatar}</button>
                </Form>
                {remove}
            </div>
        </div>
    }
}
