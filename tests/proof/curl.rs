//! curl, where bytes are more than are kept in memory, or where it measures.

use std::process::Command;

use crate::Result;

/// Whoever asks, by these cookies; empty is a stranger.
pub struct Curl<'a> {
    pub cookie: &'a str,
}

impl Curl<'_> {
    /// Asks an address, with these options; what curl prints. Fails where the answer is a refusal.
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
