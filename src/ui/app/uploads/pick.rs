//! How files get into the page: chosen, dropped (including folders and their contents) or pasted.

use js_sys::{Array, JsString, Promise, Reflect};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

/// What kind of thing was picked.
pub(in crate::ui) enum PickedKind {
    /// A file.
    File(File),
    /// An empty folder.
    EmptyFolder,
    /// Something that the browser could not read.
    Unreadable,
}

/// A file or an empty folder, with the folders above it.
pub(in crate::ui) struct Picked {
    /// What it is.
    pub what: PickedKind,
    /// Its name.
    pub name: String,
    /// The names of the folders above it, outermost first.
    pub path: Vec<String>,
}

/// The files of a file field, a folder field or the clipboard.
pub(in crate::ui) fn listed(files: &FileList) -> Vec<Picked> {
    (0..files.length()).filter_map(|at| files.get(at)).map(of_file).collect()
}

fn of_file(file: File) -> Picked {
    // “folder/inner/name” if a folder was chosen, otherwise empty.
    let relative = Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
    let mut path: Vec<String> = relative.unwrap_or_default().split('/').map(ToOwned::to_owned).collect();
    path.pop();
    Picked { name: file.name(), what: PickedKind::File(file), path }
}

/// Whether two names are the same once they are composed: macOS hands out decomposed names, and other systems composed
/// ones of the same file.
pub(super) fn is_same_name(one: &str, other: &str) -> bool {
    let composed = |name: &str| JsString::from(name).normalize("NFC");
    one == other || composed(one) == composed(other)
}

/// Whether files are being dragged, not text or a picture from a page.
pub(in crate::ui) fn has_files(dragged: Option<&DataTransfer>) -> bool {
    dragged.is_some_and(|dragged| dragged.types().includes(&"Files".into(), 0))
}

/// The files and folders that were dropped. Must be called within the event's handler: the browser clears the data
/// right after.
pub(in crate::ui) fn dropped(dragged: &DataTransfer) -> impl Future<Output = Vec<Picked>> + 'static {
    let items = dragged.items();
    let entries: Vec<_> = (0..items.length())
        .filter_map(|at| items.get(at))
        .filter(|item| item.kind() == "file")
        .filter_map(|item| item.webkit_get_as_entry().ok().flatten())
        .collect();
    // Without entries, which not every browser provides, take the plain files.
    let plain = if entries.is_empty() { dragged.files().as_ref().map(listed) } else { None };
    async move {
        let mut picked = plain.unwrap_or_default();
        let mut open: Vec<(FileSystemEntry, Vec<String>)> =
            entries.into_iter().rev().map(|entry| (entry, Vec::new())).collect();
        while let Some((entry, path)) = open.pop() {
            let name = entry.name();
            if entry.is_directory() {
                let inner: Vec<String> = path.iter().cloned().chain([name.clone()]).collect();
                match content(entry.unchecked_ref()).await {
                    Ok(entries) if entries.is_empty() => {
                        picked.push(Picked { what: PickedKind::EmptyFolder, name, path });
                    }
                    Ok(entries) => open.extend(entries.into_iter().rev().map(|entry| (entry, inner.clone()))),
                    Err(_) => picked.push(Picked { what: PickedKind::Unreadable, name, path }),
                }
            } else {
                let what = file_of(entry.unchecked_ref()).await.map_or(PickedKind::Unreadable, PickedKind::File);
                picked.push(Picked { what, name, path });
            }
        }
        picked
    }
}

async fn file_of(entry: &FileSystemFileEntry) -> Result<File, JsValue> {
    let file = JsFuture::from(Promise::new(&mut |done, failed| entry.file_with_callback_and_callback(&done, &failed)));
    file.await?.dyn_into()
}

/// The content of a folder. Browsers return up to a hundred entries per call, and none at the end.
async fn content(folder: &FileSystemDirectoryEntry) -> Result<Vec<FileSystemEntry>, JsValue> {
    let reader = folder.create_reader();
    let mut all = Vec::new();
    loop {
        let read = JsFuture::from(Promise::new(&mut |done, failed| {
            if let Err(error) = reader.read_entries_with_callback_and_callback(&done, &failed) {
                drop(failed.call1(&JsValue::NULL, &error));
            }
        }));
        let some: Array = read.await?.unchecked_into();
        if some.length() == 0 {
            return Ok(all);
        }
        all.extend(some.iter().map(JsValue::unchecked_into::<FileSystemEntry>));
    }
}
