//! A number of bytes that many clients share. A client may hold only a fraction of what is still free, so that the share
//! of each is smaller the more the others hold, and something is left for whoever comes next.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The bytes that are left, and who holds the others.
#[derive(Debug)]
pub struct BodyBudget {
    size: usize,
    /// A client may take more only while at least this many times what it holds is free.
    left_free: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug)]
struct Taken {
    all: usize,
    of_one: BTreeMap<String, usize>,
}

/// What one body holds of a budget. It is given back when this is dropped.
#[derive(Debug)]
pub struct BodyShare {
    budget: &'static BodyBudget,
    subject: String,
    bytes: usize,
}

impl BodyBudget {
    /// A budget of this many bytes, of which a single client gets at most one part in `share`: 6 stands for a sixth.
    pub const fn new(size: usize, share: usize) -> Self {
        Self { size, left_free: share - 1, taken: Mutex::new(Taken { all: 0, of_one: BTreeMap::new() }) }
    }

    /// A share, with nothing in it, for a body of this client.
    pub const fn share(&'static self, subject: String) -> BodyShare {
        BodyShare { budget: self, subject, bytes: 0 }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BodyShare {
    /// Takes more bytes; false if the client would hold too many.
    pub fn grow(&mut self, bytes: usize) -> bool {
        let mut taken = self.budget.taken();
        let own = taken.of_one.get(&self.subject).copied().unwrap_or_default() + bytes;
        let all = taken.all + bytes;
        if own.saturating_mul(self.budget.left_free) > self.budget.size.saturating_sub(all) {
            return false;
        }
        taken.all = all;
        taken.of_one.insert(self.subject.clone(), own);
        self.bytes += bytes;
        true
    }
}

impl Drop for BodyShare {
    fn drop(&mut self) {
        let mut taken = self.budget.taken();
        taken.all -= self.bytes;
        if let Some(own) = taken.of_one.get_mut(&self.subject) {
            *own -= self.bytes;
            if *own == 0 {
                taken.of_one.remove(&self.subject);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes pieces of 10 bytes for a client, as many as it may have.
    fn exhaust(budget: &'static BodyBudget, client: &str) -> Vec<BodyShare> {
        let pieces = std::iter::repeat_with(|| {
            let mut share = budget.share(client.to_owned());
            share.grow(10).then_some(share)
        });
        pieces.map_while(|share| share).collect()
    }

    #[test]
    fn one_client_gets_its_share_and_many_others_find_room() {
        static BUDGET: BodyBudget = BodyBudget::new(160_000, 16);
        let mut held = vec![exhaust(&BUDGET, "192.0.2.1")];
        assert_eq!(held[0].len(), 1_000);
        for client in 2..80 {
            held.push(exhaust(&BUDGET, &format!("192.0.2.{client}")));
            assert!(!held.last().expect("a client").is_empty(), "{client} clients");
        }
        drop(held);
        let taken = BUDGET.taken();
        assert!(taken.all == 0 && taken.of_one.is_empty());
    }
}
