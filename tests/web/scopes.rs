//! What a principal may access whose scope is one folder of an account: everything in that folder, nothing beside or
//! above it.

use futures::stream;
use holdall::model::entry::{EntryRow, ListOrder, PagePosition};
use holdall::model::file_name::FileName;
use holdall::model::id::{DownloadId, EntryId, UploadId};
use holdall::model::problem::FieldProblem;
use holdall::model::upload::{Completed, NewFolder, NewUpload, PartToSign, UploadProblem};
use holdall::server::domain::Error;
use holdall::server::domain::access::scope::{Rights, Scope};
use holdall::server::domain::downloads::Selection;
use holdall::server::domain::entries::restore::RestoreTo;

use crate::app::App;
use crate::database::{Database, on_both_databases};
use crate::sending::{file, sum};
use crate::visitor::Visitor;

on_both_databases! {
    a_subtree_is_listed_from_its_own_beginning,
    what_lies_outside_a_subtree_is_not_there,
    what_is_added_to_a_subtree_stays_in_it,
    uploads_of_a_subtree_are_its_own,
    an_archive_is_for_the_scope_it_was_made_in,
    a_scope_gives_its_rights_and_ends,
}

/// Ada's account: `Shared` contains `in.txt` and `Inner`; `Own`, beside it, contains `out.txt`.
struct Tree {
    app: App,
    ada: Visitor,
    /// The scope of everything in `Shared`.
    scope: Scope,
    shared: EntryId,
    inner: EntryId,
    own: EntryId,
    inside: EntryId,
    outside: EntryId,
}

fn id(text: &str) -> EntryId {
    EntryId::parse(text.rsplit('/').next().expect("a segment")).expect("an id")
}

impl Tree {
    async fn new(database: &Database) -> Self {
        let app = App::start(database).await;
        let ada = app.signed_in("ada").await;
        let (shared, own) = (ada.makes_folder("/files", "Shared").await, ada.makes_folder("/files", "Own").await);
        let inner = ada.makes_folder(&shared, "Inner").await;
        let inside = ada.keeps_in(&shared, "in.txt", b"inside").await;
        let outside = ada.keeps_in(&own, "out.txt", b"outside").await;
        let owner = app.scope_of("ada").await.owner().clone();
        let scope = Scope::subtree(&owner, id(&shared), Rights::ALL, None);
        let (inside, outside) = (id(&inside.id), id(&outside.id));
        Self { scope, shared: id(&shared), inner: id(&inner), own: id(&own), inside, outside, ada, app }
    }

    /// The names on the first page of a folder.
    async fn names(&self, folder: Option<&EntryId>) -> Vec<String> {
        let page = self
            .app
            .state
            .entries
            .list(&self.scope, folder, ListOrder::Newest, &PagePosition::Top)
            .await
            .expect("a list");
        let name = |row: EntryRow| match row {
            EntryRow::Folder(row) => row.name,
            EntryRow::File(row) => row.name,
        };
        page.rows.into_iter().map(name).collect()
    }
}

async fn a_subtree_is_listed_from_its_own_beginning(database: Database) {
    let tree = Tree::new(&database).await;
    let entries = &tree.app.state.entries;
    assert_eq!(tree.names(None).await, ["Inner", "in.txt"]);
    assert_eq!(tree.names(Some(&tree.shared)).await, ["Inner", "in.txt"]);
    assert!(tree.names(Some(&tree.inner)).await.is_empty());
    let path = entries.path(&tree.scope, &tree.inner).await.expect("a path");
    assert_eq!(path.iter().map(|folder| folder.name.as_str()).collect::<Vec<_>>(), ["Inner"], "nothing above is told");
    let none = entries.path(&tree.scope, &tree.shared).await;
    assert!(matches!(none, Err(Error::NotFound)), "it begins there, as an account does at its root");
    let place = entries.place(&tree.scope, &tree.inside).await.expect("a file");
    assert_eq!((place.name.as_str(), place.parent), ("in.txt", None));
    assert_eq!(tree.app.state.contents.open(&tree.scope, &tree.inside).await.expect("a file").size, 6);
}

