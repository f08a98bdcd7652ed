//! Making inspections.

use actix_web::post;
use chrono::NaiveDate;
use serde::Deserialize;
use usher_domain::{InspectionId, InspectionTemplateId, SiteId, TeamId, Text, field::Inspection};
use usher_policy::{Action, can};
use usher_store::{
    Work,
    field::{InspectionPlaces, Made, NewInspection},
};
use utoipa::ToSchema;

use crate::{
    http::{Answer, Body, Call, Path, Stop, answer_created_if_visible, answer_if_visible, placed},
    tenancy::OrganizationPath,
};

/// A new inspection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInspection, example = json!({
    "title": "Fire doors, third quarter",
    "team_id": "019f0000-0000-7000-8000-000000000002",
    "template_id": "019f0000-0000-7000-8000-000000000003",
    "due_on": "2026-09-30"
}))]
pub struct CreateInspection {
    /// Its id, where the device that makes it has given one: a UUIDv7. Sent again, it makes nothing more.
    id: Option<InspectionId>,
    /// What it is about.
    title: Text<1, 200>,
    /// The team whose inspection it is.
    team_id: TeamId,
    /// What it is made from: a template of the team. It keeps the template's questions as they are now.
    template_id: InspectionTemplateId,
    /// Where it happens: a site of the team.
    site_id: Option<SiteId>,
    /// By when it is to be done.
    due_on: Option<NaiveDate>,
    /// Whether its team's viewers see it: `true` wants `inspection.share` as well.
    #[serde(default)]
    #[schema(default = false)]
    shared: bool,
}

impl CreateInspection {
    /// Splits off where it is to stand: each thing that is named must be one that the caller sees.
    async fn place(self, work: &mut Work) -> Result<(NewInspection, InspectionPlaces), Stop> {
        let missing = |what| Stop::from(usher_store::StoreError::Missing(what));
        let places = InspectionPlaces {
            team: placed(work, Some(self.team_id), "/team_id").await?.ok_or_else(|| missing("team"))?,
            template: placed(work, Some(self.template_id), "/template_id").await?.ok_or_else(|| missing("template"))?,
            site: placed(work, self.site_id, "/site_id").await?,
        };
        Ok((NewInspection { id: self.id, title: self.title, due_on: self.due_on, shared: self.shared }, places))
    }
}

/// Create an inspection
///
/// In a team, from one of its templates. A device that is offline gives the id itself, and sends the request again when it is
/// not sure that it arrived: then it is answered 200 with the inspection as it is, even if the template, the site or the team
/// has gone since, and 410 if it was deleted.
#[utoipa::path(tag = "inspections", params(OrganizationPath), request_body = CreateInspection,
    responses(
        (status = 201, body = Inspection, headers(("Location" = String, description = "The inspection's address."))),
        (status = 200, body = Inspection, description = "You made it before, with this id."),
        (status = 204, description = "Made, and you may not see it."),
        (status = 410, description = "You made it before, with this id, and it was deleted since: within 90 days its id stays taken."),
    ),
    extensions(("x-permission" = json!(can::CreateInspection::PERMISSION.key()))))]
#[post("")]
pub async fn create_inspection(call: Call, path: Path<OrganizationPath>, body: Body<CreateInspection>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    work.may_create::<can::CreateInspection>()?;
    let new = body.parse()?;
    if let Some(inspection) = work.made_before(new.id).await? {
        return answer_if_visible(work, inspection).await;
    }
    let (new, places) = new.place(&mut work).await?;
    let (inspection, made) = work.create_inspection(places, new).await?;
    match made {
        Made::Now => answer_created_if_visible(work, inspection, "field/inspections").await,
        Made::Before => answer_if_visible(work, inspection).await,
    }
}
