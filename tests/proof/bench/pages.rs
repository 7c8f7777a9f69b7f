//! Pages under load, and many small files.

use std::process::Command;
use std::time::Instant;

use axum::http::StatusCode;

use crate::Result;
use crate::bench::figures::{Figures, line, title};
use crate::bench::{Measured, ROUNDS};
use crate::browser::Form;
use crate::holdall::Holdall;
use crate::page::attributes;

const FILES: usize = 10_000;
/// How many files each upload request contains; [`AT_ONCE`] requests are sent concurrently.
const A_REQUEST: usize = 500;
const AT_ONCE: usize = 4;
const CONNECTIONS: &str = "32";
const SECONDS: &str = "10";

pub async fn measure(holdall: &Holdall) -> Result<()> {
    title(&format!("Pages (wrk, {CONNECTIONS} connections, {SECONDS} s, median of {ROUNDS}; SQLite, default log)"));
    let mut measured = Measured::start(holdall).await?;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let (now, peak) = (measured.memory("VmRSS")?, measured.memory("VmHWM")?);
    let beside = format!("peak {peak:.1} MiB, with one Argon2 of 19 MiB");
    line("memory idle, just started and signed up once", &format!("{now:.1} MiB"), &beside);
    many_files(&measured).await?;
    measured.peak("during that")?;
    measured.restart().await?;

    let page = measured.ada.get("page", "/files", "text/html").await?;
    let text = page.text();
    let files: std::collections::BTreeSet<_> =
        attributes(&text, "td.name a:not(.check-link)", "href").into_iter().collect();
    let files = files.len();
    if page.status != StatusCode::OK || files != 50 {
        return Err(format!("the page shows {files} files and not 50").into());
    }
    let (mut live, mut list, mut slow) = (Figures::default(), Figures::default(), String::new());
    for _ in 0..ROUNDS {
        live.take(load(&measured, "/health/live")?.0);
        let (rate, most) = load(&measured, "/files")?;
        list.take(rate);
        slow = most;
    }
    line("GET /health/live", &format!("{:.0} requests/s", live.median()), &live.spread(0));
    let beside = list.median() / live.median();
    let beside = format!("× {beside:.3} of /health/live; {}; 99 % within {slow}", list.spread(0));
    line(&format!("GET /files, 50 of {FILES} files shown"), &format!("{:.0} requests/s", list.median()), &beside);
    line("the page", &format!("{} bytes", page.body.len()), "uncompressed, as this client asks for it");
    measured.peak("during that")?;
    measured.stop().await
}

async fn many_files(measured: &Measured<'_>) -> Result<()> {
    let since = Instant::now();
    let some = |of: usize| async move {
        for first in (of * FILES / AT_ONCE..(of + 1) * FILES / AT_ONCE).step_by(A_REQUEST) {
            let form = (first..first + A_REQUEST).fold(Form::new(), |form, number| {
                let content = format!("This is report {number:05}.\n");
                form.file("files", &format!("report {number:05}.txt"), content.as_bytes())
            });
            let answer = measured.ada.ask("form", form.for_data().request("/files")).await?;
            if answer.status != StatusCode::OK {
                return Err(format!("uploading {FILES} files failed: {}", answer.text()).into());
            }
        }
        Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    };
    futures::future::try_join_all((0..AT_ONCE).map(some)).await?;
    let took = since.elapsed().as_secs_f64();
    let rate = f64::from(u32::try_from(FILES)?) / took;
    line("small files uploaded, four requests at a time", &format!("{rate:.0} files/s"), "each durable by itself");
    Ok(())
}

/// Requests per second, and the 99th percentile of the latency.
fn load(measured: &Measured<'_>, path: &str) -> Result<(f64, String)> {
    let mut wrk = Command::new("wrk");
    wrk.args(["--threads", "1", "--connections", CONNECTIONS, "--duration", SECONDS, "--timeout", "10s", "--latency"]);
    let output = wrk.args(["--header", &format!("cookie: {}", measured.cookie), &measured.address(path)]).output()?;
    let said = String::from_utf8(output.stdout)?;
    if !output.status.success() || said.contains("Non-2xx") || said.contains("Socket errors") {
        return Err(format!("{path} did not answer well: {said}").into());
    }
    let after = |name: &str| said.lines().find_map(|line| line.trim_start().strip_prefix(name)).map(str::trim);
    let rate = after("Requests/sec:").ok_or("wrk says no rate")?.parse()?;
    Ok((rate, after("99%").ok_or("wrk says no latency")?.to_owned()))
}
