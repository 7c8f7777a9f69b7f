//! Identifiers: how rows are named in addresses, forms and tables. The server generates them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The length of an id in characters: 128 bits in base32hex.
pub const ID_LENGTH: usize = 26;

/// Whether `text` is a well-formed id: 26 characters of `0-9a-v` (RFC 4648 §7, lower case).
fn is_id(text: &str) -> bool {
    text.len() == ID_LENGTH && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v'))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses an id from an address or a column; `None` if it is malformed.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                is_id(text).then(|| Self(text.to_owned()))
            }

            /// The id as its 26 characters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or("not an id")
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id! {
    /// Identifies an account.
    AccountId
}
id! {
    /// Identifies an entry: a file or a folder of an account.
    EntryId
}
id! {
    /// Identifies an upload that is not complete yet.
    UploadId
}
id! {
    /// Identifies a blob: bytes in the store, or being uploaded to it or deleted from it.
    BlobId
}
id! {
    /// Identifies a download: an archive that was requested.
    DownloadId
}

impl UploadId {
    /// The blob that this upload creates; the two share one id.
    #[must_use]
    pub fn blob(&self) -> BlobId {
        BlobId(self.0.clone())
    }
}

impl BlobId {
    /// The upload that creates, or created, this blob.
    #[must_use]
    pub fn upload(&self) -> UploadId {
        UploadId(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_26_characters_of_base32hex() {
        assert!(EntryId::parse("06dqs4v3g1s7n8b2k9m0a1c2e3").is_some());
        for bad in [
            "",
            "06dqs4v3g1s7n8b2k9m0a1c2e",
            "06DQS4V3G1S7N8B2K9M0A1C2E3",
            "06dqs4v3g1s7n8b2k9m0a1c2ez",
            "../../../../etc/passwd/aaa",
        ] {
            assert!(EntryId::parse(bad).is_none(), "{bad:?} is no id");
        }
    }
}
