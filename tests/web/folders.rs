//! Folders: making, opening and leaving them, what goes into them, and deleting them with all that is in them.

use holdall::model::file::FileName;
use holdall::model::form::{Field, Problem};
use holdall::server::domain::Error;
use holdall::server::domain::accounts::Account;

use crate::app::{App, PASSWORD};
use crate::database::{Database, on_both_databases};
use crate::form::Form;
use crate::visitor::{Answer, Visitor, attribute, tags};

on_both_databases! {
    a_folder_is_made_opened_and_left_again,
    a_file_goes_into_the_folder_that_it_is_uploaded_to,
    the_same_name_is_free_in_another_folder,
    names_of_any_characters_are_shown_as_text,
    a_name_that_is_taken_is_refused_at_the_field,
    names_that_are_none_are_refused_at_the_field,
    the_same_folder_from_two_tabs_is_made_once,
    folders_come_first_by_name_and_then_files,
    a_long_list_of_folders_and_files_is_read_in_both_directions,
    a_page_after_a_folder_that_is_gone_is_the_first,
    another_persons_folder_and_what_is_no_folder_are_not_found,
    whoever_is_signed_out_makes_no_folder,
    folders_lie_at_most_100_deep,
    deleting_a_folder_says_what_goes_and_takes_all_of_it,
    an_empty_folder_is_deleted_too,
    a_folder_is_deleted_once,
    an_upload_into_a_folder_that_is_deleted_meanwhile_leaves_nothing,
    whatever_comes_into_a_folder_while_it_is_deleted_leaves_no_orphan,
    a_path_is_made_where_it_is_missing_and_found_where_it_is_not,
    a_path_from_two_tabs_at_once_is_made_once,
    a_path_goes_beside_a_file_of_the_same_name,
    a_path_that_is_too_deep_or_elsewhere_makes_nothing,
}

/// The account behind a name.
async fn account(app: &App, name: &str) -> Account {
    app.state.accounts.sign_in(&format!("{name}@example.org"), PASSWORD).await.expect("an account")
}

fn names(of: &[&str]) -> Vec<FileName> {
    of.iter().map(|name| FileName::parse(name).expect("a name")).collect()
}

/// The way to the page's folder, as it is shown, and where its links lead.
fn crumbs(page: &Answer) -> (String, Vec<String>) {
    let text = page.text();
    let Some((_, rest)) = text.split_once("aria-label=\"Breadcrumb\"") else { return (String::new(), Vec::new()) };
    let nav = rest.split_once("</nav>").expect("an end").0;
    assert_eq!(nav.matches("aria-current=\"page\"").count(), 1, "one is where one is: {nav}");
    let shown = nav.split("<li>").skip(1).map(|item| {
        item.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect::<String>()
    });
    let links = tags(nav, "a").filter_map(|tag| attribute(tag, "href")).collect();
    (shown.collect::<Vec<_>>().join(" / "), links)
}

fn heading(page: &Answer) -> String {
    let text = page.text();
    let heading = text.split_once("<h1>").and_then(|(_, rest)| rest.split_once("</h1>")).expect("a heading").0;
    heading.replace("<bdi>", "").replace("</bdi>", "")
}

async fn a_folder_is_made_opened_and_left_again(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let page = ada.get("/files").await;
    assert!(page.text().contains("href=\"/files/new-folder\""), "{}", page.text());
    assert_eq!(crumbs(&page).0, "", "where the files begin there is no way back");
    let form = ada.get("/files/new-folder").await;
    assert_eq!(
        (form.status.as_u16(), form.typed("folder-name").as_str(), form.title().as_str()),
        (200, "", "New folder · Holdall")
    );

    let photos = ada.makes_folder("/files", "Photos").await;
    let page = ada.get(&photos).await;
    assert_eq!(
        (page.status.as_u16(), heading(&page).as_str(), page.title().as_str()),
        (200, "Photos", "Files · Holdall")
    );
    assert!(page.shown().contains("Nothing here yet") && page.rows().is_empty());
    let year = ada.makes_folder(&photos, "2024").await;
    let page = ada.get(&year).await;
    assert_eq!(heading(&page), "2024");
    assert_eq!(crumbs(&page), ("Files / Photos / 2024".to_owned(), vec!["/files".to_owned(), photos.clone()]));
    let form = ada.get(&format!("{year}/new-folder")).await;
    assert_eq!(crumbs(&form).1, ["/files", &photos, &year]);

    let root = ada.get("/files").await.rows();
    assert_eq!(root.len(), 1);
    assert_eq!(
        (root[0].name.as_str(), root[0].is_folder, format!("/files/{}", root[0].id)),
        ("Photos", true, photos.clone())
    );
    let inner = ada.get(&photos).await.rows();
    assert_eq!((inner.len(), format!("/files/{}", inner[0].id)), (1, year));
}

