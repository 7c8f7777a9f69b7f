//! A sweep over several pages of rows and objects, on databases that sort text by bytes and by a language's rules.

use std::path::{Path, PathBuf};

use holdall::server::domain::integrity::repair::TooMany;

use crate::app::App;
use crate::database::Database;
use crate::sweep::{DAY, age};

const LETTERS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
/// More than two pages.
const FILES: usize = 2_500;

/// Keys in every folder there can be, `ch` and `aa` among them.
fn keys() -> Vec<String> {
    let letter = |number: usize| char::from(LETTERS[number % 32]);
    let key = |number: usize| {
        let (first, second) = (letter(number / 32), letter(number));
        format!("{first}{second}/{first}{second}{}{:023}", letter(number / 1024), number)
    };
    (0..FILES).map(key).collect()
}

fn write(private: &Path, key: &str) -> PathBuf {
    let path = private.join(key);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, b"content").expect("a file");
    path
}

/// A site with these files, written straight into the database and the store.
async fn site_with_files(database: &Database, keys: &[String]) -> App {
    let app = App::start(database).await;
    app.signed_in("ada").await;
    app.state.instance.confirm().await.expect("its own store");
    let pool = app.rows().await;
    #[expect(clippy::disallowed_methods, reason = "a test is not dropped, and db::begin is not for it")]
    let mut transaction = pool.begin().await.expect("a transaction");
    for key in keys {
        let insert = sqlx::query(
            "INSERT INTO blobs (id, account, key, size, media_type, sha256, crc32, state, created, verified) \
             SELECT $2, id, $1, 7, 'text/plain', $3, '00000000', 'stored', 0, 1 FROM accounts",
        );
        let (_, id) = key.split_once('/').expect("a key");
        insert.bind(key).bind(id).bind("0".repeat(64)).execute(&mut *transaction).await.expect("a blob");
        write(&app.folder("private"), key);
    }
    let used = sqlx::query("UPDATE accounts SET used = $1").bind(7 * i64::try_from(FILES).expect("a number"));
    used.execute(&mut *transaction).await.expect("an account");
    transaction.commit().await.expect("rows");
    app
}

async fn rows_and_objects_are_compared_page_by_page(database: Database) {
    let keys = keys();
    let app = site_with_files(&database, &keys).await;
    let look = async || app.state.audit.run().await.expect("a look");
    let findings = look().await;
    assert!(findings.is_well(), "{findings:?}");
    // The instance's mark is an object, too.
    assert_eq!((findings.objects, findings.files), (FILES + 1, FILES));

    // Some files are missing, some have another size, some are orphans.
    let private = app.folder("private");
    let (missing, other) = ([&keys[0], &keys[1_000], &keys[FILES - 1]], [&keys[396], &keys[2_047]]);
    for key in missing {
        std::fs::remove_file(private.join(key)).expect("a file");
    }
    for key in other {
        std::fs::write(private.join(key), b"other content").expect("a file");
    }
    let orphans =
        ["00/00zzz", "00/00000000000000000000000001", "ch/chvvvvvvvvvvvvvvvvvvvvvvvv", "vv/vvvvvvvvvvvvvvvvvvvvvvvvvv"];
    let written: Vec<_> = orphans.iter().map(|key| write(&private, key)).collect();
    written.iter().for_each(|path| age(path));
    let findings = look().await;
    let mut wrong: Vec<_> = missing.iter().chain(&other).map(|key| (*key).clone()).collect();
    wrong.sort_unstable();
    assert_eq!(findings.missing.first.iter().map(|one| one.key.clone()).collect::<Vec<_>>(), wrong);
    assert_eq!(findings.orphans.first.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), orphans[1..]);
    assert_eq!((findings.unknown, findings.eligible.count), (1, 0));

    // Objects without a row are remembered until they are gone.
    app.clock.advance(DAY);
    std::fs::remove_file(&written[2]).expect("a file");
    let findings = look().await;
    assert_eq!((findings.orphans.count, findings.eligible.count), (2, 2));
    assert_eq!(app.count("orphans").await, 2);
    assert_eq!(app.state.audit.repair(&findings).await.expect("mended"), Ok(5));
    assert_eq!(app.state.audit.delete_orphans(&findings).await.expect("the store"), Ok(2));
    let findings = look().await;
    assert_eq!((findings.missing.count, findings.orphans.count, findings.waiting.damaged), (0, 0, 5));
}

/// As after restoring a backup of the database that is older than every file.
async fn a_store_full_of_orphans_stays_as_it_is(database: Database) {
    let app = site_with_files(&database, &keys()).await;
    sqlx::query("DELETE FROM blobs").execute(&app.rows().await).await.expect("a table");
    sqlx::query("UPDATE accounts SET used = 0").execute(&app.rows().await).await.expect("a table");
    for path in app.stored(&["private"]) {
        age(&path);
    }
    app.state.audit.run().await.expect("a look");
    app.clock.advance(DAY);
    let findings = app.state.audit.run().await.expect("a look");
    assert_eq!((findings.orphans.count, findings.eligible.count), (FILES, FILES));
    assert_eq!((findings.orphans.first.len(), findings.eligible.first.len()), (100, 100), "named as far as may be");
    let refused = app.state.audit.delete_orphans(&findings).await.expect("an answer");
    assert_eq!(refused, Err(TooMany { found: FILES, most: 25 }));
    assert_eq!(app.stored(&["private"]).len(), FILES);
}

/// Runs a test on SQLite, on PostgreSQL, and on a PostgreSQL that sorts text as no store does.
macro_rules! on_every_order {
    ($($name:ident,)+) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    super::$name($crate::database::Database::Sqlite).await;
                }
            )+
        }
        crate::sweep_pages::on_every_order!(postgres, postgres: $($name,)+);
        crate::sweep_pages::on_every_order!(czech, czech_postgres: $($name,)+);
    };
    ($module:ident, $database:ident: $($name:ident,)+) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread")]
                #[ignore = "needs PostgreSQL: script/test runs it"]
                async fn $name() {
                    let database = $crate::database::Database::$database().await;
                    super::$name(database.clone()).await;
                    database.remove().await;
                }
            )+
        }
    };
}
use on_every_order;

on_every_order! {
    rows_and_objects_are_compared_page_by_page,
    a_store_full_of_orphans_stays_as_it_is,
}
