//! File names in headers: parsing the `Content-Disposition` of a form's part (RFC 7578), and writing that of a response
//! (RFC 6266).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use unicode_normalization::UnicodeNormalization as _;

/// The characters to percent-encode in `filename*`: all but RFC 8187's `attr-char`.
const NOT_ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The control's name and the file's name of a part, from its `Content-Disposition`. Browsers write `"` as `%22` and
/// line ends as `%0D` and `%0A` (WHATWG HTML, “multipart form data”) and leave everything else as it is, backslashes
/// too; exactly these three are decoded.
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
        // Browsers write a quote within the value as %22.
        let (value, after) = after.split_once('"')?;
        if key.eq_ignore_ascii_case(name) {
            return Some(value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"));
        }
        rest = after;
    }
}

/// A `Content-Disposition` with the full name in `filename*` (RFC 8187) and an ASCII fallback in `filename`. The name goes
/// out composed (NFC), as all systems but macOS write names; browsers replace what theirs cannot store.
pub fn disposition(kind: &str, name: &str) -> String {
    let name: String = name.nfc().collect();
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !"\"\\/%;".contains(c) || c == ' ' { c } else { '_' })
        .take(100)
        .collect();
    let encoded = utf8_percent_encode(&name, NOT_ATTR_CHAR);
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
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
        assert_eq!(
            disposition("attachment", "bla\u{308}.bin"),
            "attachment; filename=\"bl_.bin\"; filename*=UTF-8''bl%C3%A4.bin"
        );
        assert_eq!(disposition("inline", "100%.txt"), "inline; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt");
        let longest = disposition("attachment", &"日".repeat(85));
        assert!(longest.is_ascii() && longest.matches('%').count() == 255);
    }
}
