//! Requests sent by curl, for transfers that are measured or do not fit in memory.

use std::process::Command;

use crate::Result;

/// A client that sends this `Cookie` header, or none if it is empty.
pub struct Curl<'a> {
    pub cookie: &'a str,
}

impl Curl<'_> {
    /// Runs curl with these options on this address, and returns its output. Fails on a status of 400 or more.
    pub fn ask(&self, address: &str, options: &[&str]) -> Result<String> {
        let mut command = Command::new("curl");
        command.args([
            "--silent",
            "--show-error",
            "--fail",
            "--noproxy",
            "*",
            "--max-time",
            "600",
            "--header",
            "sec-fetch-site: same-origin",
        ]);
        if !self.cookie.is_empty() {
            command.args(["--header", &format!("cookie: {}", self.cookie)]);
        }
        let output = command.args(options).arg(address).output()?;
        if !output.status.success() {
            return Err(format!("{address}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}
