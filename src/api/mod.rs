//! Server functions: how the running page asks the server. Each one authenticates the request, calls
//! the domain once and returns the result. Server code is imported inside the function bodies, which the browser build
//! leaves out.

pub mod accounts;
pub mod call;
pub mod entries;
pub mod fetch;
pub mod moving;
pub mod search;
pub mod timeout;
pub mod trash;
pub mod uploads;

#[cfg(test)]
mod tests {
    use leptos::server_fn::ServerFn as _;

    use super::*;
    use crate::model::paths::{FUNCTION, UPLOAD_FUNCTION, values};

    /// The macro needs literal addresses, while the router takes them from `paths`; both must agree.
    #[test]
    fn functions_lie_where_the_router_looks_for_them() {
        let prefix = FUNCTION.split('{').next().expect("a prefix");
        for function in [
            accounts::Me::PATH,
            entries::ListFiles::PATH,
            entries::File::PATH,
            entries::FolderPath::PATH,
            entries::Entry::PATH,
            moving::MovePreview::PATH,
            moving::FirstTakenName::PATH,
            search::SearchNames::PATH,
            trash::ListTrash::PATH,
            trash::RestoringPreview::PATH,
            trash::DeletionPreview::PATH,
            trash::EmptyingPreview::PATH,
        ] {
            assert!(function.starts_with(prefix), "{function}");
        }
        for function in [
            uploads::CreateUploads::PATH,
            uploads::MakeFolders::PATH,
            uploads::SignParts::PATH,
            uploads::UploadStatus::PATH,
            uploads::UnfinishedUploads::PATH,
            uploads::CompleteUploads::PATH,
            uploads::AbortUploads::PATH,
        ] {
            assert!(values(UPLOAD_FUNCTION, function).is_some(), "{function}");
        }
    }
}
