//! Signed addresses for CloudFront, using a canned policy: one address, valid until one moment. See “Create a signed
//! URL using a canned policy” in the CloudFront Developer Guide; signatures use SHA-256 (`Hash-Algorithm=SHA256`).

use std::fmt;
use std::sync::Arc;

use data_encoding::BASE64;
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;

/// A day in seconds.
const DAY: i64 = 86_400;

/// A CloudFront key pair: RSA with 2048 bits or ECDSA on P-256. Its `Debug` output omits the key.
#[derive(Clone)]
pub struct CdnKey {
    id: String,
    pair: Arc<Pair>,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
}

impl fmt::Debug for CdnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CdnKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl CdnKey {
    /// Parses a private key in PEM (PKCS#1, PKCS#8 or SEC1) whose public key is registered with CloudFront under `id`;
    /// `None` for anything else.
    #[must_use]
    pub fn parse(id: &str, pem: &str) -> Option<Self> {
        let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let pair = pair(&PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok()?)?;
        plain.then(|| Self { id: id.to_owned(), pair: Arc::new(pair) })
    }

    /// Signs the address so that it is valid until `expires` (seconds since 1970).
    ///
    /// # Errors
    /// If the operating system provides no random numbers.
    pub fn sign(&self, address: &str, expires: i64) -> Result<String, ring::error::Unspecified> {
        let policy = policy(address, expires);
        let signature = self.signature(policy.as_bytes())?;
        let joint = if address.contains('?') { '&' } else { '?' };
        Ok(format!(
            "{address}{joint}Expires={expires}&Signature={}&Key-Pair-Id={}&Hash-Algorithm=SHA256",
            in_address(&signature),
            self.id
        ))
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, ring::error::Unspecified> {
        let random = SystemRandom::new();
        match &*self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&signature::RSA_PKCS1_SHA256, &random, message, &mut signature)?;
                Ok(signature)
            }
            Pair::Ecdsa(pair) => Ok(pair.sign(&random, message)?.as_ref().to_vec()),
        }
    }
}

/// The expiry of an address signed at `now`, both in seconds since 1970: at least one day and at most two days later.
/// All addresses of one day expire at the same moment, so that they are equal and browsers can cache them.
pub(super) fn expiry(now: i64) -> i64 {
    (now.div_euclid(DAY) + 2) * DAY
}

fn pair(key: &PrivateKeyDer<'_>) -> Option<Pair> {
    let curve = &signature::ECDSA_P256_SHA256_ASN1_SIGNING;
    match key {
        PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()).ok().map(Pair::Rsa),
        PrivateKeyDer::Pkcs8(key) => {
            let key = key.secret_pkcs8_der();
            let rsa = RsaKeyPair::from_pkcs8(key).ok().map(Pair::Rsa);
            rsa.or_else(|| EcdsaKeyPair::from_pkcs8(curve, key, &SystemRandom::new()).ok().map(Pair::Ecdsa))
        }
        PrivateKeyDer::Sec1(key) => {
            // ring parses only PKCS#8; of a SEC1 key it needs just the private and the public key.
            let (private, public) = sec1(key.secret_sec1_der())?;
            let pair = EcdsaKeyPair::from_private_key_and_public_key(curve, private, public, &SystemRandom::new());
            pair.ok().map(Pair::Ecdsa)
        }
        _ => None,
    }
}

/// The private key and the public point in the encoding of a P-256 key (RFC 5915), at their fixed offsets.
fn sec1(der: &[u8]) -> Option<(&[u8], &[u8])> {
    const BEFORE_PRIVATE: usize = 7;
    const NUMBER: usize = 32;
    const POINT: usize = 65;
    let private = der.get(BEFORE_PRIVATE..BEFORE_PRIVATE + NUMBER)?;
    let public = der.get(der.len().checked_sub(POINT)?..)?;
    Some((private, public))
}

fn policy(address: &str, expires: i64) -> String {
    // CloudFront rebuilds this text and compares it: no spaces, and exactly this order.
    format!(
        r#"{{"Statement":[{{"Resource":"{address}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}"#
    )
}

/// Base64 in which CloudFront's replacements stand for the three characters that are special in a query.
fn in_address(bytes: &[u8]) -> String {
    BASE64.encode(bytes).replace('+', "-").replace('=', "_").replace('/', "~")
}

