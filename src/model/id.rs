//! Identifiers: what rows are called in addresses, forms and tables. How they are made is the server's business.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The length of an id in characters: 128 bits in base32hex.
pub const ID_LENGTH: usize = 26;

/// Whether `text` could be an id: 26 characters of `0-9a-v` (RFC 4648 §7, lower case).
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
            /// Reads an id as it stands in an address or a column; anything else is `None`.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                is_id(text).then(|| Self(text.to_owned()))
            }

            /// The 26 characters.
            #[must_use]
            pub fn as_str(&self) -> &str {
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
    /// Names an account.
    AccountId
}
id! {
    /// Names an entry: a file or a folder of an account.
    EntryId
}
id! {
    /// Names an upload that is not complete yet.
    UploadId
}
id! {
    /// Names bytes that lie in the store, or are on their way there or from there.
    BlobId
}
id! {
    /// Names a download: an archive that somebody asked for.
    DownloadId
}

impl UploadId {
    /// The bytes that come in by this upload: they have its id.
    #[must_use]
    pub fn blob(&self) -> BlobId {
        BlobId(self.0.clone())
    }
}

impl BlobId {
    /// The upload that these bytes come in by, or came in by.
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
