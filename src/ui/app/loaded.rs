//! Loads what a running page shows of what the server knows.

use leptos::prelude::*;
use leptos::task::spawn_local;

/// The answer to a question that changes: at first what came with the page, if it did, or else `None` until it is
/// loaded; anew whenever the signals change that `question` reads. Until the next answer is there, the last one stays, and
/// an answer that was overtaken by a newer question is never shown.
pub(in crate::ui) fn loaded<Q, A, F>(
    first: Option<A>,
    question: impl Fn() -> Q + 'static,
    load: impl Fn(Q) -> F + 'static,
) -> ReadSignal<Option<A>>
where
    Q: PartialEq + 'static,
    A: Send + Sync + 'static,
    F: Future<Output = A> + 'static,
{
    // A signal may change before the effect runs first: what is typed before the page runs is searched at once.
    let mut answered = first.as_ref().map(|_| untrack(&question));
    let (answer, set_answer) = signal(first);
    let asked = StoredValue::new(0_u32);
    // Effects run in the browser alone.
    Effect::new(move |_: Option<()>| {
        let question = question();
        if answered.take().is_some_and(|answered| answered == question) {
            return;
        }
        let number = asked.get_value().wrapping_add(1);
        asked.set_value(number);
        let loading = untrack(|| load(question));
        spawn_local(async move {
            let loaded = loading.await;
            // `None` if the page has been left in the meantime.
            if asked.try_get_value() == Some(number) {
                set_answer.set(Some(loaded));
            }
        });
    });
    answer
}
