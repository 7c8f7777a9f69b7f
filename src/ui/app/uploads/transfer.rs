//! Sending one part: a `PUT` that reports its progress.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::{ProgressEvent, XmlHttpRequest};

use crate::model::problem::ANSWERED_BY;
use crate::model::upload::SignedPart;
use crate::ui::app::uploads::answer::{Answer, outcome};
use crate::ui::app::uploads::hash::PartBytes;
use crate::ui::app::uploads::queue::TransferOutcome;

/// How long a transfer may make no progress before it counts as standing still, in milliseconds.
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
        bytes: &PartBytes,
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
        let (ended, to_store) = (request.clone(), !to.url.starts_with('/'));
        let over = Closure::once_into_js(move || {
            over(outcome(to_store, &answer(&ended)));
        });
        request.set_onloadend(Some(over.unchecked_ref()));
        match bytes {
            PartBytes::Read(buffer) => request.send_with_opt_buffer_source(Some(buffer))?,
            PartBytes::Range(range) => request.send_with_opt_blob(Some(range))?,
        }
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

/// What the browser shows of an answer. Of headers, other origins' answers show only those that they let pages read.
fn answer(request: &XmlHttpRequest) -> Answer {
    // Asking for a single header that is not shown is an error in the browser's console.
    let headers = request.get_all_response_headers().unwrap_or_default();
    let header = |name: &str| {
        let mut pairs = headers.lines().filter_map(|line| line.split_once(':'));
        pairs.find(|(of, _)| of.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    };
    Answer {
        status: request.status().unwrap_or(0),
        answered_by: header(ANSWERED_BY.0),
        etag: header("etag"),
        media_type: header("content-type"),
        body: request.response_text().ok().flatten().unwrap_or_default(),
    }
}
