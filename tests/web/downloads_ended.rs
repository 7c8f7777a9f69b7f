//! Downloads that are ended before their client has read them, since their file was deleted.

use axum::body::BodyDataStream;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};

use crate::app::App;
use crate::archives::archive_of;
use crate::database::{Database, on_both_databases};
use crate::visitor::Visitor;

/// Larger than what is read ahead.
const LARGE: usize = 8 << 20;

on_both_databases! {
    downloads_of_a_deleted_file_end_and_its_bytes_are_free,
}

async fn downloads_of_a_deleted_file_end_and_its_bytes_are_free(database: Database) {
    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    let gone = ada.keeps("gone.bin", &[1; LARGE]).await;
    let kept = ada.keeps("kept.bin", &[2; LARGE]).await;
    let archive = archive_of(&ada, &[("entries", &gone.id)]).await;
    let mut file = paused(&ada, &format!("/files/{}/content", gone.id)).await;
    let mut archive = paused(&ada, &archive).await;
    let other = paused(&ada, &format!("/files/{}/content", kept.id)).await;
    assert_eq!(open_and_deleted(&app), 0);

    ada.deletes_for_ever(&format!("/files/{}", gone.id)).await;
    assert_eq!(app.stored(&["private"]).len(), 1);
    assert_eq!(open_and_deleted(&app), 0, "an open file would keep its bytes on the disk");
    for ended in [&mut file, &mut archive] {
        assert!(ended.try_for_each(async |_| Ok(())).await.is_err(), "it looked whole");
    }
    let rest: Vec<Bytes> = other.try_collect().await.expect("the rest of a file that is still there");
    assert!(rest.concat().ends_with(&[2; LARGE / 2]));
}

/// A download of which the beginning has been read.
async fn paused(visitor: &Visitor, path: &str) -> BodyDataStream {
    let answer = visitor.open(path).await;
    assert_eq!(answer.status(), 200);
    let mut chunks = answer.into_body().into_data_stream();
    let first = chunks.next().await.expect("a beginning").expect("bytes");
    assert!(first.len() < LARGE / 2);
    chunks
}

/// How many deleted files of the site's folder this process has open. Linux adds a note to their names.
fn open_and_deleted(app: &App) -> usize {
    let folder = app.folder("private");
    let open =
        std::fs::read_dir("/proc/self/fd").expect("open files").filter_map(|entry| entry.ok()?.path().read_link().ok());
    open.filter(|path| path.starts_with(&folder) && path.to_string_lossy().ends_with(" (deleted)")).count()
}