async fn what_lies_outside_a_subtree_is_not_there(database: Database) {
    let tree = Tree::new(&database).await;
    let (state, scope) = (&tree.app.state, &tree.scope);
    let name = FileName::parse("new").expect("a name");
    for entry in [&tree.own, &tree.outside] {
        assert!(matches!(
            state.entries.list(scope, Some(entry), ListOrder::Newest, &PagePosition::Top).await,
            Err(Error::NotFound)
        ));
        assert!(matches!(state.entries.path(scope, entry).await, Err(Error::NotFound)));
        assert!(matches!(state.entries.details(scope, entry).await, Err(Error::NotFound)));
        assert!(matches!(state.entries.deletion_preview(scope, entry).await, Err(Error::NotFound)));
        assert!(matches!(state.entries.restoring_preview(scope, entry).await, Err(Error::NotFound)));
        assert!(matches!(state.entries.restore(scope, entry, &RestoreTo::default()).await, Err(Error::NotFound)));
        assert!(matches!(state.entries.delete_for_ever(scope, entry).await, Err(Error::NotFound)));
        assert!(matches!(state.entries.place(scope, entry).await, Err(Error::NotFound)));
        assert!(matches!(state.entries.rename(scope, entry, &name).await, Err(Error::NotFound)));
        assert!(matches!(state.entries.put_into_trash(scope, std::slice::from_ref(entry)).await, Err(Error::NotFound)));
        assert!(matches!(state.entries.create(scope, Some(entry), &name).await, Err(Error::NotFound)));
        let made = state.entries.ensure(scope, Some(entry), std::slice::from_ref(&name)).await;
        assert!(matches!(made, Err(Error::NotFound)));
        assert!(matches!(state.contents.open(scope, entry).await, Err(Error::NotFound)));
        let selection = Selection::These(vec![tree.inside.clone(), entry.clone()]);
        assert!(matches!(state.downloads.make(scope, selection).await, Err(Error::NotFound)));
        let bytes = stream::iter([Ok("x".into())]);
        let received = state.form_uploads.receive(scope, Some(entry), &name, bytes).await;
        assert!(matches!(received, Err(Error::NotFound)));
    }
    // The root of a scope cannot be deleted through that scope.
    assert!(matches!(
        state.entries.put_into_trash(scope, std::slice::from_ref(&tree.shared)).await,
        Err(Error::NotFound)
    ));
    let file = Scope::subtree(scope.owner(), tree.inside.clone(), Rights::ALL, None);
    assert_eq!(state.contents.open(&file, &tree.inside).await.expect("the one file").size, 6);
    assert!(matches!(
        state.entries.put_into_trash(&file, std::slice::from_ref(&tree.inside)).await,
        Err(Error::NotFound)
    ));
    assert!(
        matches!(state.entries.list(&file, None, ListOrder::Newest, &PagePosition::Top).await, Err(Error::NotFound)),
        "no folder"
    );
    // Everything outside the scope is still there.
    assert_eq!(tree.ada.get(&format!("/files/{}/content", tree.outside)).await.text(), "outside");
    assert_eq!(tree.ada.get("/files").await.folders().len(), 2);
}

