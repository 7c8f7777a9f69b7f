//! The queue against a minimal fake server: which actions it takes, in which order, and with what result.

mod behind;
mod breaks;
mod choices;
mod resuming;
mod waiting;
mod ways;

use crate::model::problem::{FieldProblem, Problem};
use crate::model::upload::{
    ArrivedPart, Completed, PART_SHA256, PART_SIZE, PartProgress, Sha256Hex, SignedPart, Upload, UploadProblem,
    UploadState,
};
use crate::ui::app::uploads::queue::*;

const MIB: u64 = 1 << 20;

fn sum(text: &str) -> Sha256Hex {
    Sha256Hex::parse(&format!("{:0>64}", text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())).unwrap()
}

fn upload_id(number: u32) -> UploadId {
    UploadId::parse(&format!("{number:0>26}")).unwrap()
}

fn upload(number: u32, size: u64, arrived: &[(u32, &str)]) -> Upload {
    let arrived: Vec<_> = arrived
        .iter()
        .map(|(number, content)| ArrivedPart { number: *number, size: PART_SIZE, sha256: sum(content) })
        .collect();
    Upload {
        id: upload_id(number),
        name: format!("file {number}"),
        size,
        modified_ms: 0,
        folder: None,
        path: Vec::new(),
        part_size: PART_SIZE,
        arrived_bytes: 0,
        arrived,
        state: UploadState::Uploading,
        expires: 0,
    }
}

fn chosen(name: &str, size: u64) -> Chosen {
    Chosen { name: name.to_owned(), size, ..Chosen::default() }
}

/// A queue, the current time, and the actions it has taken.
struct Try {
    queue: Queue,
    now: f64,
    log: Vec<Action>,
    /// Parts that are being sent.
    sending: Vec<(u32, u32)>,
}

impl Try {
    fn new(files: &[Chosen]) -> Self {
        Self::on(files, 3)
    }

    /// On a way of which nothing is known yet.
    fn at_first(files: &[Chosen]) -> Self {
        Self::on(files, 0)
    }

    /// On a way along which so many small parts have arrived quickly.
    fn on(files: &[Chosen], quick: usize) -> Self {
        let mut queue = Queue::new(7);
        (0..quick).for_each(|_| queue.concurrency.arrived(100.0, 1000, 1));
        for file in files {
            queue.add(file.clone());
        }
        Self { queue, now: 1000.0, log: Vec::new(), sending: Vec::new() }
    }

    /// Carries out the queue's actions, except that parts stay in transfer.
    fn step(&mut self) {
        loop {
            let actions = self.queue.next(self.now);
            if actions.is_empty() {
                return;
            }
            for action in actions {
                self.log.push(action.clone());
                self.act(action);
            }
        }
    }

    fn act(&mut self, action: Action) {
        let now = self.now;
        match action {
            Action::Create(ids) => {
                let uploads =
                    ids.iter().map(|id| Ok(upload(*id, self.queue.new_uploads(&[*id])[0].0.size, &[]))).collect();
                self.queue.created(now, &ids, Ok(uploads));
            }
            Action::MakeFolders(ids) => drop(self.queue.made(now, &ids, Ok(vec![Ok(()); ids.len()]))),
            Action::Hash { id, number, .. } => self.queue.hashed(id, number, Some(sum(&format!("{number}")))),
            Action::Sign(parts) => {
                let keys: Vec<_> = parts.iter().map(|(key, _)| *key).collect();
                let signed = SignedPart {
                    url: "https://store/there".to_owned(),
                    headers: Vec::new(),
                    instead: Some("/here".to_owned()),
                    arrived: false,
                };
                self.queue.signed(now, &keys, Ok(vec![Ok(signed); keys.len()]));
            }
            Action::Send { id, number, .. } => self.sending.push((id, number)),
            Action::Stop { id, number } => self.sending.retain(|key| *key != (id, number)),
            Action::Complete(uploads) => {
                let ids: Vec<_> = uploads.iter().map(|(id, _)| *id).collect();
                let file = Completed::File {
                    id: crate::model::id::EntryId::parse(&"0".repeat(26)).unwrap(),
                    name: String::new(),
                    folders: Vec::new(),
                };
                self.queue.completed(now, &ids, Ok(vec![Ok(file); ids.len()]));
            }
            Action::Abort(uploads) => {
                let answers = Ok(vec![Ok(()); uploads.len()]);
                self.queue.aborted(now, uploads, &answers);
            }
            Action::QueryStatus(_)
            | Action::AskParts(_)
            | Action::Probe
            | Action::ProbeWithStore
            | Action::Forget(_)
            | Action::SignIn => {}
        }
    }

