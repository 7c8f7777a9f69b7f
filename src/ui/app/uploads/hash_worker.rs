//! The web worker that hashes, on a thread of its own. Its script `hash_worker.js` is embedded in the wasm, so that
//! both are of the same version and the script needs no address.

use std::cell::RefCell;

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, MessageChannel, MessageEvent, Url, Worker};

use crate::api::timeout::within;

const SCRIPT: &str = include_str!("hash_worker.js");
/// How long the worker may take to start, and to hash one part, in milliseconds.
const TIMEOUT: i32 = 30_000;

thread_local! {
    /// Resolves to the worker when it is ready; started on first use. If it rejects or resolves to anything else, there
    /// is no worker until the page is loaded again.
    static WORKER: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// The SHA-256 of a blob; `None` if there is no worker, or if it could not read the blob.
pub(super) async fn sum(bytes: &Blob) -> Option<Vec<u8>> {
    let ready = WORKER.with_borrow_mut(|ready| ready.get_or_insert_with(start).clone());
    let Some(ready) = within(TIMEOUT, JsFuture::from(ready)).await else { return give_up() };
    let worker = ready.and_then(JsCast::dyn_into).ok()?;
    let Some(sum) = within(TIMEOUT, ask(&worker, bytes)).await else { return give_up() };
    sum.ok()
}

/// Stops using the worker: if it hangs once, every further part would wait for the timeout.
fn give_up<T>() -> Option<T> {
    WORKER.set(Some(Promise::resolve(&JsValue::NULL)));
    None
}

async fn ask(worker: &Worker, bytes: &Blob) -> Result<Vec<u8>, JsValue> {
    let channel = MessageChannel::new()?;
    let port = channel.port1();
    let answer = Promise::new(&mut |resolve, _| {
        let on_message = Closure::once_into_js(move |event: MessageEvent| resolve.call1(&JsValue::NULL, &event.data()));
        port.set_onmessage(Some(on_message.unchecked_ref()));
    });
    worker.post_message_with_transfer(bytes, &Array::of1(&channel.port2()))?;
    let answer = JsFuture::from(answer).await?;
    port.close();
    if answer.is_null() { Err(answer) } else { Ok(Uint8Array::new(&answer).to_vec()) }
}

fn start() -> Promise {
    Promise::new(&mut |resolve, reject| match load() {
        Ok(worker) => {
            let it = worker.clone();
            let ready = Closure::once_into_js(move |_: JsValue| resolve.call1(&JsValue::NULL, &it));
            worker.set_onmessage(Some(ready.unchecked_ref()));
            worker.set_onerror(Some(&reject));
        }
        // The return value of calling `reject` carries nothing.
        Err(error) => drop(reject.call1(&JsValue::NULL, &error)),
    })
}

fn load() -> Result<Worker, JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let script = Blob::new_with_str_sequence_and_options(&Array::of1(&SCRIPT.into()), &kind)?;
    Worker::new(&Url::create_object_url_with_blob(&script)?)
}
