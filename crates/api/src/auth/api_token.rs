//! Tokens of integrations: `ush_`, 110 letters and digits, and a checksum of six.
//!
//! The 110 say the organization, the member and the token, so that one round trip finds its row behind the tenant's wall,
//! and 256 random bits, of which the database has the hash. The checksum is the CRC-32 of the 110, in six letters and
//! digits: so a token that was not copied whole, or what a scanner took for one, is told apart by itself.

use sha2::{Digest, Sha256};
use usher_domain::{MemberId, OrganizationId, TokenId};
use usher_store::{Identity, TokenProof};
use uuid::Uuid;

use crate::http::Problem;

/// What tokens of integrations begin with.
pub const PREFIX: &str = "ush_";

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How many digits eight bytes take; below, how many the checksum.
const WORD: usize = 11;
const SUM: usize = 6;

/// The three identifiers and the secret, in words of eight bytes.
const WORDS: usize = (3 * 16 + 32) / 8;

/// The random bits of a token.
pub struct TokenSecret([u8; 32]);

impl TokenSecret {
    /// New ones.
    #[must_use]
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// What is stored of it. A fast hash serves: it is no password but 256 random bits.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// The token, to be shown once.
    #[must_use]
    pub fn text(&self, organization: OrganizationId, member: MemberId, token: TokenId) -> String {
        let ids = [organization.uuid(), member.uuid(), token.uuid()];
        let bytes: Vec<u8> = ids.iter().flat_map(|id| *id.as_bytes()).chain(self.0).collect();
        let words = bytes.as_chunks::<8>().0.iter();
        let body: String = words.map(|word| digits(u64::from_be_bytes(*word), WORD)).collect();
        let sum = digits(checksum(&body).into(), SUM);
        format!("{PREFIX}{body}{sum}")
    }
}

/// Who a token says that it speaks for; whether it does is for the database to say.
///
/// # Errors
/// 401: it is no token of this shape, or was not copied whole.
pub fn identify(text: &str) -> Result<Identity, Problem> {
    let invalid = |detail| Problem::unauthenticated("token_invalid", detail);
    let malformed = || invalid("This is no token of this server: one is `ush_` and 116 letters and digits.");
    let rest = text.strip_prefix(PREFIX).filter(|rest| rest.len() == WORDS * WORD + SUM && rest.is_ascii());
    let (body, sum) = rest.ok_or_else(malformed)?.split_at(WORDS * WORD);
    if number(sum) != Some(checksum(body).into()) {
        return Err(invalid("The checksum of this token is wrong: it was not copied as it was given."));
    }
    let mut bytes = [0; WORDS * 8];
    for (index, word) in bytes.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        *word = number(&body[index * WORD..][..WORD]).ok_or_else(malformed)?.to_be_bytes();
    }
    let id = |index: usize| Uuid::from_slice(&bytes[index * 16..][..16]).unwrap_or_default();
    let token = TokenProof { organization: id(0).into(), secret_hash: Sha256::digest(&bytes[48..]).into() };
    Ok(Identity { account: id(1).into(), session: id(2).into(), token: Some(token) })
}

fn digits(mut number: u64, length: usize) -> String {
    let mut digits = vec![0; length];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[usize::try_from(number % 62).unwrap_or_default()];
        number /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

/// The number that digits stand for; none if something else is among them, or if it takes more than eight bytes.
fn number(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0_u64, |number, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'A'..=b'Z' => digit - b'A' + 10,
            b'a'..=b'z' => digit - b'a' + 36,
            _ => return None,
        };
        number.checked_mul(62)?.checked_add(value.into())
    })
}

/// CRC-32 as zip and PNG have it.
fn checksum(text: &str) -> u32 {
    !text.bytes().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_that_everybody_computes() {
        assert_eq!(checksum("123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_token_says_whose_it_is_and_nothing_else_is_one() {
        let (organization, member, token) = (OrganizationId::new(), MemberId::new(), TokenId::new());
        for secret in [TokenSecret([0; 32]), TokenSecret([255; 32]), TokenSecret::random()] {
            let text = secret.text(organization, member, token);
            assert!(text.len() == 120 && text[4..].bytes().all(|byte| byte.is_ascii_alphanumeric()), "{text}");
            let identity = identify(&text).unwrap();
            assert_eq!((identity.account.uuid(), identity.session.uuid()), (member.uuid(), token.uuid()));
            let proof = TokenProof { organization, secret_hash: secret.hash() };
            assert_eq!(identity.token, Some(proof));
            for index in PREFIX.len()..text.len() {
                let mut other = text.clone().into_bytes();
                other[index] = if other[index] == b'x' { b'y' } else { b'x' };
                assert!(identify(std::str::from_utf8(&other).unwrap()).is_err(), "{index}");
            }
            for cut in [text[..119].to_owned(), format!("{text}0"), text.replace("ush_", "ush-"), String::from(PREFIX)]
            {
                assert!(identify(&cut).is_err(), "{cut}");
            }
        }
        // Eleven digits can say more than eight bytes hold, and some letters are more than a byte.
        let body = "z".repeat(WORDS * WORD);
        assert!(identify(&format!("{PREFIX}{body}{}", digits(checksum(&body).into(), SUM))).is_err());
        assert!(identify(&format!("{PREFIX}{}", "é".repeat(58))).is_err());
    }
}
