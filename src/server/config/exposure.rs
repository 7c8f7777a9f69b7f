//! The settings for the exposure of public locations, and which of them may be combined.

use crate::server::config::address::{Url, base};
use crate::server::config::kind::StorageKind;
use crate::server::config::read::Reader;
use crate::server::storage::{Cdn, CdnKey, Exposure, Exposures};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    App,
    Policy,
    Acl,
    Cdn,
}

const WORDS: [(&str, Word); 4] = [("app", Word::App), ("policy", Word::Policy), ("acl", Word::Acl), ("cdn", Word::Cdn)];

/// The variables of one location: its exposure, and the address required for `cdn`.
type Variables = (&'static str, &'static str);

const STATIC: Variables = ("HOLDALL_STATIC_EXPOSURE", "HOLDALL_STATIC_URL");
const MEDIA: Variables = ("HOLDALL_MEDIA_EXPOSURE", "HOLDALL_MEDIA_URL");

pub(super) fn exposures(reader: &mut Reader<'_>, kind: StorageKind, site: &Url) -> Exposures {
    let key = cdn_key(reader);
    let exposures = Exposures {
        static_: exposure(reader, STATIC, kind, site, key.as_ref()),
        media: exposure(reader, MEDIA, kind, site, key.as_ref()),
    };
    let none_is_in_front = [&exposures.static_, &exposures.media].iter().all(|one| !matches!(one, Exposure::Cdn(_)));
    if key.is_some() && none_is_in_front {
        reader.fault("HOLDALL_CDN_KEY_ID", "is for HOLDALL_STATIC_EXPOSURE=cdn or HOLDALL_MEDIA_EXPOSURE=cdn");
    }
    exposures
}

fn exposure(
    reader: &mut Reader<'_>,
    (variable, address): Variables,
    kind: StorageKind,
    site: &Url,
    key: Option<&CdnKey>,
) -> Exposure {
    let word = reader.one_of(variable, &WORDS).unwrap_or(Word::App);
    let base = reader.parsed(address, "http:// or https:// and a host, with a path or without", base);
    match (word, base) {
        (Word::Cdn, Some(base)) => {
            if site.is_https() && base.starts_with("http://") {
                reader.fault(address, "must begin with https://, as HOLDALL_URL does: browsers refuse the mixture");
            }
            return Exposure::Cdn(Cdn { base, key: key.cloned() });
        }
        (Word::Cdn, None) => {
            if reader.text(address).is_none() {
                reader
                    .fault(address, &format!("is missing: {variable}=cdn needs the address in front of the location"));
            }
        }
        (_, Some(_)) => reader.fault(address, &format!("goes with {variable}=cdn: set that too, or leave it out")),
        (Word::Policy | Word::Acl, None) if kind == StorageKind::Local => {
            reader.fault(variable, "policy and acl are of a bucket: set HOLDALL_STORAGE=s3 too, or leave it out");
        }
        (Word::Policy, None) => return Exposure::Policy,
        (Word::Acl, None) => return Exposure::Acl,
        (Word::App, None) => {}
    }
    Exposure::App
}

/// The CDN's private key in PEM. Line ends may be written as `\n`, because many environments allow no line breaks.
fn cdn_key(reader: &mut Reader<'_>) -> Option<CdnKey> {
    let (id, key) = (reader.text("HOLDALL_CDN_KEY_ID"), reader.text("HOLDALL_CDN_KEY"));
    match (id, key) {
        (Some(id), Some(pem)) => {
            let key = CdnKey::parse(&id, &pem.replace("\\n", "\n"));
            if key.is_none() {
                let takes = "takes a private key in PEM, RSA of 2048 bits or more or ECDSA on P-256, and \
                             HOLDALL_CDN_KEY_ID the id that CloudFront gave its public half";
                reader.fault("HOLDALL_CDN_KEY", takes);
            }
            key
        }
        (Some(_), None) => {
            reader.fault("HOLDALL_CDN_KEY", "is missing: HOLDALL_CDN_KEY_ID is set, and one needs the other");
            None
        }
        (None, Some(_)) => {
            reader.fault("HOLDALL_CDN_KEY_ID", "is missing: HOLDALL_CDN_KEY is set, and one needs the other");
            None
        }
        (None, None) => None,
    }
}
