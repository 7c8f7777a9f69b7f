//! The trash: what is deleted goes there at once, and comes back as it was.

use std::time::Duration;

use holdall::model::entry::PagePosition;
use holdall::model::form::FormAnswer;
use holdall::model::trash::{FormerFolder, TrashPage};

use crate::app::App;
use crate::archives::{archive_of, entries};
use crate::database::{Database, on_both_databases};
use crate::form::Form;
use crate::visitor::Visitor;

on_both_databases! {
    what_is_deleted_is_in_the_trash_and_comes_back,
    a_folder_of_any_size_goes_and_comes_back_as_one_row,
    several_go_and_come_back_at_once,
    the_trash_says_where_things_were_and_until_when_they_stay,
    nobody_elses_trash_can_be_touched,
    the_trash_has_pages,
    two_tabs_act_on_the_same_thing,
    an_archive_with_something_in_the_trash_still_arrives,
}

/// The first page of the trash as data.
async fn trash_of(visitor: &Visitor) -> TrashPage {
    visitor.call("trash", r#"{"position":"Top"}"#).await.data()
}

/// The names on the first page of the trash.
pub async fn names_in_trash(visitor: &Visitor) -> Vec<String> {
    trash_of(visitor).await.rows.into_iter().map(|row| row.name).collect()
}

/// The address at which an entry is put back, by another address of it.
pub fn restore(path: &str) -> String {
    format!("/trash/{}/restore", path.split('/').nth(2).expect("an entry's address"))
}

async fn what_is_deleted_is_in_the_trash_and_comes_back(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "Letters").await;
    let file = ada.keeps_in(&list, "a & b.txt", b"Dear Charles").await;
    let asked = ada.get(&file.delete()).await;
    assert!(asked.shown().contains("It goes to the trash"), "{}", asked.shown());
    assert_eq!(ada.post(&file.delete(), &[]).await.leads_to(), list);
    assert!(ada.get(&list).await.rows().is_empty());
    for path in
        [file.content(), format!("/files/{}/about", file.id), format!("/files/{}/rename", file.id), file.delete()]
    {
        assert_eq!(ada.get(&path).await.status, 404, "{path}");
    }
    assert_eq!((app.used("ada").await, app.stored(&["private"]).len()), (12, 1), "it still counts");
    let trash = ada.get("/trash").await;
    assert_eq!((trash.title().as_str(), trash.heading().as_str()), ("Trash · Holdall", "Trash"));
    assert!(trash.shown().contains("a & b.txt") && trash.shown().contains("Letters"), "{}", trash.shown());
    assert!(trash.shown().contains("stays here for 30 days"), "{}", trash.shown());

    assert_eq!(ada.post("/trash/restore", &[("only", &file.id)]).await.leads_to(), "/trash");
    let back = ada.get(&list).await.files().swap_remove(0);
    assert_eq!((back.name.as_str(), &back.id), ("a & b.txt", &file.id));
    assert_eq!(ada.get(&file.content()).await.text(), "Dear Charles");
    assert!(ada.get("/trash").await.shown().contains("Nothing in the trash"));
    assert_eq!(app.used("ada").await, 12);
    assert_eq!(ada.post(&restore(&file.content()), &[]).await.status, 404, "it is not there any more");
}

async fn a_folder_of_any_size_goes_and_comes_back_as_one_row(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "large").await;
    let inner = ada.makes_folder(&list, "inner").await;
    let deep = ada.keeps_in(&inner, "deep.txt", b"deep").await;
    crate::folders_cleared::fill(&app, list.trim_start_matches("/files/"), 600).await;
    let kept = app.count("entries WHERE trashed IS NULL").await;
    assert_eq!(ada.post(&format!("{list}/delete"), &[]).await.leads_to(), "/files");
    assert_eq!(app.count("entries WHERE trashed IS NULL").await, kept - 1);
    for path in [&list, &inner, &deep.content()] {
        assert_eq!(ada.get(path).await.status, 404, "{path}");
    }
    for path in [format!("{inner}/delete"), deep.delete(), restore(&inner)] {
        assert_eq!(ada.post(&path, &[]).await.status, 404, "{path}: only the folder itself is in the trash");
    }
    let another = ada.makes_folder("/files", "large").await;
    assert_eq!(ada.post(&format!("{another}/delete"), &[]).await.leads_to(), "/files", "two of one name may be there");
    assert_eq!(ada.post(&restore(&list), &[]).await.leads_to(), "/files");
    assert_eq!(app.count("entries WHERE trashed IS NULL").await, kept);
    assert_eq!(ada.get(&deep.content()).await.text(), "deep");
    assert_eq!(names_in_trash(&ada).await, ["large"]);
}

