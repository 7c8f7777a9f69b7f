//! The worker that hashes: a thread of the browser beside the page's own. Its script is `hash_worker.js`, carried along
//! in the wasm so that it is of the same version, comes from nowhere else, and needs no address of its own.

use std::cell::RefCell;

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, MessageChannel, MessageEvent, Url, Worker};

const SCRIPT: &str = include_str!("hash_worker.js");

thread_local! {
    /// The worker, once it is ready; begun when it is wanted first.
    static WORKER: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// The worker; fails where the browser gives none.
pub(super) async fn worker() -> Result<Worker, JsValue> {
    let ready = WORKER.with_borrow_mut(|ready| ready.get_or_insert_with(begin).clone());
    JsFuture::from(ready).await.map(JsCast::unchecked_into)
}

/// The SHA-256 of a blob; fails where it cannot be read.
pub(super) async fn sum(worker: &Worker, bytes: &Blob) -> Result<Vec<u8>, JsValue> {
    let channel = MessageChannel::new()?;
    let answer = Promise::new(&mut |resolve, _| {
        let hear = Closure::once_into_js(move |event: MessageEvent| resolve.call1(&JsValue::NULL, &event.data()));
        channel.port1().set_onmessage(Some(hear.unchecked_ref()));
    });
    worker.post_message_with_transfer(bytes, &Array::of1(&channel.port2()))?;
    let answer = JsFuture::from(answer).await?;
    if answer.is_null() { Err(answer) } else { Ok(Uint8Array::new(&answer).to_vec()) }
}

fn begin() -> Promise {
    Promise::new(&mut |resolve, reject| match load() {
        Ok(worker) => {
            let it = worker.clone();
            let ready = Closure::once_into_js(move |_: JsValue| resolve.call1(&JsValue::NULL, &it));
            worker.set_onmessage(Some(ready.unchecked_ref()));
            worker.set_onerror(Some(&reject));
        }
        // Nobody listens where a promise is made twice.
        Err(error) => drop(reject.call1(&JsValue::NULL, &error)),
    })
}

fn load() -> Result<Worker, JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let script = Blob::new_with_str_sequence_and_options(&Array::of1(&SCRIPT.into()), &kind)?;
    Worker::new(&Url::create_object_url_with_blob(&script)?)
}
