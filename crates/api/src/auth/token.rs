//! Opaque tokens: random, shown once, stored as a hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use usher_domain::OrganizationId;
use uuid::Uuid;

/// A token that has just been made.
pub struct Secret(String);

impl Secret {
    /// A new token of 256 random bits behind a prefix that says what it is.
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        let bytes: [u8; 32] = rand::random();
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// A new token of 256 random bits that says which organization it belongs to: its row is found behind that tenant's wall.
    #[must_use]
    pub fn of_organization(prefix: &str, organization: OrganizationId) -> Self {
        let random: [u8; 32] = rand::random();
        let bytes = [organization.uuid().as_bytes().as_slice(), &random].concat();
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Which organization a token of [`Secret::of_organization`] belongs to; `None` if it is no such token.
    #[must_use]
    pub fn organization(&self, prefix: &str) -> Option<OrganizationId> {
        let bytes = URL_SAFE_NO_PAD.decode(self.0.strip_prefix(prefix)?).ok()?;
        let (organization, random) = bytes.split_first_chunk::<16>()?;
        (random.len() == 32).then(|| Uuid::from_bytes(*organization).into())
    }

    /// A token that came with a request.
    #[must_use]
    pub fn given(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// What is stored of it. A fast hash serves: the token is no password but 256 random bits.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The token itself.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The token itself, to be shown once.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}
