//! Sends the requests in `tests/web/ranges.txt` to Holdall and to nginx for the same file, and prints the answers as
//! Markdown: `docs/ranges.md` is its last output.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;

use crate::browser::{Answer, Browser};
use crate::content::content;
use crate::findings::Findings;
use crate::holdall::Holdall;
use crate::process::Process;
use crate::visitor::Visitor;
use crate::{Result, http};

const TABLE: &str = include_str!("../web/ranges.txt");
const SIZE: usize = 1000;
const HOUR: Duration = Duration::from_secs(3600);

pub async fn run(holdall: &Holdall, work: &Path) -> Result<Findings> {
    let content = content("a.bin", SIZE);
    let (_nginx, address, version) = nginx(work, &content).await?;
    let nginx = Target::new(Browser::new(http::at(address)), "", "/a.bin".to_owned(), &content).await?;
    let _server = holdall.serve().await?;
    let visitor = Visitor::new(holdall.address);
    visitor.sign_up("ada").await?;
    visitor.form("form", "/files", "files", "a.bin", &content).await?;
    let file = visitor.files().await?.pop().ok_or("no file is listed")?;
    let path = format!("/files/{}/content", file.id);
    let holdall = Target::new(Browser::new(http::at(holdall.address)), &visitor.cookie(), path, &content).await?;
    compare(&holdall, &nginx, &version).await
}

/// Starts nginx with a folder that contains the file; returns its address and version.
async fn nginx(work: &Path, content: &[u8]) -> Result<(Process, SocketAddr, String)> {
    let folder = work.join("nginx");
    fs::create_dir_all(folder.join("files"))?;
    fs::write(folder.join("files/a.bin"), content)?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let place = folder.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = temporary.map(|name| format!("{name}_temp_path {place}/{name};\n"));
    fs::write(
        folder.join("nginx.conf"),
        format!(
            "daemon off;\npid {place}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{}\
            server {{ listen {address}; root {place}/files; }}\n}}\n",
            temporary.concat()
        ),
    )?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(&folder).arg("-c").arg(folder.join("nginx.conf")).args(["-e", "stderr"]);
    let mut process = Process::start(&mut command, work)?;
    let browser = Browser::new(http::at(address));
    while http::ask(&browser, Request::get("/a.bin").body(Body::empty())?).await.is_err() {
        if let Some(end) = process.end()? {
            return Err(format!("nginx has ended: {}", end.said).into());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let version = Command::new("nginx").arg("-v").output()?.stderr;
    let version = String::from_utf8(version)?.trim().rsplit('/').next().unwrap_or_default().to_owned();
    Ok((process, address, version))
}

/// A server and the address of the file on it.
struct Target {
    browser: Browser,
    cookie: String,
    path: String,
    content: Bytes,
    etag: String,
    modified: String,
}

impl Target {
    async fn new(browser: Browser, cookie: &str, path: String, content: &Bytes) -> Result<Self> {
        let (etag, modified) = (String::new(), String::new());
        let site = Self { browser, cookie: cookie.to_owned(), path, content: content.clone(), etag, modified };
        let whole = site.ask("GET", &[]).await?;
        if whole.body != content {
            return Err(format!("{} is another file", site.path).into());
        }
        let (etag, modified) = (whole.header("etag").to_owned(), whole.header("last-modified").to_owned());
        Ok(Self { etag, modified, ..site })
    }

    async fn ask(&self, method: &str, headers: &[(String, String)]) -> Result<Answer> {
        let mut request = Request::builder().method(method).uri(&self.path);
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        http::ask(&self.browser, request.body(Body::empty())?).await
    }

    /// A summary of the response, after checking that its body matches its headers.
    async fn answer(&self, method: &str, headers: &[(&str, &str)]) -> Result<String> {
        let modified = httpdate::parse_http_date(&self.modified)?;
        let filled = |text: &str| {
            text.replace("{etag}", &self.etag)
                .replace("{modified}", &self.modified)
                .replace("{earlier}", &httpdate::fmt_http_date(modified - HOUR))
                .replace("{later}", &httpdate::fmt_http_date(modified + HOUR))
        };
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), filled(value))).collect();
        let answer = self.ask(method, &headers).await?;
        let is_body = |expected: &[u8]| answer.body == if method == "GET" { expected } else { b"" };
        if answer.status == 206 {
            if answer.header("content-type").contains("multipart") {
                return Ok("206 multipart".to_owned());
            }
            let range =
                answer.header("content-range").strip_prefix("bytes ").and_then(|said| said.strip_suffix("/1000"));
            let (first, last) = range.and_then(|range| range.split_once('-')).ok_or("no Content-Range of the file")?;
            let bytes = self.content.slice(first.parse::<usize>()?..=last.parse::<usize>()?);
            return if is_body(&bytes) { Ok(format!("206 {first}-{last}")) } else { Err("another range came".into()) };
        }
        if answer.status == 200 && !is_body(&self.content) {
            return Err("another file came".into());
        }
        Ok(answer.status.as_str().to_owned())
    }
}

/// Prints the table. Holdall's answers must be the expected ones; every difference from nginx must have a reason, and
/// every reason a difference.
async fn compare(holdall: &Target, nginx: &Target, version: &str) -> Result<Findings> {
    println!(
        "# Ranges and conditions, beside nginx

How Holdall answers for a private file and for an archive, request by request; nginx {version} on the same file of 1,000
bytes stands beside it. `{{etag}}` and `{{modified}}` are the file's own, `{{earlier}}` and `{{later}}` an hour before and
after; § is a section of RFC 9110. The table is made by `script/prove compare-nginx` out of `tests/web/ranges.txt`, which
`tests/web/ranges.rs` holds Holdall to."
    );
    let findings = Findings::default();
    let (mut count, mut differing) = (0, 0);
    // Everything before the first empty line describes the table.
    for line in TABLE.lines().skip_while(|line| !line.is_empty()).filter(|line| !line.is_empty()) {
        if let Some(heading) = line.strip_prefix("# ") {
            println!("\n## {heading}\n\n| request | Holdall | nginx | why they differ |\n| --- | --- | --- | --- |");
            continue;
        }
        let columns: Vec<_> = line.splitn(4, " |").map(str::trim).collect();
        let [method, headers, expected, reason] = columns[..] else {
            return Err(format!("four columns: {line}").into());
        };
        let pairs: Vec<_> = headers.split("; ").filter_map(|header| header.split_once(": ")).collect();
        let (ours, theirs) = (holdall.answer(method, &pairs).await?, nginx.answer(method, &pairs).await?);
        let expected = if expected.contains('-') { format!("206 {expected}") } else { expected.to_owned() };
        findings.check(ours == expected, || format!("Holdall answers {ours} and not {expected}: {line}"));
        findings.check((ours != theirs) != reason.is_empty(), || format!("Holdall {ours}, nginx {theirs}: {line}"));
        let shown = if headers.is_empty() { method.to_owned() } else { format!("{method} `{headers}`") };
        let bold = if ours == theirs { "" } else { "**" };
        println!("| {shown} | {ours} | {bold}{theirs}{bold} | {reason} |");
        count += 1;
        differing += usize::from(ours != theirs);
    }
    println!("\n{count} requests; {} answers are the same, {differing} differ.", count - differing);
    Ok(findings)
}
