//! Moving files and folders into other folders.

use holdall::model::form::FormAnswer;
use holdall::model::moving::Moving;
use holdall::model::problem::FieldProblem;

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::visitor::Visitor;

on_both_databases! {
    several_are_moved_by_pages_and_forms_alone,
    a_folder_of_any_size_is_moved_as_one_row,
    no_folder_comes_to_lie_in_itself,
    paths_stay_within_their_limits,
    nobody_elses_entries_and_folders_count,
    the_list_of_folders_has_pages,
}

/// The id of a folder whose list has this address.
pub fn id(list: &str) -> &str {
    list.trim_start_matches("/files/")
}

/// Asks as a running page does to move entries into a folder.
pub async fn moves(visitor: &Visitor, entries: &[&str], fields: &[(&str, &str)]) -> FormAnswer {
    let form: Vec<_> = entries.iter().map(|id| ("entries", *id)).chain(fields.iter().copied()).collect();
    visitor.post_for_data("/files/move", &form).await.data()
}

async fn problem_of(visitor: &Visitor, entries: &[&str], to: &str) -> FieldProblem {
    match moves(visitor, entries, &[("to", to)]).await {
        FormAnswer::Refused(mut form) => form.errors.swap_remove(0).problem,
        FormAnswer::Go(path) => panic!("it was moved, and leads to {path}"),
    }
}

async fn several_are_moved_by_pages_and_forms_alone(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let (here, there) = (ada.makes_folder("/files", "here").await, ada.makes_folder("/files", "there & more").await);
    let inner = ada.makes_folder(&there, "inner").await;
    let [one, two] = [ada.keeps_in(&here, "1.txt", b"1").await, ada.keeps_in(&here, "2.txt", b"2").await];
    let selected = [("entries", one.id.as_str()), ("entries", two.id.as_str()), ("at", id(&here))];
    let asks = ada.post("/files/move", &selected).await.leads_to().to_owned();
    assert_eq!(asks, format!("/files/move/{}.{}/to/{}", one.id, two.id, id(&here)));
    let page = ada.get(&asks).await;
    assert_eq!((page.title().as_str(), page.heading().as_str()), ("Move · Holdall", "Move 2 items"));
    let shown = page.shown();
    assert!(shown.contains("1.txt") && shown.contains("2.txt") && shown.contains("They are here already"), "{shown}");
    assert!(!page.text().contains("Move to"), "nothing happens where they are");

    let up = format!("/files/move/{}.{}/to/root", one.id, two.id);
    assert!(page.attributes(".ask a", "href").contains(&up), "{:?}", page.attributes(".ask a", "href"));
    let target = format!("/files/move/{}.{}/to/{}", one.id, two.id, id(&there));
    assert!(ada.get(&up).await.attributes(".ask a", "href").contains(&target));
    let page = ada.get(&target).await;
    assert!(page.shown().contains("Move to there & more"), "{}", page.shown());
    assert_eq!(page.attributes("input[name=entries]", "value"), [one.id.clone(), two.id.clone()]);
    let form = [selected[0], selected[1], selected[2], ("to", id(&there))];
    assert_eq!(ada.post("/files/move", &form).await.leads_to(), here);
    assert!(ada.get(&here).await.rows().is_empty());
    assert_eq!(ada.get(&there).await.rows().len(), 3);
    assert_eq!(ada.get(&one.content()).await.text(), "1", "its address stays");
    assert_eq!(ada.post("/files/move", &form).await.leads_to(), here, "they are there already");

    let answer = moves(&ada, &[&one.id, &two.id], &[("to", "root"), ("at", id(&there))]).await;
    assert_eq!(answer, FormAnswer::Go(there.clone()));
    assert_eq!(ada.get("/files").await.rows().len(), 4);
    let gone = "06dqs4v3g1s7n8b2k9m0a1c2e3";
    let answer = moves(&ada, &[gone, &one.id], &[("to", id(&inner))]).await;
    assert_eq!(answer, FormAnswer::Go("/files".to_owned()), "what is gone is passed over");
    assert_eq!(ada.post("/files/move", &[("entries", gone), ("to", "root")]).await.status, 404);

    let nothing = ada.post("/files/move", &[("to", "root")]).await;
    assert_eq!((nothing.status.as_u16(), nothing.heading().as_str()), (422, "Files"));
    assert!(nothing.shown().contains("Select something first."));
    let many: Vec<_> = (0..201).map(|_| ("entries", one.id.as_str())).collect();
    assert_eq!(ada.post("/files/move", &many).await.status, 413);
    for form in [[("entries", "../x"), ("to", "root")], [("entries", &one.id), ("to", "../x")]] {
        assert_eq!(ada.post("/files/move", &form).await.status, 404);
    }
    assert_eq!(ada.post("/files/move", &[selected[0], ("to", "root"), ("choice", "both")]).await.status, 400);
    for path in
        ["/files/move/x/to/root", &format!("/files/move/{}/to/x", one.id), "/files/move/a.b", "/files/move//to/root"]
    {
        assert_eq!(ada.get(path).await.status, 404, "{path}");
    }
    assert_eq!(ada.get("/files/move").await.leads_to(), "/files");
}