    /// Lets all parts arrive until nothing is left to do.
    fn run(&mut self) {
        self.step();
        while !self.sending.is_empty() {
            let (id, number) = self.sending.remove(0);
            self.queue.sent(self.now, id, number, TransferOutcome::Status(200));
            self.step();
        }
    }

    fn later(&mut self, milliseconds: f64) {
        self.now += milliseconds;
        self.step();
    }

    fn doing(&self, id: u32) -> Option<Doing> {
        self.queue.view(self.now).rows.into_iter().find(|row| row.id == id).map(|row| row.doing)
    }

    fn why(&self, id: u32) -> Option<Why> {
        self.queue.view(self.now).rows.into_iter().find(|row| row.id == id).and_then(|row| row.why)
    }

    fn sends(&self) -> Vec<(u32, u32)> {
        self.log
            .iter()
            .filter_map(|action| if let Action::Send { id, number, .. } = action { Some((*id, *number)) } else { None })
            .collect()
    }

    fn count(&self, wanted: fn(&Action) -> bool) -> usize {
        self.log.iter().filter(|action| wanted(action)).count()
    }
}

#[test]
fn a_file_is_sent_in_parts_and_an_empty_one_in_none() {
    let mut it = Try::new(&[chosen("big", 20 * MIB), chosen("empty", 0)]);
    it.run();
    assert_eq!(it.sends(), [(0, 1), (0, 2), (0, 3)]);
    let totals = it.queue.view(it.now).totals;
    assert_eq!((totals.done, totals.sent, totals.size), (2, 20 * MIB, 20 * MIB));
    assert!(!it.queue.is_busy());
}

#[test]
fn four_parts_go_side_by_side_over_all_files() {
    let mut it = Try::new(&[chosen("a", 24 * MIB), chosen("b", 24 * MIB)]);
    it.step();
    assert_eq!(it.sending, [(0, 1), (0, 2), (0, 3), (1, 1)]);
    it.queue.sent(it.now, 0, 2, TransferOutcome::Status(200));
    it.step();
    assert_eq!(it.sending.len(), 5, "one has arrived, and one more is on its way");
}

#[test]
fn three_hundred_small_files_take_few_calls() {
    let files: Vec<_> = (0..300).map(|number| chosen(&format!("{number}"), 100)).collect();
    let mut it = Try::new(&files);
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 300);
    assert_eq!(it.count(|action| matches!(action, Action::Create(_))), 3);
    assert!(it.log.iter().all(|action| !matches!(action, Action::Create(ids) if ids.len() > 100)));
}

#[test]
fn empty_folders_are_made_beside_the_files() {
    let folder = Chosen { is_folder: true, path: vec!["trip".to_owned()], ..chosen("empty", 0) };
    let mut it = Try::new(&[folder.clone(), chosen("a", 5), folder]);
    assert_eq!(it.queue.new_folders(&[0])[0].path, ["trip", "empty"]);
    it.run();
    assert_eq!(it.count(|action| matches!(action, Action::MakeFolders(ids) if *ids == [0, 2])), 1);
    assert_eq!(it.count(|action| matches!(action, Action::Create(ids) if *ids == [1])), 1);
    let totals = it.queue.view(it.now).totals;
    assert_eq!((totals.files, totals.folders, totals.done), (3, 2, 3));
}

