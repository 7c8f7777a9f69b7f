//! Looks inside files: what a page shows of one, and which files are before and after it in its folder.

use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::model::entry::ListOrder;
use crate::model::id::EntryId;
use crate::model::preview::{Preview, PreviewContent, PreviewKind, TEXT_LIMIT};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::blobs::deliver::{Contents, File};
use crate::server::domain::blobs::text_encoding::{utf_16_units, without_cut_character};
use crate::server::domain::entries::Entries;

/// How long a page waits for the text that it shows.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Shows the contents of files; cheap to clone.
#[derive(Clone)]
pub struct Previews {
    entries: Entries,
    contents: Contents,
}

impl Previews {
    /// Shows the files of these entries.
    pub(in crate::server) fn new(entries: Entries, contents: Contents) -> Self {
        Self { entries, contents }
    }

    /// The origin from which pictures, sound and films come after a redirect; `None` if Holdall sends them.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.contents.origin()
    }

    /// A file with what is shown of it. Of a text, the first [`TEXT_LIMIT`] bytes are read, as a download is, and `ended` is
    /// cancelled if that is ended.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file in the scope; [`Error::NotAllowed`] if the scope may not see it (or
    /// [`Error::NotFound`] if it has ended); [`Error::Damaged`] or [`Error::Mismatched`]; [`Error::TooMany`] if the account
    /// has too many downloads under way; [`Error::Storage`] if the store does not answer; [`Error::Busy`] if a text does not
    /// come in time.
    pub async fn preview(
        &self,
        scope: &Scope,
        id: &EntryId,
        order: ListOrder,
        ended: &CancellationToken,
    ) -> Result<Preview, Error> {
        let file = self.contents.open(scope, id).await?;
        if let Some(fault) = file.fault {
            return Err(fault.into());
        }
        let (folder, [previous, next]) = self.entries.neighbours(scope, id, order).await?;
        let content = match PreviewKind::of(&file.media_type) {
            Some(PreviewKind::Medium(medium)) => PreviewContent::Medium(medium),
            Some(PreviewKind::Text) => PreviewContent::Text(self.text(&file, ended).await?, file.size > TEXT_LIMIT),
            None => PreviewContent::Nothing,
        };
        Ok(Preview { id: id.clone(), name: file.name, size: file.size, folder, order, previous, next, content })
    }

    async fn text(&self, file: &File, ended: &CancellationToken) -> Result<String, Error> {
        let range = (file.size > TEXT_LIMIT).then_some(0..TEXT_LIMIT);
        let reading = async {
            let read = self.contents.read(file, range, ended).await?;
            Ok::<_, Error>(read.body.map(|chunk| chunk.map(Vec::from)).try_concat().await?)
        };
        Ok(text_of(&timeout(TIMEOUT, reading).await.map_err(|_| Error::Busy)??))
    }
}

/// The bytes as text: UTF-16 if they begin with the mark of its byte order, or else UTF-8. What is neither is replaced, but a
/// character that is cut in two at the end is left out.
fn text_of(bytes: &[u8]) -> String {
    match utf_16_units(bytes) {
        Some(units) => String::from_utf16_lossy(&units),
        None => {
            let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
            String::from_utf8_lossy(without_cut_character(bytes)).into_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_what_it_is_and_half_a_character_is_left_out() {
        assert_eq!(text_of("\u{feff}Grüße 🎒".as_bytes()), "Grüße 🎒");
        assert_eq!(text_of(&"Grüße 🎒".as_bytes()[..11]), "Grüße ");
        assert_eq!(text_of(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(text_of(b"\xff\xfeA\0\x3c\xd8"), "A");
        assert_eq!(text_of(b"\xfe\xff\0A\xd8\x3c\xdf\x92"), "A🎒");
        assert_eq!(text_of(b""), "");
    }
}