async fn several_go_and_come_back_at_once(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let list = ada.makes_folder("/files", "here").await;
    let inner = ada.makes_folder(&list, "inner").await;
    let [one, two] = [ada.keeps_in(&list, "1.txt", b"1").await, ada.keeps_in(&list, "2.txt", b"2").await];
    let at = list.trim_start_matches("/files/");
    let [folder, gone] = [inner.trim_start_matches("/files/"), "06dqs4v3g1s7n8b2k9m0a1c2e3"];
    let form = [("entries", one.id.as_str()), ("entries", folder), ("entries", gone), ("at", at)];
    assert_eq!(ada.post("/trash", &form).await.leads_to(), list);
    assert_eq!(ada.get(&list).await.file_names(), ["2.txt"]);
    assert_eq!(names_in_trash(&ada).await.len(), 2);
    assert_eq!(ada.post("/trash", &form).await.status, 404, "none of them is there any more");
    let nothing = ada.post("/trash", &[("at", at)]).await;
    assert_eq!((nothing.status.as_u16(), nothing.heading().as_str()), (422, "here"));
    assert!(nothing.shown().contains("Select something first."));
    let nothing = ada.post("/trash/restore", &[]).await;
    assert_eq!((nothing.status.as_u16(), nothing.heading().as_str()), (422, "Trash"));
    assert_eq!(ada.post("/trash", &[("entries", "../x")]).await.status, 404);
    let many: Vec<_> = (0..1001).map(|_| ("entries", two.id.as_str())).collect();
    assert_eq!(ada.post("/trash", &many).await.status, 413);
    assert_eq!(ada.get(&list).await.file_names(), ["2.txt"]);

    assert_eq!(ada.post("/trash/restore", &form).await.leads_to(), "/trash");
    assert_eq!(ada.get(&list).await.rows().len(), 3);
    let answer = ada.post_for_data("/trash", &form).await;
    assert_eq!((answer.status.as_u16(), answer.data()), (200, FormAnswer::Go(list.clone())));
    let answer = app.visitor().post_for_data("/trash", &form).await;
    assert_eq!(answer.status, 401);
    for path in ["/trash", "/trash/empty", &format!("/trash/{}/delete", one.id), &format!("/trash/{}/restore", one.id)]
    {
        assert!(app.visitor().get(path).await.leads_to().starts_with("/sign-in?next="), "{path}");
        assert_eq!(app.visitor().post(path, &[]).await.status, 401, "{path}");
    }
}

async fn the_trash_says_where_things_were_and_until_when_they_stay(database: Database) {
    let app = App::with(&database, &[("HOLDALL_TRASH_AGE", "7 d")]).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "outer").await;
    let inner = ada.makes_folder(&outer, "inner").await;
    let deep = ada.keeps_in(&inner, "deep.bin", &[1; 1200]).await;
    let top = ada.keeps("top.txt", b"x").await;
    ada.post(&deep.delete(), &[]).await.leads_to();
    app.clock.advance(Duration::from_secs(60));
    ada.post(&top.delete(), &[]).await.leads_to();
    app.clock.advance(Duration::from_secs(60));
    let page = trash_of(&ada).await;
    let [first, second] = &page.rows[..] else { panic!("{page:?}") };
    assert_eq!((first.name.as_str(), first.size, first.was_in.clone()), ("top.txt", Some(1), FormerFolder::default()));
    let was_in = FormerFolder { path: vec!["outer".to_owned(), "inner".to_owned()], gone: false };
    assert_eq!((second.name.as_str(), second.size, second.was_in.clone()), ("deep.bin", Some(1200), was_in));
    assert_eq!(second.until - second.trashed, 7 * 86_400_000);
    assert_eq!(page.days, 7);
    ada.post(&format!("{outer}/delete"), &[]).await.leads_to();
    let page = trash_of(&ada).await;
    assert_eq!((page.rows[0].name.as_str(), page.rows[0].size), ("outer", None));
    assert!(page.rows[2].was_in.gone, "its folder is in the trash, too");
    let shown = ada.get("/trash").await.shown();
    assert!(shown.contains("outer / inner (deleted)"), "{shown}");
}

