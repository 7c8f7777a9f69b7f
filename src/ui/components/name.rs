//! The name of a file or a folder, wherever people read it.

use leptos::prelude::*;

use crate::model::file_name::is_unseen;

/// A name, isolated from the text around it. Characters that cannot be seen, such as a right-to-left override before
/// `gpj.exe`, are isolated too, so that they move nothing, and the style sheet shows that they are there. The text as a
/// whole stays what it is.
#[component]
pub(in crate::ui) fn Name(
    /// The name as its owner typed it.
    of: String,
) -> impl IntoView {
    let piece = |piece: &str| match piece.chars().next() {
        Some(first) if is_unseen(first) => view! { <bdi class="unseen">{piece.to_owned()}</bdi> }.into_any(),
        _ => piece.to_owned().into_any(),
    };
    if !of.contains(is_unseen) {
        return view! { <bdi>{of}</bdi> }.into_any();
    }
    view! { <bdi>{pieces(&of).into_iter().map(piece).collect_view()}</bdi> }.into_any()
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
