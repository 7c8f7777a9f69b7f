//! The shape of a page of the app: which elements, texts and comments its body has, in which order and how deep.
//! `public/start.js` compares it with what arrived before the browser half takes the page over. A proxy or an extension
//! may have changed it, and hydration finds its nodes by their order alone: it would end, or take one element for another.

use std::ops::ControlFlow;

use axum::body::{Body, to_bytes};
use axum::response::Response;

use crate::ui::shell::SHAPE_FOLLOWS;

/// The elements that have no end tag (HTML, section 13.1.2).
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Writes the page's shape into its head.
pub async fn fill_in(page: Response) -> Response {
    let (head, body) = page.into_parts();
    // leptos sends pages of the app as a whole, so nothing is kept waiting.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(html) = std::str::from_utf8(&bytes) else { return Response::from_parts(head, Body::from(bytes)) };
    Response::from_parts(head, Body::from(html.replacen(SHAPE_FOLLOWS, &shape(html), 1)))
}

/// The number of nodes in the body of a page as leptos writes it, and a hash (FNV-1a, 32 bits) of their kinds:
/// `<name` of an element, `#` of a text, `!` of a comment, each with a byte for how many elements of the body contain
/// it. What comes after the body's end is not part of it, and neither are its last children that extensions add.
fn shape(html: &str) -> String {
    let body = html.split_once("<body").and_then(|(_, rest)| rest.split_once('>')).map_or("", |(_, body)| body);
    let (mut count, mut hash, mut depth) = (0_u32, 0x811c_9dc5_u32, 0_u8);
    let mut rest = body;
    while let ControlFlow::Continue((kind, name, after)) = node(rest) {
        match kind {
            Some(kind) => {
                count += 1;
                let name = name.to_ascii_lowercase();
                for byte in [kind].iter().chain(name.as_bytes()).chain(&[depth]) {
                    hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
                }
                if kind == b'<' && !VOID.contains(&name.as_str()) {
                    depth = depth.wrapping_add(1);
                }
            }
            None => depth = depth.wrapping_sub(1),
        }
        rest = after;
    }
    format!("{count} {hash:08x}")
}

/// The kind of the next node, its name if it is an element, and what follows; no kind for the end of an element.
fn node(html: &str) -> ControlFlow<(), (Option<u8>, &str, &str)> {
    let past = |end: &str| html.split_once(end).map_or("", |(_, after)| after);
    let Some(tag) = html.strip_prefix('<') else {
        let end = html.find('<').unwrap_or(html.len());
        return if end == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue((Some(b'#'), "", &html[end..])) };
    };
    if tag.starts_with("/body>") {
        return ControlFlow::Break(());
    }
    ControlFlow::Continue(match tag.as_bytes().first() {
        Some(b'!') if tag.starts_with("!--") => (Some(b'!'), "", past("-->")),
        Some(b'!') => (Some(b'!'), "", past(">")),
        Some(b'/') => (None, "", past(">")),
        _ => {
            let name = &tag[..tag.find([' ', '>', '/']).unwrap_or(tag.len())];
            (Some(b'<'), name, after_tag(tag))
        }
    })
}

/// What follows a tag, whose quoted attributes may contain `>`.
fn after_tag(tag: &str) -> &str {
    let mut quoted = false;
    let end = tag.find(|character| {
        quoted ^= character == '"';
        character == '>' && !quoted
    });
    end.map_or("", |end| &tag[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> String {
        shape(&format!("<html><head><title>a</title></head><body>{body}</body></html><script>1 < 2</script>"))
    }

    #[test]
    fn it_counts_elements_texts_and_comments_until_the_end_of_the_body() {
        assert_eq!(
            page("<p>one <b>two</b><!><!-- <i> --><br/></p>"),
            shape("<body class=\"x\"><p>a<b>b</b><!><!----><br></p>")
        );
        assert!(page("<p>one <b>two</b><!><!-- <i> --><br/></p>").starts_with("7 "));
        assert!(page("").starts_with("0 "));
    }

    #[test]
    fn words_and_attributes_are_no_part_of_it() {
        let plain = page(r#"<a href="/files">a</a>"#);
        assert_eq!(page(r#"<a title="a > b" href="/files?a='">other</a>"#), plain);
        assert_eq!(page("<A>a</A>"), plain);
    }

    #[test]
    fn whatever_hydration_would_stumble_over_changes_it() {
        let plain = page("<p>a@b.example</p><!><ul><li>1</li></ul>");
        for changed in [
            "<p><a>[email protected]</a></p><!><ul><li>1</li></ul>",
            "<p>a@b.example</p><ul><li>1</li></ul>",
            "<div></div><p>a@b.example</p><!><ul><li>1</li></ul>",
            "<p>a@b.example</p> <!><ul><li>1</li></ul>",
            "<p>a@b.example</p><!><ol><li>1</li></ol>",
            "<p></p><!><ul><li>1</li></ul>",
            "<p>a@b.example<!><ul><li>1</li></ul></p>",
        ] {
            assert_ne!(page(changed), plain, "{changed}");
        }
    }
}
