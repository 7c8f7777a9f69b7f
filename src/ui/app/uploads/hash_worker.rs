//! The worker that hashes: a thread of the browser beside the page's own. Its script is `hash_worker.js`, carried along
//! in the wasm so that it is of the same version, comes from nowhere else, and needs no address of its own.

use std::cell::RefCell;

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, MessageChannel, MessageEvent, Url, Worker};

use crate::ui::app::uploads::timeout::within;

const SCRIPT: &str = include_str!("hash_worker.js");
/// How long the worker may take to begin, and to hash one part, in milliseconds.
const PATIENCE: i32 = 30_000;

thread_local! {
    /// The worker, once it is ready; begun when it is wanted first. What is anything else, or fails, is none: until the page
    /// is loaded again.
    static WORKER: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// The SHA-256 of a blob; nothing where there is no worker, or where it could not read the blob.
pub(super) async fn sum(bytes: &Blob) -> Option<Vec<u8>> {
    let ready = WORKER.with_borrow_mut(|ready| ready.get_or_insert_with(begin).clone());
    let Some(ready) = within(PATIENCE, JsFuture::from(ready)).await else { return give_up() };
    let worker = ready.and_then(JsCast::dyn_into).ok()?;
    let Some(sum) = within(PATIENCE, ask(&worker, bytes)).await else { return give_up() };
    sum.ok()
}

/// Asks no more: what stands still once would keep every part waiting.
fn give_up<T>() -> Option<T> {
    WORKER.set(Some(Promise::resolve(&JsValue::NULL)));
    None
}

async fn ask(worker: &Worker, bytes: &Blob) -> Result<Vec<u8>, JsValue> {
    let channel = MessageChannel::new()?;
    let port = channel.port1();
    let answer = Promise::new(&mut |resolve, _| {
        let hear = Closure::once_into_js(move |event: MessageEvent| resolve.call1(&JsValue::NULL, &event.data()));
        port.set_onmessage(Some(hear.unchecked_ref()));
    });
    worker.post_message_with_transfer(bytes, &Array::of1(&channel.port2()))?;
    let answer = JsFuture::from(answer).await?;
    port.close();
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
        // What a rejection answers says nothing.
        Err(error) => drop(reject.call1(&JsValue::NULL, &error)),
    })
}

fn load() -> Result<Worker, JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let script = Blob::new_with_str_sequence_and_options(&Array::of1(&SCRIPT.into()), &kind)?;
    Worker::new(&Url::create_object_url_with_blob(&script)?)
}