async fn a_file_goes_into_the_folder_that_it_is_uploaded_to(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "Photos").await;
    assert!(ada.get(&list).await.text().contains(&format!("action=\"{list}\"")), "the form sends to its own page");
    let file = ada.keeps_in(&list, "a.txt", b"inside").await;
    assert_eq!(ada.get(&file.content()).await.text(), "inside");
    assert!(ada.get("/files").await.files().is_empty());
    assert_eq!(app.used("ada").await, 6);
    let refused = ada.send_form(&list, Form::new().file("files", "", b"")).await;
    assert_eq!((refused.status.as_u16(), heading(&refused).as_str()), (422, "Photos"));
    assert!(refused.shown().contains("Choose a file first."));
    assert_eq!(ada.post(&file.delete(), &[]).await.leads_to(), list, "back to where it was");
    app.is_clean().await;
}

async fn the_same_name_is_free_in_another_folder(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "Photos").await;
    ada.keeps("a.txt", b"1").await;
    assert_eq!(ada.keeps_in(&list, "a.txt", b"2").await.name, "a.txt");
    assert_eq!(ada.keeps_in(&list, "A.txt", b"3").await.name, "A (1).txt");
    assert_eq!(ada.keeps("photos", b"4").await.name, "photos (1)", "beside the folder of that name");
    let inner = ada.makes_folder(&list, "Photos").await;
    assert_eq!(crumbs(&ada.get(&inner).await).0, "Files / Photos / Photos");
}

async fn names_of_any_characters_are_shown_as_text(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let mut list = "/files".to_owned();
    for name in [
        "\"><script>alert(1)</script>",
        "</title>",
        "..",
        "../../etc",
        "דוח שנתי",
        "写真",
        "🎒👩‍👩‍👧",
        "100%",
        "a%2Fb",
        "&amp;",
    ] {
        let outer = list.clone();
        list = ada.makes_folder(&list, name).await;
        let page = ada.get(&list).await;
        assert_eq!(page.title(), "Files · Holdall");
        assert!(page.shown().contains(name), "{name}: {}", page.text());
        assert!(
            !page.text().contains("<script>alert") && page.text().matches("</title>").count() == 1,
            "{}",
            page.text()
        );
        assert_eq!(ada.get(&outer).await.folders()[0].name, name);
        let asked = ada.get(&format!("{list}/delete")).await;
        assert_eq!(asked.title(), "Delete for ever · Holdall");
        assert!(asked.shown().contains(name) && !asked.text().contains("<script>alert"));
    }
}

async fn a_name_that_is_taken_is_refused_at_the_field(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.makes_folder("/files", "Übersicht").await;
    ada.keeps("report.pdf", b"x").await;
    for name in ["Übersicht", "u\u{308}bersicht", "ÜBERSICHT", "report.pdf", "Report.PDF"] {
        let answer = ada.post("/files/new-folder", &[("folder-name", name)]).await;
        assert_eq!((answer.status.as_u16(), answer.typed("folder-name").as_str()), (409, name), "{}", answer.text());
        assert!(answer.shown().contains("There is a file or a folder of this name here already."));
        assert_eq!(heading(&answer), "New folder");
    }
    let answer = ada.post_for_data("/files/new-folder", &[("folder-name", "Übersicht")]).await;
    assert!(answer.text().contains("NameTaken"), "{}", answer.text());
    assert_eq!(ada.get("/files").await.rows().len(), 2);
}

