//! Invitations, from the side of the organization. Accepting one needs no permit: see `acceptance`.

use chrono::{DateTime, Utc};
use usher_domain::{
    Email, Id, kind,
    tenancy::{Invitation, InvitationState},
};
use usher_policy::{Action, Level, Permit, Resource, can};
use uuid::Uuid;

use super::service_tokens::SERVICE_DOMAIN;
use crate::{Conflict, Expected, Page, PageRequest, StoreError, StoreResult, Work};

/// How long an invitation can be accepted (VK-53).
const LIFETIME_DAYS: i32 = 7;

/// An invitation as it is stored, but for its state, which the statements judge by the database's clock.
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) email: String,
    pub(super) role: String,
    pub(super) state: String,
    pub(super) created_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) invited_by: Option<Uuid>,
}

impl From<Row> for Invitation {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            email: row.email,
            role: row.role,
            state: InvitationState::parse(&row.state),
            created_at: row.created_at,
            expires_at: row.expires_at,
            invited_by: row.invited_by.map(Id::from),
        }
    }
}

/// Why an invitation in this state is of no use any more; `None` for one that is pending.
pub(super) const fn spent(state: InvitationState) -> Option<Conflict> {
    match state {
        InvitationState::Pending => None,
        InvitationState::Accepted => {
            Some(Conflict { code: "invitation_accepted", detail: "This invitation has been accepted already." })
        }
        InvitationState::Revoked => {
            Some(Conflict { code: "invitation_revoked", detail: "This invitation has been revoked." })
        }
        InvitationState::Expired => {
            Some(Conflict { code: "invitation_expired", detail: "This invitation has expired: ask for a new one." })
        }
    }
}

/// An invitation that was just made, with what its mail says.
#[derive(Debug)]
#[non_exhaustive]
pub struct Invited {
    /// The invitation.
    pub invitation: Invitation,
    /// The organization's name.
    pub organization: String,
    /// The role's name for people.
    pub role_title: String,
    /// The name of who invites.
    pub inviter: String,
    /// Whether the address has an account.
    pub has_account: bool,
}

impl Work {
    /// Invites somebody with one organization role (VK-51). Whoever invites gives the role, so they must be able to give it
    /// (VK-52).
    ///
    /// # Errors
    /// The model has no such role; it is out of the caller's reach; the address is a member's, or has a pending invitation.
    pub async fn create_invitation(
        &mut self,
        permit: Permit<can::CreateInvitation>,
        email: &Email,
        role: &str,
        token_hash: &[u8],
    ) -> StoreResult<Invited> {
        let organization = permit.organization().uuid();
        let given = self.role(Level::Organization, role)?;
        self.must_let_in(can::CreateInvitation::PERMISSION, given)?;
        if email.ends_with(SERVICE_DOMAIN) {
            let detail = "This is the address of a service, which cannot be invited: make a service token.".to_owned();
            return Err(StoreError::Invalid { pointer: "/email", code: "not_for_services", detail });
        }
        self.keep_role(given).await?;
        self.must_be_no_member(organization, email).await?;
        self.expire_invitation_of(organization, email).await?;
        let row = sqlx::query_as!(
            Row,
            "insert into invitations (org_id, id, email, role, token_hash, invited_by, expires_at)
             values ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7))
             returning id, email, role, state, created_at, expires_at, invited_by",
            organization,
            Uuid::now_v7(),
            &**email,
            role,
            token_hash,
            permit.member().uuid(),
            LIFETIME_DAYS
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        // Whoever was accepting an older one while this waited for its place is a member now.
        self.must_be_no_member(organization, email).await?;
        let about = sqlx::query!(
            r#"select o.name as organization, (select a.name from accounts a where a.id = $3) as "inviter!",
                exists (select 1 from accounts a where a.email = $2) as "has_account!"
             from organizations o where o.id = $1"#,
            organization,
            &**email,
            permit.member().uuid()
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(Invited {
            invitation: row.into(),
            organization: about.organization,
            role_title: self.caller().model().role_at(given).title.clone(),
            inviter: about.inviter,
            has_account: about.has_account,
        })
    }

