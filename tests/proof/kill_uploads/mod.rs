//! Kills a server at random moments while clients upload, complete, delete, restore and change avatars, and restarts it on the
//! same data: afterwards, everything that it had acknowledged must be there.

mod busy;
mod compare;
mod ledger;
mod report;
mod round;

mod reconcile;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use tokio::task::{LocalSet, spawn_local};

use crate::Result;
use crate::bucket::Bucket;
use crate::chance::{any, fraction, happens, one};
use crate::findings::Findings;
use crate::holdall::Holdall;
use crate::kill_uploads::busy::{COLOURS, Refused, busy, go_on, set_avatar};
use crate::kill_uploads::ledger::{AGE, FileState, Ledger, UploadStage};
use crate::kill_uploads::round::{Round, Rounds};
use crate::process::Process;
use crate::visitor::{Trouble, Visitor};

const ACCOUNTS: usize = 3;
/// The number of clients of each account.
const CLIENTS: usize = 2;
/// When the server is killed: at any moment, while idle, or during or after these requests.
const TARGETS: [&str; 16] = [
    "any",
    "any",
    "idle",
    "create",
    "part",
    "complete",
    "complete",
    "after complete",
    "after complete",
    "abort",
    "form",
    "delete",
    "restore",
    "delete for ever",
    "delete for ever",
    "avatar",
];

/// One run on one store.
struct Killing {
    holdall: Holdall,
    bucket: Option<Bucket>,
    findings: Rc<Findings>,
    rounds: Rc<Rounds>,
    refused: Rc<Refused>,
    ledgers: Vec<Rc<Ledger>>,
    kills: Vec<Kill>,
    /// The rows that the last kill left in an intermediate state.
    left: BTreeSet<String>,
    resumed: usize,
}

/// One kill.
struct Kill {
    target: String,
    deeds: usize,
    /// The intermediate states of rows that this kill left, without those from the kill before.
    states: BTreeSet<String>,
}

pub async fn run(holdall: &Holdall, bucket: Option<Bucket>, kills: usize) -> Result<Findings> {
    let mut killing = Killing {
        holdall: holdall.with("HOLDALL_UPLOAD_AGE", &format!("{} s", AGE.as_secs())),
        bucket,
        findings: Rc::default(),
        rounds: Rc::default(),
        refused: Rc::default(),
        ledgers: Vec::new(),
        kills: Vec::new(),
        left: BTreeSet::new(),
        resumed: 0,
    };
    LocalSet::new().run_until(killing.carry_out(kills)).await?;
    drop(killing.ledgers);
    Rc::into_inner(killing.findings).ok_or_else(|| "somebody is still busy".into())
}

impl Killing {
    async fn carry_out(&mut self, wanted: usize) -> Result<()> {
        let mut server = self.start()?;
        self.holdall.ready(&mut server).await?;
        self.meet_people().await?;
        while self.kills.len() < wanted {
            self.kill(server).await?;
            server = self.restart(wanted).await?;
            for ledger in &self.ledgers {
                ledger.reconcile().await?;
            }
            self.resume().await?;
        }
        server.terminate()?;
        let end = server.ended().await?;
        self.findings.check(end.code == Some(0), || format!("the server does not end well: {:?}", end.code));

        self.clean_up().await?;
        let mut server = self.start()?;
        self.holdall.ready(&mut server).await?;
        for ledger in &self.ledgers {
            ledger.reconcile().await?;
            for name in ledger.files_in(FileState::Kept) {
                ledger.compare(&name).await?;
            }
        }
        server.terminate()?;
        server.ended().await?;
        let counts = self.compare_all().await?;
        self.report(wanted, &counts);
        Ok(())
    }

    /// Starts the server; on a bucket, chosen at random, parts are sent straight to it or through Holdall.
    fn start(&self) -> Result<Process> {
        match self.bucket {
            Some(_) => self.holdall.with("HOLDALL_UPLOADS", one(["direct", "app"])).start(&["serve"]),
            None => self.holdall.start(&["serve"]),
        }
    }

    /// Creates the accounts, and records how Holdall encodes each avatar.
    async fn meet_people(&mut self) -> Result<()> {
        let colours = Rc::new(RefCell::new(BTreeMap::from([("none".to_owned(), String::new())])));
        for number in 0..ACCOUNTS {
            let visitor = Visitor::new(self.holdall.address).watched_by(self.rounds.clone());
            visitor.sign_up(&format!("visitor{number}")).await?;
            self.ledgers.push(Rc::new(Ledger::new(visitor, self.findings.clone(), colours.clone())));
        }
        let ledger = self.ledgers.first().ok_or("there is nobody")?;
        for (colour, _) in COLOURS {
            set_avatar(&ledger.visitor, colour).await?;
            let shown = ledger.visitor.pictures().await?;
            colours.borrow_mut().insert(colour.to_owned(), shown);
            colour.clone_into(&mut ledger.avatar.borrow_mut().kept);
        }
        let colours = colours.borrow();
        if colours.values().collect::<BTreeSet<_>>().len() != colours.len() {
            return Err("the pictures cannot be told apart".into());
        }
        Ok(())
    }

