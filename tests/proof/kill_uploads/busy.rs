//! Clients that keep the server busy, each performing one operation after another until the server is killed.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Instant;

use axum::http::StatusCode;

use crate::chance::{any, between, happens, one};
use crate::content::{content, picture};
use crate::kill_uploads::ledger::{FileState, KnownFile, Ledger, UploadStage};
use crate::kill_uploads::round::Round;
use crate::visitor::{Trouble, Visitor};
use crate::wire::Completed;

/// The colours of avatars, by name.
pub const COLOURS: [(&str, [u8; 3]); 3] = [("red", [200, 30, 30]), ("green", [30, 160, 60]), ("blue", [40, 60, 200])];
/// The most incomplete uploads of an account.
const OPEN: usize = 6;
/// The most files of an account.
const FILES: usize = 24;
const MIB: usize = 1 << 20;

/// How many requests were refused, by operation.
pub type Refused = RefCell<BTreeMap<&'static str, usize>>;

type Result<T> = std::result::Result<T, Trouble>;

/// Performs one random operation after another until the round is over or the server is gone.
pub async fn busy(ledger: Rc<Ledger>, round: Rc<Round>, refused: Rc<Refused>) {
    while !round.over.get() {
        let deed = next(&ledger);
        match done(&ledger, deed).await {
            Ok(()) => round.deeds.set(round.deeds.get() + 1),
            Err(Trouble::NoAnswer(said)) => {
                ledger.check(round.killed.get(), || said);
                return;
            }
            Err(Trouble::Refused { status, said }) => {
                let failed =
                    status.is_some_and(|status| status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE);
                ledger.check(!failed, || said);
                *refused.borrow_mut().entry(deed).or_default() += 1;
            }
        }
    }
}

fn next(ledger: &Ledger) -> &'static str {
    if ledger.files_in(FileState::Kept).len() > FILES {
        return "delete";
    }
    if ledger.open().len() > OPEN {
        return one(["go on", "give up"]);
    }
    one([
        "parts",
        "parts",
        "parts",
        "go on",
        "give up",
        "form",
        "form",
        "delete",
        "delete",
        "delete",
        "restore",
        "delete for ever",
        "delete for ever",
        "read",
        "avatar",
    ])
}

async fn done(ledger: &Ledger, deed: &str) -> Result<()> {
    match deed {
        "parts" => in_parts(ledger).await,
        "go on" => match any(&ledger.open()) {
            Some(id) => go_on(ledger, id, happens(0.6)).await.map(drop),
            None => Ok(()),
        },
        "give up" => give_up(ledger).await,
        "form" => by_form(ledger).await,
        "delete" => delete(ledger).await,
        "restore" => restore(ledger).await,
        "delete for ever" => delete_for_ever(ledger).await,
        "read" => match any(&ledger.files_in(FileState::Kept)) {
            Some(name) => ledger.compare(name).await,
            None => Ok(()),
        },
        _ => change_avatar(ledger).await,
    }
}

/// The name and size of a new file: many are small, some have several parts, some are empty.
fn new_file(ledger: &Ledger) -> (String, usize) {
    thread_local!(static NUMBER: Cell<usize> = const { Cell::new(0) });
    let middle = || between(4096, MIB);
    let size =
        one([0, 1, between(2, 4096), middle(), middle(), middle(), 8 * MIB, 8 * MIB + 1, between(9 * MIB, 17 * MIB)]);
    let name = format!("file {}.bin", NUMBER.replace(NUMBER.get() + 1) + 1);
    let file = KnownFile { size, id: None, state: FileState::Sent, fresh: true };
    ledger.files.borrow_mut().insert(name.clone(), file);
    (name, size)
}

async fn in_parts(ledger: &Ledger) -> Result<()> {
    let (name, size) = new_file(ledger);
    let since = Instant::now();
    let upload = ledger.visitor.create(&name, size).await?;
    ledger.began(&upload, Some(since));
    go_on(ledger, &upload.id, happens(0.6)).await.map(drop)
}

/// Sends some or all of the missing parts of an upload, and completes it; returns whether it has become a file.
pub async fn go_on(ledger: &Ledger, id: &str, to_the_end: bool) -> Result<bool> {
    ledger.upload(id, |upload| upload.busy = true);
    let went = send(ledger, id, to_the_end).await;
    ledger.upload(id, |upload| upload.busy = false);
    went.inspect_err(|trouble| gone(ledger, id, trouble))
}

async fn send(ledger: &Ledger, id: &str, to_the_end: bool) -> Result<bool> {
    let visitor = &ledger.visitor;
    let Some(upload) = ledger.uploads.borrow().get(id).cloned() else { return Ok(false) };
    let bytes = content(&upload.name, upload.size);
    for number in 1..=upload.size.div_ceil(upload.part_size) {
        if upload.arrived.contains(&number) {
            continue;
        }
        if !to_the_end && happens(0.15) {
            return Ok(false);
        }
        let part = bytes.slice((number - 1) * upload.part_size..upload.size.min(number * upload.part_size));
        let since = Instant::now();
        let signed = visitor.sign(id, number, &part).await?;
        ledger.upload(id, |upload| upload.touched = Some(since));
        if !signed.arrived {
            visitor.put(signed, part).await?;
        }
        ledger.upload(id, |upload| upload.arrived.insert(number));
    }
    let (id_of_file, name) = match visitor.complete(id).await? {
        Completed::File { id, name } => (id, name),
        Completed::Working => return Ok(false),
        Completed::Missing(numbers) => {
            return Ok(ledger.check(false, || format!("{id} lacks {numbers:?} though all its parts were acknowledged")));
        }
    };
    ledger.upload(id, |upload| upload.stage = UploadStage::Gone);
    ledger.check(name == upload.name, || format!("{} became {name}", upload.name));
    ledger.file(&upload.name, |file| {
        (file.id, file.state, file.fresh) = (Some(id_of_file), FileState::Kept, true);
    });
    Ok(true)
}

