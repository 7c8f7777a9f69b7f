//! What runs by itself: jobs that wait in the database and are taken up under a lease, work that is done every so often,
//! and the tasks that a shutdown waits for. What is done stands in `domain`; here is when, and by whom.

pub(super) mod queue;
pub mod tasks;