async fn names_that_are_none_are_refused_at_the_field(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "Photos").await;
    let long = "é".repeat(128);
    for (name, sentence) in [
        ("", "Please fill this in."),
        (long.as_str(), "This name is longer than 255 bytes."),
        ("a\0b", "Leave out the NUL character."),
    ] {
        let answer = ada.post(&format!("{list}/new-folder"), &[("folder-name", name)]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.shown().contains(sentence), "{}", answer.text());
        assert!(answer.text().contains(&format!("action=\"{list}/new-folder\"")), "the same page again");
    }
    assert_eq!(ada.post(&format!("{list}/new-folder"), &[]).await.status, 422, "a form without the field");
    assert!(ada.get(&list).await.rows().is_empty());
    ada.makes_folder(&list, &"é".repeat(127)).await;
}

async fn the_same_folder_from_two_tabs_is_made_once(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let tabs: Vec<_> = (0..4).map(|_| ada.at(&app)).collect();
    let answers = tabs.iter().map(|tab| tab.post("/files/new-folder", &[("folder-name", "Photos")]));
    let mut statuses: Vec<_> =
        futures::future::join_all(answers).await.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409, 409, 409]);
    assert_eq!(ada.get("/files").await.rows().len(), 1);
}

async fn folders_come_first_by_name_and_then_files(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.keeps("first.txt", b"x").await;
    for name in ["Part 10", "part 2", "Part 1", "zebra", "Ärger", "10", "9"] {
        ada.makes_folder("/files", name).await;
    }
    ada.keeps("a last.txt", b"x").await;
    let listed: Vec<_> = ada.get("/files").await.rows().into_iter().map(|row| row.name).collect();
    assert_eq!(listed, ["9", "10", "Part 1", "part 2", "Part 10", "zebra", "Ärger", "a last.txt", "first.txt"]);
}

/// Where the link of this relation leads.
fn link(page: &Answer, relation: &str) -> Option<String> {
    let page = page.text();
    tags(&page, "a")
        .find(|tag| attribute(tag, "rel").as_deref() == Some(relation))
        .and_then(|tag| attribute(tag, "href"))
}

async fn with_folders_and_files(app: &App, folders: usize, files: usize) -> (Visitor, String, Vec<String>) {
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "Full").await;
    for number in 0..folders {
        ada.makes_folder(&list, &format!("folder {number}")).await;
    }
    let form = (0..files).fold(Form::new(), |form, number| form.file("files", &format!("file {number}"), b"x"));
    ada.send_form(&list, form).await.leads_to();
    let folders = (0..folders).map(|number| format!("folder {number}"));
    let expected = folders.chain((0..files).rev().map(|number| format!("file {number}"))).collect();
    (ada, list, expected)
}

async fn a_long_list_of_folders_and_files_is_read_in_both_directions(database: Database) {
    let app = App::start(&database).await;
    let (ada, list, expected) = with_folders_and_files(&app, 70, 60).await;
    let shown = |page: &Answer| page.rows().into_iter().map(|row| row.name).collect::<Vec<_>>();
    let first = ada.get(&list).await;
    assert_eq!((shown(&first), link(&first, "prev")), (expected[..50].to_vec(), None));
    let second = ada.get(&link(&first, "next").expect("more")).await;
    assert_eq!(shown(&second), expected[50..100], "folders and files on one page");
    assert_eq!(heading(&second), "Full");
    let third = ada.get(&link(&second, "next").expect("more")).await;
    assert_eq!((shown(&third), link(&third, "next")), (expected[100..].to_vec(), None));
    let back = ada.get(&link(&third, "prev").expect("more")).await;
    assert_eq!(shown(&back), expected[50..100]);
    let top = ada.get(&link(&back, "prev").expect("more")).await;
    assert_eq!((shown(&top), link(&top, "prev")), (expected[..50].to_vec(), None));
}

async fn a_page_after_a_folder_that_is_gone_is_the_first(database: Database) {
    let app = App::start(&database).await;
    let (ada, list, expected) = with_folders_and_files(&app, 51, 1).await;
    let next = link(&ada.get(&list).await, "next").expect("more");
    let last = ada.get(&list).await.rows().pop().expect("a row");
    assert_eq!(ada.post(&last.delete(), &[]).await.leads_to(), list);
    let names: Vec<_> = ada.get(&next).await.rows().into_iter().map(|row| row.name).collect();
    assert_eq!(names.first(), expected.first(), "and no folder is passed over");
    assert_eq!(names.len(), 50);
}

