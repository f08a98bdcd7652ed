//! Queues.

use sqlx::{Row, postgres::PgRow};
use usher_domain::{desk::Queue, kind};
use usher_policy::{Condition, Level};
use uuid::Uuid;

use crate::{Located, located::Rule};

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
        rows: None,
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
