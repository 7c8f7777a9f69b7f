//! What stands on the page that came back to a visitor.

pub use crate::browser::Answer;
use crate::browser::page::unescaped;
pub use crate::browser::page::{attribute, tags};

/// A file or a folder in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: String,
    pub name: String,
    pub is_folder: bool,
}

impl Listed {
    /// The address of the content.
    pub fn content(&self) -> String {
        format!("/files/{}/content", self.id)
    }

    /// The address of the page that asks before deleting.
    pub fn delete(&self) -> String {
        format!("/files/{}/delete", self.id)
    }
}

impl Answer {
    /// What a screen shows: the page without what stands in tags.
    pub fn shown(&self) -> String {
        let mut text = String::new();
        for piece in self.text().split('<').skip(1) {
            let (tag, after) = piece.split_once('>').unwrap_or((piece, ""));
            if !tag.starts_with("script") {
                text.push_str(after);
            }
        }
        unescaped(&text)
    }

    /// The value of the control of this name.
    pub fn typed(&self, control: &str) -> String {
        let page = self.text();
        let tag = tags(&page, "input").find(|tag| attribute(tag, "name").as_deref() == Some(control));
        let tag = tag.unwrap_or_else(|| panic!("no control {control}: {page}"));
        attribute(tag, "value").unwrap_or_default()
    }

    /// The files of a list, in its order.
    pub fn files(&self) -> Vec<Listed> {
        self.rows().into_iter().filter(|row| !row.is_folder).collect()
    }

    /// The folders of a list, in its order.
    pub fn folders(&self) -> Vec<Listed> {
        self.rows().into_iter().filter(|row| row.is_folder).collect()
    }

    /// The rows of a list.
    pub fn rows(&self) -> Vec<Listed> {
        assert_eq!(self.status, 200, "no list: {}", self.text());
        let page = self.text();
        let mut rows = Vec::new();
        for row in page.split("<tr>").skip(2) {
            let link = tags(row, "a").find_map(|tag| attribute(tag, "href")).expect("a link to what it is");
            let id = link.strip_prefix("/files/").expect("an address of a file or a folder");
            let content = id.strip_suffix("/content");
            let name = row.split_once("<bdi>").and_then(|(_, rest)| rest.split_once("</bdi>")).expect("a name").0;
            let (id, is_folder) = (content.unwrap_or(id).to_owned(), content.is_none());
            rows.push(Listed { id, name: unescaped(name), is_folder });
        }
        rows
    }

    /// The names of the files in a list.
    pub fn file_names(&self) -> Vec<String> {
        self.files().into_iter().map(|file| file.name).collect()
    }

    /// What stands in the page's `<title>`, as it is written.
    pub fn title(&self) -> String {
        let page = self.text();
        page.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).expect("a title").0.to_owned()
    }

    /// The way to the page's folder, as it is shown, and where its links lead.
    pub fn breadcrumbs(&self) -> (String, Vec<String>) {
        let text = self.text();
        let Some((_, rest)) = text.split_once("aria-label=\"Breadcrumb\"") else { return (String::new(), Vec::new()) };
        let nav = rest.split_once("</nav>").expect("an end").0;
        assert_eq!(nav.matches("aria-current=\"page\"").count(), 1, "one is where one is: {nav}");
        let shown = nav.split("<li>").skip(1).map(|item| {
            item.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect::<String>()
        });
        let links = tags(nav, "a").filter_map(|tag| attribute(tag, "href")).collect();
        (shown.collect::<Vec<_>>().join(" / "), links)
    }

    /// The heading, as it is written.
    pub fn heading(&self) -> String {
        let text = self.text();
        let heading = text.split_once("<h1>").and_then(|(_, rest)| rest.split_once("</h1>")).expect("a heading").0;
        heading.replace("<bdi>", "").replace("</bdi>", "")
    }

    /// Where the link of this relation leads.
    pub fn link(&self, relation: &str) -> Option<String> {
        let page = self.text();
        tags(&page, "a")
            .find(|tag| attribute(tag, "rel").as_deref() == Some(relation))
            .and_then(|tag| attribute(tag, "href"))
    }
}