    async fn must_be_no_member(&mut self, organization: Uuid, email: &Email) -> StoreResult<()> {
        let member = sqlx::query_scalar!(
            r#"select exists (select 1 from accounts a join members m on m.org_id = $1 and m.id = a.id
                where a.email = $2) as "member!""#,
            organization,
            &**email
        );
        let conflict = Conflict { code: "already_member", detail: "This person is a member already." };
        if member.fetch_one(&mut *self.transaction).await? { Err(conflict.into()) } else { Ok(()) }
    }

    /// One that ran out is still stored as pending, and must not stand in the way of a new one.
    async fn expire_invitation_of(&mut self, organization: Uuid, email: &Email) -> StoreResult<()> {
        sqlx::query!(
            "update invitations set state = 'expired'
             where org_id = $1 and email = $2 and state = 'pending' and expires_at <= now()",
            organization,
            &**email
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Invitations, the newest first; those in one state, if it is given.
    ///
    /// # Errors
    /// The database's.
    pub async fn invitations(
        &mut self,
        permit: Permit<can::ViewInvitations>,
        state: Option<InvitationState>,
        request: &PageRequest,
    ) -> StoreResult<Page<Invitation>> {
        let (organization, limit) = (permit.organization().uuid(), i64::from(request.limit));
        let state = state.map(InvitationState::key);
        let rows = sqlx::query_as!(
            Row,
            r#"select id, email, role, case when state = 'pending' and expires_at <= now() then 'expired' else state end as "state!",
                created_at, expires_at, invited_by
             from invitations
             where org_id = $1 and ($2::uuid is null or id < $2) and ($3::text is null or $3 =
                case when state = 'pending' and expires_at <= now() then 'expired' else state end)
             order by id desc limit $4"#,
            organization,
            request.after.as_ref().map(|after| after.id),
            state,
            limit + 1
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let total = if request.total { Some(self.count_invitations(organization, state).await?) } else { None };
        Ok(Page::cut(rows, request, total, |row| row.id).map(Invitation::from))
    }

    async fn count_invitations(&mut self, organization: Uuid, state: Option<&str>) -> StoreResult<i64> {
        Ok(sqlx::query_scalar!(
            r#"select count(*) as "total!" from invitations where org_id = $1 and ($2::text is null or $2 =
                case when state = 'pending' and expires_at <= now() then 'expired' else state end)"#,
            organization,
            state
        )
        .fetch_one(&mut *self.transaction)
        .await?)
    }

    /// One invitation.
    ///
    /// # Errors
    /// There is none.
    pub async fn invitation(
        &mut self,
        permit: Permit<can::ViewInvitations>,
        id: Id<kind::Invitation>,
    ) -> StoreResult<Invitation> {
        let row = sqlx::query_as!(
            Row,
            r#"select id, email, role, case when state = 'pending' and expires_at <= now() then 'expired' else state end as "state!",
                created_at, expires_at, invited_by
             from invitations where org_id = $1 and id = $2"#,
            permit.organization().uuid(),
            id.uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        Ok(row.ok_or(StoreError::Missing("invitation"))?.into())
    }

    /// Takes an invitation back before it was accepted (VK-49): its token is of no use from then on.
    ///
    /// # Errors
    /// There is none; it has been accepted, has expired or was revoked before (VK-50).
    pub async fn revoke_invitation(
        &mut self,
        permit: Permit<can::RevokeInvitation>,
        id: Id<kind::Invitation>,
        version: &Expected,
    ) -> StoreResult<()> {
        let organization = permit.organization().uuid();
        let row = sqlx::query!(
            r#"select case when state = 'pending' and expires_at <= now() then 'expired' else state end as "state!"
             from invitations where org_id = $1 and id = $2 for update"#,
            organization,
            id.uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        let row = row.ok_or(StoreError::Missing("invitation"))?;
        let state = InvitationState::parse(&row.state);
        if let Some(conflict) = spent(state) {
            return Err(conflict.into());
        }
        version.must_be(state.version())?;
        self.revoke(&[id.uuid()]).await
    }

    /// Takes back what a member who departs has invited to: nobody comes in on the word of who is none any more (law 7).
    pub(super) async fn revoke_invitations_of(&mut self, member: Id<kind::Member>) -> StoreResult<()> {
        let pending = self.pending_of(&[member.uuid()]).await?;
        self.revoke(&pending.into_iter().map(|(id, ..)| id).collect::<Vec<_>>()).await
    }

    /// Takes back those invitations of members that they could not make any more. For whatever narrows what they may do; they are
    /// locked.
    pub(super) async fn revoke_unbacked_invitations(&mut self, members: &[Uuid]) -> StoreResult<()> {
        let pending = self.pending_of(members).await?;
        if pending.is_empty() {
            return Ok(());
        }
        let home = Resource::organization(self.organization());
        let inviters: Vec<Uuid> = pending.iter().map(|(_, inviter, _)| *inviter).collect();
        let inviters = self.somebodies(&inviters).await?;
        let backed = |(_, inviter, role): &(Uuid, Uuid, String)| {
            let inviter = inviters.iter().map(|one| &one.caller).find(|caller| caller.member().uuid() == *inviter);
            inviter.is_some_and(|inviter| {
                let role = inviter.model().role(Level::Organization, role);
                inviter.decide(can::CreateInvitation::PERMISSION, &home).is_allow()
                    && role.is_some_and(|role| inviter.may_let_have(role, home.organization.uuid()))
            })
        };
        let unbacked = pending.iter().filter(|invitation| !backed(invitation)).map(|(id, ..)| *id);
        self.revoke(&unbacked.collect::<Vec<_>>()).await
    }

    /// The pending invitations of members: which, by whom, with which role.
    async fn pending_of(&mut self, members: &[Uuid]) -> StoreResult<Vec<(Uuid, Uuid, String)>> {
        let rows = sqlx::query!(
            r#"select id, invited_by as "invited_by!", role from invitations
             where org_id = $1 and invited_by = any($2) and state = 'pending' order by id for update"#,
            self.organization().uuid(),
            members
        );
        let rows = rows.fetch_all(&mut *self.transaction).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.invited_by, row.role)).collect())
    }

    async fn revoke(&mut self, invitations: &[Uuid]) -> StoreResult<()> {
        sqlx::query!(
            "update invitations set state = 'revoked' where org_id = $1 and id = any($2)",
            self.organization().uuid(),
            invitations
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
