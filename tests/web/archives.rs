//! Archives for tests: an account with three files, folders, and reading an archive's directory.

use sqlx::AnyPool;

use crate::answer::{Answer, Listed};
use crate::app::App;
use crate::visitor::Visitor;

pub const FOLDER: &str = "00000000000000000000000001";
pub const INNER: &str = "00000000000000000000000002";

/// Requests an archive and returns its path.
pub async fn archive_of(visitor: &Visitor, fields: &[(&str, &str)]) -> String {
    let answer = visitor.post("/downloads", fields).await;
    let path = answer.leads_to().to_owned();
    let id = path.strip_prefix("/downloads/").unwrap_or_default();
    assert!(id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "no name is in it: {path}");
    path
}

pub async fn archive(visitor: &Visitor, fields: &[(&str, &str)]) -> Answer {
    let answer = visitor.get(&archive_of(visitor, fields).await).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-length"), answer.body.len().to_string());
    answer
}

pub fn entries(files: &[Listed]) -> Vec<(&str, &str)> {
    files.iter().map(|file| ("entries", file.id.as_str())).collect()
}

/// The paths listed in an archive's directory.
pub fn paths(archive: &[u8]) -> Vec<String> {
    let number = |at: usize, bytes: usize| {
        archive[at..at + bytes].iter().rev().fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
    };
    let ending = archive.len() - 22;
    assert_eq!(&archive[ending..ending + 4], b"PK\x05\x06");
    let (count, mut at) = (number(ending + 10, 2), number(ending + 16, 4));
    let mut paths = Vec::new();
    for _ in 0..count {
        assert_eq!(&archive[at..at + 4], b"PK\x01\x02");
        let (name, extra) = (number(at + 28, 2), number(at + 30, 2));
        paths.push(String::from_utf8(archive[at + 46..at + 46 + name].to_vec()).expect("a path in UTF-8"));
        at += 46 + name + extra;
    }
    assert_eq!(at, ending);
    paths
}

/// An account with three files, newest first.
pub async fn with_three(app: &App) -> (Visitor, Vec<Listed>) {
    let ada = app.signed_in("ada").await;
    for (name, content) in [("a.txt", "first"), ("empty", ""), ("b.bin", "third")] {
        ada.keeps(name, content.as_bytes()).await;
    }
    let files = ada.get("/files").await.files();
    (ada, files)
}

/// Inserts a folder with files straight into the database.
pub async fn in_folder(app: &App, id: &str, name: &str, parent: Option<&str>, files: &[Listed]) {
    let rows = app.rows().await;
    let account = "(SELECT id FROM accounts WHERE name = 'ada')";
    let root = format!("(SELECT id FROM entries WHERE parent IS NULL AND account = {account})");
    let sort = data_encoding::HEXLOWER.encode(name.to_lowercase().as_bytes());
    let parent = parent.map_or(root, |parent| format!("'{parent}'"));
    run(
        &rows,
        format!(
            "INSERT INTO entries (id, account, parent, kind, name, folded, sort, created, changed) \
             VALUES ('{id}', {account}, {parent}, 'folder', '{name}', '{name}', '{sort}', 0, 0)"
        ),
    )
    .await;
    for file in files {
        run(&rows, format!("UPDATE entries SET parent = '{id}' WHERE id = '{}'", file.id)).await;
    }
}

pub async fn run(rows: &AnyPool, statement: String) {
    sqlx::query(sqlx::AssertSqlSafe(statement)).execute(rows).await.expect("a statement that is carried out");
}