async fn another_persons_folder_and_what_is_no_folder_are_not_found(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let list = ada.makes_folder("/files", "secret plans").await;
    ada.keeps_in(&list, "a.txt", b"private").await;
    let own_file = grace.keeps("file.txt", b"x").await;
    let root: String = sqlx::query_scalar(
        "SELECT id FROM entries WHERE parent IS NULL AND account = (SELECT id FROM accounts WHERE name = 'grace')",
    )
    .fetch_one(&app.rows().await)
    .await
    .expect("a root");
    let made_up = "/files/06dqs4v3g1s7n8b2k9m0a1c2e3".to_owned();
    for list in [list.clone(), made_up, format!("/files/{}", own_file.id)] {
        for path in
            [list.clone(), format!("{list}?below=folder-06dqs4v3g1s7n8b2k9m0a1c2e3"), format!("{list}/new-folder")]
        {
            let page = grace.get(&path).await;
            assert_eq!(page.status, 404, "{path}");
            assert!(page.shown().contains("Not found") && !page.text().contains("secret"), "{}", page.text());
        }
        let upload = grace.send_form(&list, Form::new().file("files", "b.txt", b"x")).await;
        let create = grace.post(&format!("{list}/new-folder"), &[("folder-name", "mine")]).await;
        assert_eq!((upload.status.as_u16(), create.status.as_u16()), (404, 404));
    }
    assert_eq!(grace.get(&format!("{list}/content")).await.status, 404);
    assert_eq!(ada.get(&format!("{list}/content")).await.status, 404, "a folder has no content");
    for path in [format!("{list}/delete"), format!("/files/{root}/delete")] {
        assert_eq!(grace.get(&path).await.status, 404, "{path}");
        assert_eq!(grace.post(&path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(grace.get(&format!("/files/{root}")).await.status, 404, "the beginning has an address of its own");
    for id in ["x", "..%2F..", "%00", "06DQS4V3G1S7N8B2K9M0A1C2E3"] {
        for path in [format!("/files/{id}"), format!("/files/{id}/new-folder"), format!("/files/{id}/delete")] {
            assert_eq!(grace.get(&path).await.status, 404, "{path}");
            assert_eq!(grace.post(&path, &[("folder-name", "x")]).await.status, 404, "{path}");
        }
    }
    assert_eq!(ada.get(&list).await.file_names(), ["a.txt"], "nothing has happened to it");
    assert_eq!(grace.get("/files").await.file_names(), ["file.txt"]);
}

async fn whoever_is_signed_out_makes_no_folder(database: Database) {
    let app = App::start(&database).await;
    let list = app.signed_in("ada").await.makes_folder("/files", "Photos").await;
    let visitor = app.visitor();
    assert_eq!(visitor.post("/files/new-folder", &[("folder-name", "x")]).await.status, 401);
    assert_eq!(visitor.post(&format!("{list}/new-folder"), &[("folder-name", "x")]).await.status, 401);
    assert_eq!(visitor.post(&format!("{list}/delete"), &[]).await.status, 401);
    for path in [list.clone(), format!("{list}/new-folder"), "/files/new-folder".to_owned()] {
        assert!(visitor.get(&path).await.leads_to().starts_with("/sign-in?next="), "{path}");
    }
    assert_eq!(app.count("entries").await, 2);
}

async fn folders_lie_at_most_100_deep(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let path: Vec<_> = (1..=99).map(|number| number.to_string()).collect();
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    let deep = app.state.folders.ensure(&account(&app, "ada").await, None, &names(&path)).await.expect("99 folders");
    let list = ada.makes_folder(&format!("/files/{deep}"), "100").await;
    assert_eq!(crumbs(&ada.get(&list).await).1.len(), 100);
    ada.keeps_in(&list, "a.txt", b"x").await;
    let answer = ada.post(&format!("{list}/new-folder"), &[("folder-name", "101")]).await;
    assert_eq!((answer.status.as_u16(), answer.typed("folder-name").as_str()), (422, "101"));
    assert!(answer.shown().contains("Folders can lie at most 100 deep in one another."), "{}", answer.text());
    let outermost = ada.get("/files").await.folders().swap_remove(0);
    assert!(ada.get(&outermost.delete()).await.shown().contains("Delete 1 file and 100 folders (1 B) for ever"));
    assert_eq!(ada.post(&outermost.delete(), &[]).await.leads_to(), "/files");
    app.is_clean().await;
}

async fn deleting_a_folder_says_what_goes_and_takes_all_of_it(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "outer").await;
    let photos = ada.makes_folder(&outer, "Photos").await;
    let year = ada.makes_folder(&photos, "2024").await;
    ada.makes_folder(&photos, "empty").await;
    ada.keeps("kept.txt", b"kept").await;
    ada.keeps_in(&outer, "kept too.txt", b"kept").await;
    let going = ada.keeps_in(&photos, "a.bin", &[7; 1200]).await;
    let form = (0..120).fold(Form::new(), |form, number| form.file("files", &number.to_string(), b"12345"));
    assert_eq!(ada.send_form(&year, form).await.leads_to(), year);
    assert_eq!(app.used("ada").await, 8 + 1200 + 600);

    let asked = ada.get(&format!("{photos}/delete")).await;
    assert_eq!(heading(&asked), "Delete this folder and everything in it?");
    assert!(asked.shown().contains("Delete 121 files and 3 folders (1.8 kB) for ever"), "{}", asked.text());
    assert_eq!(ada.get(&photos).await.rows().len(), 3, "asking deletes nothing");
    assert_eq!(ada.post(&format!("{photos}/delete"), &[]).await.leads_to(), outer);

    assert_eq!(ada.get(&outer).await.rows().into_iter().map(|row| row.name).collect::<Vec<_>>(), ["kept too.txt"]);
    for path in [photos.clone(), year, going.content(), format!("{photos}/delete")] {
        assert_eq!(ada.get(&path).await.status, 404, "{path}");
    }
    assert_eq!((app.used("ada").await, app.count("entries").await), (8, 4));
    while app.count("blobs").await > 2 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(app.stored(&["private"]).len(), 2, "its bytes are gone, and no others");
}

async fn an_empty_folder_is_deleted_too(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "empty").await;
    assert!(ada.get(&format!("{list}/delete")).await.shown().contains("Delete 1 folder for ever"));
    assert_eq!(ada.post(&format!("{list}/delete"), &[]).await.leads_to(), "/files");
    assert_eq!((app.count("entries").await, ada.get(&list).await.status.as_u16()), (1, 404));
    ada.makes_folder("/files", "empty").await;
}

async fn a_folder_is_deleted_once(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.keeps("kept.txt", b"12345").await;
    let list = ada.makes_folder("/files", "gone").await;
    ada.keeps_in(&list, "gone.txt", b"12345").await;
    let (path, again) = (format!("{list}/delete"), ada.at(&app));
    let (one, other) = tokio::join!(ada.post(&path, &[]), again.post(&path, &[]));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404]);
    assert_eq!(app.used("ada").await, 5, "its bytes are given back once");
}

