//! Sending one part: a `PUT` that reports its progress.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

use crate::model::upload::SignedPart;
use crate::ui::app::uploads::queue::TransferOutcome;

/// How long a transfer may make no progress before it is cancelled and repeated, in milliseconds.
const STALL_TIMEOUT: f64 = 60_000.0;

/// The transfer of a part. Dropping it does not cancel it, but silences its progress; call [`Transfer::stop`] first.
pub(super) struct Transfer {
    request: XmlHttpRequest,
    /// When it last made progress.
    moved: Rc<Cell<f64>>,
    _progress: Closure<dyn FnMut(ProgressEvent)>,
}

impl Transfer {
    /// Starts sending `bytes`. `progress` is called with the number of bytes sent so far, `over` once with the outcome,
    /// always after this function has returned.
    pub(super) fn start(
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

    /// Cancels the transfer; `over` will not be called.
    pub(super) fn stop(&self) {
        self.request.set_onloadend(None);
        // Fails if the request has ended.
        drop(self.request.abort());
    }

    /// Whether it has made no progress for too long.
    pub(super) fn is_stalled(&self, now: f64) -> bool {
        now - self.moved.get() > STALL_TIMEOUT
    }
}
