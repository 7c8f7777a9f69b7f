//! Carries out the queue's actions with the browser's APIs, and reports their results to it.

use std::cell::RefCell;
use std::time::Duration;

use js_sys::Date;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::uploads::{
    abort_uploads, ask_parts, complete_uploads, create_uploads, make_folders, sign_parts, unfinished_uploads,
    upload_status,
};
use crate::model::problem::Problem;
use crate::model::upload::{NewUpload, PartOf, PartToSign, SignedPart, Upload, UploadProblem};
use crate::ui::app::components::session::leave_to_sign_in;
use crate::ui::app::uploads::engine::Engine;
use crate::ui::app::uploads::hash::PartBytes;
use crate::ui::app::uploads::pick::is_same_name;
use crate::ui::app::uploads::probe::{probe, probe_with_store};
use crate::ui::app::uploads::queue::{Action, Queue, TransferOutcome};
use crate::ui::app::uploads::transfer::Transfer;
use crate::ui::app::uploads::{Command, Uploads, hash, wake_lock};

/// How often the queue is run and the tray updated, in milliseconds.
const TICK: u64 = 250;

// Browser objects cannot be sent between threads, as signals would require.
thread_local! {
    static ENGINE: RefCell<Engine> = RefCell::new(Engine::new());
}

impl Uploads {
    /// Does what the command says. It is loaded later (`ui/app/later.rs`), and everything here begins with it.
    #[inline(never)]
    pub(super) fn carry_out(self, command: Command) {
        let changes_lists = matches!(command, Command::Remove(_) | Command::Clear);
        ENGINE.with_borrow_mut(|engine| engine.command(command));
        self.run();
        self.show();
        if changes_lists {
            self.changes.lists();
        }
    }

    /// Reports an event to the queue and runs it; the next tick updates the tray.
    fn report<T>(self, event: impl FnOnce(&mut Queue, f64) -> T) -> T {
        let answer = ENGINE.with_borrow_mut(|engine| event(&mut engine.queue, Date::now()));
        self.run();
        answer
    }

    fn run(self) {
        let actions = ENGINE.with_borrow_mut(|engine| {
            let Engine { queue, read, .. } = engine;
            read.retain(|(id, number), _| queue.holds(*id, *number));
            queue.next(Date::now())
        });
        for action in actions {
            self.act(action);
        }
        let starts =
            ENGINE.with_borrow_mut(|engine| engine.queue.is_busy() && !std::mem::replace(&mut engine.ticks, true));
        if starts {
            self.tick();
        }
    }

    fn tick(self) {
        set_timeout(
            move || {
                let now = Date::now();
                let stuck: Vec<_> = ENGINE.with_borrow_mut(|engine| {
                    engine.queue.tick(now);
                    let still = engine.transfers.iter().filter(|(_, transfer)| transfer.is_stalled(now));
                    still.map(|(key, _)| *key).collect()
                });
                for key in stuck {
                    if self.report(|queue, now| queue.stands_still(now, key.0, key.1))
                        && let Some(transfer) = take(key)
                    {
                        transfer.stop();
                        self.report(|queue, now| queue.sent(now, key.0, key.1, TransferOutcome::Stalled));
                    }
                }
                self.run();
                self.show();
                let goes_on = ENGINE.with_borrow_mut(|engine| {
                    engine.ticks = engine.queue.is_busy();
                    engine.ticks
                });
                if goes_on {
                    self.tick();
                }
            },
            Duration::from_millis(TICK),
        );
    }

    fn show(self) {
        let now = Date::now();
        let (view, runs) = ENGINE.with_borrow_mut(|engine| (engine.queue.view(now), engine.queue.is_running()));
        wake_lock::stay(runs);
        if self.view.with_untracked(|shown| *shown != view) {
            self.view.set(view);
        }
    }