async fn an_upload_into_a_folder_that_is_deleted_meanwhile_leaves_nothing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "outer").await;
    let list = ada.makes_folder(&outer, "inner").await;
    let (go_on, signal) = tokio::sync::oneshot::channel();
    let upload = ada.send(Form::new().file("files", "slow.bin", &vec![7; 2_000_000]).halting(&list, signal));
    let delete = async {
        while app.count("blobs").await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(ada.at(&app).post(&format!("{outer}/delete"), &[]).await.leads_to(), "/files");
        go_on.send(()).expect("somebody who uploads");
    };
    let (answer, ()) = tokio::join!(upload, delete);
    assert_eq!(answer.status, 409, "{}", answer.text());
    assert!(answer.shown().contains("This folder was deleted meanwhile."), "{}", answer.text());
    app.is_clean().await;
    assert_eq!((app.used("ada").await, app.count("entries").await), (0, 1));
}

async fn whatever_comes_into_a_folder_while_it_is_deleted_leaves_no_orphan(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "outer").await;
    let list = ada.makes_folder(&outer, "inner").await;
    let (inner, delete) = (format!("{list}/new-folder"), format!("{outer}/delete"));
    let tabs: Vec<_> = (0..6).map(|_| ada.at(&app)).collect();
    let uploads = tabs.iter().map(|tab| tab.send_form(&list, Form::new().file("files", "a.txt", b"12345")));
    let names: Vec<_> = (0..6).map(|number| number.to_string()).collect();
    let fields: Vec<_> = names.iter().map(|name| [("folder-name", name.as_str())]).collect();
    let creations = tabs.iter().zip(&fields).map(|(tab, fields)| tab.post(&inner, fields));
    let (uploads, creations, deleted) =
        tokio::join!(futures::future::join_all(uploads), futures::future::join_all(creations), ada.post(&delete, &[]),);
    assert_eq!(deleted.leads_to(), "/files");
    for answer in uploads.iter().chain(&creations) {
        assert!([303, 404, 409].contains(&answer.status.as_u16()), "{}: {}", answer.status, answer.text());
    }
    app.is_clean().await;
    assert_eq!((app.used("ada").await, app.count("entries").await), (0, 1));
}