#[test]
fn a_folder_that_cannot_be_made_is_told_and_can_be_tried_again() {
    let mut it = Try::new(&[Chosen { is_folder: true, ..chosen("empty", 0) }]);
    it.queue.next(it.now);
    it.queue.made(it.now, &[0], Err(Problem::Unavailable));
    assert!(it.queue.next(it.now).is_empty(), "not at once");
    it.now += 60_000.0;
    it.queue.next(it.now);
    it.queue.made(it.now, &[0], Ok(vec![Err(UploadProblem::Refused(FieldProblem::FolderGone))]));
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::Refused(FieldProblem::FolderGone))));
    it.queue.retry(0);
    it.run();
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn one_file_that_is_refused_does_not_stop_the_others() {
    let mut it = Try::new(&[chosen("refused", 10), chosen("good", 10)]);
    let actions = it.queue.next(it.now);
    assert_eq!(actions, [Action::Create(vec![0, 1])]);
    let problem = FieldProblem::TooLarge { limit: 5 };
    it.queue.created(it.now, &[0, 1], Ok(vec![Err(UploadProblem::Refused(problem.clone())), Ok(upload(1, 10, &[]))]));
    it.run();
    assert_eq!(it.doing(0), Some(Doing::Failed(Trouble::Refused(problem))));
    let totals = it.queue.view(it.now).totals;
    assert_eq!((totals.done, totals.failed), (1, 1));
}

#[test]
fn a_paused_file_stands_still_and_goes_on_with_what_is_missing() {
    let mut it = Try::new(&[chosen("a", 24 * MIB)]);
    it.step();
    it.queue.sent(it.now, 0, 1, TransferOutcome::Status(200));
    it.sending.retain(|key| *key != (0, 1));
    it.queue.pause(0, true);
    it.step();
    assert!(it.sending.is_empty() && !it.queue.is_running());
    assert_eq!(it.doing(0), Some(Doing::Paused));
    it.log.clear();
    it.queue.pause(0, false);
    it.run();
    assert_eq!(it.sends(), [(0, 2), (0, 3)]);
    assert_eq!(it.queue.view(it.now).totals.done, 1);
}

#[test]
fn a_file_that_waits_to_be_put_together_keeps_no_other_from_being_read() {
    let mut it = Try::new(&[chosen("a", 160 * MIB), chosen("b", 5)]);
    it.step();
    let reads_other = |actions: &[Action]| actions.iter().any(|action| matches!(action, Action::Hash { id: 1, .. }));
    assert!(!reads_other(&it.log), "enough is read ahead");
    it.queue.sent(it.now, 0, 1, TransferOutcome::Status(409));
    let actions = it.queue.next(it.now);
    assert!(actions.contains(&Action::Complete(vec![(0, upload_id(0))])));
    assert!(reads_other(&actions));
}

#[test]
fn each_of_several_files_has_a_speed_of_its_own() {
    let mut it = Try::new(&[chosen("a", 24 * MIB), chosen("b", 8 * MIB)]);
    it.step();
    for second in 1..=10 {
        it.now += 1000.0;
        it.queue.progress(0, 1, second * 100_000);
        it.queue.progress(1, 1, second * 50_000);
        it.queue.tick(it.now);
    }
    let view = it.queue.view(it.now);
    let speeds: Vec<_> = view.rows.iter().map(|row| row.estimate.speed).collect();
    assert_eq!(speeds, [Some(100_000), Some(50_000)]);
    assert_eq!(view.rows[1].estimate.left, Some((8 * MIB - 500_000).div_ceil(50_000)));
    assert_eq!(view.totals.estimate.speed, Some(150_000));
    it.queue.remove(1);
    let view = it.queue.view(it.now);
    assert_eq!(view.rows[0].estimate, Estimate::default(), "one alone goes as fast as all together");
    assert!(view.totals.estimate.speed.is_some());
}

#[test]
fn what_is_kept_is_told_for_a_while_as_this_pages_own() {
    let mut it = Try::new(&[chosen("a", 5)]);
    it.run();
    assert_eq!(it.queue.view(it.now).uploads, [upload_id(0)], "a list of before may have it");
    it.later(61_000.0);
    assert!(it.queue.view(it.now).uploads.is_empty());
}
