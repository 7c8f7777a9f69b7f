//! What a page says of its own shape, by which the browser half knows whether it may take the page over.

use crate::answer::Answer;
use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    a_page_of_the_app_says_its_shape,
    a_page_that_nothing_takes_over_says_none,
}

/// The shape that a page says.
fn shape(page: &Answer) -> String {
    let metas = page.tags("meta[name=\"shape\"]");
    let [meta] = metas.as_slice() else { panic!("one shape: {metas:?}") };
    let shape = meta.attribute("content").expect("a shape").to_owned();
    let (count, hash) = shape.split_once(' ').expect("two words");
    assert!(count.parse::<u32>().expect("a number") > 20 && hash.len() == 8, "{shape}");
    shape
}

async fn a_page_of_the_app_says_its_shape(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let empty = shape(&ada.get("/files").await);
    assert_eq!(shape(&ada.get("/files").await), empty);
    ada.keeps("<p><!-- a.txt", b"x").await;
    let one = shape(&ada.get("/files").await);
    assert_ne!(one, empty);
    let of_form = shape(&ada.post("/account/name", &[("name", "")]).await);
    assert_ne!(of_form, shape(&ada.get("/account").await), "the form again, with its problem");
    let grace = app.signed_in("grace").await;
    grace.keeps("b.txt", b"x").await;
    assert_eq!(shape(&grace.get("/files").await), one, "names are no part of it");
}

async fn a_page_that_nothing_takes_over_says_none(database: Database) {
    let app = App::start(&database).await;
    for path in ["/", "/sign-in", "/sign-up", "/nowhere"] {
        let page = app.visitor().get(path).await;
        assert!(page.tags("meta[name=\"shape\"]").is_empty(), "{path}");
    }
}