async fn what_is_added_to_a_subtree_stays_in_it(database: Database) {
    let tree = Tree::new(&database).await;
    let (state, scope) = (&tree.app.state, &tree.scope);
    let name = |name: &str| FileName::parse(name).expect("a name");
    state.entries.create(scope, None, &name("Made")).await.expect("a folder");
    state.entries.ensure(scope, None, &[name("Dropped"), name("Deep")]).await.expect("a folder");
    let bytes = stream::iter([Ok("new".into())]);
    let new = state.form_uploads.receive(scope, None, &name("new.txt"), bytes).await.expect("a file");
    assert_eq!(tree.names(None).await, ["Dropped", "Inner", "Made", "new.txt", "in.txt"]);
    assert_eq!(tree.ada.get("/files").await.files().len(), 0, "nothing is where the account begins");
    assert_eq!(tree.app.used("ada").await, 16, "it counts against the owner's quota");
    assert_eq!(
        state.entries.put_into_trash(scope, std::slice::from_ref(&new)).await.expect("a deletion"),
        None,
        "the folder is the beginning"
    );
    assert_eq!(state.entries.put_into_trash(scope, std::slice::from_ref(&tree.inner)).await.expect("a deletion"), None);
    assert_eq!(tree.names(None).await, ["Dropped", "Made", "in.txt"]);
    // The trash is the account's.
    assert!(matches!(state.entries.list_trash(scope, &PagePosition::Top).await, Err(Error::NotFound)));
    assert!(matches!(state.entries.restore(scope, &new, &RestoreTo::default()).await, Err(Error::NotFound)));
    assert!(matches!(state.entries.delete_for_ever(scope, &new).await, Err(Error::NotFound)));
    assert!(matches!(state.entries.empty_trash(scope).await, Err(Error::NotFound)));
    assert!(matches!(state.entries.emptying_preview(scope).await, Err(Error::NotFound)));
    let owner = tree.app.scope_of("ada").await;
    assert_eq!(state.entries.list_trash(&owner, &PagePosition::Top).await.expect("the trash").rows.len(), 2);
}

async fn uploads_of_a_subtree_are_its_own(database: Database) {
    let tree = Tree::new(&database).await;
    let (uploads, scope, whole) = (&tree.app.state.multipart_uploads, &tree.scope, &tree.app.scope_of("ada").await);
    let content = b"content";
    let wanted =
        |folder: Option<&EntryId>| NewUpload { folder: folder.cloned(), ..file("a.txt", content.len() as u64) };
    let begun = uploads.create(whole, vec![wanted(Some(&tree.own)), wanted(None)]).await.expect("answers");
    let others: Vec<_> = begun.into_iter().map(|upload| upload.expect("an upload").id).collect();
    let refused = uploads.create(scope, vec![wanted(Some(&tree.own))]).await.expect("answers").remove(0);
    assert_eq!(refused.expect_err("it lies outside"), UploadProblem::Refused(FieldProblem::FolderGone));
    let folder = NewFolder { folder: Some(tree.own.clone()), path: vec!["x".to_owned()] };
    let refused = uploads.make_folders(scope, vec![folder]).await.expect("answers").remove(0);
    assert_eq!(refused, Err(UploadProblem::Refused(FieldProblem::FolderGone)));

    let mine = uploads.create(scope, vec![wanted(None)]).await.expect("answers").remove(0).expect("an upload");
    assert_eq!(mine.folder.as_ref(), Some(&tree.shared), "it goes to where the scope begins");
    let listed = uploads.unfinished(scope, None).await.expect("a list");
    assert_eq!(listed.iter().map(|upload| &upload.id).collect::<Vec<_>>(), [&mine.id]);
    assert_eq!(uploads.unfinished(whole, None).await.expect("a list").len(), 3, "the owner sees all");
    let sign = |upload: &UploadId| PartToSign { upload: upload.clone(), number: 1, sha256: sum(content) };
    for other in &others {
        let gone = UploadProblem::NotFound;
        assert_eq!(uploads.sign(scope, vec![sign(other)]).await.expect("answers"), [Err(gone.clone())]);
        assert_eq!(uploads.status(scope, vec![other.clone()]).await.expect("answers"), [Err(gone.clone())]);
        assert_eq!(uploads.complete(scope, vec![other.clone()]).await.expect("answers"), [Err(gone.clone())]);
        assert_eq!(uploads.abort(scope, vec![other.clone()]).await.expect("answers"), [Err(gone)]);
        let bytes = stream::iter([Ok("content".into())]);
        let received = uploads.receive(scope, other, 1, &sum(content), None, bytes).await;
        assert!(matches!(received, Err(Error::NotFound)));
    }
    uploads.sign(scope, vec![sign(&mine.id)]).await.expect("answers").remove(0).expect("an address");
    let bytes = stream::iter([Ok("content".into())]);
    uploads.receive(scope, &mine.id, 1, &sum(content), None, bytes).await.expect("a part");
    let completed = uploads.complete(scope, vec![mine.id.clone()]).await.expect("answers").remove(0);
    assert!(matches!(completed, Ok(Completed::File { .. })), "{completed:?}");
    assert_eq!(tree.names(None).await, ["Inner", "a.txt", "in.txt"]);

    let deep = NewUpload { path: vec!["Inner".to_owned()], ..file("empty.txt", 0) };
    let deep = uploads.create(scope, vec![deep]).await.expect("answers").remove(0).expect("an upload").id;
    for (scope, expected) in [(scope, vec!["Inner"]), (whole, vec!["Shared", "Inner"])] {
        let completed = uploads.complete(scope, vec![deep.clone()]).await.expect("answers").remove(0);
        let Ok(Completed::File { folders, .. }) = completed else { panic!("a file: {completed:?}") };
        assert_eq!(folders, expected, "nothing above the scope is told");
    }
}

