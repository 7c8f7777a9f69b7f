//! Creating paths of folders: existing folders are reused, missing ones are created.

use holdall::model::file_name::FileName;
use holdall::model::form::Field;
use holdall::model::problem::FieldProblem;
use holdall::server::domain::Error;

use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    folders_lie_at_most_100_deep,
    a_path_is_made_where_it_is_missing_and_found_where_it_is_not,
    a_path_from_two_tabs_at_once_is_made_once,
    a_path_goes_beside_a_file_of_the_same_name,
    a_path_that_is_too_deep_or_elsewhere_makes_nothing,
}

fn names(of: &[&str]) -> Vec<FileName> {
    of.iter().map(|name| FileName::parse(name).expect("a name")).collect()
}

async fn folders_lie_at_most_100_deep(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let path: Vec<_> = (1..=99).map(|number| number.to_string()).collect();
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    let deep = app.state.entries.ensure(&app.scope_of("ada").await, None, &names(&path)).await.expect("99 folders");
    let list = ada.makes_folder(&format!("/files/{deep}"), "100").await;
    assert_eq!(ada.get(&list).await.breadcrumbs().1.len(), 100);
    ada.keeps_in(&list, "a.txt", b"x").await;
    let answer = ada.post(&format!("{list}/new-folder"), &[("folder-name", "101")]).await;
    assert_eq!((answer.status.as_u16(), answer.typed("folder-name").as_str()), (422, "101"));
    assert!(answer.shown().contains("Folders can lie at most 100 deep in one another."), "{}", answer.text());
    let outermost = ada.get("/files").await.folders().swap_remove(0);
    assert_eq!(ada.post(&outermost.delete(), &[]).await.leads_to(), "/files");
    let for_ever = format!("/trash/{}/delete", outermost.id);
    assert!(ada.get(&for_ever).await.shown().contains("Delete 1 file and 100 folders (1 B) for ever"));
    assert_eq!(ada.post(&for_ever, &[]).await.leads_to(), "/trash");
    app.is_clean().await;
}

async fn a_path_is_made_where_it_is_missing_and_found_where_it_is_not(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let (entries, scope) = (&app.state.entries, app.scope_of("ada").await);
    let photos = ada.makes_folder("/files", "Photos").await;
    let made = entries.ensure(&scope, None, &names(&["photos", "2024", "May"])).await.expect("a path");
    assert_eq!(ada.get(&format!("/files/{made}")).await.breadcrumbs().0, "Files / Photos / 2024 / May");
    assert_eq!(entries.ensure(&scope, None, &names(&["Photos", "2024", "MAY"])).await.expect("a path"), made);
    let parent = ada.get("/files").await.folders().swap_remove(0).id;
    assert_eq!(format!("/files/{parent}"), photos);
    let parent = holdall::model::id::EntryId::parse(&parent).expect("an id");
    assert_eq!(entries.ensure(&scope, Some(&parent), &names(&["2024", "May"])).await.expect("a path"), made);
    assert_eq!(entries.ensure(&scope, Some(&parent), &[]).await.expect("the folder itself"), parent);
    let june = entries.ensure(&scope, Some(&parent), &names(&["2024", "June"])).await.expect("a path");
    assert_eq!(ada.get(&format!("/files/{june}")).await.breadcrumbs().0, "Files / Photos / 2024 / June");
    assert_eq!(app.count("entries").await, 5);
}

async fn a_path_from_two_tabs_at_once_is_made_once(database: Database) {
    let app = App::start(&database).await;
    app.signed_in("ada").await;
    let (entries, scope) = (&app.state.entries, app.scope_of("ada").await);
    let path = names(&["a", "b", "c", "d"]);
    let made = futures::future::join_all((0..8).map(|_| entries.ensure(&scope, None, &path))).await;
    let made: Vec<_> = made.into_iter().map(|id| id.expect("a path")).collect();
    assert!(made.iter().all(|id| *id == made[0]), "{made:?}");
    assert_eq!(app.count("entries").await, 5);
}

async fn a_path_goes_beside_a_file_of_the_same_name(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let (entries, scope) = (&app.state.entries, app.scope_of("ada").await);
    ada.keeps("Photos", b"a file").await;
    let made = entries.ensure(&scope, None, &names(&["Photos", "2024"])).await.expect("a path");
    assert_eq!(ada.get(&format!("/files/{made}")).await.breadcrumbs().0, "Files / Photos (1) / 2024");
    assert_eq!(entries.ensure(&scope, None, &names(&["Photos", "2024"])).await.expect("a path"), made);
}

async fn a_path_that_is_too_deep_or_elsewhere_makes_nothing(database: Database) {
    let app = App::start(&database).await;
    let (ada, _grace) = (app.signed_in("ada").await, app.signed_in("grace").await);
    let (entries, scope) = (&app.state.entries, app.scope_of("grace").await);
    let refused = entries.ensure(&scope, None, &vec![FileName::parse("x").expect("a name"); 101]).await;
    let Err(Error::Refused(refusal)) = refused else { panic!("taken: {refused:?}") };
    assert_eq!((refusal.field, refusal.problem), (Field::Files, FieldProblem::TooDeep { limit: 100 }));
    ada.makes_folder("/files", "hers").await;
    let hers = ada.get("/files").await.folders().swap_remove(0).id;
    let hers = holdall::model::id::EntryId::parse(&hers).expect("an id");
    let refused = entries.ensure(&scope, Some(&hers), &names(&["mine"])).await;
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    assert_eq!(app.count("entries").await, 3);
}