async fn nobody_elses_trash_can_be_touched(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let file = ada.keeps("secret.txt", b"x").await;
    ada.post(&file.delete(), &[]).await.leads_to();
    for path in [format!("/trash/{}/restore", file.id), format!("/trash/{}/delete", file.id)] {
        assert_eq!(grace.get(&path).await.status, 404, "{path}");
        assert_eq!(grace.post(&path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(grace.post("/trash/restore", &[("entries", &file.id)]).await.status, 404);
    assert_eq!(grace.post("/trash/empty", &[]).await.leads_to(), "/trash");
    assert!(!grace.get("/trash").await.text().contains("secret.txt"));
    let position = serde_json::json!({ "position": PagePosition::Below(trash_of(&ada).await.rows[0].cursor()) });
    let page: TrashPage = grace.call("trash", &position.to_string()).await.data();
    assert!(page.rows.is_empty());
    for id in ["x", "%00", "..%2F.."] {
        assert_eq!(ada.get(&format!("/trash/{id}/restore")).await.status, 404, "{id}");
        assert_eq!(ada.post(&format!("/trash/{id}/delete"), &[]).await.status, 404, "{id}");
    }
    assert_eq!(names_in_trash(&ada).await, ["secret.txt"]);
}

async fn the_trash_has_pages(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let form = (0..101).fold(Form::new(), |form, number| form.file("files", &format!("{number:03}"), b"x"));
    ada.send_form("/files", form).await.leads_to();
    // All at the same moment, so that their ids tell them apart.
    let mut rows = ada.get("/files").await.rows();
    while !rows.is_empty() {
        let fields: Vec<_> = rows.iter().map(|row| ("entries", row.id.as_str())).collect();
        ada.post("/trash", &fields).await.leads_to();
        rows = ada.get("/files").await.rows();
    }
    let first = ada.get("/trash").await;
    let next = ada.get(&first.link("next").expect("more")).await;
    let last = ada.get(&next.link("next").expect("more")).await;
    assert_eq!((first.link("prev"), last.link("next")), (None, None));
    let restorable = |page: &crate::answer::Answer| page.attributes("button[name=only]", "value");
    let mut all = [restorable(&first), restorable(&next), restorable(&last)].concat();
    assert_eq!((all.len(), restorable(&last).len()), (101, 1));
    let back = ada.get(&last.link("prev").expect("more")).await;
    assert_eq!(restorable(&back), restorable(&next));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 101, "each once");
    let gone = last.link("prev").expect("more");
    ada.post("/trash/restore", &[("only", &restorable(&last)[0])]).await.leads_to();
    assert_eq!(restorable(&ada.get(&gone).await), restorable(&first), "a row that is gone leads to the first page");
}

async fn two_tabs_act_on_the_same_thing(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let other = ada.at(&app);
    for _ in 0..4 {
        let file = ada.keeps("a.txt", b"12345").await;
        let (delete, rename) = (file.delete(), format!("/files/{}/rename", file.id));
        let (deleted, renamed) = tokio::join!(ada.post(&delete, &[]), other.post(&rename, &[("entry-name", "b.txt")]));
        assert_eq!(deleted.status, 303);
        assert!([303, 404].contains(&renamed.status.as_u16()), "{}", renamed.text());
        let (back, for_ever) = (restore(&delete), format!("/trash/{}/delete", file.id));
        let (restored, gone) = tokio::join!(ada.post(&back, &[]), other.post(&for_ever, &[]));
        let mut statuses = [restored.status.as_u16(), gone.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 404], "one of them");
        assert_eq!(ada.get(&file.content()).await.status == 200, restored.status == 303);
        if restored.status == 303 {
            ada.deletes_for_ever(&delete).await;
        }
    }
    let file = ada.keeps("a.txt", b"12345").await;
    ada.post(&file.delete(), &[]).await.leads_to();
    let back = restore(&file.delete());
    let (restored, created) = tokio::join!(ada.post(&back, &[]), other.upload("a.txt", b"new"));
    assert_eq!(created.status, 303, "a file that comes is numbered");
    assert!([303, 409].contains(&restored.status.as_u16()));
    assert_eq!(app.used("ada").await, 8);
}

async fn an_archive_with_something_in_the_trash_still_arrives(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let files = [ada.keeps("a.txt", b"one").await, ada.keeps("b.txt", b"two").await];
    let archive = archive_of(&ada, &entries(&files)).await;
    ada.post(&files[0].delete(), &[]).await.leads_to();
    assert_eq!(ada.get(&archive).await.status, 200, "its bytes are still there");
    assert_ne!(ada.post("/downloads", &entries(&files)).await.status, 303, "but no new one has it");
    assert_eq!(ada.post("/trash/empty", &[]).await.leads_to(), "/trash");
    assert_eq!(ada.get(&archive).await.status, 410);
}
