//! Reading a page: its tags and their attributes.

/// The tags of an element, without their brackets.
pub fn tags<'a>(page: &'a str, element: &'a str) -> impl Iterator<Item = &'a str> {
    let is_it =
        move |tag: &&str| tag.strip_prefix(element).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    // Holdall's pages write `>` in attributes as it is; a tag ends at the first one that is outside of quotes.
    page.split('<').skip(1).filter(is_it).map(|tag| {
        let mut quoted = false;
        let end = tag.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        &tag[..end.unwrap_or(tag.len())]
    })
}

/// An attribute's value in a tag.
pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\""))?.1;
    Some(unescaped(value.split_once('"')?.0))
}

/// Text as it is shown, of text as it is written in a page.
pub fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'").replace("&amp;", "&")
}
