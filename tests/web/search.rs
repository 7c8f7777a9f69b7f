//! Searching by name: what is found, in which order, and by whom.

use holdall::model::id::{AccountId, EntryId};
use holdall::model::search::{SearchHit, SearchPage, SearchPart};
use holdall::server::domain::entries::search_words::grams_of_name;
use serde_json::json;

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::visitor::Visitor;

on_both_databases! {
    names_are_found_at_once_and_once_they_are_indexed,
    what_is_renamed_moved_and_deleted_is_found_as_it_is_now,
    the_folder_where_it_began_comes_first,
    nobody_finds_what_is_anothers,
    everything_is_found_part_by_part_wherever_it_is,
    what_is_elsewhere_is_found_behind_very_many_names_of_the_folder,
    what_is_not_in_the_index_yet_is_found_as_far_as_a_page_goes,
    the_page_works_without_scripts,
}

/// A page of what is found.
async fn page(visitor: &Visitor, query: serde_json::Value) -> SearchPage {
    visitor.call("search", &json!({ "query": query }).to_string()).await.data()
}

/// The names that are found, sorted.
async fn found(visitor: &Visitor, words: &str) -> Vec<String> {
    let SearchPage { here, elsewhere, .. } = page(visitor, json!({ "words": words })).await;
    let mut names: Vec<_> = here.into_iter().chain(elsewhere).map(|hit| hit.name).collect();
    names.sort();
    names
}

/// Has everything put into the index.
async fn index(app: &App) {
    while app.state.entries.index_names().await.expect("the database") {}
}

async fn names_are_found_at_once_and_once_they_are_indexed(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let folder = ada.makes_folder("/files", "Überweisungen 2026").await;
    ada.keeps_in(&folder, "Schubert, D 899 Nr 3.flac", b"x").await;
    ada.keeps_in(&folder, "翻訳.docx", b"x").await;
    for is_indexed in [false, true] {
        if is_indexed {
            index(&app).await;
        }
        assert_eq!(found(&ada, "UBER").await, ["Schubert, D 899 Nr 3.flac", "Überweisungen 2026"], "{is_indexed}");
        assert_eq!(found(&ada, "899 schu").await, ["Schubert, D 899 Nr 3.flac"]);
        assert_eq!(found(&ada, "訳").await, ["翻訳.docx"]);
        for words in ["", "  ", "schu 898", "%", "_", "\" OR grams:*", "x".repeat(5000).as_str()] {
            assert_eq!(found(&ada, words).await, [""; 0], "{words}");
        }
    }
    let SearchPage { elsewhere, more_elsewhere, .. } = page(&ada, json!({ "words": "schu" })).await;
    let [SearchHit { highlights, path, size, .. }] = elsewhere.as_slice() else { panic!("one: {elsewhere:?}") };
    assert_eq!((highlights.as_slice(), path.as_slice()), (&[(0, 4)][..], &["Überweisungen 2026".to_owned()][..]));
    assert_eq!((size, more_elsewhere), (&Some(1), None));
}

async fn what_is_renamed_moved_and_deleted_is_found_as_it_is_now(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let folder = ada.makes_folder("/files", "Letters").await;
    let file = ada.keeps_in(&folder, "before.txt", b"x").await;
    index(&app).await;
    let renamed = ada.post(&format!("/files/{}/rename", file.id), &[("entry-name", "after.txt")]).await;
    assert_eq!(renamed.leads_to(), folder);
    for is_indexed in [false, true] {
        if is_indexed {
            index(&app).await;
        }
        assert_eq!((found(&ada, "before").await.len(), found(&ada, "after").await.len()), (0, 1), "{is_indexed}");
    }
    // What lies in a folder of the trash is not found, and is again once that is back.
    let id = folder.rsplit('/').next().expect("an id").to_owned();
    ada.post(&format!("/files/{id}/delete"), &[]).await;
    assert_eq!((found(&ada, "after").await.len(), found(&ada, "letters").await.len()), (0, 0));
    let back = ada.post(&format!("/trash/{id}/restore"), &[]).await;
    assert_eq!(back.leads_to(), "/files");
    assert_eq!((found(&ada, "after").await.len(), found(&ada, "letters").await.len()), (1, 1));
    // Deleted for ever, it leaves nothing in the index.
    ada.post(&format!("/files/{id}/delete"), &[]).await;
    ada.post("/trash/empty", &[]).await;
    app.state.entries.clear_detached().await.expect("the database");
    index(&app).await;
    assert_eq!(app.count("entry_grams").await, 0);
}

