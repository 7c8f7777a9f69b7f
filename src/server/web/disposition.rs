//! File names on their way through headers: out of a form's `Content-Disposition` (RFC 7578), into an answer's
//! (RFC 6266).

use std::fmt::Write as _;

/// The control's name and the file's name of a part, read from its `Content-Disposition`. Browsers write `"` as
/// `%22` and line ends as `%0D` and `%0A` (WHATWG HTML, “multipart form data”) and leave everything else as it is,
/// a backslash too; exactly those three are undone.
pub fn of_part(header: &[u8]) -> Option<(String, Option<String>)> {
    let header = String::from_utf8_lossy(header);
    let rest = header.strip_prefix("form-data")?;
    let name = parameter(rest, "name")?;
    Some((name, parameter(rest, "filename")))
}

fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header;
    loop {
        rest = rest.trim_start().strip_prefix(';')?.trim_start();
        let (key, after) = rest.split_once("=\"")?;
        // No quote can stand inside: browsers write it as %22.
        let (value, after) = after.split_once('"')?;
        if key.eq_ignore_ascii_case(name) {
            return Some(value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"));
        }
        rest = after;
    }
}

/// A `Content-Disposition` that carries the whole name in `filename*` (RFC 8187) and a plain stand-in in `filename`.
pub fn disposition(kind: &str, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !"\"\\/%;".contains(c) || c == ' ' { c } else { '_' })
        .take(100)
        .collect();
    let mut header = format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            header.push(char::from(byte));
        } else {
            let _ = write!(header, "%{byte:02X}");
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str) -> Option<String> {
        of_part(header.as_bytes()).and_then(|(_, file)| file)
    }

    #[test]
    fn names_come_out_of_forms_as_they_were() {
        assert_eq!(of_part(b"form-data; name=\"files\""), Some(("files".to_owned(), None)));
        assert_eq!(file("form-data; name=\"files\"; filename=\"a.txt\"").as_deref(), Some("a.txt"));
        assert_eq!(
            file("form-data; name=\"files\"; filename=\"%22><script>.txt\"").as_deref(),
            Some("\"><script>.txt")
        );
        assert_eq!(file("form-data; name=\"files\"; filename=\"line%0D%0Aend\"").as_deref(), Some("line\r\nend"));
        assert_eq!(file("form-data; name=\"files\"; filename=\"100%.txt\"").as_deref(), Some("100%.txt"));
        assert_eq!(file("form-data; name=\"files\"; filename=\"a%2Fb\"").as_deref(), Some("a%2Fb"));
        assert_eq!(file("form-data; name=\"files\"; filename=\"ends in \\\"").as_deref(), Some("ends in \\"));
        assert_eq!(file("form-data; name=\"files\"; filename=\"a; name=b.txt\"").as_deref(), Some("a; name=b.txt"));
        assert_eq!(file("form-data; name=\"files\"; filename=\"שלום🎒.txt\"").as_deref(), Some("שלום🎒.txt"));
        assert_eq!(file("form-data; name=\"files\"; filename=\"\"").as_deref(), Some(""));
        assert_eq!(of_part(b"attachment; filename=\"x\""), None);
        assert_eq!(of_part(b"form-data; name=unquoted"), None);
    }

    #[test]
    fn names_go_into_headers_whole_and_harmless() {
        assert_eq!(disposition("attachment", "a.txt"), "attachment; filename=\"a.txt\"; filename*=UTF-8''a.txt");
        assert_eq!(
            disposition("attachment", "\"\r\nSet-Cookie: x=1;é"),
            "attachment; filename=\"___Set-Cookie: x=1__\"; filename*=UTF-8''%22%0D%0ASet-Cookie%3A%20x%3D1%3B%C3%A9"
        );
        assert_eq!(disposition("inline", "100%.txt"), "inline; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt");
        let longest = disposition("attachment", &"日".repeat(85));
        assert!(longest.is_ascii() && longest.matches('%').count() == 255);
    }
}
