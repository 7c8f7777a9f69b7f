//! Uploads of the running page: a queue of files, sent one after the other as the plain form would send them. They go
//! on while one moves between pages. What people see of it is the tray.

use std::cell::RefCell;
use std::collections::BTreeMap;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::{File, FormData, XmlHttpRequest};

use super::form::leave_to_sign_in;
use crate::model::error::Error;
use crate::model::form::FormAnswer;
use crate::ui::app::Changes;
use crate::ui::texts;

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum State {
    /// Its turn is still to come.
    Waiting,
    /// It is being sent.
    Sending,
    /// It is kept.
    Done,
    /// It is not kept, and this is why.
    Failed(Why),
}

/// Why a file is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Why {
    /// The sentence that says it.
    pub sentence: String,
    /// The page must be reloaded before it can be tried again.
    pub outdated: bool,
}

impl From<Error> for Why {
    fn from(error: Error) -> Self {
        Self { sentence: texts::error(&error).1, outdated: error == Error::Outdated }
    }
}

/// A file in the tray.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) struct Item {
    /// Names the item in this page.
    pub id: u32,
    /// The file's name.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// Bytes that were sent.
    pub sent: u64,
    /// How far it is.
    pub state: State,
}

/// The uploads of this page.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Uploads {
    /// What the tray shows, in the order in which it was chosen.
    pub items: RwSignal<Vec<Item>>,
    changes: Changes,
}

// The browser's own handles never leave its one thread, and signals would want them to.
thread_local! {
    static FILES: RefCell<BTreeMap<u32, File>> = const { RefCell::new(BTreeMap::new()) };
    static RUNNING: RefCell<Option<(u32, XmlHttpRequest)>> = const { RefCell::new(None) };
}

/// Gives the app its one queue.
pub(in crate::ui) fn provide_uploads(changes: Changes) {
    provide_context(Uploads { items: RwSignal::new(Vec::new()), changes });
}

impl Uploads {
    /// Adds a file to the queue.
    pub(in crate::ui) fn add(self, file: File) {
        let id = self.items.with_untracked(|items| items.last().map_or(0, |item| item.id + 1));
        let item = Item { id, name: file.name(), size: file.size() as u64, sent: 0, state: State::Waiting };
        FILES.with_borrow_mut(|files| files.insert(id, file));
        self.items.update(|items| items.push(item));
        self.next();
    }

    /// Tries a file again that was not kept.
    pub(in crate::ui) fn retry(self, id: u32) {
        self.change(id, |item| (item.state, item.sent) = (State::Waiting, 0));
        self.next();
    }

    /// Takes a file out of the queue; one that is being sent is broken off, and the server keeps nothing of it.
    pub(in crate::ui) fn remove(self, id: u32) {
        let running = RUNNING.with_borrow_mut(|running| running.take_if(|(of, _)| *of == id));
        FILES.with_borrow_mut(|files| files.remove(&id));
        self.items.update(|items| items.retain(|item| item.id != id));
        if let Some((_, request)) = running {
            // Fails for a request that is over.
            drop(request.abort());
            self.next();
        }
    }

    /// Takes everything out of the tray that is over.
    pub(in crate::ui) fn clear(self) {
        self.items.update(|items| items.retain(|item| matches!(item.state, State::Waiting | State::Sending)));
    }

    fn change(self, id: u32, change: impl FnOnce(&mut Item)) {
        self.items.update(|items| {
            if let Some(item) = items.iter_mut().find(|item| item.id == id) {
                change(item);
            }
        });
    }

    /// Begins with the next file, unless one is under way.
    fn next(self) {
        if RUNNING.with_borrow(Option::is_some) {
            return;
        }
        let next = self
            .items
            .with_untracked(|items| items.iter().find(|item| item.state == State::Waiting).map(|item| item.id));
        let file = next.and_then(|id| FILES.with_borrow(|files| files.get(&id).cloned()).map(|file| (id, file)));
        warn_before_leaving(file.is_some());
        if let Some((id, file)) = file {
            self.change(id, |item| item.state = State::Sending);
            match self.send(id, &file) {
                Ok(request) => RUNNING.set(Some((id, request))),
                Err(_) => self.finish(id, Err(Error::Network.into())),
            }
        }
    }

    fn send(self, id: u32, file: &File) -> Result<XmlHttpRequest, JsValue> {
        let form = FormData::new()?;
        // Whole, as JSON: the form's own way of writing names loses some.
        form.append_with_str("names", &serde_json::json!([file.name()]).to_string())?;
        form.append_with_blob_and_filename("files", file, "file")?;
        let request = XmlHttpRequest::new()?;
        request.open("POST", "/files")?;
        request.set_request_header("accept", "application/json")?;
        let progress = Closure::<dyn FnMut(web_sys::ProgressEvent)>::new(move |event: web_sys::ProgressEvent| {
            self.change(id, |item| item.sent = (event.loaded() as u64).min(item.size));
        });
        request.upload()?.set_onprogress(Some(progress.into_js_value().unchecked_ref()));
        let over = request.clone();
        request.set_onloadend(Some(Closure::once_into_js(move || self.over(id, &over)).unchecked_ref()));
        request.send_with_opt_form_data(Some(&form))?;
        Ok(request)
    }

    fn over(self, id: u32, request: &XmlHttpRequest) {
        let mine = RUNNING.with_borrow_mut(|running| running.take_if(|(of, _)| *of == id)).is_some();
        if !mine {
            return;
        }
        let status = request.status().unwrap_or(0);
        if status == 401 {
            self.change(id, |item| item.state = State::Failed(Error::NotSignedIn.into()));
            warn_before_leaving(false);
            leave_to_sign_in();
            return;
        }
        let text = request.response_text().ok().flatten().unwrap_or_default();
        let end = match serde_json::from_str(&text) {
            Ok(FormAnswer::Go(_)) => Ok(()),
            Ok(FormAnswer::Refused(form)) => {
                let sentences = form.errors.iter().map(|error| texts::problem(&error.problem)).collect::<Vec<_>>();
                Err(Why { sentence: sentences.join(" "), outdated: false })
            }
            Err(_) => Err(Error::of_answer(status, text.as_bytes()).into()),
        };
        self.finish(id, end);
    }

    fn finish(self, id: u32, end: Result<(), Why>) {
        match end {
            Ok(()) => {
                FILES.with_borrow_mut(|files| files.remove(&id));
                self.change(id, |item| (item.state, item.sent) = (State::Done, item.size));
                self.changes.files.update(|count| *count += 1);
                self.changes.account.update(|count| *count += 1);
            }
            Err(why) => self.change(id, |item| item.state = State::Failed(why)),
        }
        self.next();
    }
}

/// Lets the browser ask before the page is closed, for as long as something is being sent.
fn warn_before_leaving(warn: bool) {
    let handler = warn.then(|| {
        Closure::<dyn FnMut(web_sys::Event)>::new(|event: web_sys::Event| event.prevent_default()).into_js_value()
    });
    window().set_onbeforeunload(handler.as_ref().map(JsCast::unchecked_ref));
}
