//! Members.

use sqlx::{Row, postgres::PgRow, types::Json};
use usher_domain::{
    Id, kind,
    tenancy::{Member, MemberKind},
};
use usher_policy::{Action, Caller, Condition, Holders, Level, PermissionSet, Permit, RoleIx, Verb, can};
use uuid::Uuid;

use crate::{
    Conflict, Expected, Located, Seen, StoreError, StoreResult, Work,
    located::{Rows, Rule},
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
        Rule { condition: Condition::Own, holds: "m.id = $2", rows: Rows::Held },
        Rule { condition: Condition::DirectReport, holds: "m.manager_id = $2", rows: Rows::Held },
        Rule {
            condition: Condition::NamedAsProxy,
            holds: "exists (select 1 from proxies p where p.org_id = m.org_id and p.principal_id = m.id and p.proxy_id = $2)",
            rows: Rows::OfEach(
                "(select p.principal_id from proxies p where p.org_id = $1 and p.proxy_id = $2) s",
                "m.id = s.principal_id",
            ),
        },
        Rule {
            condition: Condition::NotSuperUser,
            holds: "not exists (select 1 from role_assignments r where r.org_id = m.org_id and r.member_id = m.id
                and r.role = 'super_user' and r.team_id is null and r.queue_id is null)",
            rows: Rows::Held,
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

impl Work {
    /// A member, if the caller may see them.
    ///
    /// # Errors
    /// Missing, or hidden: the same.
    pub async fn member(&mut self, member: Id<kind::Member>) -> StoreResult<Seen<kind::Member>> {
        let mut seen = self.see::<kind::Member>(member).await?;
        self.veil_members(vec![&mut seen.item]).await?;
        Ok(seen)
    }

    /// A member whose roles were just changed.
    pub(super) async fn changed_member(&mut self, member: Id<kind::Member>) -> StoreResult<Member> {
        let mut item = self.item(member).await?;
        self.veil_members(vec![&mut item]).await?;
        Ok(item)
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
        let receiver = self.load(member).await?;
        self.must_not_uncap(&receiver, roles)?;
        new.iter().try_for_each(|role| self.must_entrust(permission, &receiver, *role, organization))?;
        self.member_is_at(member, version).await?;
        self.keep_holders(member, &lost).await?;
        if !(new.is_empty() && lost.is_empty()) {
            self.lock_members(&[member]).await?;
            self.replace_roles(&permit, &new, &lost).await?;
        }
        self.changed_member(member).await
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

    /// Taking such a role gives back what it capped: nobody takes it who could not give that (laws 6 and 7).
    fn must_not_uncap(&self, receiver: &Caller, roles: &[RoleIx]) -> StoreResult<()> {
        if self.caller().may_uncap(receiver, roles) {
            return Ok(());
        }
        let detail = "The role that is to go only reads: without it the member has again what their other roles give, \
            wherever they hold them, and yours, or the scopes of your token, do not let you give all of that.";
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

    /// The organization roles that a member has who is about to get others.
    ///
    /// # Errors
    /// The database's.
    pub async fn roles_to_change(&mut self, permit: &Permit<can::ChangeMemberRole>) -> StoreResult<Vec<RoleIx>> {
        self.organization_roles_of(permit.target()).await
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
