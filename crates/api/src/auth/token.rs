//! Opaque tokens: random, shown once, stored as a hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A token that has just been made.
pub struct Secret(String);

impl Secret {
    /// A new token of 256 random bits behind a prefix that says what it is.
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        let bytes: [u8; 32] = rand::random();
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
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

    /// The token itself, to be shown once.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}
