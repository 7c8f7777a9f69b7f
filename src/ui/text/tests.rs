//! Languages are found, titles and numbers read as they should, and no view has a sentence of its own.

use std::path::{Path, PathBuf};

use super::*;

#[test]
fn a_language_is_found_by_its_tag() {
    for text in LANGUAGES {
        assert!(of_tag(text.tag).is_some_and(|found| std::ptr::eq(found, text)), "{}", text.tag);
    }
    assert!(of_tag("EN").is_some() && of_tag("tlh").is_none());
}

#[test]
fn titles_follow_the_path_alone() {
    let title = |path| (ENGLISH.title)(Page::parse(path).as_ref());
    assert_eq!(title("/account"), "Account · Holdall");
    assert_eq!(title("/files"), "Files · Holdall");
    assert_eq!(title("/files/06dqs4v3g1s7n8b2k9m0a1c2e3/delete"), "Delete · Holdall");
    assert_eq!(title("/trash/06dqs4v3g1s7n8b2k9m0a1c2e3/delete"), "Delete for ever · Holdall");
    assert_eq!(title("/files/06dqs4v3g1s7n8b2k9m0a1c2e3/about"), "About a file · Holdall");
    assert_eq!(title("/files/06dqs4v3g1s7n8b2k9m0a1c2e3"), "Files · Holdall");
    assert_eq!(title("/files/new-folder"), "New folder · Holdall");
}

/// A sentence in a view could not be translated.
#[test]
fn views_have_no_sentences_of_their_own() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui");
    let mut found = Vec::new();
    for path in sources(&ui) {
        // Texts belong in `text`; tests may contain the ones they expect.
        if path.starts_with(ui.join("text")) || path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let source = std::fs::read_to_string(&path).expect("a source file");
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        found.extend(sentences(code).into_iter().map(|sentence| format!("{}: {sentence}", path.display())));
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn sentences_are_told_from_other_words() {
    for view in [
        r#"<h1>"Account"</h1>"#,
        r#"<p class="soft">"New here? " <a href=other>"#,
        r#"<Icon shape=Shape::Up/>"Upload"</button>"#,
        r#"<nav aria-label="Pages">"#,
        r#"<A href=address attr:title="Your files">"#,
        r#"<TextField which label="Email"/>"#,
        r#"<p>{format!("{used} used")}</p>"#,
        r#"Some("Dismiss")"#,
        "\"ends\"</b>",
    ] {
        assert_eq!(sentences(view).len(), 1, "{view}");
    }
    for view in [
        r#"<p class="soft" id="main" name="at">{text.loading}</p>"#,
        r#"id=format!("{name}-hint")"#,
        r#"Shape::Bag => "M4 8h12l-1 9H5L4 8Z","#,
        r#"// A comment with "Words in it""#,
        r#"headers.set("accept", "application/json")?"#,
    ] {
        assert_eq!(sentences(view), Vec::<String>::new(), "{view}");
    }
}

/// String literals that a person would read: text content, values of attributes that are shown or read out, and strings
/// that start like a sentence or put words around a value.
fn sentences(code: &str) -> Vec<String> {
    let without_comments = |line| str::split(line, "// ").next().unwrap_or_default();
    let code = code.lines().map(without_comments).collect::<Vec<_>>().join("\n");
    let parts: Vec<&str> = code.split('"').collect();
    let literal = |at: usize| {
        let (before, words) = (parts[at - 1].trim_end(), parts[at]);
        let after = parts.get(at + 1).copied().unwrap_or_default().trim_start();
        let is_spoken = ["aria-label=", "title=", "placeholder=", "alt=", "label=", "hint="];
        let is_spoken = is_spoken.iter().any(|name| before.ends_with(name));
        let is_text = before.ends_with('>') && !before.ends_with("=>") || after.starts_with('<');
        let is_read = words.chars().any(char::is_alphabetic) && (is_spoken || is_text) || is_sentence(words);
        (is_read && !FOR_BROWSERS.contains(&words)).then(|| words.to_owned())
    };
    (1..parts.len()).step_by(2).filter_map(literal).collect()
}

/// The name browsers use for dragged files in `DataTransfer.types`.
const FOR_BROWSERS: [&str; 1] = ["Files"];

fn is_sentence(words: &str) -> bool {
    let is_word = |word: &str| word.len() > 1 && word.chars().all(char::is_alphabetic);
    let mut letters = words.chars();
    let begins = letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    begins || words.contains('{') && words.contains(' ') && words.split_whitespace().any(is_word)
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
