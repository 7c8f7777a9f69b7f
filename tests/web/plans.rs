//! How SQLite finds the rows of each statement. It plans without statistics, and may take an index by which it reads all
//! entries of an account, or of everybody.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use serde_json::json;
use sqlx::AnyPool;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::answer::Answer;
use crate::app::App;
use crate::database::Database;
use crate::visitor::Visitor;

/// The statements that sqlx reports.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<BTreeSet<String>>>);

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut statement = Statement::default();
            event.record(&mut statement);
            let Statement { summary, whole } = statement;
            let statement = if whole.is_empty() { summary } else { whole };
            self.0.lock().expect("no panic").insert(statement.trim().to_owned());
        }
    }
}

/// The fields of such a report: the statement, and its beginning, which is all of it if it is short.
#[derive(Default)]
struct Statement {
    summary: String,
    whole: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// What may be read from its beginning to its end: what statements derive from others, tables that stay small, and indexes of
/// what waits for something.
const SCANNED: [&str; 17] = [
    "up ",
    "down ",
    "below ",
    "owners ",
    "counted ",
    "summed ",
    "folders ",
    "files ",
    "c ",
    "CONSTANT ROW",
    "(subquery-",
    "sqlite_master ",
    "_sqlx_migrations ",
    "accounts ",
    "entry_grams VIRTUAL TABLE",
    "entries USING INDEX entries_unindexed ",
    "blobs USING INDEX blobs_damaged ",
];

#[track_caller]
fn is_fine(answer: &Answer) {
    assert!(answer.status.as_u16() < 400, "{} {}", answer.status, answer.shown());
}

/// Does what people do with files and folders, and what is done by itself.
async fn everything(app: &App, ada: &Visitor) {
    let folder = ada.makes_folder("/files", "Letters").await;
    let other = ada.makes_folder("/files", "Others").await;
    let id = |path: &str| path.rsplit('/').next().expect("an id").to_owned();
    let (folder_id, other_id) = (id(&folder), id(&other));
    let mut files = Vec::new();
    for number in 0..3 {
        files.push(ada.keeps_in(&folder, &format!("{number}.txt"), b"x").await);
    }
    ada.keeps("0.txt", b"y").await;
    while app.state.entries.index_names().await.expect("the database") {}
    app.state.verifier.all(|_, _| ()).await.expect("the database");
    for list in ["/files", &folder] {
        for order in ["", "?sort=name", "?sort=name-reversed", "?sort=oldest"] {
            is_fine(&ada.get(&format!("{list}{order}")).await);
        }
    }
    for words in ["txt", "0", "none at all"] {
        is_fine(&ada.call("search", &json!({ "query": { "words": words, "folder": folder_id } }).to_string()).await);
    }
    let [first, second, third] = files.as_slice() else { unreachable!("three files") };
    for page in ["about", "preview", "rename", "delete", "content"] {
        is_fine(&ada.get(&format!("/files/{}/{page}", first.id)).await);
    }
    is_fine(&ada.post(&format!("/files/{}/rename", second.id), &[("entry-name", "renamed.txt")]).await);
    for (action, to) in [("copy", other_id.as_str()), ("move", "root"), ("move", other_id.as_str())] {
        is_fine(&ada.get(&format!("/files/{action}/{}/to/{to}", first.id)).await);
        is_fine(&ada.post(&format!("/files/{action}"), &[("entries", &first.id), ("to", to)]).await);
        is_fine(&ada.get(&format!("/files/{action}/{}/taken/{to}", first.id)).await);
        is_fine(
            &ada.post(
                &format!("/files/{action}"),
                &[("entries", &first.id), ("to", to), ("choice", "replace"), ("for-all", "1")],
            )
            .await,
        );
    }
    is_fine(&ada.post("/files/move", &[("entries", &folder_id), ("to", &other_id)]).await);
    is_fine(&ada.post("/files/copy", &[("entries", &other_id), ("to", "root")]).await);
    for selection in [[("entries", other_id.as_str()), ("entries", &third.id)], [("all", "1"), ("folder", "")]] {
        is_fine(&ada.post("/downloads", &selection).await);
    }
    for entry in [&second.id, &third.id, &folder_id] {
        is_fine(&ada.post(&format!("/files/{entry}/delete"), &[]).await);
        for page in [format!("/trash/{entry}/delete"), format!("/trash/{entry}/restore"), "/trash".to_owned()] {
            is_fine(&ada.get(&page).await);
        }
    }
    is_fine(&ada.post(&format!("/trash/{folder_id}/restore"), &[]).await);
    is_fine(&ada.post(&format!("/trash/{}/delete", second.id), &[]).await);
    is_fine(&ada.post(&format!("/files/{other_id}/delete"), &[]).await);
    is_fine(&ada.get("/trash/empty").await);
    is_fine(&ada.post("/trash/empty", &[]).await);
    app.state.entries.clear_detached().await.expect("the database");
    app.state.entries.expire_trash().await.expect("the database");
    app.state.maintenance.once().await.expect("a round");
    app.state.verifier.scrub_once().await.expect("a round");
}

#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index_that_fits() {
    let statements = Statements::default();
    tracing_subscriber::registry().with(statements.clone()).init();
    let app = App::start(&Database::Sqlite).await;
    let ada = app.signed_in("ada").await;
    everything(&app, &ada).await;
    let rows = app.rows().await;
    let statements = statements.0.lock().expect("no panic").clone();
    assert!(statements.len() > 130, "{} statements", statements.len());
    let mut poor = Vec::new();
    for part in ["indexed IS NULL", "entry_grams MATCH", "WITH RECURSIVE below", "e.id IN ($3", "account > $1"] {
        assert!(statements.iter().any(|statement| statement.contains(part)), "no statement with {part}");
    }
    for statement in statements.iter().filter(|statement| has_plan(statement)) {
        let plan = plan(&rows, statement).await;
        let sorts_entries = statement.starts_with("SELECT") && statement.contains("FROM entries WHERE");
        let reads_too_much = |line: &String| match line.split_once(' ') {
            // The name stands in the plan as in the statement, where a table has a short one if any.
            Some(("SCAN", read)) => !SCANNED.iter().any(|scanned| format!("{read} ").starts_with(scanned)),
            Some(("USE", how)) => how == "TEMP B-TREE FOR ORDER BY" && sorts_entries && statement.contains("LIMIT"),
            // All that are in a folder, which are those of everybody; all of an account.
            _ => line.contains("(parent>?)") || line.ends_with("entries_by_account (account=?)"),
        };
        if plan.iter().any(reads_too_much) {
            poor.push(format!("{statement}\n  {}", plan.join("\n  ")));
        }
    }
    assert!(poor.is_empty(), "these statements read more than they need:\n{}", poor.join("\n"));
}

/// Whether SQLite plans it: most statements, but not those that change tables or its own settings.
fn has_plan(statement: &str) -> bool {
    ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"].iter().any(|word| statement.starts_with(word))
}

/// What SQLite says of how it finds the rows, a line a table.
async fn plan(rows: &AnyPool, statement: &str) -> Vec<String> {
    let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let lines = sqlx::query_as::<_, (i64, i64, i64, String)>(explain).fetch_all(rows).await;
    lines.unwrap_or_else(|error| panic!("{statement}: {error}")).into_iter().map(|(.., line)| line).collect()
}
