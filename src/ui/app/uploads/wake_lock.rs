//! What the browser is asked to do during uploads: keep the screen on, and ask for confirmation before the page is
//! closed.

use std::cell::RefCell;

use js_sys::{Date, Function, Promise, Reflect};
use leptos::prelude::{document, window};
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// How long to wait after a lock was refused, in milliseconds. The browser refuses one if the battery is low, for
/// example, or if the page has just been hidden.
const PAUSE: f64 = 30_000.0;

/// What has been requested from the browser.
#[derive(Default)]
struct Asked {
    warns: bool,
    /// Whether a lock is being requested. Only one at a time, so that every lock is either kept or released.
    asking: bool,
    /// No lock is requested before this time.
    due: f64,
    lock: Option<JsValue>,
}

thread_local! {
    static ASKED: RefCell<Asked> = RefCell::new(Asked::default());
}

/// Sets whether uploads are in progress. To be called repeatedly: a page that is hidden loses its lock, and requests it
/// again afterwards.
pub(super) fn stay(on: bool) {
    ASKED.with_borrow_mut(|asked| {
        if asked.warns != on {
            asked.warns = on;
            warn_before_leaving(on);
        }
        if !on {
            if let Some(lock) = asked.lock.take() {
                drop(call(&lock, "release", None));
            }
            return;
        }
        let held = asked.lock.as_ref().is_some_and(|lock| !is_released(lock));
        if held || asked.asking || Date::now() < asked.due || document().hidden() {
            return;
        }
        // The API is missing in some browsers, and on pages over plain HTTP.
        let Some(asking) = Reflect::get(&window().navigator(), &"wakeLock".into())
            .ok()
            .filter(JsValue::is_object)
            .and_then(|locks| call(&locks, "request", Some(&"screen".into())))
        else {
            return;
        };
        asked.asking = true;
        spawn_local(async move {
            let lock = JsFuture::from(asking).await;
            ASKED.with_borrow_mut(|asked| {
                asked.asking = false;
                match lock {
                    Ok(lock) if asked.warns => asked.lock = Some(lock),
                    // The uploads have ended in the meantime.
                    Ok(lock) => drop(call(&lock, "release", None)),
                    Err(_) => asked.due = Date::now() + PAUSE,
                }
            });
        });
    });
}

fn is_released(lock: &JsValue) -> bool {
    Reflect::get(lock, &"released".into()).ok().and_then(|released| released.as_bool()).unwrap_or(true)
}

fn call(of: &JsValue, name: &str, with: Option<&JsValue>) -> Option<Promise> {
    let function: Function = Reflect::get(of, &name.into()).ok()?.dyn_into().ok()?;
    let answer = match with {
        Some(with) => function.call1(of, with),
        None => function.call0(of),
    };
    answer.ok()?.dyn_into().ok()
}

fn warn_before_leaving(warn: bool) {
    let handler = warn.then(|| {
        Closure::<dyn FnMut(web_sys::Event)>::new(|event: web_sys::Event| event.prevent_default()).into_js_value()
    });
    window().set_onbeforeunload(handler.as_ref().map(JsCast::unchecked_ref));
}
