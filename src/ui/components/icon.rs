//! The icons: drawn in the colour of the text, and always beside a label or a name.

use leptos::prelude::*;
use maud::Markup;

/// Which icon.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) enum Shape {
    /// The site's logo.
    Bag,
    /// Files, and a folder of them.
    Folder,
    /// Create a folder.
    NewFolder,
    /// An account.
    Person,
    /// Upload.
    Up,
    /// Download.
    Down,
    /// Delete.
    Bin,
    /// Copy.
    Copy,
    /// Search.
    Lens,
}

/// The icons' drawings, each 20 units wide and high.
const DRAWINGS: [(Shape, &str); 9] = [
    (Shape::Bag, "M4 8h12l-1 9H5L4 8Zm3 0V6a3 3 0 0 1 6 0v2M3 8h14M4.6 12h10.8"),
    (
        Shape::Folder,
        "M3 6a1.5 1.5 0 0 1 1.5-1.5h3L9.5 7h6A1.5 1.5 0 0 1 17 8.5v6a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 14.5Z",
    ),
    (
        Shape::NewFolder,
        "M3 6a1.5 1.5 0 0 1 1.5-1.5h3L9.5 7h6A1.5 1.5 0 0 1 17 8.5v6a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 14.5ZM10 9.2v4.6M7.7 11.5h4.6",
    ),
    (Shape::Person, "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 17c0-3 2.5-4.5 6-4.5s6 1.5 6 4.5"),
    (Shape::Up, "M10 13V4M6 7.5 10 3.5l4 4M4 16.5h12"),
    (Shape::Down, "M10 3.5v9M6 9l4 4 4-4M4 16.5h12"),
    (Shape::Bin, "M4 6h12M8 6V4h4v2M5.5 6l.7 10h7.6l.7-10M8.5 9v4.5M11.5 9v4.5"),
    (Shape::Copy, "M7.5 7.5h9v9h-9ZM13 7V3.5H3.5V13H7"),
    (Shape::Lens, "M8.8 14a5.2 5.2 0 1 0 0-10.4 5.2 5.2 0 0 0 0 10.4ZM12.6 12.6l4 4"),
];

impl Shape {
    /// The id of its drawing in the page.
    const fn id(self) -> &'static str {
        match self {
            Self::Bag => "icon-bag",
            Self::Folder => "icon-folder",
            Self::NewFolder => "icon-new-folder",
            Self::Person => "icon-person",
            Self::Up => "icon-up",
            Self::Down => "icon-down",
            Self::Bin => "icon-bin",
            Self::Copy => "icon-copy",
            Self::Lens => "icon-lens",
        }
    }
}

/// An icon of 20 pixels, hidden from screen readers. It refers to its drawing among the page's [`Drawings`].
#[component]
pub(in crate::ui) fn Icon(shape: Shape) -> impl IntoView {
    view! { <svg class="icon" aria-hidden="true"><use_ href=format!("#{}", shape.id())/></svg> }
}

/// The same as a piece of HTML.
pub(in crate::ui) fn html(shape: Shape) -> Markup {
    maud::html! { svg.icon aria-hidden="true" { use href={ "#" (shape.id()) } {} } }
}

/// The drawings that a page's icons refer to, once in each page. The server alone renders them.
#[component]
pub(in crate::ui) fn Drawings() -> impl IntoView {
    let symbol = |(shape, path): (Shape, &'static str)| {
        view! {
            <symbol id=shape.id() viewBox="0 0 20 20">
                <path d=path fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>
            </symbol>
        }
    };
    view! { <svg class="drawings" width="0" height="0" aria-hidden="true">{DRAWINGS.map(symbol).collect_view()}</svg> }
}
