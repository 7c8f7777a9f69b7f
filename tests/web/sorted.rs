//! The orders of a folder's list, and its pages in each of them.

use holdall::model::entry::{EntryRow, FilesPage, ListOrder, PagePosition};
use serde_json::json;

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::visitor::Visitor;

on_both_databases! {
    a_list_is_in_the_order_that_is_asked_for,
    pages_lead_through_each_order_in_both_directions,
    the_page_has_links_to_the_orders,
}

/// A page of the root's list.
async fn page(visitor: &Visitor, order: ListOrder, place: &PagePosition) -> FilesPage {
    visitor.call("files", &json!({ "position": place, "order": order }).to_string()).await.data()
}

fn names(page: &FilesPage) -> Vec<String> {
    page.rows.iter().map(|row| row.name().to_owned()).collect()
}

async fn a_list_is_in_the_order_that_is_asked_for(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for folder in ["Folder 10", "folder 2"] {
        ada.makes_folder("/files", folder).await;
    }
    for file in ["b.txt", "10.txt", "2.txt", "Ä.txt"] {
        ada.keeps(file, b"x").await;
    }
    for (order, files) in [
        (ListOrder::Newest, ["folder 2", "Folder 10", "Ä.txt", "2.txt", "10.txt", "b.txt"]),
        (ListOrder::Oldest, ["folder 2", "Folder 10", "b.txt", "10.txt", "2.txt", "Ä.txt"]),
        (ListOrder::Name, ["folder 2", "Folder 10", "2.txt", "10.txt", "b.txt", "Ä.txt"]),
        (ListOrder::NameReversed, ["Folder 10", "folder 2", "Ä.txt", "b.txt", "10.txt", "2.txt"]),
    ] {
        assert_eq!(names(&page(&ada, order, &PagePosition::Top).await), files, "{order:?}");
    }
    let usual: FilesPage = ada.call("files", r#"{"position":"Top"}"#).await.data();
    assert_eq!(usual, page(&ada, ListOrder::Newest, &PagePosition::Top).await, "pages of an older version ask so");
}

async fn pages_lead_through_each_order_in_both_directions(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for number in 0..60 {
        ada.makes_folder("/files", &format!("folder {number}")).await;
    }
    for number in 0..60 {
        // Not in the order of their names.
        assert_eq!(ada.upload(&format!("{}.txt", number * 7 % 60), b"x").await.status, 303);
    }
    for (order, _) in ListOrder::ALL {
        let (mut forward, mut pages, mut place) = (Vec::new(), Vec::new(), PagePosition::Top);
        loop {
            let page = page(&ada, order, &place).await;
            forward.extend(names(&page));
            let next = page.rows.last().filter(|_| page.below).map(EntryRow::cursor);
            pages.push(page);
            let Some(next) = next else { break };
            place = PagePosition::Below(next);
        }
        let mut sorted = forward.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((forward.len(), sorted.len(), pages.len()), (120, 120, 3), "{order:?}");
        let first = |page: &FilesPage| page.rows.first().map(EntryRow::cursor).expect("a row");
        for pair in pages.windows(2) {
            let before = page(&ada, order, &PagePosition::Above(first(&pair[1]))).await;
            assert_eq!(names(&before), names(&pair[0]), "{order:?}");
            assert_eq!((before.above, before.below), (pair[0].above, true), "{order:?}");
        }
        // A page that begins at a row that is gone.
        let gone = PagePosition::Below(first(&pages[1]));
        let kept = names(&page(&ada, order, &gone).await);
        assert!(!kept.is_empty(), "{order:?}");
    }
}

async fn the_page_has_links_to_the_orders(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for number in 0..51 {
        ada.keeps(&format!("{number}.txt"), b"x").await;
    }
    let links = |answer: &crate::answer::Answer| answer.attributes("thead a", "href");
    let usual = ada.get("/files").await;
    assert_eq!(links(&usual), ["/files?sort=name", "/files?sort=oldest"]);
    assert_eq!(usual.attributes("th[aria-sort]", "aria-sort"), ["descending"]);
    let by_name = ada.get("/files?sort=name").await;
    assert_eq!(by_name.file_names()[..3], ["0.txt", "1.txt", "2.txt"]);
    assert_eq!(links(&by_name), ["/files?sort=name-reversed", "/files"]);
    assert_eq!(by_name.attributes("th[aria-sort]", "aria-sort"), ["ascending"]);
    let next = by_name.attributes("nav.pages a[rel=next]", "href");
    assert!(next.len() == 1 && next[0].ends_with("&sort=name"), "{next:?}");
    assert_eq!(ada.get(&next[0]).await.file_names(), ["50.txt"]);
    assert_eq!(ada.get("/files?sort=nothing").await.status, 200);
}
