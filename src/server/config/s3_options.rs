//! The settings for the headers of objects, and for the certificates of the store.

use crate::server::config::read::Reader;
use crate::server::storage::{Encryption, holds_certificates};

/// The maximum bytes of metadata that S3 accepts for an object, names and values together.
const METADATA_LIMIT: usize = 2048;

/// The settings as far as they were given.
pub(super) struct S3Options {
    pub(super) authorities: Option<Vec<u8>>,
    pub(super) storage_class: Option<String>,
    pub(super) encryption: Option<Encryption>,
    pub(super) metadata: Vec<(String, String)>,
    pub(super) most_parts: Option<u32>,
}

impl S3Options {
    /// Each variable, and whether it was given.
    pub(super) fn given(&self) -> [(&'static str, bool); 5] {
        [
            ("HOLDALL_S3_CA", self.authorities.is_some()),
            ("HOLDALL_S3_STORAGE_CLASS", self.storage_class.is_some()),
            ("HOLDALL_S3_ENCRYPTION", self.encryption.is_some()),
            ("HOLDALL_S3_METADATA", !self.metadata.is_empty()),
            ("HOLDALL_S3_MAX_PARTS", self.most_parts.is_some()),
        ]
    }
}

pub(super) fn settings(reader: &mut Reader<'_>) -> S3Options {
    let class = |text: &str| {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        plain.then(|| text.to_owned())
    };
    let metadata = "names and values such as site=holdall, team=files: letters, digits and - in names, printable ASCII \
                    without a comma in values, 2 kB in all";
    S3Options {
        authorities: reader.parsed("HOLDALL_S3_CA", "a file of certificates in PEM that can be read", authorities),
        storage_class: reader.parsed("HOLDALL_S3_STORAGE_CLASS", "a storage class such as STANDARD_IA", class),
        encryption: reader.parsed(
            "HOLDALL_S3_ENCRYPTION",
            "AES256, aws:kms, or aws:kms: and a key's id or ARN",
            encryption,
        ),
        metadata: reader
            .parsed("HOLDALL_S3_METADATA", metadata, crate::server::config::s3_options::metadata)
            .unwrap_or_default(),
        most_parts: reader.parsed("HOLDALL_S3_MAX_PARTS", "a number from 1 to 10000", most_parts),
    }
}

fn most_parts(text: &str) -> Option<u32> {
    text.parse().ok().filter(|most| (1..=10_000).contains(most))
}

fn authorities(path: &str) -> Option<Vec<u8>> {
    std::fs::read(path).ok().filter(|pem| holds_certificates(pem))
}

fn encryption(text: &str) -> Option<Encryption> {
    match text {
        "AES256" => Some(Encryption::Store),
        "aws:kms" => Some(Encryption::Kms { key: None }),
        _ => {
            let key = text.strip_prefix("aws:kms:").filter(|key| !key.is_empty())?;
            key.bytes().all(|byte| byte.is_ascii_graphic()).then(|| Encryption::Kms { key: Some(key.to_owned()) })
        }
    }
}

fn metadata(text: &str) -> Option<Vec<(String, String)>> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        let plain = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        plain.then(|| (name.to_owned(), value.to_owned()))
    };
    let pairs: Vec<_> = text.split(',').map(pair).collect::<Option<_>>()?;
    let length: usize = pairs.iter().map(|(name, value)| name.len() + value.len()).sum();
    (length <= METADATA_LIMIT).then_some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_in_the_words_of_s3() {
        assert_eq!(encryption("AES256"), Some(Encryption::Store));
        assert_eq!(encryption("aws:kms"), Some(Encryption::Kms { key: None }));
        let arn = "arn:aws:kms:eu-central-1:1:key/2";
        assert_eq!(encryption(&format!("aws:kms:{arn}")), Some(Encryption::Kms { key: Some(arn.to_owned()) }));
        assert_eq!(["aws:kms:", "aes", "aws:kms:a b"].map(encryption), [None, None, None]);
    }

    #[test]
    fn parts_are_at_most_those_of_s3() {
        assert_eq!(["1", "1000", "10000"].map(most_parts), [Some(1), Some(1000), Some(10_000)]);
        assert_eq!(["0", "10001", "-5", "many"].map(most_parts), [None; 4]);
    }

    #[test]
    fn metadata_is_a_list_of_plain_pairs() {
        let pairs = metadata("site=holdall, team = the files team").expect("two pairs");
        assert_eq!(pairs[1], ("team".to_owned(), "the files team".to_owned()));
        for bad in ["site", "=x", "Site=x", "a b=x", "site=ä", &format!("a={}", "x".repeat(3000))] {
            assert_eq!(metadata(bad), None, "{bad}");
        }
    }
}
