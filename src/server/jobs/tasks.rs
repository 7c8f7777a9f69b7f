//! Background tasks, which must all have ended before the process exits.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The tasks of one site; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stopping: CancellationToken,
}

impl Tasks {
    /// Starts a task that runs to completion, even if its handle is dropped.
    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.tracker.spawn(task)
    }

    /// Repeats `round` until the site stops. Each round returns the time to wait until the next one; `None` ends the
    /// repetition. When the site stops, a running round is dropped at its next await point, so it must tolerate being
    /// cut off at any moment, as by a power failure.
    pub fn every<R, F>(&self, mut round: R)
    where
        R: FnMut() -> F + Send + 'static,
        F: Future<Output = Option<Duration>> + Send,
    {
        let stopping = self.stopping.clone();
        self.tracker.spawn(stopping.run_until_cancelled_owned(async move {
            while let Some(pause) = round().await {
                tokio::time::sleep(pause).await;
            }
        }));
    }

    /// Stops all repetitions, and waits for every task to end.
    pub async fn stop(&self) {
        self.stopping.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn what_is_done_ends_by_itself() {
        let (tasks, mut left) = (Tasks::default(), 3);
        tasks.every(move || {
            left -= 1;
            std::future::ready((left > 0).then_some(Duration::ZERO))
        });
        tasks.tracker.close();
        tasks.tracker.wait().await;
    }

    #[tokio::test]
    async fn stopping_waits_for_tasks_and_ends_what_is_done_again_and_again() {
        let (tasks, rounds) = (Tasks::default(), Arc::new(AtomicUsize::new(0)));
        let counted = rounds.clone();
        tasks.every(move || {
            let counted = counted.clone();
            async move {
                counted.fetch_add(1, Ordering::SeqCst);
                Some(Duration::from_millis(1))
            }
        });
        while rounds.load(Ordering::SeqCst) < 3 {
            tokio::task::yield_now().await;
        }
        let (go_on, wait) = tokio::sync::oneshot::channel();
        let task = tasks.spawn(async move { wait.await.expect("a word") });
        let stopped = tokio::spawn(async move { tasks.stop().await });
        tokio::task::yield_now().await;
        assert!(!stopped.is_finished(), "a task is under way");
        go_on.send(7).expect("a task");
        stopped.await.expect("stopped");
        assert_eq!(task.await.expect("a task"), 7);
    }
}
