//! One part on its way: a `PUT` that tells how far it is.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

use crate::model::upload::SignedPart;
use crate::ui::app::uploads::queue::TransferOutcome;

/// How long a part may stand still before it is broken off and sent again, in milliseconds.
const STANDSTILL: f64 = 60_000.0;

/// A part on its way. Dropped, it goes on, but nobody hears of it: [`Transfer::stop`] it first.
pub(super) struct Transfer {
    request: XmlHttpRequest,
    /// When it moved last.
    moved: Rc<Cell<f64>>,
    _progress: Closure<dyn FnMut(ProgressEvent)>,
}

impl Transfer {
    /// Sends `bytes`. `progress` hears how many of them have gone; `over` hears the end, once, later than this returns.
    pub(super) fn begin(
        to: &SignedPart,
        bytes: &Blob,
        progress: impl Fn(u64) + 'static,
        over: impl FnOnce(TransferOutcome) + 'static,
    ) -> Result<Self, JsValue> {
        let request = XmlHttpRequest::new()?;
        request.open("PUT", &to.url)?;
        for (name, value) in &to.headers {
            request.set_request_header(name, value)?;
        }
        let moved = Rc::new(Cell::new(js_sys::Date::now()));
        let seen = moved.clone();
        let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
            seen.set(js_sys::Date::now());
            progress(event.loaded() as u64);
        });
        request.upload()?.set_onprogress(Some(progress.as_ref().unchecked_ref()));
        let ended = request.clone();
        let over = Closure::once_into_js(move || {
            over(match ended.status() {
                Ok(status) if status > 0 => TransferOutcome::Status(status),
                _ => TransferOutcome::NoAnswer,
            });
        });
        request.set_onloadend(Some(over.unchecked_ref()));
        request.send_with_opt_blob(Some(bytes))?;
        Ok(Self { request, moved, _progress: progress })
    }

    /// Breaks it off; `over` hears nothing of it.
    pub(super) fn stop(&self) {
        self.request.set_onloadend(None);
        // Fails for a request that is over.
        drop(self.request.abort());
    }

    /// Whether it has not moved for too long.
    pub(super) fn stands_still(&self, now: f64) -> bool {
        now - self.moved.get() > STANDSTILL
    }
}
