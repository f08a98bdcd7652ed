//! Queues.

use sqlx::{Row, postgres::PgRow};
use usher_domain::{Id, Text, desk::Queue, kind, tenancy::PermissionsModel};
use usher_policy::{Action, Condition, Level, Listing, Permit, Verb, can};
use uuid::Uuid;

use crate::{
    Conflict, Expected, Located, Page, PageRequest, Seen, StoreResult, Work,
    listing::{Order, list},
    located::{Rows, Rule},
};

impl Located for kind::Queue {
    type Item = Queue;
    const TABLE: &'static str = "queues q";
    const ALIAS: &'static str = "q";
    const COLUMNS: &'static str = ", q.id, q.name, q.description, q.built_in, q.created_at, q.version, \
        exists (select 1 from mailboxes b where b.org_id = q.org_id and b.queue_id = q.id) as mailbox_target";
    const SCOPES: &'static [(Level, &'static str)] = &[(Level::Queue, "q.id")];
    const RULES: &'static [Rule] = &[Rule {
        condition: Condition::MailboxTarget,
        holds: "exists (select 1 from mailboxes b where b.org_id = q.org_id and b.queue_id = q.id)",
        rows: Rows::Held,
    }];

    fn item(row: &PgRow) -> Result<Queue, sqlx::Error> {
        Ok(Queue {
            id: row.try_get::<Uuid, _>("id")?.into(),
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            built_in: row.try_get("built_in")?,
            mailbox_target: row.try_get("mailbox_target")?,
            created_at: row.try_get("created_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// What a new queue is made of.
#[derive(Debug)]
pub struct NewQueue {
    /// Its name.
    pub name: Text<1, 120>,
    /// What waits in it.
    pub description: Text<0, 2000>,
}

/// What is to change about a queue: what is `None` stays.
#[derive(Debug)]
pub struct QueueChange {
    /// Its name.
    pub name: Option<Text<1, 120>>,
    /// What waits in it.
    pub description: Option<Text<0, 2000>>,
}

const BUILT_IN: Conflict =
    Conflict { code: "queue_built_in", detail: "This queue came with the organization: it keeps its name and stays." };

/// How many queues an organization has at most: as many as the table of a member's queue permissions has rows.
const AT_MOST: i64 = 1_000;

/// What a new queue gives to staff where the organization is permissive: the permissions, never a duty (TK-45, TK-50).
const PERMISSIVE: [&str; 3] = ["contribute", "manage", "delete"];

impl Work {
    /// The queues that the caller may see, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_queues(
        &mut self,
        listing: &Listing<can::ViewQueue>,
        request: &PageRequest,
    ) -> StoreResult<Page<Seen<kind::Queue>>> {
        let order = Order { column: Some(("q.name", "text")), descending: false };
        list(&mut self.transaction, listing, |_| Ok(String::new()), order, request).await
    }

    /// Makes a queue. In a permissive organization every member of staff gets contribute, manage and delete on it, at this
    /// moment and never later (TK-45 to TK-50).
    ///
    /// # Errors
    /// Another queue has the name; what it would give is beyond the caller's reach.
    pub async fn create_queue(&mut self, permit: Permit<can::CreateQueue>, new: NewQueue) -> StoreResult<Queue> {
        let (organization, id) = (permit.organization(), Id::<kind::Queue>::new());
        let setting =
            sqlx::query_scalar!("select permissions_model from organizations where id = $1", organization.uuid())
                .fetch_one(&mut *self.transaction)
                .await?;
        self.must_have_room().await?;
        let staff = match PermissionsModel::parse(&setting) {
            PermissionsModel::Permissive => self.lock_staff().await?,
            PermissionsModel::Restrictive => Vec::new(),
        };
        sqlx::query!(
            "insert into queues (org_id, id, name, description) values ($1, $2, $3, $4)",
            organization.uuid(),
            id.uuid(),
            &*new.name,
            &*new.description
        )
        .execute(&mut *self.transaction)
        .await?;
        if !staff.is_empty() {
            self.must_reach_all(can::CreateQueue::PERMISSION, Verb::Give, &PERMISSIVE.map(|role| (id.uuid(), role)))?;
            self.give_on_queue(id, &staff, &PERMISSIVE).await?;
        }
        self.item(id).await
    }

    /// Queues are made one at a time, so none is one too many.
    async fn must_have_room(&mut self) -> StoreResult<()> {
        let queues = sqlx::query_scalar!(
            r#"select count(*) as "queues!" from queues where org_id = $1"#,
            self.organization().uuid()
        );
        let detail = "An organization has at most 1,000 queues: delete one first.";
        let full = Conflict { code: "too_many_queues", detail };
        if queues.fetch_one(&mut *self.transaction).await? < AT_MOST { Ok(()) } else { Err(full.into()) }
    }

    /// Every member whose organization role counts as staff, locked.
    async fn lock_staff(&mut self) -> StoreResult<Vec<Uuid>> {
        let roles = self.caller().model().roles_at(Level::Organization).filter(|(_, role)| role.staff);
        let roles: Vec<String> = roles.map(|(_, role)| role.key.clone()).collect();
        let staff = sqlx::query_scalar!(
            "select distinct member_id from role_assignments
             where org_id = $1 and team_id is null and queue_id is null and role = any($2)",
            self.organization().uuid(),
            &roles
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let members: Vec<_> = staff.iter().copied().map(Id::from).collect();
        self.lock_members(&members).await?;
        Ok(staff)
    }

    /// Renames or describes a queue. A built-in one keeps its name (TK-34).
    ///
    /// # Errors
    /// Built in, another queue has the name, or stale.
    pub async fn update_queue(
        &mut self,
        permit: Permit<can::UpdateQueue>,
        version: &Expected,
        change: QueueChange,
    ) -> StoreResult<Queue> {
        let (organization, id) = (permit.organization().uuid(), permit.target());
        let row = sqlx::query!(
            "select name, built_in, version from queues where org_id = $1 and id = $2",
            organization,
            id.uuid()
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        version.must_be(row.version)?;
        if row.built_in && change.name.as_ref().is_some_and(|name| **name != *row.name) {
            return Err(BUILT_IN.into());
        }
        sqlx::query!(
            "update queues set name = coalesce($3, name), description = coalesce($4, description),
                version = version + (row(coalesce($3, name), coalesce($4, description)) <> row(name, description))::int
             where org_id = $1 and id = $2",
            organization,
            id.uuid(),
            change.name.as_deref(),
            change.description.as_deref()
        )
        .execute(&mut *self.transaction)
        .await?;
        self.item(id).await
    }

    /// Deletes an empty queue, and with it what anybody may do on it (TK-68).
    ///
    /// # Errors
    /// Built in, not empty, or stale.
    pub async fn delete_queue(&mut self, permit: Permit<can::DeleteQueue>, version: &Expected) -> StoreResult<()> {
        let (organization, id) = (permit.organization().uuid(), permit.target().uuid());
        let holders = sqlx::query_scalar!(
            "select distinct member_id from role_assignments where org_id = $1 and queue_id = $2",
            organization,
            id
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        self.lock_members(&holders.iter().copied().map(Id::from).collect::<Vec<_>>()).await?;
        let row = sqlx::query!(
            "select built_in, version from queues where org_id = $1 and id = $2 for update",
            organization,
            id
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        version.must_be(row.version)?;
        if row.built_in {
            return Err(BUILT_IN.into());
        }
        // Tickets that wait in it hold it: that is a constraint. So nobody loses sight of one.
        sqlx::query!("delete from queues where org_id = $1 and id = $2", organization, id)
            .execute(&mut *self.transaction)
            .await?;
        self.touch_members(&holders).await
    }
}
