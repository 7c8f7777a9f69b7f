//! The HTML document around every page: its head, and the scripts that hydrate a page of the app.

use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::model::site_files::SiteFiles;
use crate::ui::components::form::Reload;
use crate::ui::components::icon::Drawings;
use crate::ui::text::text;

/// What stands for the shape of the page until the page is rendered as a whole (`server/web/shape.rs`).
pub const SHAPE_FOLLOWS: &str = "shape follows";

/// The id of the element that holds what a page starts from.
pub(super) const CONTENT: &str = "content";

/// What hydrates a page of the app.
pub(super) struct Scripts {
    /// What the page starts from, as JSON.
    pub content: String,
    /// Whether hydration needs what is loaded later.
    pub needs_later: bool,
}

impl Scripts {
    /// What the head of a page of the app has: the wasm, and the script that starts hydration.
    pub(super) fn head(self) -> impl IntoView {
        let Self { content, needs_later } = self;
        let SiteFiles { start, script, wasm, later, .. } = expect_context();
        let nonce = use_nonce();
        view! {
            <link rel="modulepreload" id="script" href=script.address integrity=script.integrity crossorigin="anonymous" nonce=nonce.clone()/>
            <meta name="wasm" content=wasm.address data-integrity=wasm.integrity/>
            <meta name="later" content=later.address data-integrity=later.integrity data-needed=needs_later.then_some("")/>
            <meta name="shape" content=SHAPE_FOLLOWS/>
            <template id="plain">
                <p class="plain" role="alert">{text().frame.plain} " " <Reload class="link"/></p>
            </template>
            <script type="application/json" id=CONTENT inner_html=content nonce=nonce.clone()></script>
            <script type="module" src=start.address integrity=start.integrity crossorigin="anonymous" nonce=nonce.clone()></script>
        }
    }
}

/// A complete HTML document with this title, and with this in its head besides.
pub(super) fn shell(title: &'static str, head: impl IntoView, page: impl IntoView) -> impl IntoView {
    let SiteFiles { style, icon, watched, .. } = expect_context();
    let reload = watched.map(|port| {
        let options = LeptosOptions::builder().output_name("holdall").reload_port(u32::from(port)).build();
        view! { <AutoReload options/> }
    });
    view! {
        <!DOCTYPE html>
        <html lang=text().tag>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                // Not as a child: with erased components leptos writes a comment after it, which a title shows.
                <title inner_html=title></title>
                <link rel="icon" href=icon.address r#type="image/svg+xml"/>
                <link rel="stylesheet" href=style.address integrity=style.integrity crossorigin="anonymous"/>
                {head}
                {reload}
            </head>
            <body>{page}<Drawings/></body>
        </html>
    }
}
