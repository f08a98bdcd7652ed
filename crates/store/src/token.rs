//! Tokens of integrations, as requests show them.

use usher_domain::{Id, Kind, kind};

use crate::{Identity, OrganizationKey, Store, StoreError, caller::Mode};

/// What a token of an integration shows for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenProof {
    /// The organization that it acts in.
    pub organization: Id<kind::Organization>,
    /// The hash of its secret.
    pub secret_hash: [u8; 32],
}

impl TokenProof {
    /// The hash as Postgres writes it.
    pub(crate) fn literal(&self) -> String {
        use std::fmt::Write;
        self.secret_hash.iter().fold(String::from(r"'\x"), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }) + "'"
    }
}

impl Store {
    /// Why nobody was let in. A token is good in its own organization alone: if it is good there, this is another, which to
    /// it does not exist.
    pub(crate) async fn not_let_in(&self, identity: &Identity, organization: &OrganizationKey) -> StoreError {
        let Some(token) = identity.token else { return StoreError::SessionEnded };
        if *organization == OrganizationKey::Id(token.organization) {
            return StoreError::TokenEnded;
        }
        match self.outside_its_own(identity, token).await {
            StoreError::OutsideToken => StoreError::Missing(kind::Organization::NAME),
            other => other,
        }
    }

    /// What to say of a token with which something is asked for outside its organization.
    pub(crate) async fn outside_its_own(&self, identity: &Identity, token: TokenProof) -> StoreError {
        match self.enter_once(identity, &OrganizationKey::Id(token.organization), Mode::Read).await {
            Err(StoreError::SessionEnded) => StoreError::TokenEnded,
            Err(error @ (StoreError::Database(_) | StoreError::Unavailable(_) | StoreError::Conflict(_))) => error,
            _ => StoreError::OutsideToken,
        }
    }
}