    /// Keeps the server busy, and kills it at the target.
    async fn kill(&mut self, mut server: Process) -> Result<()> {
        let target = one(TARGETS);
        let round = Round::aimed_at(target);
        self.rounds.begin(round.clone());
        let clients = self.ledgers.iter().flat_map(|ledger| std::iter::repeat_n(ledger, CLIENTS));
        let clients: Vec<_> =
            clients.map(|ledger| spawn_local(busy(ledger.clone(), round.clone(), self.refused.clone()))).collect();
        // The target may never be reached.
        let within = if ["any", "idle"].contains(&target) { fraction() * 0.8 } else { 1.5 };
        tokio::select! {
            () = round.strike.notified() => {}
            () = tokio::time::sleep(Duration::from_secs_f64(within)) => {}
            _ = server.ended() => {}
        }
        round.over.set(true);
        let mut clients = futures::future::try_join_all(clients);
        let is_idle = target == "idle";
        if is_idle {
            (&mut clients).await?;
        }
        round.killed.set(true);
        self.dies(server, "the server ended by itself").await?;
        if !is_idle {
            clients.await?;
        }
        self.killed(target, round.deeds.get()).await?;
        self.is_counted().await
    }

    /// Kills the server, which must not have ended by itself.
    async fn dies(&self, mut server: Process, otherwise: &str) -> Result<()> {
        if server.end()?.is_none() {
            server.kill()?;
        }
        let end = server.ended().await?;
        self.findings.check(end.code.is_none(), || format!("{otherwise}: {:?} {}", end.code, end.said));
        Ok(())
    }

    /// Records a kill and the state it left.
    async fn killed(&mut self, target: &str, deeds: usize) -> Result<()> {
        let found: Vec<(String, String)> = self
            .holdall
            .database()
            .rows(
                "SELECT id || state, CASE WHEN state = 'stored' THEN 'stored, unverified' ELSE state END FROM blobs
                WHERE (state <> 'stored' OR verified IS NULL) AND NOT (state = 'deleting' AND writable_until IS NOT NULL
                AND writable_until = (SELECT due FROM jobs WHERE kind = 'delete_blob' AND subject = blobs.id))
                UNION ALL SELECT key || state, 'picture ' || state FROM renditions WHERE state <> 'stored'",
            )
            .await?;
        let fresh = found.iter().filter(|(row, _)| !self.left.contains(row)).map(|(_, state)| state.clone());
        let mut states: BTreeSet<_> = fresh.collect();
        if states.is_empty() {
            states.insert("idle".to_owned());
        }
        self.left = found.into_iter().map(|(row, _)| row).collect();
        self.kills.push(Kill { target: target.to_owned(), deeds, states });
        self.findings.when(format!("after {} kills: ", self.kills.len()));
        Ok(())
    }

    /// Restarts the server; sometimes kills it before it is ready.
    async fn restart(&mut self, wanted: usize) -> Result<Process> {
        while self.kills.len() < wanted && happens(0.15) {
            let server = self.start()?;
            tokio::time::sleep(Duration::from_secs_f64(fraction() * 0.3)).await;
            self.dies(server, "the server does not start").await?;
            self.killed("start", 0).await?;
        }
        let mut server = self.start()?;
        self.holdall.ready(&mut server).await?;
        Ok(server)
    }

    /// Resumes one of the incomplete uploads in the list, and completes it.
    async fn resume(&mut self) -> Result<()> {
        let Some(ledger) = any(&self.ledgers).cloned() else { return Ok(()) };
        let open = ledger.open();
        let open: Vec<_> =
            open.into_iter().filter(|id| ledger.upload(id, |upload| !upload.completing) == Some(true)).collect();
        let Some(id) = any(&open) else { return Ok(()) };
        match go_on(&ledger, id, true).await {
            Ok(done) => {
                if ledger.check(done, || format!("{id} cannot be resumed to its end")) {
                    self.resumed += 1;
                    let name = ledger.upload(id, |upload| upload.name.clone()).unwrap_or_default();
                    ledger.compare(&name).await?;
                }
            }
            // That it had expired was checked already.
            Err(refused @ Trouble::Refused { .. }) => {
                let is_gone = ledger.upload(id, |upload| upload.stage) == Some(UploadStage::Gone);
                ledger.check(is_gone, || format!("resuming: {refused}"));
            }
            Err(other) => return Err(other.into()),
        }
        Ok(())
    }
}
