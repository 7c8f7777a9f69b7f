//! Proves that a file and its folder are synced before its row says `stored`, and the row before the response is sent:
//! for an upload by form and for a multipart upload, on the local folder.

use std::fs;

use crate::Result;
use crate::content::content;
use crate::findings::Findings;
use crate::holdall::Holdall;
use crate::process::{self, Process};
use crate::trace::{Call, Trace};
use crate::visitor::Visitor;
use crate::wire::Completed;

/// The system calls to trace.
const CALLS: &str = "trace=fsync,fdatasync,write,pwrite64,writev,sendto,sendmsg,linkat,recvfrom,read";
/// SQLite's write-ahead log, to which rows are written first.
const ROWS: &str = "/holdall.db-wal";

/// A program that is traced by strace. Killing strace would not end it.
struct Traced {
    strace: Process,
    id: u32,
}

impl Drop for Traced {
    fn drop(&mut self) {
        // It usually has ended already.
        drop(process::terminate(self.id));
    }
}

pub async fn run(holdall: &Holdall) -> Result<Findings> {
    let trace = holdall.data.join("trace");
    let mut command = holdall.command("strace".as_ref());
    command.args(["-f", "-y", "-s", "4200", "-e", CALLS, "-o"]).arg(&trace).arg(&holdall.binary).arg("serve");
    let mut strace = Process::start(&mut command, &holdall.data)?;
    holdall.ready(&mut strace).await?;
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children", id = strace.id()))?;
    let id = children.split_whitespace().next().ok_or("strace runs nothing")?.parse()?;
    let mut traced = Traced { strace, id };

    let upload = uploads(holdall).await?;
    process::terminate(traced.id)?;
    let end = traced.strace.ended().await?;
    let findings = Findings::default();
    findings.check(end.code == Some(0), || format!("the server does not end well: {:?}", end.code));

    let trace = Trace::read(&String::from_utf8_lossy(&fs::read(trace)?));
    let keys = holdall.database();
    let keys: Vec<(String, String)> =
        keys.rows("SELECT e.name, b.key FROM entries e JOIN blobs b ON b.id = e.blob").await?;
    let key = |name: &str| keys.iter().find(|(of, _)| of == name).map(|(_, key)| key.as_str()).ok_or("no such file");
    let order = Order { trace: &trace, findings: &findings };
    order.of_a_file("a file by a form", key("by form.bin")?, "POST /files HTTP");
    let in_parts = key("in parts.bin")?;
    let unfinished = format!("/tmp/parts/{}", in_parts.rsplit('/').next().unwrap_or_default());
    let mut line = 0;
    for number in 1..=2 {
        let request = format!("PUT /uploads/{upload}/parts/{number} ");
        line = order.of_a_part(&format!("part {number}"), &unfinished, &request, line);
    }
    order.of_a_file("a file in parts", in_parts, "POST /api/uploads/complete ");
    Ok(findings)
}

/// Uploads one file by a form and another in two parts; returns the id of the multipart upload.
async fn uploads(holdall: &Holdall) -> Result<String> {
    let visitor = Visitor::new(holdall.address);
    visitor.sign_up("visitor").await?;
    visitor.form("form", "/files", "files", "by form.bin", &content("by form", 3000)).await?;
    let whole = content("in parts", (8 << 20) + 5000);
    let upload = visitor.create("in parts.bin", whole.len()).await?;
    for number in 1..=2 {
        let bytes = whole.slice((number - 1) * upload.part_size..whole.len().min(number * upload.part_size));
        visitor.put(visitor.sign(&upload.id, number, &bytes).await?, bytes).await?;
    }
    match visitor.complete(&upload.id).await? {
        Completed::File { .. } => Ok(upload.id),
        other => Err(format!("the upload is not complete: {other:?}").into()),
    }
}

/// Checks the order of events.
struct Order<'a> {
    trace: &'a Trace,
    findings: &'a Findings,
}

impl Order<'_> {
    /// Checks that each of these events has happened, and ended before the next started.
    fn is_kept(&self, what: &str, events: &[(&str, Option<&Call>)]) {
        for (name, event) in events {
            self.findings.check(event.is_some(), || format!("{what}: there is no {name}"));
        }
        for pair in events.windows(2) {
            let [(earlier, Some(one)), (name, Some(other))] = pair else { continue };
            self.findings.check(one.end < other.begin, || {
                format!("{what}: {name} (line {}) does not come after {earlier} (line {})", other.begin, one.end)
            });
        }
        let line = |event: &Option<&Call>| event.map_or_else(|| "-".to_owned(), |event| event.end.to_string());
        let events: Vec<_> = events.iter().map(|(name, event)| format!("{name} {}", line(event))).collect();
        println!("{what}: {}", events.join(" → "));
    }

    /// From the last byte of an object to the response. `request` is the request that is answered.
    fn of_a_file(&self, what: &str, key: &str, request: &str) {
        let trace = self.trace;
        let path = format!("/private/{key}\"");
        let linked = trace.first(0, |call| call.name == "linkat" && call.text.contains(&path));
        let temporary = linked.and_then(|call| temporary(&call.text)).unwrap_or("what was not linked");
        let written = trace.last(linked.map_or(usize::MAX, |call| call.begin), |call| call.writes(temporary));
        let row = trace.first(0, |call| call.writes(ROWS) && call.says(key, "stored"));
        let folder = key.split('/').next().unwrap_or_default();
        for (shown, place) in [("/private/…", format!("/private/{folder}")), ("/private", "/private".to_owned())] {
            let synced = trace.first(end(linked), |call| call.syncs(&place));
            self.is_kept(
                &format!("{what}, the folder {shown}"),
                &[("linked", linked), ("folder synced", synced), ("row “stored” written", row)],
            );
        }
        self.is_kept(
            what,
            &[
                ("last byte written", written),
                ("file synced", trace.first(end(written), |call| call.syncs(temporary))),
                ("linked", linked),
                ("row “stored” written", row),
                ("row synced", trace.first(end(row), |call| call.syncs(ROWS))),
                ("answered", trace.answer(trace.request(request, 0))),
            ],
        );
    }

    /// From the last byte of a part to its response, which starts after line `after`; returns the line of the response.
    fn of_a_part(&self, what: &str, name: &str, request: &str, after: usize) -> usize {
        let trace = self.trace;
        let asked = trace.request(request, after);
        let answer = trace.answer(asked);
        let written = trace.last(answer.map_or(usize::MAX, |call| call.begin), |call| call.writes(name));
        let synced = trace.first(end(written), |call| call.syncs(name));
        let row = trace.first(end(synced), |call| call.syncs(ROWS));
        self.is_kept(
            what,
            &[
                ("asked", asked),
                ("last byte written", written),
                ("file synced", synced),
                ("row synced", row),
                ("answered", answer),
            ],
        );
        end(answer)
    }
}

fn end(call: Option<&Call>) -> usize {
    call.map_or(0, |call| call.end)
}

/// The last segment of the path of the temporary file in a call's arguments.
fn temporary(text: &str) -> Option<&str> {
    let path = text.split('"').skip(1).step_by(2).find(|path| path.contains("/tmp/"))?;
    path.rfind("/tmp/").map(|at| &path[at..])
}
