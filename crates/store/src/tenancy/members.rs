//! Members.

use sqlx::{Row, postgres::PgRow, types::Json};
use usher_domain::{
    Id, Text, kind,
    tenancy::{Invitation, InvitationState, Member, MemberKind},
};
use usher_policy::{
    Action, Caller, Condition, Holders, Level, Listing, PermissionSet, Permit, RoleIx, Standing, Verb, can,
};
use uuid::Uuid;

use crate::{
    Conflict, Expected, Located, Page, PageRequest, Seen, StoreError, StoreResult, Work,
    listing::{self, Order},
    located::Rule,
    sql::Sql,
};

impl Located for kind::Member {
    type Item = Member;
    const TABLE: &'static str = "members m";
    const ALIAS: &'static str = "m";
    // A member who is involved is locked when the work begins, by a lock that a change of their rights waits for in turn.
    const LOCKED_WHEN_RELIED_ON: bool = false;
    // Whatever is done to a member changes their rights: it waits for what they are doing.
    const BEFORE_A_WRITE: Option<&'static str> = Some("select pg_advisory_xact_lock(member_lock($1, $2))");
    const COLUMNS: &'static str = ", m.id, m.state, m.joined_at, m.version,
        (select a.name from accounts a where a.id = m.id) as name,
        (select a.email from accounts a where a.id = m.id) as email,
        (select a.service_of is not null from accounts a where a.id = m.id) as service,
        (select x.last_active_at from member_activity x where x.org_id = m.org_id and x.member_id = m.id) as last_active_at,
        array(select r.role from role_assignments r where r.org_id = m.org_id and r.member_id = m.id
            and r.team_id is null and r.queue_id is null order by r.role) as roles,
        (select coalesce(jsonb_agg(jsonb_build_object('team_id', g.id, 'name', g.name, 'role', r.role) order by g.name), '[]')
            from role_assignments r join teams g on g.org_id = r.org_id and g.id = r.team_id
            where r.org_id = m.org_id and r.member_id = m.id) as teams";
    const REACH: &'static str = ", array(select r.role from role_assignments r where r.org_id = m.org_id
        and r.member_id = m.id and r.team_id is null and r.queue_id is null) as fact_roles";
    const RULES: &'static [Rule] = &[
        Rule { condition: Condition::Own, holds: "m.id = $2", rows: None },
        Rule { condition: Condition::DirectReport, holds: "m.manager_id = $2", rows: None },
        Rule {
            condition: Condition::NamedAsProxy,
            holds: "exists (select 1 from proxies p where p.org_id = m.org_id and p.principal_id = m.id and p.proxy_id = $2)",
            rows: Some((
                "(select p.principal_id from proxies p where p.org_id = $1 and p.proxy_id = $2) s",
                "m.id = s.principal_id",
            )),
        },
        Rule {
            condition: Condition::NotSuperUser,
            holds: "not exists (select 1 from role_assignments r where r.org_id = m.org_id and r.member_id = m.id
                and r.role = 'super_user' and r.team_id is null and r.queue_id is null)",
            rows: None,
        },
    ];

    fn item(row: &PgRow) -> Result<Member, sqlx::Error> {
        Ok(Member {
            id: row.try_get::<Uuid, _>("id")?.into(),
            name: row.try_get("name")?,
            email: row.try_get("email")?,
            kind: if row.try_get("service")? { MemberKind::Service } else { MemberKind::Person },
            state: row.try_get("state")?,
            roles: row.try_get("roles")?,
            teams: row.try_get::<Json<_>, _>("teams")?.0,
            joined_at: row.try_get("joined_at")?,
            last_active_at: row.try_get("last_active_at")?,
            version: row.try_get("version")?,
        })
    }

    fn out_of_reach(caller: &Caller, row: &PgRow) -> Result<PermissionSet, sqlx::Error> {
        let roles: Vec<String> = row.try_get("fact_roles")?;
        Ok(caller.out_of_reach(roles.iter().map(String::as_str)))
    }
}

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
        listing::list(&mut self.transaction, listing, |sql| filter.sql(sql), order, request).await
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

    /// Makes these a member's organization roles: what is new is given, what is missing is taken, each as far as the
    /// caller's own roles reach (VK-54 to VK-60). It holds from the commit on (VK-61).
    ///
    /// # Errors
    /// Beyond the caller's reach; stale; or the last holder of a role that somebody must hold (VK-65).
    pub async fn change_member_roles(
        &mut self,
        permit: Permit<can::ChangeMemberRole>,
        version: &Expected,
        roles: &[RoleIx],
    ) -> StoreResult<Member> {
        let (organization, member) = (permit.organization().uuid(), permit.target());
        let held = self.organization_roles_of(member).await?;
        let new: Vec<RoleIx> = roles.iter().copied().filter(|role| !held.contains(role)).collect();
        self.must_not_cap(&new, &held)?;
        let lost: Vec<RoleIx> = held.into_iter().filter(|role| !roles.contains(role)).collect();
        let permission = can::ChangeMemberRole::PERMISSION;
        new.iter().try_for_each(|role| self.must_reach(permission, Verb::Give, *role, organization))?;
        lost.iter().try_for_each(|role| self.must_reach(permission, Verb::Take, *role, organization))?;
        self.member_is_at(member, version).await?;
        self.keep_holders(member, &lost).await?;
        if !(new.is_empty() && lost.is_empty()) {
            self.lock_members(&[member]).await?;
            self.replace_roles(&permit, &new, &lost).await?;
        }
        self.item(member).await
    }

    /// A role that only reads caps the others: nobody gives it who could not take those. So nobody caps a role that can
    /// only be handed over.
    fn must_not_cap(&self, new: &[RoleIx], held: &[RoleIx]) -> StoreResult<()> {
        if new.iter().all(|role| self.caller().may_cap(*role, held)) {
            return Ok(());
        }
        let detail = "This role only reads, and so takes from a member roles that yours do not let you take.";
        Err(StoreError::Beyond { permission: can::ChangeMemberRole::PERMISSION, detail: detail.to_owned() })
    }

    async fn replace_roles(
        &mut self,
        permit: &Permit<can::ChangeMemberRole>,
        new: &[RoleIx],
        lost: &[RoleIx],
    ) -> StoreResult<()> {
        let (organization, member) = (permit.organization().uuid(), permit.target().uuid());
        sqlx::query!(
            "delete from role_assignments where org_id = $1 and member_id = $2 and role = any($3)
                and team_id is null and queue_id is null",
            organization,
            member,
            &self.role_names(lost)
        )
        .execute(&mut *self.transaction)
        .await?;
        let ids: Vec<Uuid> = new.iter().map(|_| Uuid::now_v7()).collect();
        sqlx::query!(
            "insert into role_assignments (org_id, id, member_id, role, granted_by)
             select $1, new.id, $2, new.role, $5 from unnest($3::uuid[], $4::text[]) as new (id, role)",
            organization,
            member,
            &ids,
            &self.role_names(new),
            permit.member().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.touch_members(&[member]).await?;
        self.release_unseen_of(&[member]).await
    }

    /// The organization roles that a member was given: not the one that is everybody's, which nobody gives or takes.
    pub(crate) async fn organization_roles_of(&mut self, member: Id<kind::Member>) -> StoreResult<Vec<RoleIx>> {
        let member = self.load(member).await?;
        let held = member.held_at(Level::Organization).iter().map(|held| held.role);
        Ok(held.filter(|role| member.model().everybodys_role() != Some(*role)).collect())
    }

    pub(super) fn role_names(&self, roles: &[RoleIx]) -> Vec<String> {
        roles.iter().map(|role| self.caller().model().role_at(*role).key.clone()).collect()
    }

    /// Makes sure that a member is as the caller read them.
    pub(crate) async fn member_is_at(&mut self, member: Id<kind::Member>, version: &Expected) -> StoreResult<()> {
        if version.versions().is_none() {
            return Ok(());
        }
        let now = sqlx::query_scalar!(
            "select version from members where org_id = $1 and id = $2",
            self.organization().uuid(),
            member.uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        version.must_be(now.ok_or(StoreError::Stale)?)
    }

    /// Makes sure that of these roles, which a member is about to lose, each that somebody must hold keeps another active
    /// holder, who is a person. Changes of rights come one at a time, so two that are the last two cannot both go.
    pub(crate) async fn keep_holders(&mut self, member: Id<kind::Member>, lost: &[RoleIx]) -> StoreResult<()> {
        let model = self.caller().model();
        let kept: Vec<RoleIx> = lost.iter().copied().filter(|r| model.role_at(*r).holders != Holders::Any).collect();
        if kept.is_empty() {
            return Ok(());
        }
        let bereft = sqlx::query_scalar!(
            r#"select exists (select 1 from unnest($3::text[]) as lost (role) where not exists (
                select 1 from role_assignments r join members m on m.org_id = r.org_id and m.id = r.member_id
                join accounts a on a.id = m.id and a.service_of is null
                where r.org_id = $1 and r.role = lost.role and r.team_id is null and r.queue_id is null
                    and r.member_id <> $2 and m.state = 'active'
             )) as "bereft!""#,
            self.organization().uuid(),
            member.uuid(),
            &self.role_names(&kept)
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        let detail = "This is the last active member with a role that somebody must hold: give it to another first.";
        if bereft { Err(Conflict { code: "last_holder", detail }.into()) } else { Ok(()) }
    }

    /// Marks that members' roles, teams or queue permissions have changed: whoever read them before may not write over them.
    pub(crate) async fn touch_members(&mut self, members: &[Uuid]) -> StoreResult<()> {
        sqlx::query!(
            "update members set version = version + 1 where org_id = $1 and id = any($2)",
            self.organization().uuid(),
            members
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