#[cfg(test)]
mod tests {
    //! The keys and signatures were made by `openssl genrsa`, `openssl ecparam` and `openssl dgst -sha256 -sign`.
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

    const ADDRESS: &str = "https://cdn.example.org/media/ab/c?size=1";
    const EXPIRES: i64 = 1_767_290_400;
    const POLICY: &str = r#"{"Statement":[{"Resource":"https://cdn.example.org/media/ab/c?size=1","Condition":{"DateLessThan":{"AWS:EpochTime":1767290400}}}]}"#;
    const RSA_SIGNATURE: &str = "IjW~Mbr5kbjsL7s~RV0KgZHJJsuawnmgtHOnzmiOwXxemHHwugcUpBqMy6D2aaIZQ9R2B76FuQo1jJ72kqWnzDuFi32LOCf~kaqB\
         gMN7rBpbUlwNfFxj9KeyhfZENMoC5HdfJ-o25A2g-b1UxzEkfUP-tdeWjhAa9gCA8JyNDtAgR6Q0wkHAln5kNcm0bNwTVJ794h4K\
         k3wUcOyV6i2SCXP6p2z5wfAY0crjEeIWsyVezZ1r286DTvhGFAFwcNpoFoTA18Qp8UsK9Eo4uniUYu-FAFKFdUNC154gK-V3C4Ol\
         HlHj7LZsUBQsnLiNpAMPzw0gFVwSM5c3OHsJH20H5A__";
    const ECDSA_PUBLIC: &str =
        "BOjcS520Xm6ltZJSxqkeurlnelidU8kl8tQl14nlAe5xOeNFvn49UeDmfa8PMBo3YkWs6VB+qlxfvGkxoZWNYpQ=";
    const ECDSA_SIGNATURE: &str =
        "MEQCICb+DYvtP2Ss+ZtTTg4LDtsIXbf+8IX6Dx0d8ISx82V1AiAR/nbBS8vJcMcOoelGKTXDMBcf3Y2GiG/svi/f8mqkBw==";

    #[test]
    fn a_policy_is_the_text_that_cloudfront_makes_too() {
        assert_eq!(policy(ADDRESS, EXPIRES), POLICY);
    }

    #[test]
    fn an_rsa_signature_is_the_one_openssl_makes() {
        for pem in [include_str!("test-rsa.pem"), include_str!("test-rsa-pkcs8.pem")] {
            let key = CdnKey::parse("K2JCJMDEHXQW5F", pem).unwrap();
            let signed = key.sign(ADDRESS, EXPIRES).unwrap();
            let query = format!(
                "&Expires=1767290400&Signature={RSA_SIGNATURE}&Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256"
            );
            assert_eq!(signed, format!("{ADDRESS}{query}"));
        }
    }

    #[test]
    fn an_ecdsa_signature_is_one_as_openssl_makes_them() {
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, BASE64.decode(ECDSA_PUBLIC.as_bytes()).unwrap());
        public.verify(POLICY.as_bytes(), &BASE64.decode(ECDSA_SIGNATURE.as_bytes()).unwrap()).unwrap();
        for pem in [include_str!("test-ecdsa.pem"), include_str!("test-ecdsa-pkcs8.pem")] {
            let signed = CdnKey::parse("K1", pem).unwrap().sign(ADDRESS, EXPIRES).unwrap();
            let signature = signed.split("&Signature=").nth(1).unwrap().split('&').next().unwrap();
            let signature = signature.replace('-', "+").replace('_', "=").replace('~', "/");
            public.verify(POLICY.as_bytes(), &BASE64.decode(signature.as_bytes()).unwrap()).unwrap();
        }
    }

    #[test]
    fn what_is_no_key_is_refused_and_what_is_one_is_not_printed() {
        for (id, pem) in [("K1", ""), ("K1", "-----BEGIN CERTIFICATE-----"), ("", include_str!("test-rsa.pem"))] {
            assert!(CdnKey::parse(id, pem).is_none(), "{id} {pem}");
        }
        let key = CdnKey::parse("K1", include_str!("test-ecdsa.pem")).unwrap();
        assert_eq!(format!("{key:?}"), "CdnKey { id: \"K1\", .. }");
    }

    #[test]
    fn all_addresses_of_a_day_end_at_the_same_moment() {
        assert_eq!(expiry(0), 2 * DAY);
        assert_eq!(expiry(DAY - 1), 2 * DAY);
        assert_eq!(expiry(DAY), 3 * DAY);
    }
}
