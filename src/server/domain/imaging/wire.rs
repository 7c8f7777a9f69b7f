//! The answer of the decoding process: a line of JSON, followed by the bytes of the pictures. Both ends are the same
//! binary, but the server trusts nothing of it unchecked, as a malicious picture may control the process.

use std::io::{self, Write};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::server::domain::imaging::{ImageError, Rendition, SIZES};

/// The media types that the encoders produce.
const CONTENT_TYPES: [&str; 2] = ["image/jpeg", "image/webp"];

/// A rendition without its bytes.
#[derive(Serialize, Deserialize)]
struct Head<'a> {
    size: u32,
    content_type: &'a str,
    length: usize,
}

/// Writes an answer.
///
/// # Errors
/// An I/O error if the answer cannot be written.
pub(super) fn write(to: &mut impl Write, answer: &Result<Vec<Rendition>, ImageError>) -> io::Result<()> {
    let head = |rendition: &Rendition| Head {
        size: rendition.size,
        content_type: rendition.content_type,
        length: rendition.bytes.len(),
    };
    let heads = answer.as_ref().map(|renditions| renditions.iter().map(head).collect::<Vec<_>>());
    serde_json::to_writer(&mut *to, &heads)?;
    to.write_all(b"\n")?;
    for rendition in answer.iter().flatten() {
        to.write_all(&rendition.bytes)?;
    }
    to.flush()
}

/// Reads an answer; `None` if it is malformed or incomplete.
pub(super) fn read(mut answer: Bytes) -> Option<Result<Vec<Rendition>, ImageError>> {
    let line = answer.iter().position(|&byte| byte == b'\n')?;
    let line = answer.split_to(line + 1);
    let heads = match serde_json::from_slice::<Result<Vec<Head<'_>>, ImageError>>(&line).ok()? {
        Ok(heads) => heads,
        Err(refusal) => return answer.is_empty().then_some(Err(refusal)),
    };
    let mut renditions = Vec::new();
    for head in &heads {
        let content_type = CONTENT_TYPES.into_iter().find(|known| *known == head.content_type)?;
        let bytes = (head.length <= answer.len()).then(|| answer.split_to(head.length))?;
        renditions.push(Rendition { size: head.size, content_type, bytes });
    }
    let is_complete = answer.is_empty() && renditions.iter().map(|rendition| rendition.size).eq(SIZES);
    is_complete.then_some(Ok(renditions))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(answer: &Result<Vec<Rendition>, ImageError>) -> Bytes {
        let mut bytes = Vec::new();
        write(&mut bytes, answer).unwrap();
        bytes.into()
    }

    #[test]
    fn what_is_written_is_read() {
        let rendition = |size| Rendition { size, content_type: "image/webp", bytes: vec![b'\n'; size as usize].into() };
        let made = Ok(SIZES.map(rendition).to_vec());
        assert_eq!(read(written(&made)), Some(made));
        let refused = Err(ImageError::TooManyPixels { pixels: 1 << 40 });
        assert_eq!(read(written(&refused)), Some(refused));
    }

    #[test]
    fn what_is_not_an_answer_is_not_read() {
        let rendition = |size| Rendition { size, content_type: "image/jpeg", bytes: vec![7; 10].into() };
        let complete = written(&Ok(SIZES.map(rendition).to_vec()));
        for length in 0..complete.len() {
            assert_eq!(read(complete.slice(..length)), None, "{length}");
        }
        let page = |size| Rendition { content_type: "text/html", ..rendition(size) };
        let longer = [&complete[..], b"x"].concat().into();
        for bytes in [longer, written(&Ok(vec![rendition(64)])), written(&Ok(SIZES.map(page).to_vec()))] {
            assert_eq!(read(bytes), None);
        }
    }
}
