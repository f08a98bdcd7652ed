//! What a person may do on each queue.

use sqlx::types::Json;
use usher_domain::{
    Id,
    desk::{QueueHolder, QueuePermissions, QueuePreset, QueueRoles, QueueTable},
    kind,
};
use usher_policy::{Action, Condition, Level, Mask, Permission, Permit, Resource, Scopes, Verb, can};
use uuid::Uuid;

use super::queue_cells::{Cell, QueueRow, difference, faults};
use crate::{Expected, Page, PageRequest, StoreError, StoreResult, Work};

impl Work {
    /// What a member may do on each queue that the caller may see.
    ///
    /// # Errors
    /// The database's.
    pub async fn queue_table(&mut self, permit: Permit<can::ViewMemberQueuePermissions>) -> StoreResult<QueueTable> {
        self.table_of(permit.target()).await
    }

    /// Sets the whole table of a member, all or nothing (TK-57): what is not named is off. What does not change keeps who
    /// gave it and when. A role of the organization's own is given and taken by who holds all that it gives on the queue, or
    /// in the whole organization (law 7).
    ///
    /// Roles are deleted, and tables set, under the same lock on the organization's rights: who waited for it reads the roles
    /// that there are then.
    ///
    /// # Errors
    /// A queue or role is named twice, or there is no such role; a duty is given where no mailbox feeds the queue (TK-32);
    /// beyond the caller's reach; stale.
    pub async fn set_queue_permissions(
        &mut self,
        permit: Permit<can::SetQueuePermissions>,
        version: &Expected,
        wanted: &[(Permit<can::ViewQueue>, QueueRow<'_>)],
    ) -> StoreResult<QueueTable> {
        let member = permit.target();
        let before = self.table_of(member).await?.permissions;
        let faults = faults(self.caller(), &before, wanted);
        if !faults.is_empty() {
            return Err(StoreError::InvalidFields(faults));
        }
        let after = |row: &QueuePermissions| {
            let named = wanted.iter().find(|(queue, _)| queue.target() == row.queue_id);
            named.map(|(_, row)| row.clone()).unwrap_or_default()
        };
        self.change_table(member, version, &before, after).await?;
        self.table_of(member).await
    }

    /// Sets the three permissions on every queue at once, and leaves the duties (TK-52 to TK-55) and roles of the
    /// organization's own.
    ///
    /// # Errors
    /// Beyond the caller's reach; stale.
    pub async fn apply_queue_preset(
        &mut self,
        permit: Permit<can::SetQueuePermissions>,
        version: &Expected,
        preset: QueuePreset,
    ) -> StoreResult<QueueTable> {
        let member = permit.target();
        let before = self.table_of(member).await?.permissions;
        self.change_table(member, version, &before, |row| QueueRow {
            roles: preset.over(row.roles),
            ..QueueRow::of(row)
        })
        .await?;
        self.table_of(member).await
    }

    /// Who may do what on a queue, since when and by whom, in the order of the members' ids (TK-67).
    ///
    /// # Errors
    /// The database's.
    pub async fn queue_holders(
        &mut self,
        permit: Permit<can::ViewQueuePermissions>,
        request: &PageRequest,
    ) -> StoreResult<Page<QueueHolder>> {
        let (organization, queue) = (permit.organization().uuid(), permit.target().uuid());
        let rows = sqlx::query!(
            r#"select r.member_id, (select a.name from accounts a where a.id = r.member_id) as "name!",
                jsonb_agg(jsonb_build_object('permission', r.role, 'granted_at', r.granted_at, 'granted_by', r.granted_by)
                    order by r.role) as "grants!: Json<Vec<usher_domain::desk::QueueGrant>>"
             from role_assignments r
             where r.org_id = $1 and r.queue_id = $2 and ($3::uuid is null or r.member_id > $3)
             group by r.member_id order by r.member_id limit $4"#,
            organization,
            queue,
            request.after.as_ref().map(|after| after.id),
            i64::from(request.limit) + 1
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let total = if request.total { Some(self.count_holders(organization, queue).await?) } else { None };
        let page = Page::cut(rows, request, total, |row| row.member_id);
        Ok(page.map(|row| QueueHolder { member_id: row.member_id.into(), name: row.name, grants: row.grants.0 }))
    }

    async fn count_holders(&mut self, organization: Uuid, queue: Uuid) -> StoreResult<i64> {
        let counted = sqlx::query_scalar!(
            r#"select count(distinct member_id) as "total!" from role_assignments where org_id = $1 and queue_id = $2"#,
            organization,
            queue
        );
        Ok(counted.fetch_one(&mut *self.transaction).await?)
    }

    /// Gives `roles` on a queue to each of these members, as the caller.
    pub(crate) async fn give_on_queue(
        &mut self,
        queue: Id<kind::Queue>,
        members: &[Uuid],
        roles: &[&'static str],
    ) -> StoreResult<()> {
        let rows = members.iter().flat_map(|member| roles.iter().map(move |role| (*member, queue.uuid(), *role)));
        self.insert_assignments(rows).await?;
        self.touch_members(members).await
    }

    async fn table_of(&mut self, member: Id<kind::Member>) -> StoreResult<QueueTable> {
        let organization = self.organization();
        let version = sqlx::query_scalar!(
            "select version from members where org_id = $1 and id = $2",
            organization.uuid(),
            member.uuid()
        )
        .fetch_optional(&mut *self.transaction)
        .await?
        .ok_or(StoreError::Missing("member"))?;
        let rows = sqlx::query!(
            r#"select q.id, q.name,
                exists (select 1 from mailboxes b where b.org_id = q.org_id and b.queue_id = q.id) as "mailbox_target!",
                array(select r.role from role_assignments r
                    where r.org_id = q.org_id and r.queue_id = q.id and r.member_id = $2 order by r.role) as "roles!"
             from queues q where q.org_id = $1 order by q.name, q.id"#,
            organization.uuid(),
            member.uuid()
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let caller = self.caller();
        let seen = rows.into_iter().filter(|row| {
            let scopes = Scopes::NONE.with(Level::Queue, Some(row.id));
            let holding = Mask::NONE.with(Condition::MailboxTarget, row.mailbox_target);
            caller.sees(&Resource::<kind::Queue> { scopes, holding, ..Resource::new(organization, row.id.into()) })
        });
        let model = caller.model();
        let is_own = |role: &String| model.role(Level::Queue, role).is_some_and(|role| model.role_at(role).custom);
        let gives_sight = |role: &String| {
            let role = model.role(Level::Queue, role);
            role.is_some_and(|role| model.cell(role, Permission::TicketView).contains(Condition::Always))
        };
        let permissions = seen.map(|row| {
            let roles = QueueRoles::of(row.roles.iter().map(String::as_str));
            let own_roles: Vec<String> = row.roles.into_iter().filter(is_own).collect();
            let blind = !own_roles.iter().any(gives_sight);
            QueuePermissions {
                queue_id: row.id.into(),
                queue_name: row.name,
                roles,
                own_roles,
                mailbox_target: row.mailbox_target,
                duties_dormant: roles.has_duty() && !row.mailbox_target,
                warning: roles.warning().filter(|_| blind),
            }
        });
        Ok(QueueTable { member_id: member, permissions: permissions.collect(), version })
    }

    /// Writes the difference between a table and what it is to be. The member is locked: a permit to change their
    /// permissions locks them.
    async fn change_table<'a>(
        &mut self,
        member: Id<kind::Member>,
        version: &Expected,
        before: &'a [QueuePermissions],
        after: impl Fn(&'a QueuePermissions) -> QueueRow<'a>,
    ) -> StoreResult<()> {
        let (given, taken) = difference(before, after);
        for (verb, cells) in [(Verb::Give, &given), (Verb::Take, &taken)] {
            self.must_reach_all(can::SetQueuePermissions::PERMISSION, verb, cells)?;
        }
        let receiver = self.load(member).await?;
        for (queue, role) in &given {
            let role = self.role(Level::Queue, role)?;
            self.must_entrust(can::SetQueuePermissions::PERMISSION, &receiver, role, *queue)?;
        }
        self.lock_members(&[member]).await?;
        self.member_is_at(member, version).await?;
        if given.is_empty() && taken.is_empty() {
            return Ok(());
        }
        self.touch_members(&[member.uuid()]).await?;
        let (queues, roles): (Vec<_>, Vec<_>) = taken.into_iter().map(|(queue, role)| (queue, role.to_owned())).unzip();
        sqlx::query!(
            "delete from role_assignments r using unnest($3::uuid[], $4::text[]) gone (queue_id, role)
             where r.org_id = $1 and r.member_id = $2 and r.queue_id = gone.queue_id and r.role = gone.role",
            self.organization().uuid(),
            member.uuid(),
            &queues,
            &roles
        )
        .execute(&mut *self.transaction)
        .await?;
        self.insert_assignments(given.into_iter().map(|(queue, role)| (member.uuid(), queue, role))).await?;
        self.release_tickets_of(&[member.uuid()]).await
    }

    /// Holds the caller to the table of who gives and takes, cell by cell.
    pub(crate) fn must_reach_all(&self, permission: Permission, verb: Verb, cells: &[Cell<'_>]) -> StoreResult<()> {
        cells.iter().try_for_each(|(queue, role)| {
            let role = self.caller().model().role(Level::Queue, role);
            let detail = || "This access model has no queue permissions.".into();
            let role = role.ok_or_else(|| StoreError::Beyond { permission, detail: detail() })?;
            self.must_reach(permission, verb, role, *queue)
        })
    }

    async fn insert_assignments<'a>(&mut self, rows: impl Iterator<Item = (Uuid, Uuid, &'a str)>) -> StoreResult<()> {
        let (mut ids, mut members, mut queues, mut roles) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (member, queue, role) in rows {
            ids.push(Uuid::now_v7());
            members.push(member);
            queues.push(queue);
            roles.push(role.to_owned());
        }
        sqlx::query!(
            "insert into role_assignments (org_id, id, member_id, queue_id, role, granted_by)
             select $1, id, member_id, queue_id, role, $2
             from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[]) new (id, member_id, queue_id, role)",
            self.organization().uuid(),
            self.account().uuid(),
            &ids,
            &members,
            &queues,
            &roles
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }
}