async fn the_folder_where_it_began_comes_first(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let folder = ada.makes_folder("/files", "Here").await;
    ada.keeps_in(&folder, "note here.txt", b"x").await;
    ada.keeps("note there.txt", b"x").await;
    index(&app).await;
    let id = folder.rsplit('/').next().expect("an id");
    let names = |hits: Vec<SearchHit>| hits.into_iter().map(|hit| hit.name).collect::<Vec<_>>();
    let SearchPage { here, elsewhere, .. } = page(&ada, json!({ "words": "note", "folder": id })).await;
    assert_eq!((names(here), names(elsewhere)), (vec!["note here.txt".to_owned()], vec!["note there.txt".to_owned()]));
    // Without a folder, it began where one's files begin.
    let SearchPage { here, elsewhere, .. } = page(&ada, json!({ "words": "note" })).await;
    assert_eq!((names(here), names(elsewhere)), (vec!["note there.txt".to_owned()], vec!["note here.txt".to_owned()]));
}

async fn nobody_finds_what_is_anothers(database: Database) {
    let app = App::start(&database).await;
    let (ada, eve) = (app.signed_in("ada").await, app.signed_in("eve").await);
    let folder = ada.makes_folder("/files", "Secret plans").await;
    ada.keeps_in(&folder, "secret.txt", b"x").await;
    let id = folder.rsplit('/').next().expect("an id");
    for is_indexed in [false, true] {
        if is_indexed {
            index(&app).await;
        }
        assert_eq!(found(&eve, "secret").await, [""; 0]);
        let SearchPage { here, elsewhere, .. } = page(&eve, json!({ "words": "secret", "folder": id })).await;
        assert!(here.is_empty() && elsewhere.is_empty());
    }
    assert_eq!(app.visitor().get("/search?words=secret").await.leads_to(), "/sign-in?next=%2Fsearch%3Fwords%3Dsecret");
}

/// The names of all that is found, part by part, and the number of parts.
async fn all(visitor: &Visitor, folder: Option<&str>) -> (Vec<String>, usize) {
    let (mut names, mut parts, mut done) = (Vec::new(), vec![SearchPart::First], 0);
    while let Some(part) = parts.pop() {
        let query = json!({ "words": "img", "folder": folder, "part": part });
        let SearchPage { here, more_here, elsewhere, more_elsewhere, is_incomplete } = page(visitor, query).await;
        assert!(here.len() <= 50 && elsewhere.len() <= 50 && !is_incomplete);
        names.extend(here.into_iter().chain(elsewhere).map(|hit| hit.name));
        parts.extend(more_here.into_iter().chain(more_elsewhere));
        done += 1;
    }
    names.sort();
    (names, done)
}

async fn everything_is_found_part_by_part_wherever_it_is(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let folder = ada.makes_folder("/files", "Many").await;
    for number in 0..120 {
        ada.makes_folder(&folder, &format!("IMG_{number}")).await;
    }
    for number in 120..170 {
        ada.makes_folder("/files", &format!("IMG_{number}")).await;
    }
    // What is in the trash takes nothing else's place.
    let gone = ada.makes_folder("/files", "Gone").await;
    for number in 0..60 {
        ada.makes_folder(&gone, &format!("IMG_{number}")).await;
    }
    ada.post(&format!("{gone}/delete"), &[]).await;
    index(&app).await;
    let mut expected: Vec<_> = (0..170).map(|number| format!("IMG_{number}")).collect();
    expected.sort();
    let id = folder.rsplit('/').next().expect("an id");
    assert_eq!(all(&ada, Some(id)).await, (expected.clone(), 3));
    assert_eq!(all(&ada, None).await, (expected, 3));
}

