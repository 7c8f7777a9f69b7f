//! Throughput of uploading and downloading 1 GiB, compared with each store without Holdall.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::bench::figures::{BYTES, Figures, title};
use crate::bench::{Measured, ROUNDS, sendfile};
use crate::bucket::Bucket;
use crate::curl::Curl;
use crate::holdall::Holdall;

/// The file that is sent, and where its download is stored.
struct Files {
    source: PathBuf,
    copy: PathBuf,
    down: PathBuf,
}

impl Files {
    fn make(work: &Path) -> Result<Self> {
        let files = Self { source: work.join("source"), copy: work.join("copy"), down: work.join("down") };
        if !files.source.exists() {
            let mut source = File::create(&files.source)?;
            io::copy(&mut File::open("/dev/urandom")?.take(BYTES.into()), &mut source)?;
            source.sync_all()?;
        }
        Ok(files)
    }

    /// Asserts that the downloaded file equals the one that was sent, and removes it.
    fn is_back(&self) -> Result<()> {
        if !Command::new("cmp").arg("--silent").arg(&self.source).arg(&self.down).status()?.success() {
            return Err("what was sent came back otherwise".into());
        }
        Ok(fs::remove_file(&self.down)?)
    }
}

pub async fn locally(holdall: &Holdall, work: &Path) -> Result<()> {
    title(&format!("1 GiB on the local folder (curl; median of {ROUNDS})"));
    let files = Files::make(work)?;
    let copy = || {
        let (from, to) = (format!("if={}", files.source.display()), format!("of={}", files.copy.display()));
        let copied = Command::new("dd").args([&from, &to, "bs=1M", "conv=fsync", "status=none"]).status()?;
        if copied.success() { Ok(()) } else { Err("dd failed".into()) }
    };
    let (mut measured, file) = up(holdall, &files, "plain copy, synced (dd conv=fsync)", || {
        let copied = copy();
        copied.map(|()| Some(files.copy.clone()))
    })
    .await?;
    let plain = format!("http://{}/", sendfile::serve(&files.source)?);
    down(&mut measured, &files, &file, ("down from a bare sendfile server to /dev/null", &plain)).await?;
    Ok(fs::remove_dir_all(&holdall.data)?)
}

pub async fn on_garage(holdall: &Holdall, bucket: &Bucket, work: &Path) -> Result<()> {
    title(&format!("1 GiB on Garage (curl; median of {ROUNDS}; private delivery: stream)"));
    let files = Files::make(work)?;
    let holdall = holdall.with("HOLDALL_PRIVATE_DELIVERY", "stream");
    let (put, get) = bucket.presigned("bench/direct").await?;
    let (mut measured, file) = up(&holdall, &files, "presigned PUT straight to Garage", || {
        let source = files.source.display().to_string();
        Curl { cookie: "" }.ask(&put, &["--output", "/dev/null", "--upload-file", &source])?;
        Ok(None)
    })
    .await?;
    down(&mut measured, &files, &file, ("presigned GET straight from Garage to /dev/null", &get)).await?;
    Curl { cookie: "" }.ask(&get, &["--output", &files.down.display().to_string()])?;
    files.is_back()
}

/// Uploads to the bare store, which may leave a file to remove, and through Holdall's form; returns the address of the
/// last upload.
async fn up<'a>(
    holdall: &'a Holdall,
    files: &Files,
    plain_name: &str,
    plain_way: impl Fn() -> Result<Option<PathBuf>>,
) -> Result<(Measured<'a>, String)> {
    let mut measured = Measured::start(holdall).await?;
    measured.restart().await?;
    let (mut plain, mut through, mut address) = (Figures::default(), Figures::default(), String::new());
    let form = format!("files=@{};filename=source.bin", files.source.display());
    for round in 0..ROUNDS {
        let mut left = None;
        plain.rate(|| {
            left = plain_way()?;
            Ok(())
        })?;
        if let Some(left) = left {
            fs::remove_file(left)?;
        }
        let (curl, to) = (measured.curl(), measured.address("/files"));
        through.rate(|| curl.ask(&to, &["--output", "/dev/null", "--form", &form]).map(drop))?;
        let file = measured.ada.files().await?.into_iter().next().ok_or("no file is listed")?;
        address = format!("/files/{}/content", file.id);
        if round + 1 < ROUNDS {
            measured.ada.put_into_trash(&file.id).await?;
            measured.ada.delete_for_ever(&file.id).await?;
        }
    }
    plain.rate_line(plain_name, None);
    through.rate_line("up through Holdall's form", Some(&plain));
    measured.peak("during that")?;
    Ok((measured, address))
}

/// Downloads from the bare store, and through Holdall from a fresh process.
async fn down(measured: &mut Measured<'_>, files: &Files, file: &str, plain_way: (&str, &str)) -> Result<()> {
    measured.restart().await?;
    let (mut plain, mut through, mut kept) = (Figures::default(), Figures::default(), Figures::default());
    let (plain_name, plain_way) = plain_way;
    let (curl, from) = (measured.curl(), measured.address(file));
    for _ in 0..ROUNDS {
        plain.rate(|| Curl { cookie: "" }.ask(plain_way, &["--output", "/dev/null"]).map(drop))?;
        through.rate(|| curl.ask(&from, &["--output", "/dev/null"]).map(drop))?;
        kept.rate(|| curl.ask(&from, &["--output", &files.down.display().to_string()]).map(drop))?;
        files.is_back()?;
    }
    plain.rate_line(plain_name, None);
    through.rate_line("down through Holdall to /dev/null", Some(&plain));
    kept.rate_line("down through Holdall to a file, not synced", None);
    measured.peak("during that")?;
    measured.stop().await
}
