//! The name of a file or a folder, wherever people read it.

use leptos::prelude::*;
use maud::{Markup, html};

use crate::model::file_name::is_unseen;

/// A name, isolated from the text around it. Characters that cannot be seen, such as a right-to-left override before
/// `gpj.exe`, are isolated too, so that they move nothing, and the style sheet shows that they are there. The text as a
/// whole stays what it is.
#[component]
pub(in crate::ui) fn EntryName(
    /// The name as its owner typed it.
    of: String,
) -> impl IntoView {
    view! { <bdi inner_html=inner(&of).into_string()></bdi> }
}

/// The same as a piece of HTML.
pub(in crate::ui) fn html(name: &str) -> Markup {
    html! { bdi { (inner(name)) } }
}

/// The same with these ranges of its bytes highlighted, which are sorted. What is no range of the name is left out.
pub(in crate::ui) fn highlighted(name: &str, ranges: &[(usize, usize)]) -> Markup {
    let mut after = 0;
    let mut pieces = Vec::new();
    for &(start, end) in ranges {
        if let (Some(before), Some(piece)) = (name.get(after..start), name.get(start..end)) {
            pieces.push((before, piece));
            after = end;
        }
    }
    html! {
        bdi {
            @for (before, piece) in pieces { (inner(before)) mark { (inner(piece)) } }
            (inner(&name[after..]))
        }
    }
}

fn inner(name: &str) -> Markup {
    let is_apart = |piece: &str| piece.starts_with(is_unseen);
    html! {
        @for piece in pieces(name) {
            @if is_apart(piece) { bdi.unseen { (piece) } } @else { (piece) }
        }
    }
}

/// The name in pieces: each character that is not seen by itself, and what is between.
fn pieces(name: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let end = if is_unseen(first) { first.len_utf8() } else { rest.find(is_unseen).unwrap_or(rest.len()) };
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_stands_by_itself() {
        assert_eq!(pieces("annexe\u{202e}gpj.exe"), ["annexe", "\u{202e}", "gpj.exe"]);
        assert_eq!(pieces("\u{2067}\u{200f}a"), ["\u{2067}", "\u{200f}", "a"]);
        assert_eq!(pieces("plain.txt"), ["plain.txt"]);
        assert!(pieces("").is_empty());
    }
}
