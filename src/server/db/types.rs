//! Column types. Values are parsed here when they are read, and leave `db` in a form that cannot be invalid. All are
//! text in both databases. `Key` is such a type too, beside its definition in `storage`.

use std::fmt;

use sqlx::any::{Any, AnyTypeInfo};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

use crate::model::account::Role;
use crate::model::entry::EntryKind;
use crate::model::file_name::FileName;
use crate::model::id::{AccountId, BlobId, DownloadId, EntryId, UploadId};
use crate::model::upload::Sha256Hex;

/// The state of an object that a row refers to. Renditions use only `pending`, `stored` and `deleting`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobState {
    /// The row exists, and the store was not called yet.
    Pending,
    /// Bytes are being received.
    Uploading,
    /// A process holds the lease: it finds out which parts have arrived, and has the store join them.
    Completing,
    /// The object is complete and in use.
    Stored,
    /// The object is to be deleted from the store.
    Deleting,
}

/// A name with the forms of it by which it is found and sorted (`domain/entries/names.rs`).
#[derive(Clone, Debug)]
pub struct NameForms {
    /// As it is shown.
    pub name: String,
    /// In the form in which two names count as equal.
    pub folded: String,
    /// The key by which names are sorted.
    pub sort: String,
}

/// The kinds of background jobs. The migration of `jobs` says what the subject of each is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Complete an upload whose completion was interrupted.
    CompleteUpload,
    /// Give up an upload that has expired.
    ExpireUpload,
    /// Delete an object, and then its row.
    DeleteBlob,
    /// Read an object back and compare it with what was sent.
    VerifyBlob,
    /// Read an object again that was compared before.
    ScrubBlob,
    /// Delete an avatar's object, and then its row.
    DeleteAvatar,
}

/// A CRC-32, stored as eight lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crc32(pub u32);

/// Names of folders, outermost first, stored as a JSON list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderPath(pub Vec<FileName>);

impl Crc32 {
    fn parse(text: &str) -> Option<Self> {
        let is_hex = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex { u32::from_str_radix(text, 16).ok().map(Self) } else { None }
    }
}

impl fmt::Display for Crc32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl FolderPath {
    fn parse(text: &str) -> Option<Self> {
        let names: Vec<String> = serde_json::from_str(text).ok()?;
        names.iter().map(|name| FileName::parse(name).ok()).collect::<Option<_>>().map(Self)
    }
}

impl fmt::Display for FolderPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.iter().map(FileName::as_str).collect();
        f.write_str(&serde_json::to_string(&names).map_err(|_| fmt::Error)?)
    }
}

/// Makes column types of types that are written and parsed as text.
macro_rules! text_columns {
    ($($type:ty: $write:expr, $read:expr;)+) => {
        $(
            impl Type<Any> for $type {
                fn type_info() -> AnyTypeInfo {
                    <str as Type<Any>>::type_info()
                }

                fn compatible(ty: &AnyTypeInfo) -> bool {
                    <str as Type<Any>>::compatible(ty)
                }
            }

            impl Encode<'_, Any> for $type {
                fn encode_by_ref(&self, buf: &mut <Any as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                    let write: fn(&$type) -> String = $write;
                    <String as Encode<'_, Any>>::encode(write(self), buf)
                }
            }

            impl<'r> Decode<'r, Any> for $type {
                fn decode(value: <Any as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
                    let read: fn(&str) -> Option<$type> = $read;
                    let text = <&str as Decode<'r, Any>>::decode(value)?;
                    read(text).ok_or_else(|| format!("{text:?} is no {}", stringify!($type)).into())
                }
            }
        )+
    };
}

/// Makes column types of enumerations, each variant stored as one word.
macro_rules! word_columns {
    ($($type:ident { $($variant:ident = $word:literal,)+ })+) => {
        text_columns! {
            $($type:
                |value| match value { $($type::$variant => $word,)+ }.to_owned(),
                |text| match text { $($word => Some($type::$variant),)+ _ => None };)+
        }
    };
}

text_columns! {
    AccountId: ToString::to_string, AccountId::parse;
    BlobId: ToString::to_string, BlobId::parse;
    DownloadId: ToString::to_string, DownloadId::parse;
    EntryId: ToString::to_string, EntryId::parse;
    UploadId: ToString::to_string, UploadId::parse;
    Sha256Hex: ToString::to_string, Sha256Hex::parse;
    FileName: |name| name.as_str().to_owned(), |text| FileName::parse(text).ok();
    FolderPath: ToString::to_string, FolderPath::parse;
    Crc32: ToString::to_string, Crc32::parse;
}

word_columns! {
    Role { Administrator = "administrator", Member = "member", }
    EntryKind { Folder = "folder", File = "file", }
    BlobState {
        Pending = "pending", Uploading = "uploading", Completing = "completing", Stored = "stored", Deleting = "deleting",
    }
    JobKind {
        CompleteUpload = "complete_upload",
        ExpireUpload = "expire_upload",
        DeleteBlob = "delete_blob",
        VerifyBlob = "verify_blob",
        ScrubBlob = "scrub_blob",
        DeleteAvatar = "delete_avatar",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn back<T>(value: T) -> Result<T, sqlx::Error>
    where
        T: Type<Any> + for<'q> Encode<'q, Any> + for<'r> Decode<'r, Any> + Send + Unpin + 'static,
    {
        sqlx::any::install_default_drivers();
        let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
        sqlx::query_scalar("SELECT $1").bind(value).fetch_one(&pool).await
    }

    #[tokio::test]
    async fn what_is_written_reads_back() {
        let id = BlobId::parse("06dqs4v3g1s7n8b2k9m0a1c2e3").expect("an id");
        assert_eq!(back(id.clone()).await.expect("a column"), id);
        assert_eq!(back(BlobState::Completing).await.expect("a column"), BlobState::Completing);
        assert_eq!(back(EntryKind::Folder).await.expect("a column"), EntryKind::Folder);
        assert_eq!(back(Crc32(0xab)).await.expect("a column"), Crc32(0xab));
        assert_eq!(back(None::<Crc32>).await.expect("a column"), None);
        let path = FolderPath(["a \"b\"", "é"].map(|name| FileName::parse(name).expect("a name")).to_vec());
        assert_eq!(back(path.clone()).await.expect("a column"), path);
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        assert_eq!(Crc32::parse("abc"), None);
        assert_eq!(Crc32::parse("+0000001"), None, "a sign is no digit");
        assert_eq!(FolderPath::parse("[\"\"]"), None);
        assert_eq!(FolderPath::parse("a"), None);
    }
}
