//! The codec of the server functions: messages that cannot be decoded lead to the offer of a reload, never to a retry.

use std::collections::BTreeSet;

use holdall::api::call::Call;
use holdall::api::{accounts, entries, moving, search, trash, uploads};
use holdall::model::json::Data;
use holdall::model::problem::Problem;
use leptos::server_fn::error::{FromServerFnError as _, ServerFnErrorErr};
use leptos::server_fn::{Bytes, Decodes, ServerFn};
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::database::{Database, on_both_databases};

on_both_databases! {
    arguments_that_no_function_can_read_are_of_an_outdated_page,
}

/// The address of a server function that uses the codec, after checking how a page treats answers that it cannot
/// decode.
fn tried<F>() -> &'static str
where
    F: ServerFn<Protocol = Call, Error = Problem>,
    F::Output: DeserializeOwned,
{
    for answer in ["", "{", "no JSON", r#"{"Ok":{"name":1"#, "\u{0}"] {
        let Err(unreadable) = <Data as Decodes<F::Output>>::decode(Bytes::from(answer)) else {
            panic!("{} reads {answer:?}", F::PATH)
        };
        let error = ServerFnErrorErr::Deserialization(unreadable.to_string());
        assert_eq!(Problem::from_server_fn_error(error), Problem::Outdated, "{} on {answer:?}", F::PATH);
    }
    F::PATH
}

async fn arguments_that_no_function_can_read_are_of_an_outdated_page(database: Database) {
    let functions = [
        tried::<accounts::Me>(),
        tried::<entries::ListFiles>(),
        tried::<entries::File>(),
        tried::<entries::FolderPath>(),
        tried::<entries::Entry>(),
        tried::<moving::MovePreview>(),
        tried::<moving::FirstTakenName>(),
        tried::<search::SearchNames>(),
        tried::<trash::ListTrash>(),
        tried::<trash::RestoringPreview>(),
        tried::<trash::DeletionPreview>(),
        tried::<trash::EmptyingPreview>(),
        tried::<uploads::CreateUploads>(),
        tried::<uploads::MakeFolders>(),
        tried::<uploads::SignParts>(),
        tried::<uploads::UploadStatus>(),
        tried::<uploads::AskParts>(),
        tried::<uploads::UnfinishedUploads>(),
        tried::<uploads::CompleteUploads>(),
        tried::<uploads::AbortUploads>(),
    ];
    let registered: BTreeSet<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(BTreeSet::from(functions), registered, "every function stands in the table above");

    let app = App::start(&database).await;
    let ada = app.signed_in("ada").await;
    for path in functions {
        let function = path.strip_prefix("/api/").expect("a function's address");
        for arguments in ["", "{", "a=b", "\"text\"", "17", r#"{"id":17,"files":17,"folders":17,"parts":17,"after":17"#]
        {
            let answer = ada.call(function, arguments).await;
            let found = (answer.status.as_u16(), answer.data());
            assert_eq!(found, (400, Problem::Outdated), "{function} on {arguments:?}");
        }
    }
}
