//! Moving files and folders to where others have their names.

use holdall::model::form::FormAnswer;
use holdall::model::moving::TakenName;
use holdall::model::problem::FieldProblem;

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::moved::{id, moves};
use crate::trash::names_in_trash;

on_both_databases! {
    a_taken_name_is_asked_about,
    one_answer_can_stand_for_all,
    what_is_replaced_may_not_contain_what_comes,
}

async fn a_taken_name_is_asked_about(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let there = ada.makes_folder("/files", "there").await;
    for name in ["a.txt", "B.txt", "c"] {
        ada.keeps_in(&there, name, b"old").await;
    }
    let [a, b, free] =
        [ada.keeps("A.txt", b"new a").await, ada.keeps("b.txt", b"new b").await, ada.keeps("free.txt", b"free").await];
    let c = ada.makes_folder("/files", "C").await;
    let all = [a.id.as_str(), &free.id, &b.id, id(&c)];
    let FormAnswer::Go(asks) = moves(&ada, &all, &[("to", id(&there))]).await else { panic!("it is no refusal") };
    assert_eq!(asks, format!("/files/move/{}.{}.{}/taken/{}", a.id, b.id, id(&c), id(&there)));
    assert_eq!(ada.get(&there).await.rows().len(), 4, "what is free has gone there");
    let page = ada.get(&asks).await;
    assert_eq!(
        (page.title().as_str(), page.heading().as_str()),
        ("This name is taken · Holdall", "A.txt is already in there")
    );
    let shown = page.shown();
    for words in
        ["will be called “A (1).txt”", "2 other names", "3 B", "5 B", "The file that is there now goes to the trash."]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let taken = format!(r#"{{"request":"/files/move/{}/to/{}"}}"#, b.id, id(&there));
    let taken: Option<TakenName> = ada.call("taken-name", &taken).await.data();
    let taken = taken.expect("it is taken");
    assert_eq!((taken.free_name.as_str(), taken.others, taken.there.size, taken.from), ("b (1).txt", 0, Some(3), None));

    let left = [a.id.as_str(), &b.id, id(&c)];
    let chosen = async |left: &[&str], choice| {
        moves(&ada, left, &[("to", id(&there)), ("choice", choice), ("asked", left[0])]).await
    };
    let FormAnswer::Go(asks) = chosen(&left, "keep-both").await else { panic!("it is no refusal") };
    assert_eq!(asks, format!("/files/move/{}.{}/taken/{}", b.id, id(&c), id(&there)));
    let again = moves(&ada, &left, &[("to", id(&there)), ("choice", "replace"), ("asked", left[0])]).await;
    assert_eq!(again, FormAnswer::Go(asks.clone()), "a second click answers no other question");
    let other = [("to", id(&there)), ("choice", "replace"), ("asked", left[1]), ("there", left[0])];
    let again = moves(&ada, &left[1..], &other).await;
    assert_eq!(again, FormAnswer::Go(asks), "what has the name now was not asked about");
    assert!(names_in_trash(&ada).await.is_empty());
    let FormAnswer::Go(asks) = chosen(&left[1..], "replace").await else { panic!("it is no refusal") };
    assert_eq!(asks, format!("/files/move/{}/taken/{}", id(&c), id(&there)));
    assert_eq!(chosen(&left[2..], "skip").await, FormAnswer::Go("/files".to_owned()));
    let mut names: Vec<_> = ada.get(&there).await.rows().into_iter().map(|row| row.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["A (1).txt", "a.txt", "b.txt", "c", "free.txt"]);
    assert_eq!(names_in_trash(&ada).await, ["B.txt"], "what was replaced");
    assert_eq!(ada.get("/files").await.rows().len(), 2, "what was skipped is where it was");
    assert_eq!(ada.get(&b.content()).await.text(), "new b");

    ada.post(&format!("{c}/delete"), &[]).await.leads_to();
    assert_eq!(ada.get(&asks).await.status, 404, "it is gone meanwhile");
    let free = format!("/files/move/{}/taken/root", a.id);
    assert_eq!(ada.get(&free).await.heading(), "Move", "its name is free meanwhile");
}

async fn one_answer_can_stand_for_all(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    // Whoever says nothing of one means all.
    for (choice, there, trashed) in [("keep-both", 6, 0), ("replace", 3, 3), ("skip", 3, 3)] {
        let list = ada.makes_folder("/files", choice).await;
        let mut entries = Vec::new();
        for name in ["1", "2", "3"] {
            ada.keeps_in(&list, name, b"old").await;
            entries.push(ada.keeps(name, b"new").await);
        }
        let ids: Vec<_> = entries.iter().map(|file| file.id.as_str()).collect();
        let answer =
            moves(&ada, &ids, &[("to", id(&list)), ("choice", choice), ("for-all", "1"), ("asked", ids[1])]).await;
        assert_eq!(answer, FormAnswer::Go("/files".to_owned()));
        let found = (ada.get(&list).await.rows().len(), names_in_trash(&ada).await.len());
        assert_eq!(found, (there, trashed), "{choice}");
    }
}

async fn what_is_replaced_may_not_contain_what_comes(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let outer = ada.makes_folder("/files", "name").await;
    let inner = ada.makes_folder(&outer, "name").await;
    let replaced =
        ada.post_for_data("/files/move", &[("entries", id(&inner)), ("to", "root"), ("choice", "replace")]).await;
    assert_eq!(replaced.status, 409);
    let FormAnswer::Refused(form) = replaced.data() else { panic!("it is refused") };
    assert_eq!(form.errors[0].problem, FieldProblem::ReplacesItself);
    let page = ada.post("/files/move", &[("entries", id(&inner)), ("to", "root"), ("choice", "replace")]).await;
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (409, "name is already in Files"));
    assert!(page.shown().contains("contains what you move"), "{}", page.shown());
    assert!(names_in_trash(&ada).await.is_empty());
    // Nor may it be one of what comes.
    let other = ada.makes_folder("/files", "other").await;
    let [first, second] = [ada.makes_folder(&outer, "twin").await, ada.makes_folder(&other, "twin").await];
    let twins = [("entries", id(&first)), ("entries", id(&second)), ("to", "root"), ("choice", "replace")];
    assert_eq!(ada.post("/files/move", &twins).await.status, 409);
    let both = moves(&ada, &[id(&inner)], &[("to", "root"), ("choice", "keep-both")]).await;
    assert_eq!(both, FormAnswer::Go("/files".to_owned()));
    assert_eq!(ada.get(&inner).await.heading(), "name (1)");
}
