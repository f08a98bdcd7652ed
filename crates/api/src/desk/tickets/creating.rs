//! Creating tickets.

use std::collections::BTreeMap;

use actix_web::post;
use serde::Deserialize;
use serde_json::Value;
use usher_domain::{Email, QueueId, TeamId, TemplateId, Text, WebsiteId, desk::Ticket};
use usher_policy::{Action, can};
use usher_store::{
    Work,
    desk::tickets::{NewTicket, TicketPlaces},
};
use utoipa::ToSchema;

use crate::{
    http::{Answer, Body, Call, Path, Stop, answer_created_if_visible, placed},
    tenancy::OrganizationPath,
};

/// Who a new ticket is for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequester {
    /// Their name.
    name: Option<Text<1, 120>>,
    /// Their address.
    email: Option<Email>,
}

/// A new ticket.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTicket, example = json!({
    "subject": "The printer is on fire",
    "description": "It began at nine.",
    "priority": "high",
    "requester": {"name": "Ada", "email": "ada@example.org"}
}))]
pub struct CreateTicket {
    /// What it is about.
    subject: Text<1, 200>,
    /// What the requester wrote.
    #[serde(default)]
    #[schema(value_type = Option<Text<0, 20_000>>)]
    description: Option<Text<0, 20_000>>,
    /// The key of its status; the default one if none is said.
    status: Option<String>,
    /// The key of its priority; the default one if none is said.
    priority: Option<String>,
    /// The team that gets it. None, and a website that is linked to exactly one team: that one.
    team_id: Option<TeamId>,
    /// The queue that it waits in. None: the Inbox, where the access model has queues.
    queue_id: Option<QueueId>,
    /// The template that it is made from.
    template_id: Option<TemplateId>,
    /// The website that it comes from.
    website_id: Option<WebsiteId>,
    /// Who it is for.
    requester: Option<NewRequester>,
    /// The answers to the template's questions, by question key: at most 32 kB of JSON together.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    answers: Option<BTreeMap<String, Value>>,
}

impl CreateTicket {
    /// Splits off where the ticket is to stand: each thing that is named must be one that the member sees.
    async fn place(self, work: &mut Work) -> Result<(NewTicket, TicketPlaces), Stop> {
        let places = TicketPlaces {
            team: placed(work, self.team_id, "/team_id").await?,
            queue: placed(work, self.queue_id, "/queue_id").await?,
            template: placed(work, self.template_id, "/template_id").await?,
            website: placed(work, self.website_id, "/website_id").await?,
        };
        let NewRequester { name, email } = self.requester.unwrap_or_default();
        let new = NewTicket {
            subject: self.subject,
            description: self.description.unwrap_or_default(),
            status: self.status,
            priority: self.priority,
            requester_name: name,
            requester_email: email,
            answers: self.answers.unwrap_or_default(),
        };
        Ok((new, places))
    }
}

/// Create a ticket
///
/// It gets the organization's next number. Answers are checked against the template's questions.
#[utoipa::path(tag = "tickets", params(OrganizationPath), request_body = CreateTicket,
    responses(
        (status = 201, body = Ticket, headers(("Location" = String, description = "The ticket's address."))),
        (status = 204, description = "Created, where you may not see it."),
    ),
    extensions(("x-permission" = json!(can::CreateTicket::PERMISSION.key()))))]
#[post("")]
pub async fn create_ticket(call: Call, path: Path<OrganizationPath>, body: Body<CreateTicket>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    work.may_create::<can::CreateTicket>()?;
    let (new, places) = body.parse()?.place(&mut work).await?;
    let draft = work.draft_ticket(new, places).await?;
    let ticket = work.create_ticket(draft).await?;
    answer_created_if_visible(work, ticket, "desk/tickets").await
}
