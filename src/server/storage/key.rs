//! The name of an object in a location, also used as a database column type. The text does not include the location's
//! name, so that renaming a location orphans no objects.

use std::fmt;
use std::marker::PhantomData;

use data_encoding::BASE32HEX_NOPAD;
use sqlx::any::{Any, AnyTypeInfo};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

use crate::server::storage::location::{Location, LocationKind, RandomLocation};

/// Random bytes in a key: enough that keys can neither be guessed nor collide.
const RANDOM_BYTES: usize = 16;
/// The length of those bytes in base32hex without padding.
const RANDOM_TEXT: usize = 26;
/// The maximum length of a static key, in bytes.
const LONGEST_PATH: usize = 200;

/// The prefix of the canaries' names, in every location.
pub(super) const CANARIES: &str = ".canary/";

/// An object's name in the location `L`. Its characters are safe in file paths and in addresses.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key<L: Location> {
    text: String,
    location: PhantomData<fn() -> L>,
}

/// The text is not a valid key of the location.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a key of this location")]
pub struct NotAKey;

impl<L: Location> Key<L> {
    /// A name for a canary, an object that probes a location. [`Key::parse`] rejects such names.
    pub(super) fn canary() -> Self {
        Self::known(format!("{CANARIES}{}", random_name()))
    }
}

impl<L: RandomLocation> Key<L> {
    /// A new random key, unique and impossible to guess.
    ///
    /// # Panics
    /// If the operating system provides no random numbers: private objects cannot be named safely without them.
    pub fn random() -> Self {
        let name = random_name();
        Self::known(format!("{}/{name}", &name[..2]))
    }
}

impl<L: Location> Key<L> {
    /// Parses a key: a path of plain characters in `Static`, and exactly the format of random keys elsewhere.
    ///
    /// # Errors
    /// [`NotAKey`] for any other text.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let fits = match L::KIND {
            LocationKind::Static => is_plain_path(text),
            LocationKind::Media | LocationKind::Private => is_random_name(text),
        };
        if fits { Ok(Self::known(text.to_owned())) } else { Err(NotAKey) }
    }

    /// The key as text, without its location.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn known(text: String) -> Self {
        Self { text, location: PhantomData }
    }
}

fn random_name() -> String {
    let mut bytes = [0; RANDOM_BYTES];
    getrandom::fill(&mut bytes).expect("the operating systems Holdall runs on always have random numbers");
    BASE32HEX_NOPAD.encode(&bytes).to_ascii_lowercase()
}

/// Whether the text is a relative path of plain segments, safe on every file system and in every address.
pub(super) fn is_plain_path(text: &str) -> bool {
    let plain = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
    };
    text.len() <= LONGEST_PATH && text.split('/').all(plain)
}

fn is_random_name(text: &str) -> bool {
    text.split_once('/').is_some_and(|(folder, name)| {
        name.len() == RANDOM_TEXT
            && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v'))
            && folder.len() == 2
            && name.starts_with(folder)
    })
}

impl<L: Location> fmt::Display for Key<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<L: Location> fmt::Debug for Key<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key<{:?}>({})", L::KIND, self.text)
    }
}

impl<L: Location> Type<Any> for Key<L> {
    fn type_info() -> AnyTypeInfo {
        <str as Type<Any>>::type_info()
    }

    fn compatible(ty: &AnyTypeInfo) -> bool {
        <str as Type<Any>>::compatible(ty)
    }
}

impl<L: Location> Encode<'_, Any> for Key<L> {
    fn encode_by_ref(&self, buf: &mut <Any as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <&str as Encode<'_, Any>>::encode(self.as_str(), buf)
    }
}

impl<'r, L: Location> Decode<'r, Any> for Key<L> {
    fn decode(value: <Any as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self::parse(<&str as Decode<'r, Any>>::decode(value)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::storage::location::{Media, Private, Static};

    #[test]
    fn a_random_key_is_new_and_reads_back() {
        let key = Key::<Private>::random();
        assert_ne!(key, Key::<Private>::random());
        assert_eq!(Key::parse(key.as_str()), Ok(key.clone()));
        assert_eq!(key.as_str().len(), 29);
    }

    #[test]
    fn only_the_random_shape_names_a_picture_or_a_file() {
        let good = "0a/0a23456789abcdefghijklmnop";
        assert!(Key::<Media>::parse(good).is_ok());
        let bad = [
            "",
            "/",
            "0a/",
            "0b/0a23456789abcdefghijklmnop",
            "0a/0a23456789abcdefghijklmno",
            "0A/0A23456789abcdefghijklmnop",
            "0a/0a23456789abcdefghijklmnopq",
            "0a/0a23456789abcdefghijklmnoz",
            "0a23456789abcdefghijklmnop",
            "../0a23456789abcdefghijklmnop",
            "é/éa23456789abcdefghijklmnop",
        ];
        for text in bad {
            assert_eq!(Key::<Private>::parse(text), Err(NotAKey), "{text:?}");
        }
    }

    #[test]
    fn a_canary_is_no_name_from_outside() {
        let canary = Key::<Private>::canary();
        assert!(canary.as_str().starts_with(CANARIES) && canary.as_str().len() == CANARIES.len() + RANDOM_TEXT);
        assert_eq!(Key::<Private>::parse(canary.as_str()), Err(NotAKey));
        assert_eq!(Key::<Media>::parse(canary.as_str()), Err(NotAKey));
    }

    #[test]
    fn a_static_key_is_a_plain_path() {
        for text in ["release.json", "3fa9/pkg/holdall_bg.wasm", "a/.b/c..d", "x-1/y_2"] {
            assert!(Key::<Static>::parse(text).is_ok(), "{text:?}");
        }
        let long = "a".repeat(201);
        for text in ["", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "a\\b", "a b", "a\0", "ä", "a%2e", &long] {
            assert_eq!(Key::<Static>::parse(text), Err(NotAKey), "{text:?}");
        }
    }

    #[tokio::test]
    async fn a_key_is_a_column_and_a_bad_row_is_an_error() {
        sqlx::any::install_default_drivers();
        // One connection, because each one to `:memory:` is a database of its own.
        let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
        let key = Key::<Private>::random();
        let back: Key<Private> = sqlx::query_scalar("SELECT $1").bind(&key).fetch_one(&pool).await.unwrap();
        assert_eq!(back, key);
        let none: Option<Key<Private>> =
            sqlx::query_scalar("SELECT $1").bind(None::<Key<Private>>).fetch_one(&pool).await.unwrap();
        assert_eq!(none, None);
        let bad = sqlx::query_scalar::<_, Key<Private>>("SELECT '../etc/passwd'").fetch_one(&pool).await;
        assert!(matches!(bad, Err(sqlx::Error::ColumnDecode { .. })));
    }
}
