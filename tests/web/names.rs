//! File names: any characters survive the round trip; they are shown as text and never used as a path.

use crate::app::App;
use crate::archives::{archive, paths};
use crate::database::{Database, on_both_databases};
use crate::form::Form;

on_both_databases! {
    any_name_comes_back_as_it_was_in_the_list_and_in_the_download,
    names_that_a_page_sends_as_data_come_back_whole,
    no_name_becomes_a_path_or_a_title,
    what_cannot_be_seen_in_a_name_hides_nothing,
    every_name_in_an_archive_can_be_made_on_windows,
    the_same_name_again_is_kept_beside_the_first,
    the_hundred_and_fiftieth_file_of_one_name_is_kept_too,
    names_that_look_alike_are_the_same_name,
    the_same_name_many_times_at_once_loses_none,
    a_name_of_256_bytes_is_refused_and_one_of_255_is_not,
    a_name_with_nul_is_refused,
    names_that_cannot_be_read_are_refused,
}

/// Names that have caused bugs in other programs.
const HOSTILE: [&str; 18] = [
    "../../etc/passwd",
    "\"><script>alert(1)</script>.txt",
    "</title>",
    "100%.txt",
    "a%2Fb",
    "דוח שנתי.pdf",
    "\u{202e}gpj.exe",
    "🎒👩‍👩‍👧.png",
    "ends in a backslash\\",
    "line\r\nend.txt",
    "..",
    " ",
    "C:\\Windows\\system32",
    "a; filename=b.txt",
    "'; DROP TABLE entries; --",
    "&lt;b&gt;.txt",
    "=cmd|' /C calc'!A0",
    "CON",
];

/// The name in `filename*` of a download (RFC 8187).
fn saved_as(disposition: &str) -> String {
    let encoded = disposition.split_once("filename*=UTF-8''").expect("filename*").1;
    percent_encoding::percent_decode_str(encoded).decode_utf8().expect("a name").into_owned()
}

async fn any_name_comes_back_as_it_was_in_the_list_and_in_the_download(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for name in HOSTILE {
        let file = ada.keeps(name, name.as_bytes()).await;
        assert_eq!(file.name, name);
        let content = ada.get(&file.content()).await;
        assert_eq!(content.text(), name);
        let disposition = content.header("content-disposition");
        assert_eq!(saved_as(disposition), name, "{disposition}");
        let plain =
            disposition.split_once("filename=\"").and_then(|(_, rest)| rest.split_once("\"; ")).expect("filename").0;
        assert!(!plain.contains(['"', '\\', '/', '%', ';']) && plain.is_ascii(), "{disposition}");
    }
    let newest_first: Vec<_> = HOSTILE.iter().rev().copied().collect();
    assert_eq!(ada.get("/files").await.file_names(), newest_first);
}

async fn names_that_a_page_sends_as_data_come_back_whole(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    // A form cannot carry these names: in a form field, the three escape sequences are decoded.
    let names = ["100%22.txt", "a%0Ab", "%0D"];
    let mut form = Form::new().text("names", &serde_json::to_string(&names).expect("a list"));
    for name in names {
        form = form.file("files", name, name.as_bytes());
    }
    assert_eq!(ada.send_form("/files", form).await.leads_to(), "/files");
    let files = ada.get("/files").await.files();
    assert_eq!(files.iter().rev().map(|file| file.name.as_str()).collect::<Vec<_>>(), names);
    for (file, name) in files.iter().rev().zip(names) {
        assert_eq!(ada.get(&file.content()).await.text(), name, "each name goes with its own content");
    }
}

async fn no_name_becomes_a_path_or_a_title(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for name in HOSTILE {
        let file = ada.keeps(name, b"x").await;
        let asked = ada.get(&file.delete()).await;
        assert_eq!(asked.title(), "Delete · Holdall");
        assert!(asked.shown().contains(name), "{}", asked.text());
        assert!(!asked.text().contains("<script>alert"), "{}", asked.text());
    }
    let list = ada.get("/files").await;
    assert_eq!(list.title(), "Files · Holdall");
    assert!(
        !list.text().contains("<script>alert")
            && !list.text().contains("</title>.")
            && !list.text().contains("<bdi></title>")
    );
    assert_eq!(list.text().matches("</title>").count(), 1, "in the data for the browser neither");
    for path in app.stored(&["private", "tmp", "media", "static"]) {
        let below = path.strip_prefix(app.folder("private")).expect("everything lies in the private folder");
        let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'v' | b'/');
        assert!(below.to_str().expect("text").bytes().all(plain), "{below:?} has nothing of a name in it");
    }
}

async fn what_cannot_be_seen_in_a_name_hides_nothing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let folder = ada.makes_folder("/files", "a\u{2067}b").await;
    for unseen in
        ['\u{202a}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{200e}', '\u{200f}', '\u{200b}']
    {
        let name = format!("annexe{unseen}gpj.exe");
        let file = ada.keeps_in(&folder, &name, b"x").await;
        assert_eq!(file.name, name, "the text is the name");
        // What the character does ends where the element around it does.
        let marked = format!("<bdi class=\"unseen\">{unseen}</bdi>");
        for page in [&folder, &file.delete(), &format!("/files/{}/about", file.id)] {
            let page = ada.get(page).await.text().replace("<!>", "").replace("<!---->", "");
            assert!(page.contains(&format!("<bdi>annexe{marked}gpj.exe</bdi>")), "{page}");
        }
    }
    let marked = "<bdi>a<bdi class=\"unseen\">\u{2067}</bdi>b</bdi>";
    assert!(ada.get(&folder).await.text().replace("<!>", "").contains(marked), "the heading of a folder");
}

