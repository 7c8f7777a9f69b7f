//! The server's side of decoding: starts the process, sends it the picture, reads the answer, and kills it if it takes
//! too long.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::server::domain::imaging::{ImageError, Rendition, wire};

/// The hidden subcommand of Holdall that decodes a picture.
const COMMAND: &str = "decode-picture";
/// The wall-clock limit for one picture, which is generous since a busy machine gives the process little time.
const DEADLINE: Duration = Duration::from_secs(60);
/// The largest answer in bytes: three squares, of which the largest has a megabyte before compression.
const MAX_ANSWER: u64 = 4 << 20;

/// Decodes pictures, each in a process of its own.
#[derive(Debug, Clone)]
pub struct PictureDecoder {
    program: PathBuf,
    deadline: Duration,
}

impl PictureDecoder {
    /// A decoder that starts this program, a Holdall binary of the same version.
    #[must_use]
    pub fn new(program: PathBuf) -> Self {
        Self { program, deadline: DEADLINE }
    }

    /// Scales a picture to its squares. Dropping the future kills the process.
    ///
    /// # Errors
    /// An I/O error if the process cannot be started or cannot work, which is not the picture's fault. What is wrong
    /// with the picture is the inner result.
    pub async fn render(&self, picture: Bytes) -> io::Result<Result<Vec<Rendition>, ImageError>> {
        let mut child = self.start()?;
        let (answer, status) = match timeout(self.deadline, talk(&mut child, picture)).await {
            Ok(ended) => ended?,
            Err(_) => {
                child.kill().await?;
                tracing::warn!(seconds = self.deadline.as_secs(), "a picture took too long to decode");
                return Ok(Err(ImageError::Damaged));
            }
        };
        if answer.len() as u64 > MAX_ANSWER || status.signal().is_some() {
            tracing::warn!(%status, "a picture's decoder got out of hand and was ended");
            return Ok(Err(ImageError::Damaged));
        }
        let answer = Some(answer).filter(|_| status.success()).and_then(wire::read);
        answer.ok_or_else(|| io::Error::other(format!("the decoder of pictures ended with {status}")))
    }

    /// Starts a process without the server's environment and outside its data folder.
    fn start(&self) -> io::Result<Child> {
        Command::new(&self.program)
            .arg(COMMAND)
            .env_clear()
            .current_dir("/")
            // A group of its own, so that signals from the server's terminal do not reach it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
    }
}

/// Sends the picture, reads the answer and waits for the process to end. An answer that is too long is cut off, and
/// the process is killed.
async fn talk(child: &mut Child, picture: Bytes) -> io::Result<(Bytes, ExitStatus)> {
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("the decoder of pictures has no pipes"));
    };
    let sending = async move {
        // The process may stop reading early, or have ended; its answer or its status shows what happened.
        drop(input.write_all(&picture).await);
    };
    let receiving = async move {
        let mut answer = Vec::new();
        output.take(MAX_ANSWER + 1).read_to_end(&mut answer).await?;
        Ok::<_, io::Error>(Bytes::from(answer))
    };
    let ((), answer) = tokio::join!(sending, receiving);
    let answer = answer?;
    if answer.len() as u64 > MAX_ANSWER {
        child.start_kill()?;
    }
    Ok((answer, child.wait().await?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// The result for a picture if the program is this shell script.
    async fn decoded_by(script: &str) -> io::Result<Result<Vec<Rendition>, ImageError>> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("decoder");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let decoder = PictureDecoder { program, deadline: Duration::from_secs(2) };
        decoder.render(vec![7; 1 << 20].into()).await
    }

    #[tokio::test]
    async fn a_decoder_that_hangs_or_is_killed_refuses_the_picture() {
        for script in ["exec sleep 600", "kill -9 $$", "kill -ABRT $$", "exec cat /dev/zero", "cat; exec sleep 600"] {
            assert_eq!(decoded_by(script).await.unwrap(), Err(ImageError::Damaged), "{script}");
        }
    }

    #[tokio::test]
    async fn a_decoder_that_cannot_work_is_no_fault_of_the_picture() {
        for script in ["exit 1", "exit 0", "echo nonsense", "exec /nowhere"] {
            assert!(decoded_by(script).await.is_err(), "{script}");
        }
        assert!(PictureDecoder::new("/nowhere".into()).render(Bytes::new()).await.is_err());
    }

    #[tokio::test]
    async fn a_decoder_is_given_the_picture_and_nothing_of_the_site() {
        let refusal = decoded_by(r#"printf '{"Err":{"TooLarge":{"bytes":%d}}}\n' "$(cat | wc -c)""#).await;
        assert_eq!(refusal.unwrap(), Err(ImageError::TooLarge { bytes: 1 << 20 }));
        // The shell sets a few variables itself, and finds its commands without `PATH`.
        let count = r#"cat > /dev/null; printf '{"Err":{"TooLarge":{"bytes":%d}}}\n' "$(env | grep -cvE '^(PWD|OLDPWD|SHLVL|_)=')""#;
        assert_eq!(decoded_by(count).await.unwrap(), Err(ImageError::TooLarge { bytes: 0 }));
    }
}