/// Checks that an upload which no longer exists may have expired: nothing else can have removed it.
fn gone(ledger: &Ledger, id: &str, trouble: &Trouble) {
    if !trouble.is_not_found() {
        return;
    }
    ledger.upload(id, |upload| {
        ledger
            .check(upload.may_be_over(), || format!("upload {id}: {trouble}, {} after its last part", upload.rested()));
        upload.stage = UploadStage::Gone;
    });
}

async fn give_up(ledger: &Ledger) -> Result<()> {
    let open = ledger.open();
    let Some(id) = any(&open).filter(|_| open.len() >= OPEN / 2) else { return Ok(()) };
    ledger.upload(id, |upload| upload.stage = UploadStage::Aborting);
    let gave = ledger.visitor.abort(id).await;
    match &gave {
        Ok(()) => {
            ledger.upload(id, |upload| upload.stage = UploadStage::Gone);
        }
        Err(trouble @ Trouble::Refused { .. }) => {
            ledger.upload(id, |upload| upload.stage = UploadStage::Open);
            gone(ledger, id, trouble);
        }
        Err(Trouble::NoAnswer(_)) => {}
    }
    gave
}

async fn by_form(ledger: &Ledger) -> Result<()> {
    let (name, size) = new_file(ledger);
    ledger.visitor.form("form", "/files", "files", &name, &content(&name, size)).await?;
    let listed = ledger.visitor.files().await?.into_iter().find(|file| file.name == name);
    if ledger.check(listed.is_some(), || format!("{name} was acknowledged and is not listed")) {
        ledger.file(&name, |file| (file.id, file.state) = (listed.map(|file| file.id), FileState::Kept));
    }
    Ok(())
}

/// Sends that a file of one state be changed, and records the outcome; returns its name and id if there was one.
async fn change(
    ledger: &Ledger,
    [from, meanwhile, to]: [FileState; 3],
    change: impl AsyncFnOnce(String) -> Result<()>,
) -> Result<Option<(String, String)>> {
    let files = ledger.files_in(from);
    let Some(name) = any(&files) else { return Ok(None) };
    let id = ledger.file(name, |file| {
        file.state = meanwhile;
        file.id.clone().unwrap_or_default()
    });
    let id = id.unwrap_or_default();
    change(id.clone()).await?;
    ledger.file(name, |file| (file.state, file.fresh) = (to, true));
    Ok(Some((name.clone(), id)))
}

async fn delete(ledger: &Ledger) -> Result<()> {
    let states = [FileState::Kept, FileState::Moving, FileState::Trashed];
    let deleted = change(ledger, states, async |id| ledger.visitor.put_into_trash(&id).await).await?;
    is_gone(ledger, deleted, FileState::Trashed).await
}

/// Checks that a file cannot be had, unless another client has changed its state meanwhile.
async fn is_gone(ledger: &Ledger, deleted: Option<(String, String)>, state: FileState) -> Result<()> {
    let Some((name, id)) = deleted else { return Ok(()) };
    let status = ledger.visitor.download(&id).await?.status;
    let is_deleted = ledger.file(&name, |file| file.state) == Some(state);
    ledger.check(!is_deleted || status == StatusCode::NOT_FOUND, || {
        format!("{name} can be had after its deletion was acknowledged: {status}")
    });
    Ok(())
}

async fn restore(ledger: &Ledger) -> Result<()> {
    let states = [FileState::Trashed, FileState::Moving, FileState::Kept];
    match change(ledger, states, async |id| ledger.visitor.restore(&id).await).await? {
        Some((name, _)) => ledger.compare(&name).await,
        None => Ok(()),
    }
}

async fn delete_for_ever(ledger: &Ledger) -> Result<()> {
    let states = [FileState::Trashed, FileState::Leaving, FileState::Gone];
    let deleted = change(ledger, states, async |id| ledger.visitor.delete_for_ever(&id).await).await?;
    is_gone(ledger, deleted, FileState::Gone).await
}

async fn change_avatar(ledger: &Ledger) -> Result<()> {
    // Only one at a time: of two concurrent changes, either may win.
    if std::mem::replace(&mut ledger.avatar.borrow_mut().busy, true) {
        return Ok(());
    }
    let colour = if happens(0.15) { "none" } else { one(COLOURS).0 };
    ledger.avatar.borrow_mut().sent.push(colour.to_owned());
    let set = set_avatar(&ledger.visitor, colour).await;
    let mut avatar = ledger.avatar.borrow_mut();
    avatar.busy = false;
    if set.is_ok() {
        (avatar.kept, avatar.sent) = (colour.to_owned(), Vec::new());
    }
    set
}

/// Sets the account's avatar to a picture of this colour, or removes it.
pub async fn set_avatar(visitor: &Visitor, colour: &str) -> Result<()> {
    match COLOURS.iter().find(|(name, _)| *name == colour) {
        Some((_, colour)) => visitor.form("avatar", "/account/avatar", "avatar", "me.png", &picture(*colour)).await,
        None => visitor.post("avatar", "/account/avatar/remove").await,
    }
}
