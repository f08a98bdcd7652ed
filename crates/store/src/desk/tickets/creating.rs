//! Creating tickets.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::types::Json;
use usher_domain::{
    Email, Id, Text, TicketId,
    desk::{FieldFault, Question, check_answers},
    kind,
};
use usher_policy::{Condition, Level, Mask, Permit, Resource, Scopes, can};
use uuid::Uuid;

use crate::{StoreError, StoreResult, Work};

/// What a new ticket says.
#[derive(Debug)]
pub struct NewTicket {
    /// What it is about.
    pub subject: Text<1, 200>,
    /// What the requester wrote.
    pub description: Text<0, 20_000>,
    /// The key of its status; the default one if none is said.
    pub status: Option<String>,
    /// The key of its priority; the default one if none is said.
    pub priority: Option<String>,
    /// The requester's name.
    pub requester_name: Option<Text<1, 120>>,
    /// The requester's address.
    pub requester_email: Option<Email>,
    /// The answers to the template's questions, by question key.
    pub answers: BTreeMap<String, Value>,
}

/// Where a new ticket is to stand: things that the caller may see.
#[derive(Debug)]
pub struct TicketPlaces {
    /// The team that gets it.
    pub team: Option<Permit<can::ViewTeam>>,
    /// The queue that it waits in.
    pub queue: Option<Permit<can::ViewQueue>>,
    /// The template that it is made from.
    pub template: Option<Permit<can::ViewTemplate>>,
    /// The website that it comes from.
    pub website: Option<Permit<can::ViewWebsite>>,
}

/// A ticket that may be created, in the very place for which that was decided.
#[derive(Debug)]
#[must_use = "a draft is not a ticket yet"]
pub struct TicketDraft {
    permit: Permit<can::CreateTicket>,
    new: NewTicket,
    team: Option<Uuid>,
    queue: Option<Uuid>,
    template: Option<Uuid>,
    website: Option<Uuid>,
}

/// What a ticket's place follows from.
struct Surroundings {
    inbox: Option<Uuid>,
    teams: Vec<Uuid>,
    visible: bool,
    questions: Option<Json<Vec<Question>>>,
}

impl Work {
    /// Settles where a new ticket will stand, and asks whether the caller may create one there. Without a queue it waits
    /// in the Inbox, where the access model has queues (TK-34); without a team it belongs to the one that its website is
    /// linked to, if that is exactly one (VK-83).
    ///
    /// # Errors
    /// Refused; or the answers, the status or the priority cannot be.
    pub async fn draft_ticket(&mut self, new: NewTicket, places: TicketPlaces) -> StoreResult<TicketDraft> {
        let template = places.template.map(|permit| permit.target().uuid());
        let website = places.website.map(|permit| permit.target().uuid());
        let around = self.surroundings(template, website).await?;
        let has = |level| self.caller().model().roles_at(level).next().is_some();
        let inbox = around.inbox.filter(|_| has(Level::Queue));
        let linked = match around.teams.as_slice() {
            [only] if has(Level::Team) => Some(*only),
            _ => None,
        };
        let team = places.team.map(|permit| permit.target().uuid()).or(linked);
        let queue = places.queue.map(|permit| permit.target().uuid()).or(inbox);
        let prospect = Resource {
            scopes: Scopes::NONE.with(Level::Team, team).with(Level::Queue, queue),
            holding: Mask::of(Condition::Own).with(Condition::TemplateVisible, team.is_none() && around.visible),
            ..Resource::new(self.organization(), Id::<kind::Ticket>::new())
        };
        let permit = self.permit_new::<can::CreateTicket>(&prospect)?;
        let mut faults = wrong_answers(around.questions.map(|questions| questions.0), &new.answers);
        faults.extend(self.check_keys(new.status.as_deref(), new.priority.as_deref()).await?);
        if !faults.is_empty() {
            return Err(StoreError::InvalidFields(faults));
        }
        Ok(TicketDraft { permit, new, team, queue, template, website })
    }

    async fn surroundings(&mut self, template: Option<Uuid>, website: Option<Uuid>) -> StoreResult<Surroundings> {
        let teams = self.caller().scopes_at(Level::Team);
        let row = sqlx::query_as!(
            Surroundings,
            r#"select
                (select q.id from queues q where q.org_id = $1 and q.built_in order by q.id limit 1) as inbox,
                array(select w.team_id from team_websites w where w.org_id = $1 and w.website_id = $3 limit 2) as "teams!",
                exists (select 1 from template_teams v
                    where v.org_id = $1 and v.template_id = $2 and v.team_id = any($4)) as "visible!",
                (select p.questions from templates p where p.org_id = $1 and p.id = $2)
                    as "questions: Json<Vec<Question>>""#,
            self.organization().uuid(),
            template,
            website,
            &teams
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(row)
    }

    /// Creates a ticket, with the organization's next number.
    ///
    /// # Errors
    /// Something that it refers to was deleted meanwhile.
    pub async fn create_ticket(&mut self, draft: TicketDraft) -> StoreResult<TicketId> {
        let TicketDraft { permit, new, team, queue, template, website } = draft;
        sqlx::query!(
            "with counter as (
                insert into ticket_counters (org_id, last_number) values ($1, 1)
                on conflict (org_id) do update set last_number = ticket_counters.last_number + 1 returning last_number
             )
             insert into tickets (org_id, id, number, subject, description, status, priority, team_id, queue_id,
                template_id, website_id, requester_name, requester_email, answers, created_by)
             select $1, $2, last_number, $3, $4,
                coalesce($5, (select key from statuses where org_id = $1 and is_default)),
                coalesce($6, (select key from priorities where org_id = $1 and is_default)),
                $7, $8, $9, $10, $11, $12, $13, $14
             from counter",
            permit.organization().uuid(),
            permit.target().uuid(),
            &*new.subject,
            &*new.description,
            new.status,
            new.priority,
            team,
            queue,
            template,
            website,
            new.requester_name.as_deref(),
            new.requester_email.as_deref(),
            Json(new.answers) as _,
            self.account().uuid()
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(permit.target())
    }
}

/// Answers are to a template's questions: without one, nothing was asked.
fn wrong_answers(questions: Option<Vec<Question>>, answers: &BTreeMap<String, Value>) -> Vec<FieldFault> {
    let faults = check_answers(&questions.unwrap_or_default(), answers).err().unwrap_or_default();
    let place = |fault: FieldFault| FieldFault { pointer: format!("/answers{}", fault.pointer), ..fault };
    faults.into_iter().map(place).collect()
}
