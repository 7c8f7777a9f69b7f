//! A queue that serves the newest request first. During a flood, a queue in order of arrival would make everybody wait
//! for the whole flood; here, a new client does not wait for the requests that came before its own.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

/// A queue with a few places at the front; cheap to clone.
#[derive(Clone, Debug)]
pub struct NewestFirst(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    free: usize,
    waiting: Vec<oneshot::Sender<Turn>>,
}

/// A place at the front, which goes to the newest in the queue when it is dropped.
#[derive(Debug)]
pub struct Turn(Option<NewestFirst>);

impl NewestFirst {
    /// A queue in which this many are served at once.
    pub fn new(places: usize) -> Self {
        Self(Arc::new(Mutex::new(State { free: places, waiting: Vec::new() })))
    }

    /// Waits for a place. Whoever stops waiting loses nothing.
    pub async fn enter(&self) -> Turn {
        let served = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if state.free > 0 {
                state.free -= 1;
                return Turn(Some(self.clone()));
            }
            let (serve, served) = oneshot::channel();
            state.waiting.retain(|waiting| !waiting.is_closed());
            state.waiting.push(serve);
            served
        };
        // The queue is kept alive by `self`, so that the sender stays until it has served.
        served.await.unwrap_or(Turn(None))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(queue) = self.0.take() else { return };
        let mut place = Self(Some(queue.clone()));
        loop {
            let newest = {
                let mut state = queue.0.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(newest) = state.waiting.pop() else {
                    // Under the same lock, so that nobody starts to wait for a place that is free.
                    state.free += 1;
                    place.0 = None;
                    return;
                };
                newest
            };
            match newest.send(place) {
                Ok(()) => return,
                // Whoever waited has left.
                Err(unwanted) => place = unwanted,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_came_last_is_served_first_and_whoever_left_is_not() {
        let queue = NewestFirst::new(1);
        let first = queue.enter().await;
        let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(queue.enter())).collect();
        for one in &mut waiting {
            assert!(futures::poll!(one).is_pending());
        }
        drop(waiting.pop());
        drop(first);
        let newest = waiting.pop().expect("the second").await;
        assert!(futures::poll!(&mut waiting[0]).is_pending());
        drop(newest);
        drop(waiting.remove(0).await);
        assert_eq!(queue.0.lock().expect("a lock").free, 1);
    }
}