    fn act(self, action: Action) {
        match action {
            Action::Create(ids) => spawn_local(async move {
                let answer = create(&ids).await;
                self.report(|queue, now| queue.created(now, &ids, answer));
            }),
            Action::MakeFolders(ids) => spawn_local(async move {
                let folders = ENGINE.with_borrow(|engine| engine.queue.new_folders(&ids));
                let answer = make_folders(folders).await;
                if self.report(|queue, now| queue.made(now, &ids, answer)) > 0 {
                    self.changed();
                }
            }),
            Action::QueryStatus(uploads) => spawn_local(async move {
                let (ids, uploads): (Vec<_>, Vec<_>) = uploads.into_iter().unzip();
                let answer = upload_status(uploads).await;
                self.report(|queue, now| queue.status_received(now, &ids, answer));
            }),
            Action::Hash { id, number, range } => spawn_local(async move {
                let bytes = read(id, range).await;
                let sum = match &bytes {
                    Some(bytes) => hash::sum(bytes).await,
                    None => None,
                };
                if let Some(bytes) = bytes {
                    ENGINE.with_borrow_mut(|engine| engine.read.insert((id, number), bytes));
                }
                self.report(|queue, _| queue.hashed(id, number, sum));
            }),
            Action::Sign(parts) => spawn_local(async move {
                let (keys, parts): (Vec<(u32, u32)>, Vec<PartToSign>) = parts.into_iter().unzip();
                let answer = sign_parts(parts).await;
                self.report(|queue, now| queue.signed(now, &keys, answer));
            }),
            Action::AskParts(parts) => spawn_local(async move {
                let (keys, parts): (Vec<(u32, u32)>, Vec<PartOf>) = parts.into_iter().unzip();
                let answer = ask_parts(parts).await;
                self.report(|queue, now| queue.asked(now, &keys, answer));
            }),
            Action::Send { id, number, range, to } => {
                match ENGINE.with_borrow(|engine| engine.read.get(&(id, number)).cloned()) {
                    Some(bytes) => self.send(id, number, &bytes, &to),
                    // Released while it was paused or had failed.
                    None => spawn_local(async move {
                        let bytes = read(id, range).await;
                        if !ENGINE.with_borrow(|engine| engine.queue.is_sending(id, number)) {
                            return;
                        }
                        match bytes {
                            Some(bytes) => self.send(id, number, &bytes, &to),
                            None => self.report(|queue, now| queue.sent(now, id, number, TransferOutcome::Unreadable)),
                        }
                    }),
                }
            }
            Action::Stop { id, number } => {
                if let Some(transfer) = take((id, number)) {
                    transfer.stop();
                }
            }
            Action::Complete(uploads) => spawn_local(async move {
                let (ids, uploads): (Vec<_>, Vec<_>) = uploads.into_iter().unzip();
                let answer = complete_uploads(uploads).await;
                if self.report(|queue, now| queue.completed(now, &ids, answer)) > 0 {
                    self.changed();
                }
            }),
            Action::Abort(uploads) => spawn_local(async move {
                let answer = abort_uploads(uploads.clone()).await;
                self.report(|queue, now| queue.aborted(now, uploads, &answer));
                self.changed();
            }),
            Action::Probe => spawn_local(async move {
                let probed = probe().await;
                self.report(|queue, now| queue.probed(now, probed));
            }),
            Action::ProbeWithStore => spawn_local(async move {
                let probed = probe_with_store().await;
                self.report(|queue, now| queue.probed(now, probed));
            }),
            Action::Forget(id) => {
                ENGINE.with_borrow_mut(|engine| engine.files.remove(&id));
            }
            Action::SignIn => {
                wake_lock::stay(false);
                leave_to_sign_in();
            }
        }
    }

    fn send(self, id: u32, number: u32, bytes: &PartBytes, to: &SignedPart) {
        let key = (id, number);
        let progress = move |sent| ENGINE.with_borrow_mut(|engine| engine.queue.progress(id, number, sent));
        let body = bytes.clone();
        let over = move |outcome| {
            drop(take(key));
            spawn_local(async move {
                // If the file was modified or removed, the browser reports the same as for a network failure.
                let unreadable = outcome == TransferOutcome::NoAnswer && !body.is_readable().await;
                let outcome = if unreadable { TransferOutcome::Unreadable } else { outcome };
                self.report(|queue, now| queue.sent(now, id, number, outcome));
            });
        };
        match Transfer::start(to, bytes, progress, over) {
            Ok(transfer) => drop(ENGINE.with_borrow_mut(|engine| engine.transfers.insert(key, transfer))),
            Err(_) => {
                self.report(|queue, now| queue.sent(now, id, number, TransferOutcome::NoAnswer));
            }
        }
    }

    /// Has the lists and the account loaded again.
    fn changed(self) {
        self.show();
        self.changes.lists();
        self.changes.account.update(|count| *count += 1);
    }
}

fn take(key: (u32, u32)) -> Option<Transfer> {
    ENGINE.with_borrow_mut(|engine| engine.transfers.remove(&key))
}

/// The bytes of a range of a file; `None` if they cannot be read.
async fn read(id: u32, (start, end): (u64, u64)) -> Option<PartBytes> {
    let file = ENGINE.with_borrow(|engine| engine.files.get(&id).cloned())?;
    hash::read(file.slice_with_f64_and_f64(start as f64, end as f64).ok()?).await
}

/// Creates uploads. If the answer to an earlier call was lost, the upload may exist already; then that one is used.
async fn create(ids: &[u32]) -> Result<Vec<Result<Upload, UploadProblem>>, Problem> {
    let files = ENGINE.with_borrow(|engine| engine.queue.new_uploads(ids));
    let mut unfinished = Vec::new();
    if files.iter().any(|(_, again)| *again) {
        let mut after = None;
        loop {
            let next = unfinished_uploads(after).await?;
            let Some(last) = next.last() else { break };
            after = Some(last.id.clone());
            unfinished.extend(next);
        }
        ENGINE.with_borrow(|engine| {
            unfinished.retain(|upload| !engine.queue.uploads(Date::now()).any(|known| *known == upload.id));
        });
    }
    let mut find = |(file, again): &(NewUpload, bool)| {
        let at = if *again { unfinished.iter().position(|upload| is_untouched_upload_of(upload, file)) } else { None };
        at.map(|at| unfinished.swap_remove(at))
    };
    let found: Vec<_> = files.iter().map(&mut find).collect();
    let rest: Vec<_> =
        files.into_iter().zip(&found).filter(|(_, found)| found.is_none()).map(|((file, _), _)| file).collect();
    let mut answers = if rest.is_empty() { Vec::new() } else { create_uploads(rest).await? }.into_iter();
    let answer = |found: Option<Upload>| found.map(Ok).or_else(|| answers.next());
    Ok(found.into_iter().map(answer).map(|answer| answer.unwrap_or(Err(UploadProblem::Later { seconds: 1 }))).collect())
}

/// Whether this is an upload of that file to which nothing has been sent.
fn is_untouched_upload_of(upload: &Upload, file: &NewUpload) -> bool {
    upload.arrived_bytes == 0
        && is_same_name(&upload.name, &file.name)
        && (upload.size, upload.modified_ms) == (file.size, file.modified_ms)
        && (&upload.folder, &upload.path) == (&file.folder, &file.path)
}
