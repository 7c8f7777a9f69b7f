//! Creating folders, navigating them and uploading into them.

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::form::Form;

on_both_databases! {
    a_folder_is_made_opened_and_left_again,
    a_file_goes_into_the_folder_that_it_is_uploaded_to,
    the_same_name_is_free_in_another_folder,
    names_of_any_characters_are_shown_as_text,
    a_name_that_is_taken_is_refused_at_the_field,
    names_that_are_none_are_refused_at_the_field,
    the_same_folder_from_two_tabs_is_made_once,
    folders_come_first_by_name_and_then_files,
    another_persons_folder_and_what_is_no_folder_are_not_found,
    whoever_is_signed_out_makes_no_folder,
}

async fn a_folder_is_made_opened_and_left_again(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let page = ada.get("/files").await;
    assert!(page.text().contains("href=\"/files/new-folder\""), "{}", page.text());
    assert_eq!(page.breadcrumbs().0, "", "where the files begin there is no way back");
    let form = ada.get("/files/new-folder").await;
    assert_eq!(
        (form.status.as_u16(), form.typed("folder-name").as_str(), form.title().as_str()),
        (200, "", "New folder · Holdall")
    );

    let photos = ada.makes_folder("/files", "Photos").await;
    let page = ada.get(&photos).await;
    assert_eq!(
        (page.status.as_u16(), page.heading().as_str(), page.title().as_str()),
        (200, "Photos", "Files · Holdall")
    );
    assert!(page.shown().contains("Nothing here yet") && page.rows().is_empty());
    let year = ada.makes_folder(&photos, "2024").await;
    let page = ada.get(&year).await;
    assert_eq!(page.heading(), "2024");
    assert_eq!(page.breadcrumbs(), ("Files / Photos / 2024".to_owned(), vec!["/files".to_owned(), photos.clone()]));
    let form = ada.get(&format!("{year}/new-folder")).await;
    assert_eq!(form.breadcrumbs().1, ["/files", &photos, &year]);

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
    assert_eq!((refused.status.as_u16(), refused.heading().as_str()), (422, "Photos"));
    assert!(refused.shown().contains("Choose a file first."));
    assert_eq!(ada.post(&file.delete(), &[]).await.leads_to(), list, "back to where it was");
    assert_eq!(ada.post("/trash/empty", &[]).await.leads_to(), "/trash");
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
    assert_eq!(ada.get(&inner).await.breadcrumbs().0, "Files / Photos / Photos");
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
        assert_eq!(asked.title(), "Delete · Holdall");
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
        assert_eq!(answer.heading(), "New folder");
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
