//! The shape of a page of the app: which elements, texts and comments its body has, in which order and how deep.
//! `public/start.js` compares it with what arrived before the browser half takes the page over. A proxy or an extension
//! may have changed it, and hydration finds its nodes by their order alone: it would end, or take one element for another.

use crate::ui::shell::SHAPE_FOLLOWS;

/// The elements that have no end tag (HTML, section 13.1.2).
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// The page with its shape in its head.
#[must_use]
pub fn with_shape(page: &str) -> String {
    page.replacen(SHAPE_FOLLOWS, &shape(page), 1)
}

/// The number of nodes in the body of a page as leptos writes it, and a hash (FNV-1a, 32 bits) of their kinds:
/// `<name` of an element, `#` of a text, `!` of a comment, each with a byte for how many elements of the body contain
/// it. What comes after the body's end is not part of it, and neither are its last children that extensions add.
fn shape(html: &str) -> String {
    let body = html.split_once("<body").and_then(|(_, rest)| rest.split_once('>')).map_or("", |(_, body)| body);
    let mut shape = Shape { count: 0, hash: 0x811c_9dc5, depth: 0 };
    let mut rest = body;
    while !rest.is_empty() && !rest.starts_with("</body>") {
        rest = shape.take(rest);
    }
    let Shape { count, hash, .. } = shape;
    format!("{count} {hash:08x}")
}

/// The shape of what was read.
struct Shape {
    count: u32,
    hash: u32,
    depth: u8,
}

impl Shape {
    /// Takes the next node, or the end of an element; returns what follows.
    fn take<'a>(&mut self, html: &'a str) -> &'a str {
        let past = |end: &str| html.split_once(end).map_or("", |(_, after)| after);
        let Some(tag) = html.strip_prefix('<') else {
            self.add(b'#', "");
            return &html[html.find('<').unwrap_or(html.len())..];
        };
        match tag.as_bytes().first() {
            Some(b'!') => {
                self.add(b'!', "");
                past(if tag.starts_with("!--") { "-->" } else { ">" })
            }
            Some(b'/') => {
                self.depth = self.depth.wrapping_sub(1);
                past(">")
            }
            _ => {
                let name = &tag[..tag.find([' ', '>', '/']).unwrap_or(tag.len())];
                self.add(b'<', name);
                if !VOID.iter().any(|void| void.eq_ignore_ascii_case(name)) {
                    self.depth = self.depth.wrapping_add(1);
                }
                after_tag(tag)
            }
        }
    }

    fn add(&mut self, kind: u8, name: &str) {
        self.count += 1;
        for byte in [kind].into_iter().chain(name.bytes().map(|byte| byte.to_ascii_lowercase())).chain([self.depth]) {
            self.hash = (self.hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
}

/// What follows a tag, whose quoted attributes may contain `>`.
fn after_tag(tag: &str) -> &str {
    let mut quoted = false;
    // Neither mark is part of a longer character.
    let end = tag.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
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