async fn a_folder_of_any_size_is_moved_as_one_row(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let (large, there) = (ada.makes_folder("/files", "large").await, ada.makes_folder("/files", "there").await);
    let inner = ada.makes_folder(&large, "inner").await;
    let deep = ada.keeps_in(&inner, "deep.txt", b"deep").await;
    crate::folders_cleared::fill(&app, id(&large), 600).await;
    let in_it = format!("entries WHERE parent = '{}'", id(&large));
    let before = app.count(&in_it).await;
    assert_eq!(moves(&ada, &[id(&large)], &[("to", id(&there))]).await, FormAnswer::Go("/files".to_owned()));
    assert_eq!(app.count(&in_it).await, before);
    assert_eq!(
        ada.get(&inner).await.breadcrumbs(),
        ("Files / there / large / inner".to_owned(), vec!["/files".to_owned(), there, large])
    );
    assert_eq!(ada.get(&deep.content()).await.text(), "deep");
}

async fn no_folder_comes_to_lie_in_itself(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "outer").await;
    let inner = ada.makes_folder(&outer, "inner").await;
    let other = ada.keeps("other.txt", b"x").await;
    for to in [&outer, &inner] {
        assert_eq!(problem_of(&ada, &[&other.id, id(&outer)], id(to)).await, FieldProblem::IntoItself);
    }
    assert_eq!(ada.get("/files").await.rows().len(), 2, "nothing was moved");
    let refused = ada.post("/files/move", &[("entries", id(&outer)), ("to", id(&inner))]).await;
    assert_eq!((refused.status.as_u16(), refused.heading().as_str()), (409, "Move"));
    assert!(refused.shown().contains("A folder cannot lie in itself."), "{}", refused.shown());
    let page = ada.get(&format!("/files/move/{}/to/root", id(&outer))).await;
    let into = format!("/files/move/{}/to/{}", id(&outer), id(&outer));
    assert!(page.shown().contains("is selected") && !page.attributes("a", "href").contains(&into));

    let ada_too = ada.at(&app);
    for round in 0..6 {
        let [a, b] = [format!("a{round}"), format!("b{round}")];
        let (a, b) = (ada.makes_folder("/files", &a).await, ada.makes_folder("/files", &b).await);
        let forms = [[("entries", id(&a)), ("to", id(&b))], [("entries", id(&b)), ("to", id(&a))]];
        let answers = tokio::join!(ada.post("/files/move", &forms[0]), ada_too.post("/files/move", &forms[1]));
        let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409], "one into the other, and not the other into it");
        assert_eq!((ada.get(&a).await.status.as_u16(), ada.get(&b).await.status.as_u16()), (200, 200));
    }
}