async fn a_path_is_made_where_it_is_missing_and_found_where_it_is_not(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let (folders, account) = (&app.state.folders, account(&app, "ada").await);
    let photos = ada.makes_folder("/files", "Photos").await;
    let made = folders.ensure(&account, None, &names(&["photos", "2024", "May"])).await.expect("a path");
    assert_eq!(crumbs(&ada.get(&format!("/files/{made}")).await).0, "Files / Photos / 2024 / May");
    assert_eq!(folders.ensure(&account, None, &names(&["Photos", "2024", "MAY"])).await.expect("a path"), made);
    let parent = ada.get("/files").await.folders().swap_remove(0).id;
    assert_eq!(format!("/files/{parent}"), photos);
    let parent = holdall::model::id::EntryId::parse(&parent).expect("an id");
    assert_eq!(folders.ensure(&account, Some(&parent), &names(&["2024", "May"])).await.expect("a path"), made);
    assert_eq!(folders.ensure(&account, Some(&parent), &[]).await.expect("the folder itself"), parent);
    let june = folders.ensure(&account, Some(&parent), &names(&["2024", "June"])).await.expect("a path");
    assert_eq!(crumbs(&ada.get(&format!("/files/{june}")).await).0, "Files / Photos / 2024 / June");
    assert_eq!(app.count("entries").await, 5);
}

async fn a_path_from_two_tabs_at_once_is_made_once(database: Database) {
    let app = App::start(&database).await;
    app.signed_in("ada").await;
    let (folders, account) = (&app.state.folders, account(&app, "ada").await);
    let path = names(&["a", "b", "c", "d"]);
    let made = futures::future::join_all((0..8).map(|_| folders.ensure(&account, None, &path))).await;
    let made: Vec<_> = made.into_iter().map(|id| id.expect("a path")).collect();
    assert!(made.iter().all(|id| *id == made[0]), "{made:?}");
    assert_eq!(app.count("entries").await, 5);
}

async fn a_path_goes_beside_a_file_of_the_same_name(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let (folders, account) = (&app.state.folders, account(&app, "ada").await);
    ada.keeps("Photos", b"a file").await;
    let made = folders.ensure(&account, None, &names(&["Photos", "2024"])).await.expect("a path");
    assert_eq!(crumbs(&ada.get(&format!("/files/{made}")).await).0, "Files / Photos (1) / 2024");
    assert_eq!(folders.ensure(&account, None, &names(&["Photos", "2024"])).await.expect("a path"), made);
}

async fn a_path_that_is_too_deep_or_elsewhere_makes_nothing(database: Database) {
    let app = App::start(&database).await;
    let (ada, _grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let (folders, account) = (&app.state.folders, account(&app, "grace").await);
    let refused = folders.ensure(&account, None, &vec![FileName::parse("x").expect("a name"); 101]).await;
    let Err(Error::Refused(refusal)) = refused else { panic!("taken: {refused:?}") };
    assert_eq!((refusal.field, refusal.problem), (Field::Files, Problem::TooDeep { limit: 100 }));
    ada.makes_folder("/files", "hers").await;
    let hers = ada.get("/files").await.folders().swap_remove(0).id;
    let hers = holdall::model::id::EntryId::parse(&hers).expect("an id");
    let refused = folders.ensure(&account, Some(&hers), &names(&["mine"])).await;
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    assert_eq!(app.count("entries").await, 3);
}
