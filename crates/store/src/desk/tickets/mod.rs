//! Tickets: how they stand in the database, and what is done with them.

mod assignees;
mod creating;
mod exporting;
mod links;
mod listing;
mod merging;
mod messages;
mod moving;
mod participants;
mod sight;
mod updating;

pub use creating::{NewTicket, TicketDraft, TicketPlaces};
pub use exporting::TicketRow;
pub use listing::{TicketFilter, TicketOrder};
pub use moving::TicketMove;
pub use participants::AddedParticipant;
use sqlx::{Row, postgres::PgRow};
pub use updating::TicketChange;
use usher_domain::{
    Id,
    desk::{FieldFault, Requester, Ticket},
    kind,
};
use usher_policy::{Condition, Level};
use uuid::Uuid;

use crate::{
    Located, StoreResult, Work,
    located::{Rows, Rule},
};

impl Located for kind::Ticket {
    type Item = Ticket;
    const TABLE: &'static str = "tickets t";
    const ALIAS: &'static str = "t";
    const NUMBERED: bool = true;
    const COLUMNS: &'static str = ", t.id, t.number, t.subject, t.description, t.status, t.priority, t.team_id, t.queue_id, \
        t.template_id, t.website_id, t.requester_name, t.requester_email, t.assignee_id, t.answers, \
        t.merged, t.created_by, t.created_at, t.updated_at, t.version";
    const SCOPES: &'static [(Level, &'static str)] = &[(Level::Team, "t.team_id"), (Level::Queue, "t.queue_id")];
    const RULES: &'static [Rule] = &[
        Rule { condition: Condition::Own, holds: "t.created_by = $2", rows: Rows::Held },
        Rule { condition: Condition::Assigned, holds: "t.assignee_id = $2", rows: Rows::Held },
        Rule {
            condition: Condition::Participant,
            holds: "exists (select 1 from ticket_participants c
                where c.org_id = t.org_id and c.ticket_id = t.id and c.member_id = $2)",
            rows: Rows::Of("participated_tickets t", "t.member_id = $2"),
        },
        Rule {
            condition: Condition::TemplateVisible,
            holds: "t.team_id is null and exists (select 1 from template_teams v
                where v.org_id = t.org_id and v.template_id = t.template_id and v.team_id = any($3))",
            rows: Rows::OfEach(
                "(select distinct v.template_id from template_teams v where v.org_id = $1 and v.team_id = any($3)) s",
                "t.team_id is null and t.template_id = s.template_id",
            ),
        },
    ];

    fn item(row: &PgRow) -> Result<Ticket, sqlx::Error> {
        let id = |column: &str| row.try_get::<Option<Uuid>, _>(column);
        Ok(Ticket {
            id: row.try_get::<Uuid, _>("id")?.into(),
            number: row.try_get("number")?,
            subject: row.try_get("subject")?,
            description: row.try_get("description")?,
            status: row.try_get("status")?,
            priority: row.try_get("priority")?,
            team_id: id("team_id")?.map(Id::from),
            queue_id: id("queue_id")?.map(Id::from),
            template_id: id("template_id")?.map(Id::from),
            website_id: id("website_id")?.map(Id::from),
            requester: Requester::of(row.try_get("requester_name")?, row.try_get("requester_email")?),
            assignee_id: id("assignee_id")?.map(Id::from),
            answers: row.try_get("answers")?,
            merged: row.try_get("merged")?,
            created_by: id("created_by")?.map(Id::from),
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

impl Work {
    /// Writes events into a ticket's history, where those read them who read its notes.
    pub(crate) async fn record(&mut self, ticket: Id<kind::Ticket>, events: &[String]) -> StoreResult<()> {
        let tickets: Vec<Uuid> = events.iter().map(|_| ticket.uuid()).collect();
        self.insert_events(&tickets, events).await
    }

    /// Writes one event into the history of each of these tickets.
    pub(crate) async fn record_on_each(&mut self, tickets: &[Uuid], event: &str) -> StoreResult<()> {
        let events: Vec<String> = tickets.iter().map(|_| event.to_owned()).collect();
        self.insert_events(tickets, &events).await
    }

    async fn insert_events(&mut self, tickets: &[Uuid], events: &[String]) -> StoreResult<()> {
        let ids: Vec<Uuid> = events.iter().map(|_| Uuid::now_v7()).collect();
        sqlx::query!(
            "insert into ticket_messages (org_id, id, ticket_id, kind, body, author_id)
             select $1, e.id, e.ticket_id, 'event', e.body, $5
             from unnest($2::uuid[], $3::uuid[], $4::text[]) e (id, ticket_id, body)",
            self.organization().uuid(),
            &ids,
            tickets,
            events,
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// What is wrong with a status and a priority: a key that the organization does not have. Those it has are held
    /// until the commit.
    async fn check_keys(&mut self, status: Option<&str>, priority: Option<&str>) -> StoreResult<Vec<FieldFault>> {
        let organization = self.organization().uuid();
        let mut faults = Vec::new();
        if let Some(key) = status {
            let found = sqlx::query_scalar!(
                "select key from statuses where org_id = $1 and key = $2 for key share",
                organization,
                key
            );
            faults.extend(unknown("status", found.fetch_optional(&mut *self.transaction).await?));
        }
        if let Some(key) = priority {
            let found = sqlx::query_scalar!(
                "select key from priorities where org_id = $1 and key = $2 for key share",
                organization,
                key
            );
            faults.extend(unknown("priority", found.fetch_optional(&mut *self.transaction).await?));
        }
        Ok(faults)
    }
}

fn unknown(name: &str, found: Option<String>) -> Option<FieldFault> {
    let detail = format!("The organization has no such {name}.");
    found.is_none().then(|| FieldFault { pointer: format!("/{name}"), code: "unknown_value", detail })
}