async fn every_name_in_an_archive_can_be_made_on_windows(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let names = [
        ("a*b", "a_b"),
        ("a<b>|c.txt", "a_b__c.txt"),
        ("aux.txt", "aux_.txt"),
        ("COM1.log", "COM1_.log"),
        ("CON", "CON_"),
        ("notes.", "notes_"),
        ("NUL.tar.gz", "NUL_.tar.gz"),
        ("what?.txt", "what_.txt"),
        ("trail ", "trail_"),
        ("bla\u{308}a\u{308}.bin", "blää.bin"),
        ("ς.txt", "ς.txt"),
        ("σ.txt", "σ (1).txt"),
    ];
    for (name, _) in names {
        ada.keeps(name, name.as_bytes()).await;
    }
    let mut found = paths(&archive(&ada, &[("all", "1")]).await.body);
    let mut wanted: Vec<_> = names.iter().map(|(_, safe)| *safe).collect();
    // Which of two keeps its name depends on the order in the list.
    wanted.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, wanted);
}

async fn the_same_name_again_is_kept_beside_the_first(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let expected = ["report.pdf", "report (1).pdf", "report (2).pdf"];
    for (number, name) in expected.iter().enumerate() {
        let file = ada.keeps("report.pdf", number.to_string().as_bytes()).await;
        assert_eq!(file.name, *name);
    }
    for (number, file) in ada.get("/files").await.files().iter().rev().enumerate() {
        assert_eq!(ada.get(&file.content()).await.text(), number.to_string(), "nothing is overwritten");
    }
    let form = Form::new().file("files", "twice", b"1").file("files", "twice", b"2");
    ada.send_form("/files", form).await;
    assert_eq!(ada.get("/files").await.file_names()[..2], ["twice (1)", "twice"]);
}

async fn the_hundred_and_fiftieth_file_of_one_name_is_kept_too(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form = (0..150).fold(Form::new(), |form, _| form.file("files", "image.jpg", b"x"));
    ada.send_form("/files", form).await;
    let names = sqlx::query_as::<_, (String,)>("SELECT name FROM entries WHERE kind = 'file'");
    let mut names: Vec<_> =
        names.fetch_all(&app.rows().await).await.expect("entries").into_iter().map(|(name,)| name).collect();
    let mut expected: Vec<_> = (1..150).map(|number| format!("image ({number}).jpg")).collect();
    expected.push("image.jpg".to_owned());
    names.sort();
    expected.sort();
    assert_eq!(names, expected);
}

async fn names_that_look_alike_are_the_same_name(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.keeps("Übersicht.TXT", b"1").await;
    assert_eq!(ada.keeps("u\u{308}bersicht.txt", b"2").await.name, "u\u{308}bersicht (1).txt");
    let longest = format!("{}.txt", "é".repeat(125));
    ada.keeps(&longest, b"3").await;
    let beside = ada.keeps(&longest, b"4").await.name;
    assert!(beside.len() <= 255 && beside.ends_with("é (1).txt"), "{beside}");
}

async fn the_same_name_many_times_at_once_loses_none(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let uploads = (0..6).map(|_| ada.upload("a.txt", b"x"));
    for answer in futures::future::join_all(uploads).await {
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
    let mut names = ada.get("/files").await.file_names();
    names.sort_unstable();
    assert_eq!(names, ["a (1).txt", "a (2).txt", "a (3).txt", "a (4).txt", "a (5).txt", "a.txt"]);
    assert_eq!(app.used("ada").await, 6);
}

async fn a_name_of_256_bytes_is_refused_and_one_of_255_is_not(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for long in ["x".repeat(256), "é".repeat(128)] {
        let answer = ada.upload(&long, b"content").await;
        assert_eq!(answer.status, 422);
        assert!(answer.shown().contains("A file's name is longer than 255 bytes"), "{}", answer.text());
    }
    app.is_clean().await;
    let longest = "x".repeat(255);
    assert_eq!(ada.keeps(&longest, b"content").await.name, longest);
}

async fn a_name_with_nul_is_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let as_data = Form::new().text("names", r#"["a\u0000b.txt"]"#).file("files", "ab.txt", b"content");
    let answer = ada.send_form("/files", as_data).await;
    assert_eq!(answer.status, 422);
    assert!(answer.shown().contains("a␀b.txt"), "{}", answer.text());
    let raw = ada.send_form("/files", Form::new().file("files", "a\0b.txt", b"content")).await;
    assert_eq!(raw.status.as_u16() / 100, 4, "{}", raw.text());
    app.is_clean().await;
    let name = ada.post("/account/name", &[("name", "a\0b")]).await;
    assert_eq!(name.status, 422, "in a person's name neither");
}

async fn names_that_cannot_be_read_are_refused(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for names in ["no list", "{}", "[1]", r#"["\ud800"]"#] {
        let form = Form::new().text("names", names).file("files", "a.txt", b"content");
        assert_eq!(ada.send_form("/files", form).await.status, 400, "{names}");
    }
    app.is_clean().await;
}
