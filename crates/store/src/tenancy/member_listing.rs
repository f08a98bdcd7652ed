//! Finding members.

use usher_domain::{
    Id, Text, kind,
    tenancy::{Invitation, InvitationState, MemberKind},
};
use usher_policy::{Listing, Permit, Standing, can};

use crate::{
    Page, PageRequest, Seen, StoreResult, Work,
    listing::{self, Order},
    sql::Sql,
};

/// Which members are wanted: those that every given field fits.
#[derive(Debug, Default)]
pub struct MemberFilter {
    /// Who holds this organization role.
    pub role: Option<String>,
    /// Who is in this team.
    pub team: Option<Permit<can::ViewTeam>>,
    /// Who is a person, or who is a service.
    pub kind: Option<MemberKind>,
    /// Whose membership is in this state.
    pub state: Option<Standing>,
    /// Whose name or address contains this, in whatever case.
    pub search: Option<Text<1, 100>>,
}

impl MemberFilter {
    fn sql(&self, sql: &mut Sql) -> StoreResult<String> {
        let mut conditions = String::new();
        let held = "exists (select 1 from role_assignments r where r.org_id = m.org_id and r.member_id = m.id and r";
        if let Some(role) = &self.role {
            let role = sql.bind(role.clone())?;
            conditions += &format!(" and {held}.team_id is null and r.queue_id is null and r.role = {role})");
        }
        if let Some(team) = &self.team {
            let team = sql.bind(team.target().uuid())?;
            conditions += &format!(" and {held}.team_id = {team})");
        }
        if let Some(kind) = self.kind {
            let service = sql.bind(kind == MemberKind::Service)?;
            conditions += &format!(
                " and exists (select 1 from accounts a where a.id = m.id and (a.service_of is not null) = {service})"
            );
        }
        if let Some(state) = self.state {
            let state = sql.bind(state.key())?;
            conditions += &format!(" and m.state = {state}");
        }
        if let Some(pattern) = self.pattern() {
            let pattern = sql.bind(pattern)?;
            conditions += &format!(
                " and exists (select 1 from accounts a where a.id = m.id
                    and (a.name ilike {pattern} or a.email ilike {pattern}))"
            );
        }
        Ok(conditions)
    }

    /// The search as a pattern in which nothing that the user wrote is a wildcard.
    fn pattern(&self) -> Option<String> {
        let text = self.search.as_ref()?.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        Some(format!("%{text}%"))
    }
}

/// What members are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemberOrder {
    /// The name, in whatever case. The name is the account's, outside the organization: this order reads all of the
    /// organization's members for a page of them. [`MemberOrder::JoinedAt`] reads a page.
    #[default]
    Name,
    /// Since when they have been a member.
    JoinedAt,
    /// When they were last active; who never was comes before everybody.
    LastActiveAt,
}

impl MemberOrder {
    const fn column(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("(select lower(a.name) from accounts a where a.id = m.id)", "text"),
            Self::JoinedAt => ("m.joined_at", "timestamptz"),
            Self::LastActiveAt => (
                "coalesce((select x.last_active_at from member_activity x
                    where x.org_id = m.org_id and x.member_id = m.id), '-infinity')",
                "timestamptz",
            ),
        }
    }
}

impl Work {
    /// The members that the caller may see.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_members(
        &mut self,
        listing: &Listing<can::ViewMember>,
        filter: &MemberFilter,
        order: MemberOrder,
        descending: bool,
        request: &PageRequest,
    ) -> StoreResult<Page<Seen<kind::Member>>> {
        let order = Order { column: Some(order.column()), descending };
        let mut page = listing::list(&mut self.transaction, listing, |sql| filter.sql(sql), order, request).await?;
        self.veil_members(page.items.iter_mut().map(|seen: &mut Seen<kind::Member>| &mut seen.item).collect()).await?;
        Ok(page)
    }

    /// Who was invited and has not come yet, newest first, and at most so many. Nobody in particular teams, and nobody in
    /// a state of membership, and no services.
    ///
    /// # Errors
    /// The database's.
    pub async fn pending_invitations(
        &mut self,
        permit: Permit<can::ViewInvitations>,
        filter: &MemberFilter,
        limit: i64,
    ) -> StoreResult<Vec<Invitation>> {
        if filter.team.is_some() || filter.state.is_some() || filter.kind == Some(MemberKind::Service) {
            return Ok(Vec::new());
        }
        let rows = sqlx::query!(
            "select id, email, role, created_at, expires_at, invited_by from invitations
             where org_id = $1 and state = 'pending' and expires_at > now()
                and ($2::text is null or role = $2) and ($3::text is null or email ilike $3)
             order by id desc limit $4",
            permit.organization().uuid(),
            filter.role.as_deref(),
            filter.pattern(),
            limit
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let invitations = rows.into_iter().map(|row| Invitation {
            id: row.id.into(),
            email: row.email,
            role: row.role,
            state: InvitationState::Pending,
            created_at: row.created_at,
            expires_at: row.expires_at,
            invited_by: row.invited_by.map(Id::from),
        });
        Ok(invitations.collect())
    }
}