async fn paths_stay_within_their_limits(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let long = "x".repeat(250);
    let mut list = "/files".to_owned();
    for _ in 0..15 {
        list = ada.makes_folder(&list, &long).await;
    }
    let outer = ada.makes_folder("/files", "outer").await;
    let inner = ada.makes_folder(&outer, &"y".repeat(250)).await;
    ada.keeps_in(&inner, &long, b"deep").await;
    assert!(matches!(problem_of(&ada, &[id(&outer)], id(&list)).await, FieldProblem::LongPath { .. }));
    assert_eq!(moves(&ada, &[id(&inner)], &[("to", "root")]).await, FormAnswer::Go("/files".to_owned()));

    let mut deep = "/files".to_owned();
    for _ in 0..99 {
        deep = ada.makes_folder(&deep, "d").await;
    }
    assert_eq!(moves(&ada, &[id(&outer)], &[("to", id(&deep))]).await, FormAnswer::Go("/files".to_owned()));
    assert!(matches!(problem_of(&ada, &[id(&inner)], id(&outer)).await, FieldProblem::TooDeep { limit: 100 }));

    // What was deleted before the folder above it went deeper comes back to the root.
    let (high, low) = (ada.makes_folder("/files", "high").await, ada.makes_folder("/files", "low").await);
    let in_high = ada.makes_folder(&high, "in").await;
    let lowest = ada.makes_folder(&in_high, "lowest").await;
    ada.post(&format!("{in_high}/delete"), &[]).await.leads_to();
    ada.post(&format!("{outer}/delete"), &[]).await.leads_to();
    assert_eq!(moves(&ada, &[id(&high)], &[("to", id(&deep))]).await, FormAnswer::Go("/files".to_owned()));
    assert_eq!(ada.get(&low).await.status, 200);
    let back = crate::trash::restore(&in_high);
    let refused = ada.post(&back, &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.shown().contains("Put back into Files"), "{}", refused.shown());
    assert_eq!(ada.post(&back, &[("to-root", "1")]).await.leads_to(), "/files");
    assert_eq!(ada.get(&lowest).await.status, 200);
}

async fn nobody_elses_entries_and_folders_count(database: Database) {
    let app = App::start(&database).await;
    let (ada, grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let (hers, mine) = (ada.makes_folder("/files", "hers").await, grace.makes_folder("/files", "mine").await);
    let file = ada.keeps("a.txt", b"x").await;
    assert_eq!(grace.post("/files/move", &[("entries", &file.id), ("to", id(&mine))]).await.status, 404);
    assert_eq!(problem_of(&grace, &[id(&mine)], id(&hers)).await, FieldProblem::FolderGone);
    let refused = grace.post("/files/move", &[("entries", id(&mine)), ("to", id(&hers))]).await;
    assert_eq!((refused.status.as_u16(), refused.heading().as_str()), (409, "Move"));
    assert!(refused.shown().contains("so nothing was moved"), "{}", refused.shown());
    for (entry, to) in [(file.id.as_str(), "root"), (id(&mine), id(&hers))] {
        for page in ["to", "taken"] {
            let path = format!("/files/move/{entry}/{page}/{to}");
            assert_eq!(grace.get(&path).await.status, 404, "{path}");
            assert!(app.visitor().get(&path).await.leads_to().starts_with("/sign-in?next="), "{path}");
        }
    }
    assert_eq!(app.visitor().post("/files/move", &[("entries", &file.id), ("to", "root")]).await.status, 401);
    ada.post(&format!("{hers}/delete"), &[]).await.leads_to();
    assert_eq!(problem_of(&ada, &[&file.id], id(&hers)).await, FieldProblem::FolderGone);
    assert_eq!(ada.get("/files").await.file_names(), ["a.txt"]);
}

async fn the_list_of_folders_has_pages(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let file = ada.keeps("a.txt", b"x").await;
    for number in 1..=53 {
        ada.makes_folder("/files", &format!("{number}")).await;
    }
    let page = |place: &str| format!(r#"{{"request":"/files/move/{}/to/root","position":{place}}}"#, file.id);
    let first: Moving = ada.call("move", &page("\"Top\"")).await.data();
    let below = first.below.expect("there are more");
    let second: Moving =
        ada.call("move", &page(&format!(r#"{{"Below":{{"kind":"Folder","id":"{}"}}}}"#, below.id))).await.data();
    let many = vec![file.id.as_str(); 201].join(".");
    for function in ["move", "taken-name"] {
        let many = format!(r#"{{"request":"/files/move/{many}/to/root","position":"Top"}}"#);
        assert_eq!(ada.call(function, &many).await.status, 400, "{function}");
    }
    let names: Vec<_> = first.folders.into_iter().chain(second.folders).map(|folder| folder.name).collect();
    assert_eq!(names, (1..=53).map(|number| number.to_string()).collect::<Vec<_>>());
    assert!(second.below.is_none() && first.is_here);
    let shown = ada.get(&format!("/files/move/{}/to/root", file.id)).await;
    let next = shown.link("next").expect("the next page");
    assert!(ada.get(&next).await.shown().contains("53"));
}
