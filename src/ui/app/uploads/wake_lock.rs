//! What the browser is asked for while something is being sent: to keep the screen awake, and to ask before the page
//! is closed.

use std::cell::RefCell;

use js_sys::{Date, Function, Promise, Reflect};
use leptos::prelude::{document, window};
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// After how many milliseconds it is asked again where it was refused, as with a low battery, or to a page that was
/// just hidden.
const PAUSE: f64 = 30_000.0;

/// What was asked for.
#[derive(Default)]
struct Asked {
    warns: bool,
    /// A lock is being asked for: one at a time, so that each is held or given back.
    asking: bool,
    /// Before that moment no other is asked for.
    due: f64,
    lock: Option<JsValue>,
}

thread_local! {
    static ASKED: RefCell<Asked> = RefCell::new(Asked::default());
}

/// Says whether something is being sent. Said again and again, so that a lock that a hidden page lost is taken again.
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
        // Not every browser has it, and pages over plain HTTP do not.
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
                    // Nothing is being sent any more.
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
