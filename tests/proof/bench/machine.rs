//! The machine and the versions of the programs that are measured.

use std::fs;
use std::path::Path;
use std::process::Command;

use rustix::fs::statvfs;

use crate::Result;
use crate::bench::figures::line;
use crate::holdall::Holdall;

/// The first line that a program prints on either stream, up to this many words.
fn said(program: &str, words: &[&str], first: usize) -> Result<String> {
    let output = Command::new(program).args(words).output()?;
    let all = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&all).into_owned();
    Ok(text.lines().next().unwrap_or_default().split_whitespace().take(first).collect::<Vec<_>>().join(" "))
}

/// The value of a field in a file of `/proc`.
fn read(path: &str, name: &str) -> Result<String> {
    let text = fs::read_to_string(path)?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
    Ok(value.unwrap_or_default().trim().to_owned())
}

pub fn tell(holdall: &Holdall, work: &Path) -> Result<()> {
    let binary = holdall.binary.display().to_string();
    println!("Holdall, measured by script/bench on {}", said("date", &["-u", "+%F %H:%M UTC"], 3)?);
    let load = fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or_default();
    let kernel = said("uname", &["-sr"], 2)?;
    let cores = std::thread::available_parallelism()?;
    let model = read("/proc/cpuinfo", "model name")?;
    line("machine", &format!("{cores} cores"), &format!("{model}, {kernel}, load {load} before"));
    let available = read("/proc/meminfo", "MemAvailable")?;
    let available: f64 = available.split(' ').next().unwrap_or_default().parse()?;
    let available = format!("{:.1} GiB", available / f64::from(1 << 20));
    line("memory available", &available, "1 GiB fits the page cache: reads come from memory");
    let volume = statvfs(work)?;
    let free = (volume.f_bavail * volume.f_frsize) >> 30;
    let kind = said("findmnt", &["--noheadings", "--output", "FSTYPE", "--target", &work.display().to_string()], 1)?;
    let syncs = "Holdall's folder and dd sync what they write, Garage by its default does not";
    line("disk", &kind, &format!("{free} GiB free; {syncs}"));
    let built = said("date", &["-u", "-r", &binary, "+%F %H:%M UTC"], 3)?;
    let size = fs::metadata(&holdall.binary)?.len() / 1_000_000;
    let tree = said("git", &["describe", "--always", "--dirty"], 1)?;
    line("release", &said(&binary, &["--version"], 2)?, &format!("built {built}, {size} MB; tree at {tree}"));
    let (wrk, curl) = (said("wrk", &["-v"], 2)?, said("curl", &["--version"], 2)?);
    let garage = said("garage", &["--version"], 2)?.replace("cargo:", "");
    line("beside it", &garage, &format!("{wrk}, {curl}"));
    Ok(())
}
