//! The page that shows what is in a file: as what, to whom, and what it leads to.

use std::thread::available_parallelism;
use std::time::Duration;

use futures::future::join_all;

use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    what_is_shown_depends_on_what_is_in_the_file,
    what_a_browser_could_run_is_text_of_the_page,
    a_long_text_is_shown_in_part,
    a_preview_leads_to_the_files_beside_it_in_the_order_of_the_list,
    nobody_else_sees_it,
    a_preview_that_waits_keeps_nobody_from_a_page,
}

fn preview(id: &str) -> String {
    format!("/files/{id}/preview")
}

async fn what_is_shown_depends_on_what_is_in_the_file(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0".as_slice();
    let wav =
        [b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0".as_slice()]
            .concat();
    let webm = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm"
        .as_slice();
    for (name, content, element) in [
        ("a.png", png, "main img"),
        ("a.wav", &wav, "main audio[controls]"),
        ("a.webm", webm, "main video[controls]"),
        ("a.txt", b"Hello".as_slice(), "main pre"),
        ("a.zip", b"PK\x03\x04\x0a\0\0\0\0\0".as_slice(), "main .unshown"),
    ] {
        let file = ada.keeps(name, content).await;
        let page = ada.get(&preview(&file.id)).await;
        assert_eq!((page.status.as_u16(), page.heading().as_str()), (200, name));
        assert_eq!(page.tags(element).len(), 1, "{name}: {}", page.text());
        assert_eq!(page.attributes("a[download]", "href"), [file.content()]);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("media-src 'self'; ") && policy.contains("img-src 'self'; "), "{policy}");
        let is_linked = ada.get("/files").await.attributes("td.name a", "href").contains(&preview(&file.id));
        assert_eq!(is_linked, name != "a.zip", "{name}");
    }
    assert!(!ada.get("/files").await.header("content-security-policy").contains("media-src"));
}

async fn what_a_browser_could_run_is_text_of_the_page(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for content in [
        "<!doctype html><script>alert(1)</script></code></pre><img src=x onerror=alert(1)>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
        "plain </pre><script>alert(1)</script>",
    ] {
        let file = ada.keeps("page.html", content.as_bytes()).await;
        let page = ada.get(&preview(&file.id)).await;
        assert_eq!(page.texts("main pre code"), [content]);
        assert_eq!((page.tags("main script, main svg, main img").len(), page.tags("main *").len()), (0, 2));
    }
}

async fn a_long_text_is_shown_in_part(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    // The limit is within a character.
    let text = "x".to_owned() + &"é".repeat(150_000);
    let file = ada.keeps("long.txt", text.as_bytes()).await;
    let page = ada.get(&preview(&file.id)).await;
    assert_eq!(page.texts("main pre code"), ["x".to_owned() + &"é".repeat((256 * 1024 - 1) / 2)]);
    assert_eq!(page.texts("main p").len(), 1, "it says that there is more");
    let short = ada.keeps("short.txt", "\u{feff}é".as_bytes()).await;
    let page = ada.get(&preview(&short.id)).await;
    assert_eq!((page.texts("main pre code"), page.tags("main p").len()), (vec!["é".to_owned()], 0));
}

async fn a_preview_leads_to_the_files_beside_it_in_the_order_of_the_list(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "Letters").await;
    let mut ids = Vec::new();
    for name in ["b.txt", "10.txt", "2.txt"] {
        ids.push(ada.keeps_in(&list, name, b"x").await.id);
    }
    ada.keeps("elsewhere.txt", b"x").await;
    let [b, ten, two] = [&ids[0], &ids[1], &ids[2]];
    for (sort, before, at, after) in [
        ("", Some(two), ten, Some(b)),
        ("", None, two, Some(ten)),
        ("", Some(ten), b, None),
        ("?sort=name", Some(two), ten, Some(b)),
        ("?sort=oldest", None, b, Some(ten)),
        ("?sort=name-reversed", Some(ten), two, None),
    ] {
        let page = ada.get(&format!("{}{sort}", preview(at))).await;
        let address = |id: &String| format!("{}{sort}", preview(id));
        assert_eq!(page.attributes("[rel=prev]", "href"), Vec::from_iter(before.map(address)), "{sort}");
        assert_eq!(page.attributes("[rel=next]", "href"), Vec::from_iter(after.map(address)), "{sort}");
        assert_eq!(page.attributes("#back", "href"), [format!("{list}{sort}")]);
    }
    let links = ada.get(&format!("{list}?sort=name")).await.attributes("td.name a[rel=external]", "href");
    assert_eq!(links, [two, ten, b].map(|id| format!("{}?sort=name", preview(id))));
}

async fn nobody_else_sees_it(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let file = ada.keeps("diary.txt", b"dear diary").await;
    assert_eq!(grace.get(&preview(&file.id)).await.status, 404);
    let sign_in = format!("/sign-in?next=%2Ffiles%2F{}%2Fpreview", file.id);
    assert_eq!(app.visitor().get(&preview(&file.id)).await.leads_to(), sign_in);
    let folder = ada.makes_folder("/files", "Letters").await;
    assert_eq!(ada.get(&format!("{folder}/preview")).await.status, 404);
    assert_eq!(ada.get("/files/x/preview").await.status, 404);
    assert_eq!(ada.post(&file.delete(), &[]).await.status, 303);
    assert_eq!(ada.get(&preview(&file.id)).await.status, 404, "it is in the trash");
}

async fn a_preview_that_waits_keeps_nobody_from_a_page(database: Database) {
    let app = App::start(&database).await;
    let (mut people, mut downloads) = (Vec::new(), Vec::new());
    for number in 0..available_parallelism().expect("processors").get() {
        let person = app.signed_in(&format!("person{number}")).await;
        let (text, large) = (person.keeps("a.txt", b"x").await, person.keeps("large.bin", &vec![7; 4 << 20]).await);
        // As many as an account may have at once: nobody reads them, so that its previews wait for a place.
        for _ in 0..32 {
            downloads.push(person.open(&large.content()).await);
        }
        people.push((person, preview(&text.id)));
    }
    let grace = app.signed_in("grace").await;
    // Two pages of one account are made at once, and two for each processor.
    let previews = join_all(people.iter().flat_map(|(person, preview)| [person.get(preview), person.get(preview)]));
    let others = async {
        // They have come as far as to wait by then, which they do for five seconds.
        tokio::time::sleep(Duration::from_millis(500)).await;
        grace.get("/files").await
    };
    tokio::select! {
        biased;
        previews = previews => panic!("they do not wait: {:?}", previews.iter().map(|answer| answer.status).collect::<Vec<_>>()),
        page = others => assert_eq!(page.status, 200),
    }
    drop(downloads);
}
