//! Loads the list of a folder that somebody is about to open: once the pointer, or the focus of the keyboard, rests on a
//! link to it. Nothing is shown here. The folder takes what was loaded when its link is followed soon afterwards.

use std::cell::RefCell;
use std::time::Duration;

use js_sys::Date;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event};

use crate::api::entries::{folder_path, list_files};
use crate::model::entry::{Breadcrumb, FilesPage, ListOrder, PagePosition};
use crate::model::id::EntryId;
use crate::model::paths;

/// How long the pointer rests on a link that somebody may follow.
const RESTS: Duration = Duration::from_millis(80);
/// How old what was loaded may be when it is shown, in milliseconds.
const FRESH: f64 = 5000.0;

/// The folder that may be opened next.
#[derive(Default)]
struct Next {
    folder: Option<EntryId>,
    /// When its link was pointed at: milliseconds since 1970.
    since: f64,
    /// Whether its link was followed. Whoever comes to the folder otherwise may have changed what is in it.
    followed: bool,
    list: Option<FilesPage>,
    path: Option<Vec<Breadcrumb>>,
}

thread_local! {
    static NEXT: RefCell<Next> = RefCell::default();
}

/// Handles an event that points at something: the pointer is over it, or it has the focus.
pub(super) fn points(event: &Event) {
    let folder = linked(event);
    let is_known = NEXT.with_borrow_mut(|next| {
        if next.folder == folder && !next.followed && Date::now() - next.since < FRESH {
            return true;
        }
        *next = Next { folder: folder.clone(), since: Date::now(), ..Next::default() };
        false
    });
    let Some(folder) = folder.filter(|_| !is_known) else { return };
    set_timeout(move || load(&folder), RESTS);
}

/// Forgets what was loaded, since entries have changed.
pub(super) fn forget() {
    NEXT.take();
}

/// Handles a click. On a link to a folder, that is opened with what was loaded; whatever comes later is not for it any more.
pub(super) fn follows(event: &Event) {
    let folder = linked(event);
    NEXT.with_borrow_mut(|next| {
        let is_loaded = next.list.is_some() && next.path.is_some();
        match folder.is_some() && next.folder == folder && is_loaded {
            true => next.followed = true,
            false => *next = Next::default(),
        }
    });
}

/// The first page of the folder's list in the usual order, if it was loaded ahead.
pub(super) fn list(folder: Option<&EntryId>, order: ListOrder, position: &PagePosition) -> Option<FilesPage> {
    let is_first = (order, position) == (ListOrder::default(), &PagePosition::Top);
    taken(folder.filter(|_| is_first)?, |next| next.list.take())
}

/// The folder's path, if it was loaded ahead.
pub(super) fn path(folder: Option<&EntryId>) -> Option<Vec<Breadcrumb>> {
    taken(folder?, |next| next.path.take())
}

fn taken<T>(folder: &EntryId, take: impl FnOnce(&mut Next) -> Option<T>) -> Option<T> {
    NEXT.with_borrow_mut(|next| {
        let is_it = next.followed && next.folder.as_ref() == Some(folder) && Date::now() - next.since < FRESH;
        if is_it { take(next) } else { None }
    })
}

fn load(folder: &EntryId) {
    // The pointer has moved on.
    if !still(folder, |_| ()) {
        return;
    }
    let (of_list, of_path) = (folder.clone(), folder.clone());
    spawn_local(async move {
        let list = list_files(Some(of_list.clone()), PagePosition::Top, ListOrder::default()).await.ok();
        still(&of_list, |next| next.list = list);
    });
    spawn_local(async move {
        let path = folder_path(of_path.clone()).await.ok();
        still(&of_path, |next| next.path = path);
    });
}

/// Does this if the folder is still the one that may be opened next; returns whether it is.
fn still(folder: &EntryId, act: impl FnOnce(&mut Next)) -> bool {
    NEXT.with_borrow_mut(|next| {
        let is_it = next.folder.as_ref() == Some(folder);
        if is_it {
            act(next);
        }
        is_it
    })
}

/// The folder to which the link leads that the event is about.
fn linked(event: &Event) -> Option<EntryId> {
    let element = event.target()?.dyn_into::<Element>().ok()?;
    let address = element.closest("a[href]").ok()??.get_attribute("href")?;
    let (_, id) = paths::values(paths::FOLDER, &address)?.into_iter().next()?;
    EntryId::parse(id)
}