async fn an_archive_is_for_the_scope_it_was_made_in(database: Database) {
    let tree = Tree::new(&database).await;
    let (downloads, scope, whole) = (&tree.app.state.downloads, &tree.scope, &tree.app.scope_of("ada").await);
    let made = async |scope: &Scope, selection| {
        let path = downloads.make(scope, selection).await.expect("an archive");
        DownloadId::parse(path.split('/').nth(2).expect("an id")).expect("an id")
    };
    let everything = made(scope, Selection::Everything).await;
    let opened = downloads.open(scope, &everything).await.expect("an archive");
    assert_eq!(opened.name, "Shared.zip", "nothing of the account but what was given");
    assert!(matches!(downloads.open(whole, &everything).await, Err(Error::NotFound)));
    let chosen = made(whole, Selection::These(vec![tree.inside.clone()])).await;
    assert!(matches!(downloads.open(scope, &chosen).await, Err(Error::NotFound)));
    let same = made(scope, Selection::These(vec![tree.inside.clone()])).await;
    assert_ne!(same, chosen, "the same content in another scope is another archive");
}

async fn a_scope_gives_its_rights_and_ends(database: Database) {
    let tree = Tree::new(&database).await;
    let state = &tree.app.state;
    let subtree = |rights, until| Scope::subtree(tree.scope.owner(), tree.shared.clone(), rights, until);
    let name = FileName::parse("new").expect("a name");
    let bytes = || stream::iter([Ok("x".into())]);

    let reader = subtree(Rights { see: true, add: false, change: false }, None);
    assert!(state.entries.list(&reader, None, ListOrder::Newest, &PagePosition::Top).await.is_ok());
    assert!(matches!(state.entries.create(&reader, None, &name).await, Err(Error::NotAllowed)));
    assert!(matches!(state.form_uploads.receive(&reader, None, &name, bytes()).await, Err(Error::NotAllowed)));
    assert!(matches!(state.multipart_uploads.create(&reader, Vec::new()).await, Err(Error::NotAllowed)));
    assert!(matches!(state.entries.rename(&reader, &tree.inside, &name).await, Err(Error::NotAllowed)));
    assert!(matches!(
        state.entries.put_into_trash(&reader, std::slice::from_ref(&tree.inside)).await,
        Err(Error::NotAllowed)
    ));

    let sender = subtree(Rights { see: false, add: true, change: false }, None);
    assert!(state.form_uploads.receive(&sender, None, &name, bytes()).await.is_ok());
    assert!(matches!(
        state.entries.list(&sender, None, ListOrder::Newest, &PagePosition::Top).await,
        Err(Error::NotAllowed)
    ));
    assert!(matches!(state.contents.open(&sender, &tree.inside).await, Err(Error::NotAllowed)));
    assert!(matches!(state.downloads.make(&sender, Selection::Everything).await, Err(Error::NotAllowed)));

    let over = subtree(Rights::ALL, Some(1));
    assert!(matches!(
        state.entries.list(&over, None, ListOrder::Newest, &PagePosition::Top).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(state.contents.open(&over, &tree.inside).await, Err(Error::NotFound)));
    assert!(matches!(state.form_uploads.receive(&over, None, &name, bytes()).await, Err(Error::NotFound)));
    assert!(matches!(
        state.entries.put_into_trash(&over, std::slice::from_ref(&tree.inside)).await,
        Err(Error::NotFound)
    ));
}
