//! Downloads an archive of one file larger than ZIP's 4 GiB and two small ones in two requests, lets three programs
//! test it, and prints how much memory the server used.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use axum::body::Body;
use axum::http::Request;

use crate::Result;
use crate::curl::Curl;
use crate::findings::Findings;
use crate::holdall::Holdall;
use crate::process::memory;
use crate::visitor::Visitor;

const NAMES: [&str; 3] = ["first.txt", "large.bin", "last.txt"];

pub async fn run(holdall: &Holdall, size: u64, work: &Path) -> Result<Findings> {
    let server = holdall.serve().await?;
    let visitor = Visitor::new(holdall.address);
    visitor.sign_up("ada").await?;
    let cookie = visitor.cookie();
    let curl = Curl { cookie: &cookie };
    let site = format!("http://{}", holdall.address);

    fs::write(work.join(NAMES[0]), "first\n")?;
    fs::File::create(work.join(NAMES[1]))?.set_len(size)?;
    fs::write(work.join(NAMES[2]), "last\n")?;
    println!("uploading {} MiB", size >> 20);
    let since = Instant::now();
    for name in NAMES {
        let form = format!("files=@{}", work.join(name).display());
        curl.ask(&format!("{site}/files"), &["--output", "/dev/null", "--form", &form])?;
    }
    println!("uploaded in {} s", since.elapsed().as_secs());
    fs::remove_file(work.join(NAMES[1]))?;

    let all = Request::post("/downloads").header("content-type", "application/x-www-form-urlencoded");
    let all = all.header("accept", "text/html").body(Body::from("all=1"))?;
    let archive = visitor.ask("downloads", all).await?.leads_to().to_owned();
    let head = visitor.ask("head", Request::head(&archive).body(Body::empty())?).await?;
    let length: u64 = head.header("content-length").parse()?;
    let (address, zip) = (format!("{site}{archive}"), work.join("all.zip"));
    let zip_path = zip.display().to_string();
    let before = memory(server.id(), "VmHWM")?;
    println!("downloading {length} bytes, in two goes");
    let since = Instant::now();
    curl.ask(&address, &["--output", &zip_path, "--range", &format!("0-{}", length * 3 / 5 - 1)])?;
    curl.ask(&address, &["--output", &zip_path, "--continue-at", "-"])?;
    let took = since.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = (length >> 20) as f64 / took;
    println!("downloaded in {took:.0} s; {rate:.0} MiB/s");
    println!("the server's memory at most: {before:.1} MiB before, {:.1} MiB after", memory(server.id(), "VmHWM")?);

    let findings = Findings::default();
    let found = fs::metadata(&zip)?.len();
    findings.check(found == length, || format!("the archive has {found} bytes, and {length} were said"));
    println!("testing what came");
    is_taken(&findings, "unzip", &["-tq", &zip_path], &[])?;
    is_taken(&findings, "python3", &["-m", "zipfile", "--test", &zip_path], &[])?;
    is_taken(&findings, "python3", &["-m", "zipfile", "--list", &zip_path], &NAMES)?;
    is_taken(&findings, "bsdtar", &["-tf", &zip_path], &NAMES)?;
    Ok(findings)
}

/// Lets a program test the archive: it must find no error, and list these files.
fn is_taken(findings: &Findings, program: &str, words: &[&str], names: &[&str]) -> Result<()> {
    let output = Command::new(program).args(words).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    // Python's zipfile exits with 0 even if it reports damage.
    let is_well = output.status.success() && !said.contains("corrupted");
    findings.check(is_well && names.iter().all(|name| said.contains(name)), || {
        format!("{program}: {said}{}", String::from_utf8_lossy(&output.stderr))
    });
    println!("{program}: {}", said.split_whitespace().collect::<Vec<_>>().join(" "));
    Ok(())
}
