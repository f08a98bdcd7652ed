//! Accepting an invitation: without a permit, since whoever accepts has no rights in the organization yet. What stands in
//! its place is the token, which only the invited address was sent, and for those who have signed in the address itself.
//!
//! The role was in reach of whoever invited when they invited (law 7), and still is: what takes it out of their reach takes the
//! invitation back in the same transaction.

use usher_domain::{
    Email, Id, Text, kind,
    tenancy::{Account, Invitation, InvitationState, Membership},
};
use usher_policy::{Level, Model, ModelKey};

use super::invitations::{Row, spent};
use crate::{Conflict, Outside, StoreError, StoreResult};

/// An invitation as who holds its token is shown it.
#[derive(Debug)]
pub struct Offer {
    /// The invitation.
    pub invitation: Invitation,
    /// The organization's name.
    pub organization: String,
    /// The role's name for people.
    pub role_title: String,
    /// The name of who invited, if their account is still there.
    pub inviter: Option<String>,
    /// Whether the address has an account.
    pub has_account: bool,
}

/// The role that an invitation would give has been deleted.
const ROLE_GONE: Conflict =
    Conflict { code: "role_gone", detail: "The role that this invitation gives is no more: ask for a new invitation." };

impl Outside {
    /// The pending invitation of a token.
    ///
    /// # Errors
    /// The token is none of this organization; or its invitation was used, revoked or has expired.
    pub async fn offer(&mut self, organization: Id<kind::Organization>, token_hash: &[u8]) -> StoreResult<Offer> {
        let invitation = self.pending(organization, token_hash).await?;
        let about = sqlx::query!(
            r#"select o.name, o.model,
                (select c.title from custom_roles c
                    where c.org_id = o.id and c.level = 'organization' and c.key = $4) as own_title,
                (select a.name from accounts a where a.id = $2) as inviter,
                exists (select 1 from accounts a where a.email = $3) as "has_account!"
             from organizations o where o.id = $1"#,
            organization.uuid(),
            invitation.invited_by.map(Id::uuid),
            invitation.email,
            invitation.role
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        let model = ModelKey::parse(&about.model).map(Model::built_in);
        let role = model.and_then(|model| Some(model.role_at(model.role(Level::Organization, &invitation.role)?)));
        Ok(Offer {
            role_title: role
                .map(|role| role.title.clone())
                .or(about.own_title)
                .unwrap_or_else(|| invitation.role.clone()),
            invitation,
            organization: about.name,
            inviter: about.inviter,
            has_account: about.has_account,
        })
    }

    /// Joins with an account that there is (VK-47).
    ///
    /// # Errors
    /// As [`Outside::offer`]; the account has another address (VK-53); or is a member already.
    pub async fn accept_invitation(
        &mut self,
        account: Id<kind::Account>,
        organization: Id<kind::Organization>,
        token_hash: &[u8],
    ) -> StoreResult<Membership> {
        let invitation = self.pending(organization, token_hash).await?;
        if self.account(account).await?.email != invitation.email {
            return Err(StoreError::NotInvited);
        }
        self.join(account, organization, &invitation).await?;
        let joined = self.memberships(account, Some(organization), None).await?.pop();
        joined.ok_or(StoreError::Missing("organization"))
    }

    /// Joins with a new account of the invited address (VK-46).
    ///
    /// If somebody has registered the address before, it may not have been whose it is: nobody asked them to prove it. Who
    /// holds the mailed token has. So the account gets their name and password, and whoever was signed in to it no longer is, nor
    /// acts with a personal token of it.
    ///
    /// # Errors
    /// As [`Outside::offer`]; or the account is a member already.
    pub async fn register_invited(
        &mut self,
        organization: Id<kind::Organization>,
        token_hash: &[u8],
        name: &Text<1, 120>,
        password_hash: &str,
    ) -> StoreResult<Account> {
        let invitation = self.pending(organization, token_hash).await?;
        let email = Email::parse(&invitation.email).map_err(|_| StoreError::Missing("invitation"))?;
        let account = match self.credentials(&email).await? {
            None => self.register(&email, name, password_hash).await?,
            Some((account, _)) => self.take_over(account, name, password_hash).await?,
        };
        self.join(account.id, organization, &invitation).await?;
        Ok(account)
    }

    /// The pending invitation of a token, locked: of two who accept at once, the second finds it accepted.
    async fn pending(&mut self, organization: Id<kind::Organization>, token_hash: &[u8]) -> StoreResult<Invitation> {
        self.enter(organization).await?;
        let row = sqlx::query_as!(
            Row,
            r#"select id, email, role, case when state = 'pending' and expires_at <= now() then 'expired' else state end as "state!",
                created_at, expires_at, invited_by
             from invitations where org_id = $1 and token_hash = $2 for update"#,
            organization.uuid(),
            token_hash
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        let row = row.ok_or(StoreError::Missing("invitation"))?;
        match spent(InvitationState::parse(&row.state)) {
            Some(why) => Err(StoreError::Gone(why)),
            None => Ok(row.into()),
        }
    }

    async fn join(
        &mut self,
        account: Id<kind::Account>,
        organization: Id<kind::Organization>,
        invitation: &Invitation,
    ) -> StoreResult<()> {
        let model = sqlx::query_scalar!("select model from organizations where id = $1", organization.uuid())
            .fetch_one(&mut *self.transaction)
            .await?;
        let model = ModelKey::parse(&model).map(Model::built_in);
        let everybodys = model.and_then(|model| Some(model.role_at(model.everybodys_role()?).key.as_str()));
        let role = Some(invitation.role.as_str()).filter(|role| Some(*role) != everybodys);
        // A role of the organization's own neither goes nor changes between now and the new membership: whoever changes it
        // then finds its new holder.
        let known = model.is_some_and(|model| model.role(Level::Organization, &invitation.role).is_some());
        if !known {
            sqlx::query!(
                "select id from custom_roles where org_id = $1 and level = 'organization' and key = $2 for share",
                organization.uuid(),
                invitation.role
            )
            .fetch_optional(&mut *self.transaction)
            .await?
            .ok_or(StoreError::Gone(ROLE_GONE))?;
        }
        self.add_member(organization, account, role, invitation.invited_by).await?;
        sqlx::query!(
            "update invitations set state = 'accepted' where org_id = $1 and id = $2",
            organization.uuid(),
            invitation.id.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
