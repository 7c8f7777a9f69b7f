//! Reading what a page shows out of a response.

pub use crate::browser::Answer;

use scraper::{ElementRef, Html, Selector};

/// A file or a folder in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: String,
    pub name: String,
    pub is_folder: bool,
}

impl Listed {
    /// The address of the file's content.
    pub fn content(&self) -> String {
        format!("/files/{}/content", self.id)
    }

    /// The address of the page that asks for confirmation before deleting.
    pub fn delete(&self) -> String {
        format!("/files/{}/delete", self.id)
    }
}

/// An element with its attributes, detached from the page.
#[derive(Debug)]
pub struct Tag {
    pub element: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// An attribute's value.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes().find(|(of, _)| *of == name).map(|(_, value)| value)
    }

    /// All attributes with their values.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl Answer {
    /// The visible text: the page without tags and scripts.
    pub fn shown(&self) -> String {
        let page = self.html();
        let shown = page.tree.nodes().filter_map(|node| {
            let parent = node.parent().and_then(ElementRef::wrap);
            let text = node.value().as_text()?;
            parent.is_none_or(|parent| parent.value().name() != "script").then_some(&**text)
        });
        shown.collect()
    }

    /// The elements that match a CSS selector, in the page's order.
    pub fn tags(&self, selector: &str) -> Vec<Tag> {
        let page = self.html();
        let tag = |found: ElementRef<'_>| Tag {
            element: found.value().name().to_owned(),
            attributes: found.value().attrs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        };
        page.select(&css(selector)).map(tag).collect()
    }

    /// The texts of the elements that match a CSS selector.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        self.html().select(&css(selector)).map(text_of).collect()
    }

    /// The values of an attribute, of all elements that match a CSS selector and have it.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        self.tags(selector).iter().filter_map(|tag| tag.attribute(name).map(str::to_owned)).collect()
    }

    /// The addresses of the site's own files on a page: what it loads, and the wasm that its script loads.
    pub fn asset_addresses(&self) -> Vec<String> {
        let all = [("link", "href"), ("script", "src"), ("meta[name=wasm], meta[name=later]", "content")];
        all.iter().flat_map(|(selector, name)| self.attributes(selector, name)).collect()
    }

    /// The value of the control of this name.
    pub fn typed(&self, control: &str) -> String {
        let found = self.tags(&format!("input[name=\"{control}\"]"));
        let tag = found.first().unwrap_or_else(|| panic!("no control {control}: {}", self.text()));
        tag.attribute("value").unwrap_or_default().to_owned()
    }

    /// The files of a list, in the list's order.
    pub fn files(&self) -> Vec<Listed> {
        self.rows().into_iter().filter(|row| !row.is_folder).collect()
    }

    /// The folders of a list, in the list's order.
    pub fn folders(&self) -> Vec<Listed> {
        self.rows().into_iter().filter(|row| row.is_folder).collect()
    }

    /// The rows of a list.
    pub fn rows(&self) -> Vec<Listed> {
        assert_eq!(self.status, 200, "no list: {}", self.text());
        let page = self.html();
        let row = |row: ElementRef<'_>| {
            let id = row.select(&css("input[name=entries]")).next().and_then(|control| control.attr("value"));
            let name = text_of(row.select(&css("bdi")).next().expect("a name"));
            let is_folder = row.select(&css("[data-kind=folder]")).next().is_some();
            Listed { id: id.expect("the id of what it is").to_owned(), name, is_folder }
        };
        // The first row contains the column headings.
        page.select(&css("tr")).skip(1).map(row).collect()
    }

    /// The names of the files in a list.
    pub fn file_names(&self) -> Vec<String> {
        self.files().into_iter().map(|file| file.name).collect()
    }

    /// The page's `<title>`.
    pub fn title(&self) -> String {
        text_of(self.html().select(&css("title")).next().expect("a title"))
    }

    /// The text of the breadcrumbs, and the targets of their links.
    pub fn breadcrumbs(&self) -> (String, Vec<String>) {
        let page = self.html();
        let Some(nav) = page.select(&css("[aria-label=\"Breadcrumb\"]")).next() else { return Default::default() };
        let here = nav.select(&css("[aria-current=\"page\"]")).count();
        assert_eq!(here, 1, "one is where one is: {}", nav.html());
        let shown: Vec<_> = nav.select(&css("li")).map(text_of).collect();
        let links = nav.select(&css("a[href]")).filter_map(|link| link.attr("href")).map(str::to_owned).collect();
        (shown.join(" / "), links)
    }

    /// The heading.
    pub fn heading(&self) -> String {
        text_of(self.html().select(&css("h1")).next().expect("a heading"))
    }

    /// The target of the link with this relation.
    pub fn link(&self, relation: &str) -> Option<String> {
        let found = self.tags(&format!("a[rel=\"{relation}\"]"));
        found.first().and_then(|tag| tag.attribute("href")).map(str::to_owned)
    }

    fn html(&self) -> Html {
        // HTML parsers normalise line ends; escaping keeps the ones that the server sent.
        Html::parse_document(&self.text().replace('\r', "&#13;"))
    }
}

fn css(selector: &str) -> Selector {
    Selector::parse(selector).expect("a selector")
}

fn text_of(element: ElementRef<'_>) -> String {
    element.text().collect()
}