async fn what_is_elsewhere_is_found_behind_very_many_names_of_the_folder(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    ada.makes_folder("/files", "IMG elsewhere").await;
    let folder = ada.makes_folder("/files", "Many").await;
    let folder = folder.rsplit('/').next().and_then(EntryId::parse).expect("an id");
    index(&app).await;
    let rows = app.rows().await;
    let account: AccountId = sqlx::query_scalar("SELECT id FROM accounts").fetch_one(&rows).await.expect("an account");
    let numbers = "WITH RECURSIVE numbers (n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM numbers WHERE n < 42000) ";
    let entries = format!(
        "INSERT INTO entries (id, account, parent, kind, name, folded, sort, created, changed, indexed) {numbers} \
         SELECT '06000000' || CAST(100000000000000000 + n AS TEXT), '{account}', '{folder}', 'folder', 'IMG ' || n, \
         'img ' || n, '00' || n, 1, 1, n FROM numbers"
    );
    let grams = grams_of_name(&account, "IMG");
    let grams = match database {
        Database::Sqlite => {
            format!("INSERT INTO entry_grams (rowid, grams) {numbers} SELECT n, '{grams}' FROM numbers")
        }
        Database::Postgres { .. } => {
            format!("INSERT INTO entry_grams {numbers} SELECT n, string_to_array('{grams}', ' ') FROM numbers")
        }
    };
    for statement in [entries, grams] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&rows).await.expect("rows");
    }
    let SearchPage { here, more_here, elsewhere, more_elsewhere, .. } =
        page(&ada, json!({ "words": "img", "folder": folder })).await;
    assert_eq!((here.len(), more_here.is_some()), (50, true));
    let names: Vec<_> = elsewhere.iter().map(|hit| hit.name.as_str()).collect();
    assert_eq!((names, more_elsewhere), (vec!["IMG elsewhere"], None));
}

async fn what_is_not_in_the_index_yet_is_found_as_far_as_a_page_goes(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let folder = ada.makes_folder("/files", "New").await;
    for number in 0..60 {
        ada.makes_folder(&folder, &format!("IMG_{number}")).await;
    }
    let before = page(&ada, json!({ "words": "img" })).await;
    assert_eq!((before.here.len(), before.elsewhere.len(), before.is_incomplete), (0, 50, true));
    assert!(ada.get("/search?words=img").await.shown().contains("some of it is not found yet"));
    index(&app).await;
    assert_eq!(all(&ada, None).await.0.len(), 60);
}

async fn the_page_works_without_scripts(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let folder = ada.makes_folder("/files", "a & b").await;
    ada.keeps_in(&folder, "<i>note</i>.txt", b"x").await;
    let list = ada.get(&folder).await;
    let id = folder.rsplit('/').next().expect("an id");
    assert_eq!(list.attributes("form[role=search]", "action"), ["/search"]);
    assert_eq!(list.attributes("form[role=search] input[name=in]", "value"), [id]);
    let page = ada.get("/search?words=NOTE").await;
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (200, "Search"));
    assert_eq!(page.title(), "Search · Holdall", "what is searched for is not in the title");
    assert_eq!(page.typed("words"), "NOTE");
    assert!(page.shown().contains("<i>note</i>.txt") && page.shown().contains("Files / a & b"), "{}", page.shown());
    assert_eq!(page.attributes(".hits a.where", "href"), [folder]);
    let none = ada.get("/search?words=nothing+like+it&below=x&in=y").await;
    assert!(none.status == 200 && none.shown().contains("Nothing found"), "{}", none.shown());
    assert_eq!(ada.get("/search").await.status, 200);
}
