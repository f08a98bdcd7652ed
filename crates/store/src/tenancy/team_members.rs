//! Who is in a team, with which team role (VK-16).

use usher_domain::{Email, Id, kind, tenancy::TeamMember};
use usher_policy::{Action, Level, Permit, RoleIx, Standing, Verb, can};
use uuid::Uuid;

use crate::{After, Conflict, Located, Page, PageRequest, StoreError, StoreResult, Work};

/// A member whom the caller may name: one that they see, or who is in a team that they see.
#[derive(Debug)]
pub struct KnownMember(Id<kind::Member>);

impl KnownMember {
    /// Who it is.
    pub(crate) const fn id(&self) -> Id<kind::Member> {
        self.0
    }
}

impl Work {
    /// Who is in a team, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_team_members(
        &mut self,
        permit: Permit<can::ViewTeam>,
        request: &PageRequest,
    ) -> StoreResult<Page<TeamMember>> {
        let after = request.after.as_ref();
        let mut rows = sqlx::query!(
            r#"select r.member_id, a.name, a.email, r.role, r.granted_at, lower(a.name) as "key!"
             from role_assignments r join accounts a on a.id = r.member_id
             where r.org_id = $1 and r.team_id = $2 and ($3::text is null or (lower(a.name), a.id) > ($3, $4::uuid))
             order by lower(a.name), a.id limit $5"#,
            permit.organization().uuid(),
            permit.target().uuid(),
            after.map(|after| after.key.as_str()),
            after.map(|after| after.id),
            i64::from(request.limit) + 1
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let limit = request.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| more);
        let next = last.map(|row| After { key: row.key.clone(), id: row.member_id });
        let items = rows.into_iter().map(|row| TeamMember {
            member_id: row.member_id.into(),
            name: row.name,
            email: row.email,
            role: row.role,
            since: row.granted_at,
        });
        let items = items.collect();
        let total = if request.total { Some(self.team_size(permit.target()).await?) } else { None };
        Ok(Page { items, next, total })
    }

    async fn team_size(&mut self, team: Id<kind::Team>) -> StoreResult<i64> {
        let size = sqlx::query_scalar!(
            r#"select count(*) as "size!" from role_assignments where org_id = $1 and team_id = $2"#,
            self.organization().uuid(),
            team.uuid()
        );
        Ok(size.fetch_one(&mut *self.transaction).await?)
    }

    /// Puts a member into a team with a role, or gives one who is in it another. Tells whether they have come new.
    ///
    /// # Errors
    /// No such role; beyond the caller's reach; or the membership is not active.
    pub async fn set_team_member(
        &mut self,
        permit: Permit<can::ManageTeamMembers>,
        member: KnownMember,
        role: &str,
    ) -> StoreResult<(TeamMember, bool)> {
        self.put_into_team(permit, member.0, role).await
    }

    /// A member whom the caller names in the matter of a team whose members they manage (VX-43).
    ///
    /// # Errors
    /// Missing: they see neither the member nor, in the team, that the member is in it.
    pub async fn known_in_team(
        &mut self,
        permit: &Permit<can::ManageTeamMembers>,
        member: Id<kind::Member>,
    ) -> StoreResult<KnownMember> {
        self.known_member(Some(permit.target()), member).await
    }

    /// The same in the matter of a thing that is a team's, or no team's. Where the caller does not see the thing, its team is
    /// not to be learned from whom they may name (law 8).
    ///
    /// # Errors
    /// Missing.
    pub async fn known_on<A: Action>(
        &mut self,
        permit: &Permit<A>,
        member: Id<kind::Member>,
    ) -> StoreResult<KnownMember>
    where
        A::Target: Located,
    {
        let caller = self.caller().clone();
        let thing = self.facts(&caller, permit.target()).await?;
        let team = thing.scopes.at(Level::Team).filter(|_| caller.sees(&thing));
        self.known_member(team.map(Id::from), member).await
    }

    /// The same for whatever is a team's, or no team's.
    pub(crate) async fn known_member(
        &mut self,
        team: Option<Id<kind::Team>>,
        member: Id<kind::Member>,
    ) -> StoreResult<KnownMember> {
        let caller = self.caller().clone();
        let facts = self.facts::<kind::Member>(&caller, member).await?;
        let hidden = match self.permit_for::<can::ViewMember>(&facts) {
            Ok(_seen) => return Ok(KnownMember(member)),
            Err(hidden) => hidden,
        };
        let Some(team) = team else { return Err(hidden) };
        let in_team = sqlx::query_scalar!(
            r#"select exists (select 1 from role_assignments
                where org_id = $1 and team_id = $2 and member_id = $3) as "in_team!""#,
            self.organization().uuid(),
            team.uuid(),
            member.uuid()
        );
        let in_team = in_team.fetch_one(&mut *self.transaction).await?;
        let team = self.facts(&caller, team).await?;
        if in_team && self.permit_for::<can::ViewTeam>(&team).is_ok() { Ok(KnownMember(member)) } else { Err(hidden) }
    }

    /// The same with the member of this address (VX-74), for who does not see the list of members.
    ///
    /// # Errors
    /// No member has the address; otherwise as [`Work::set_team_member`].
    pub async fn add_team_member(
        &mut self,
        permit: Permit<can::ManageTeamMembers>,
        email: &Email,
        role: &str,
    ) -> StoreResult<(TeamMember, bool)> {
        // Before anybody is looked for: who may not give the role learns nothing of who is a member.
        let given = self.role(Level::Team, role)?;
        self.must_reach(can::ManageTeamMembers::PERMISSION, Verb::Give, given, permit.target().uuid())?;
        let member = sqlx::query_scalar!(
            "select m.id from accounts a join members m on m.org_id = $1 and m.id = a.id where a.email = $2",
            permit.organization().uuid(),
            &**email
        )
        .fetch_optional(&mut *self.transaction)
        .await?;
        self.put_into_team(permit, member.ok_or(StoreError::Missing("member"))?.into(), role).await
    }

    async fn put_into_team(
        &mut self,
        permit: Permit<can::ManageTeamMembers>,
        member: Id<kind::Member>,
        role: &str,
    ) -> StoreResult<(TeamMember, bool)> {
        let team = permit.target();
        self.lock_members(&[member]).await?;
        let receiver = self.load(member).await?;
        let held = receiver.held_in(Level::Team, team.uuid()).first().map(|held| held.role);
        // What they have already may be named by who sees that they do.
        let stays = held.filter(|held| self.caller().model().role_at(*held).key == role);
        let role = stays.map_or_else(|| self.role(Level::Team, role), Ok)?;
        if held != Some(role) {
            let permission = can::ManageTeamMembers::PERMISSION;
            self.must_reach(permission, Verb::Give, role, team.uuid())?;
            held.map_or(Ok(()), |held| self.must_reach(permission, Verb::Take, held, team.uuid()))?;
            self.must_admit(permission, &receiver, role, team.uuid())?;
            self.must_be_active(member).await?;
            self.write_team_role(&permit, member, role).await?;
            self.touch_members(&[member.uuid()]).await?;
            self.release_unseen_of(&[member.uuid()]).await?;
        }
        Ok((self.team_member(team, member).await?, held.is_none()))
    }

    /// Takes a member out of a team.
    ///
    /// # Errors
    /// They are not in it; or beyond the caller's reach.
    pub async fn remove_team_member(
        &mut self,
        permit: Permit<can::ManageTeamMembers>,
        member: Id<kind::Member>,
    ) -> StoreResult<()> {
        let team = permit.target();
        self.lock_members(&[member]).await?;
        let held = self.team_role(team, member).await?.ok_or(StoreError::Missing("team member"))?;
        self.must_reach(can::ManageTeamMembers::PERMISSION, Verb::Take, held, team.uuid())?;
        sqlx::query!(
            "delete from role_assignments where org_id = $1 and team_id = $2 and member_id = $3",
            permit.organization().uuid(),
            team.uuid(),
            member.uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.touch_members(&[member.uuid()]).await?;
        self.release_unseen_of(&[member.uuid()]).await
    }

    async fn must_be_active(&mut self, member: Id<kind::Member>) -> StoreResult<()> {
        let state = sqlx::query_scalar!(
            "select state from members where org_id = $1 and id = $2",
            self.organization().uuid(),
            member.uuid()
        );
        let state = state.fetch_one(&mut *self.transaction).await?;
        let detail = "The membership is not active: nobody can be put into a team who may not act.";
        let conflict = Conflict { code: "member_inactive", detail };
        if Standing::parse(&state) == Standing::Active { Ok(()) } else { Err(conflict.into()) }
    }

    async fn team_role(&mut self, team: Id<kind::Team>, member: Id<kind::Member>) -> StoreResult<Option<RoleIx>> {
        let member = match self.load(member).await {
            Err(StoreError::Missing(_)) => return Ok(None),
            other => other?,
        };
        Ok(member.held_in(Level::Team, team.uuid()).first().map(|held| held.role))
    }

    async fn write_team_role(
        &mut self,
        permit: &Permit<can::ManageTeamMembers>,
        member: Id<kind::Member>,
        role: RoleIx,
    ) -> StoreResult<()> {
        sqlx::query!(
            "insert into role_assignments (org_id, id, member_id, role, team_id, granted_by)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (org_id, member_id, team_id) where team_id is not null
             do update set role = excluded.role, granted_by = excluded.granted_by, granted_at = now()",
            permit.organization().uuid(),
            Uuid::now_v7(),
            member.uuid(),
            self.caller().model().role_at(role).key,
            permit.target().uuid(),
            permit.member().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn team_member(&mut self, team: Id<kind::Team>, member: Id<kind::Member>) -> StoreResult<TeamMember> {
        let row = sqlx::query!(
            "select a.name, a.email, r.role, r.granted_at
             from role_assignments r join accounts a on a.id = r.member_id
             where r.org_id = $1 and r.team_id = $2 and r.member_id = $3",
            self.organization().uuid(),
            team.uuid(),
            member.uuid()
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        let (name, email, role, since) = (row.name, row.email, row.role, row.granted_at);
        Ok(TeamMember { member_id: member, name, email, role, since })
    }
}
