//! The order of jobs that accounts have many of: accounts take turns, so that whoever has one job does not wait for all of
//! somebody else's.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::model::id::BlobId;
use crate::server::db::types::JobKind;
use crate::server::jobs::queue::{JobQueue, Lease};

/// How many jobs are planned at once. A job of an account that had none waits for these and no more, as long as fewer
/// than [`OWNERS`] accounts have any.
const PLAN: i64 = 16;
/// How many accounts have their turn in a plan. The rest of it are the jobs that are due for longest.
const OWNERS: i64 = PLAN / 2;

/// The jobs of one kind that are due, whose subjects are blobs, in turns; cheap to clone.
#[derive(Clone)]
pub struct RoundRobin {
    queue: JobQueue,
    kind: JobKind,
    plan: Arc<Mutex<Plan>>,
}

struct Plan {
    next: VecDeque<BlobId>,
    /// The owner whose turn came last; empty before the first.
    after: String,
}

impl RoundRobin {
    /// The jobs of this kind in this queue.
    pub fn new(queue: JobQueue, kind: JobKind) -> Self {
        Self { queue, kind, plan: Arc::new(Mutex::new(Plan { next: VecDeque::new(), after: String::new() })) }
    }

    /// Leases the next job; `None` if none is due.
    pub async fn take(&self) -> Result<Option<Lease<BlobId>>, sqlx::Error> {
        loop {
            let mut plan = self.plan.lock().await;
            if plan.next.is_empty() {
                self.extend(&mut plan).await?;
            }
            let Some(subject) = plan.next.pop_front() else { return Ok(None) };
            drop(plan);
            // Another process may have it, or it was deleted.
            if let Some(job) = self.queue.take_one(self.kind, subject).await? {
                return Ok(Some(job));
            }
        }
    }

    async fn extend(&self, plan: &mut Plan) -> Result<(), sqlx::Error> {
        let of_owners = self.queue.due_of_owners(self.kind, &plan.after, OWNERS).await?;
        // Fewer than asked for: all owners have had their turn, and the next plan begins anew.
        let is_round = i64::try_from(of_owners.len()).is_ok_and(|owners| owners < OWNERS);
        plan.after = of_owners.last().filter(|_| !is_round).map(|job| job.owner.to_string()).unwrap_or_default();
        plan.next.extend(of_owners.into_iter().map(|job| job.subject));
        for subject in self.queue.due(self.kind, PLAN).await? {
            if plan.next.len() < usize::try_from(PLAN).unwrap_or(usize::MAX) && !plan.next.contains(&subject) {
                plan.next.push_back(subject);
            }
        }
        Ok(())
    }
}
