//! Child processes that are killed when their owner is dropped.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::Result;

/// A running program.
pub struct Process {
    child: Child,
    log: PathBuf,
}

/// The exit code and output of a program that has ended.
pub struct End {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    pub said: String,
}

impl Process {
    /// Starts a program; its output goes to a file in this folder.
    pub fn start(command: &mut Command, folder: &Path) -> Result<Self> {
        let (file, log) = tempfile::NamedTempFile::with_prefix_in("said-", folder)?.keep()?;
        let both: (File, File) = (file.try_clone()?, file);
        let child = command.stdin(Stdio::null()).stdout(both.0).stderr(both.1).spawn()?;
        Ok(Self { child, log })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it immediately (SIGKILL).
    pub fn kill(&mut self) -> Result<()> {
        Ok(self.child.kill()?)
    }

    /// Requests it to stop (SIGTERM).
    pub fn terminate(&self) -> Result<()> {
        terminate(self.id())
    }

    /// How it ended; `None` if it is still running.
    pub fn end(&mut self) -> Result<Option<End>> {
        let Some(status) = self.child.try_wait()? else { return Ok(None) };
        Ok(Some(End { code: status.code(), said: self.said() }))
    }

    /// Waits until it ends.
    pub async fn ended(&mut self) -> Result<End> {
        loop {
            if let Some(end) = self.end()? {
                return Ok(end);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Its output so far.
    pub fn said(&self) -> String {
        fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both do nothing if it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
        drop(fs::remove_file(&self.log));
    }
}

/// Requests a process to stop (SIGTERM).
pub fn terminate(id: u32) -> Result<()> {
    let pid = Pid::from_raw(i32::try_from(id)?).ok_or("no process")?;
    Ok(kill_process(pid, Signal::TERM)?)
}

/// A process's memory in MiB: `VmRSS` is the current value, `VmHWM` the peak.
pub fn memory(id: u32, field: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()).ok_or("no such figure")?;
    Ok(kibibytes.parse::<f64>()? / 1024.0)
}
