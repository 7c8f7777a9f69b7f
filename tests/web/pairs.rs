//! Two tabs of one person that act on the same few things at once, at random: whatever wins, no file is lost, the server
//! fails at nothing, and the tree stays a tree.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::visitor::Visitor;

on_both_databases! {
    pairs_of_acts_on_the_same_things_do_no_harm,
}

/// How many pairs of acts.
const PAIRS: usize = 60;
/// The names that the acts give and find taken.
const NAMES: [&str; 3] = ["a", "b", "c"];

/// An address, and the form that is sent to it.
type Act = (String, Vec<(&'static str, String)>);

async fn pairs_of_acts_on_the_same_things_do_no_harm(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let other = ada.at(&app);
    let mut ids = Vec::new();
    for name in NAMES {
        let list = ada.makes_folder("/files", name).await;
        ids.push(ada.keeps_in(&list, "file", name.as_bytes()).await.id);
        ids.push(list.trim_start_matches("/files/").to_owned());
    }
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        let [one, two] = [act(&ids), act(&ids)];
        let statuses = tokio::join!(done(&ada, &one), done(&other, &two));
        for (act, status) in [(&one, statuses.0), (&two, statuses.1)] {
            assert!([303, 404, 409, 422].contains(&status), "{act:?} is answered with {status} after {pairs:?}");
        }
        pairs.push((one, two));
        is_a_tree(&app, &ids).await.unwrap_or_else(|wrong| panic!("{wrong} after {pairs:?}"));
    }
    for id in ids {
        ada.post(&format!("/trash/{id}/restore"), &[("to-root", "1"), ("entry-name", &id)]).await;
    }
    for (number, name) in NAMES.into_iter().enumerate() {
        let content = format!("/files/{}/content", ids_of_files(&app).await[number]);
        assert_eq!(ada.get(&content).await.text(), name, "after {pairs:?}");
    }
}

/// Something that a person does with one of these entries.
fn act(ids: &[String]) -> Act {
    let (id, to) = (ids[below(ids.len())].clone(), ids[below(ids.len())].clone());
    let name = NAMES[below(NAMES.len())].to_owned();
    let entry = ("entries", id.clone());
    // Files alone: copies of copies of folders would soon be many.
    let file = ("entries", ids[below(NAMES.len()) * 2].clone());
    match below(11) {
        9 => ("/files/copy".to_owned(), vec![file, ("to", to), ("choice", "keep-both".to_owned())]),
        10 => ("/files/copy".to_owned(), vec![file, ("to", to), ("choice", "replace".to_owned())]),
        7 => ("/files/move".to_owned(), vec![entry, ("entries", to), ("to", "root".to_owned())]),
        8 => ("/files/move".to_owned(), vec![entry, ("to", to), ("choice", "skip".to_owned())]),
        0 => (format!("/files/{id}/rename"), vec![("entry-name", name)]),
        1 => ("/trash".to_owned(), vec![entry]),
        2 => (format!("/trash/{id}/restore"), Vec::new()),
        3 => (format!("/trash/{id}/restore"), vec![("to-root", "1".to_owned())]),
        4 => ("/files/move".to_owned(), vec![entry, ("to", "root".to_owned())]),
        5 => ("/files/move".to_owned(), vec![entry, ("to", to), ("choice", "replace".to_owned())]),
        _ => ("/files/move".to_owned(), vec![entry, ("to", to), ("choice", "keep-both".to_owned())]),
    }
}

/// A random number below `end`.
fn below(end: usize) -> usize {
    let mut bytes = [0; 2];
    getrandom::fill(&mut bytes).expect("randomness");
    usize::from(u16::from_le_bytes(bytes)) % end
}

async fn done(visitor: &Visitor, (path, form): &Act) -> u16 {
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    visitor.post(path, &form).await.status.as_u16()
}

/// Checks that each of these entries lies below the root, and that no folder has two of one name.
async fn is_a_tree(app: &App, ids: &[String]) -> Result<(), String> {
    let rows: Vec<(String, Option<String>, String, Option<i64>)> =
        sqlx::query_as("SELECT id, parent, folded, trashed FROM entries")
            .fetch_all(&app.rows().await)
            .await
            .expect("rows");
    let parents: BTreeMap<_, _> = rows.iter().map(|(id, parent, ..)| (id, parent)).collect();
    for id in ids {
        let (mut at, mut steps) = (id, 0);
        while let Some(parent) = parents.get(at).ok_or(format!("{id} is gone"))? {
            (at, steps) = (parent, steps + 1);
            if steps > rows.len() {
                return Err(format!("{id} lies in itself"));
            }
        }
    }
    let named: Vec<_> = rows.iter().filter(|row| row.3.is_none()).map(|(_, parent, name, _)| (parent, name)).collect();
    let different: BTreeSet<_> = named.iter().collect();
    if different.len() == named.len() { Ok(()) } else { Err("two of one name in a folder".to_owned()) }
}

/// The files, in the order in which they were sent.
async fn ids_of_files(app: &App) -> Vec<String> {
    let files = sqlx::query_scalar("SELECT id FROM entries WHERE kind = 'file' ORDER BY id");
    files.fetch_all(&app.rows().await).await.expect("rows")
}
