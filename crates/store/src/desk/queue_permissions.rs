//! What a person may do on each queue.

use sqlx::types::Json;
use usher_domain::{
    Id,
    desk::{FieldFault, QueueHolder, QueuePermissions, QueuePreset, QueueRoles, QueueTable},
    kind,
};
use usher_policy::{Action, Condition, Level, Mask, Permission, Permit, Resource, Scopes, Verb, can};
use uuid::Uuid;

use crate::{Expected, Page, PageRequest, StoreError, StoreResult, Work};

/// A cell of the table: a queue and the name of a permission or duty on it.
type Cell = (Uuid, &'static str);

impl Work {
    /// What a member may do on each queue that the caller may see.
    ///
    /// # Errors
    /// The database's.
    pub async fn queue_table(&mut self, permit: Permit<can::ViewMemberQueuePermissions>) -> StoreResult<QueueTable> {
        self.table_of(permit.target()).await
    }

    /// Sets the whole table of a member, all or nothing (TK-57): what is not named is off. What does not change keeps who
    /// gave it and when.
    ///
    /// # Errors
    /// A queue is named twice, a duty given where no mailbox feeds the queue (TK-32); beyond the caller's reach; stale.
    pub async fn set_queue_permissions(
        &mut self,
        permit: Permit<can::SetQueuePermissions>,
        version: &Expected,
        wanted: &[(Permit<can::ViewQueue>, QueueRoles)],
    ) -> StoreResult<QueueTable> {
        let member = permit.target();
        let before = self.table_of(member).await?.permissions;
        let faults = faults(&before, wanted);
        if !faults.is_empty() {
            return Err(StoreError::InvalidFields(faults));
        }
        let after = |row: &QueuePermissions| {
            let named = wanted.iter().find(|(queue, _)| queue.target() == row.queue_id);
            named.map_or_else(QueueRoles::default, |(_, roles)| *roles)
        };
        self.change_table(member, version, &before, after).await?;
        self.table_of(member).await
    }

    /// Sets the three permissions on every queue at once, and leaves the duties (TK-52 to TK-55).
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
        self.change_table(member, version, &before, |row| preset.over(row.roles)).await?;
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
                    where r.org_id = q.org_id and r.queue_id = q.id and r.member_id = $2) as "roles!"
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
        let permissions = seen.map(|row| {
            let roles = QueueRoles::of(row.roles.iter().map(String::as_str));
            QueuePermissions {
                queue_id: row.id.into(),
                queue_name: row.name,
                roles,
                mailbox_target: row.mailbox_target,
                duties_dormant: roles.has_duty() && !row.mailbox_target,
                warning: roles.warning(),
            }
        });
        Ok(QueueTable { member_id: member, permissions: permissions.collect(), version })
    }

    /// Writes the difference between a table and what it is to be. The member is locked: a permit to change their
    /// permissions locks them.
    async fn change_table(
        &mut self,
        member: Id<kind::Member>,
        version: &Expected,
        before: &[QueuePermissions],
        after: impl Fn(&QueuePermissions) -> QueueRoles,
    ) -> StoreResult<()> {
        let (given, taken) = difference(before, after);
        for (verb, cells) in [(Verb::Give, &given), (Verb::Take, &taken)] {
            self.must_reach_all(can::SetQueuePermissions::PERMISSION, verb, cells)?;
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
        self.release_unseen_of(&[member.uuid()]).await
    }

    /// Holds the caller to the table of who gives and takes, cell by cell.
    pub(crate) fn must_reach_all(&self, permission: Permission, verb: Verb, cells: &[Cell]) -> StoreResult<()> {
        cells.iter().try_for_each(|(queue, role)| {
            let role = self.caller().model().role(Level::Queue, role);
            let detail = || "This access model has no queue permissions.".into();
            let role = role.ok_or_else(|| StoreError::Beyond { permission, detail: detail() })?;
            self.must_reach(permission, verb, role, *queue)
        })
    }

    async fn insert_assignments(&mut self, rows: impl Iterator<Item = (Uuid, Uuid, &'static str)>) -> StoreResult<()> {
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

/// The cells that are to be given and those that are to be taken.
fn difference(before: &[QueuePermissions], after: impl Fn(&QueuePermissions) -> QueueRoles) -> (Vec<Cell>, Vec<Cell>) {
    let (mut given, mut taken) = (Vec::new(), Vec::new());
    for row in before {
        for ((role, had), (_, has)) in row.roles.each().into_iter().zip(after(row).each()) {
            match (had, has) {
                (false, true) => given.push((row.queue_id.uuid(), role)),
                (true, false) => taken.push((row.queue_id.uuid(), role)),
                _ => {}
            }
        }
    }
    (given, taken)
}

/// Queues that are named twice; duties that are new on a queue that no mailbox feeds. One that was there lies dormant
/// and may stay (TK-42).
fn faults(before: &[QueuePermissions], wanted: &[(Permit<can::ViewQueue>, QueueRoles)]) -> Vec<FieldFault> {
    let fault = |pointer: String, code, detail: &str| FieldFault { pointer, code, detail: detail.to_owned() };
    let mut faults = Vec::new();
    for (index, (queue, roles)) in wanted.iter().enumerate() {
        let at = format!("/permissions/{index}");
        if wanted[..index].iter().any(|(other, _)| other.target() == queue.target()) {
            faults.push(fault(format!("{at}/queue_id"), "duplicate", "This queue is named twice."));
        }
        let row = before.iter().find(|row| row.queue_id == queue.target());
        if row.is_some_and(|row| row.mailbox_target) {
            continue;
        }
        let had = row.map_or_else(QueueRoles::default, |row| row.roles);
        for (duty, is_new) in [
            ("administer_inbox", roles.administer_inbox && !had.administer_inbox),
            ("notify_inbox_errors", roles.notify_inbox_errors && !had.notify_inbox_errors),
        ] {
            if is_new {
                let detail = "No mailbox feeds this queue, so there is no inbox to have a duty for.";
                faults.push(fault(format!("{at}/{duty}"), "not_a_mailbox_target", detail));
            }
        }
    }
    faults
}
