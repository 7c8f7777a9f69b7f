//! Parses the output of `strace -f -y` into calls with their start and end.

use std::collections::HashMap;

/// A blob's state follows its key within this many bytes of its row.
const ROW: usize = 400;

/// A system call. `begin` and `end` are line numbers of the trace: calls of other threads may be in between.
pub struct Call {
    pub name: String,
    pub text: String,
    pub begin: usize,
    pub end: usize,
}

impl Call {
    pub fn is_one_of(&self, names: &[&str]) -> bool {
        names.contains(&self.name.as_str())
    }

    /// The file or connection it operates on.
    pub fn file(&self) -> Option<&str> {
        let (number, rest) = self.text.split_once('<')?;
        let end = rest.char_indices().scan(false, |escaped, (at, c)| {
            let ends = c == '>' && !*escaped;
            *escaped = c == '\\' && !*escaped;
            Some((at, ends))
        });
        let end = end.into_iter().find(|(_, ends)| *ends)?.0;
        (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then(|| &rest[..end])
    }

    fn succeeds_on(&self, path: &str) -> bool {
        let result = self.text.rsplit(')').next().unwrap_or_default();
        !result.contains(" = -1 ") && self.file().is_some_and(|file| file.ends_with(path))
    }

    /// Whether it writes to a file whose path ends with this.
    pub fn writes(&self, path: &str) -> bool {
        self.is_one_of(&["write", "pwrite64", "writev"]) && self.succeeds_on(path)
    }

    /// Whether it syncs a file or folder whose path ends with this.
    pub fn syncs(&self, path: &str) -> bool {
        self.is_one_of(&["fsync", "fdatasync"]) && self.succeeds_on(path)
    }

    /// Whether its data contain the row of the blob with this key in this state: the state is a few columns after the
    /// key, and before any other key.
    pub fn says(&self, key: &str, state: &str) -> bool {
        self.text.split(key).skip(1).any(|after| {
            let row = after.get(..ROW).unwrap_or(after);
            let other = row.match_indices('/').map(|(at, _)| at).find(|at| is_a_key_around(row, *at));
            row[..other.map_or(row.len(), |at| at - 2)].contains(state)
        })
    }
}

/// Whether this slash is part of a key: two characters precede it, and 26 follow.
fn is_a_key_around(text: &str, slash: usize) -> bool {
    let is_of_a_key = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v'));
    let before = slash.checked_sub(2).and_then(|begin| text.get(begin..slash));
    let behind = text.get(slash + 1..slash + 27);
    before.is_some_and(is_of_a_key) && behind.is_some_and(is_of_a_key)
}

/// All calls, in the order in which they started.
pub struct Trace {
    calls: Vec<Call>,
}

impl Trace {
    pub fn read(text: &str) -> Self {
        let mut unfinished: HashMap<&str, Call> = HashMap::new();
        let mut calls = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            let Some((thread, rest)) = line.split_once(' ') else { continue };
            let rest = rest.trim_start();
            if let Some((_, rest)) = rest.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
                let Some(call) = unfinished.remove(thread) else { continue };
                calls.push(Call { text: call.text + rest, end: number, ..call });
            } else if let Some((name, text)) = rest.split_once('(') {
                let (name, begun) = (name.to_owned(), text.strip_suffix(" <unfinished ...>"));
                let text = begun.unwrap_or(text).to_owned();
                let call = Call { name, text, begin: number, end: number };
                if begun.is_some() {
                    unfinished.insert(thread, call);
                } else {
                    calls.push(call);
                }
            }
        }
        calls.sort_by_key(|call| call.begin);
        Self { calls }
    }

    /// The first matching call that starts after this line.
    pub fn first(&self, after: usize, is_it: impl Fn(&Call) -> bool) -> Option<&Call> {
        self.calls.iter().find(|call| call.begin > after && is_it(call))
    }

    /// The last matching call that starts before this line.
    pub fn last(&self, before: usize, is_it: impl Fn(&Call) -> bool) -> Option<&Call> {
        self.calls.iter().rev().find(|call| call.begin < before && is_it(call))
    }

    /// The call that read the start of a request; it may have read only the first bytes.
    pub fn request(&self, line: &str, after: usize) -> Option<&Call> {
        self.first(after, |call| {
            let read = call.text.split('"').nth(1).unwrap_or_default();
            let asks = ["GET ", "POST ", "PUT "].iter().any(|method| read.starts_with(method));
            let read = read.split("HTTP").next().unwrap_or_default();
            let line = line.split("HTTP").next().unwrap_or_default();
            let as_far = read.len().min(line.len());
            call.is_one_of(&["recvfrom", "read"]) && asks && line.get(..as_far) == read.get(..as_far)
        })
    }

    /// The response on the same connection.
    pub fn answer(&self, request: Option<&Call>) -> Option<&Call> {
        let request = request?;
        self.first(request.end, |call| {
            let sends = call.is_one_of(&["write", "writev", "sendto", "sendmsg"]);
            sends && call.file() == request.file() && call.text.contains("HTTP/1.1 ")
        })
    }
}
