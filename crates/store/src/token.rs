//! Tokens of integrations, as requests show them; and how all of an account's end.

use usher_domain::{Id, Kind, kind};

use crate::{Identity, OrganizationKey, Outside, Store, StoreError, StoreResult, caller::Mode};

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

impl Outside {
    /// Ends an account's sessions and personal tokens, those too that are begun or made while those are waited for who act.
    pub(crate) async fn end_all_access(&mut self, account: Id<kind::Account>) -> StoreResult<()> {
        loop {
            let sessions = sqlx::query_scalar!(
                "select id from sessions where account_id = $1 and ended_at is null and expires_at > now()",
                account.uuid()
            );
            let sessions = sessions.fetch_all(&mut *self.transaction).await?;
            // Sessions first: in them tokens are made and ended.
            self.end_sessions(account, &sessions).await?;
            if !self.end_personal_tokens(account).await? && sessions.is_empty() {
                return Ok(());
            }
        }
    }

    /// Ends an account's personal tokens in every organization: waits for whoever is acting with them, and lets nobody act with
    /// them until this is committed. Tells whether there were any.
    async fn end_personal_tokens(&mut self, account: Id<kind::Account>) -> StoreResult<bool> {
        self.act_as(account).await?;
        let tokens = sqlx::query_scalar!(
            "select t.id from members m join api_tokens t on t.org_id = m.org_id and t.member_id = m.id
             where m.id = $1 and t.kind = 'personal' order by t.id",
            account.uuid()
        );
        let tokens = tokens.fetch_all(&mut *self.transaction).await?;
        sqlx::query!("select pg_advisory_xact_lock(session_lock(id)) from unnest($1::uuid[]) as id", &tokens)
            .fetch_all(&mut *self.transaction)
            .await?;
        sqlx::query!(
            "delete from api_tokens t using members m
             where m.id = $1 and t.org_id = m.org_id and t.member_id = m.id and t.id = any($2)",
            account.uuid(),
            &tokens
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(!tokens.is_empty())
    }
}
