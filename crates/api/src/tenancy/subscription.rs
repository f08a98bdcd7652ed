//! What an organization has subscribed to.

use actix_web::{get, patch};
use serde::Deserialize;
use usher_domain::{
    Text,
    tenancy::{Plan, Subscription},
};
use usher_policy::{Action, can};
use utoipa::ToSchema;

use super::OrganizationPath;
use crate::http::{Answer, Body, Call, IfMatch, Listed, Path, ok, shown, shown_here_if};

/// List the plans
///
/// What an organization can subscribe to, the smallest first.
#[utoipa::path(tag = "organizations", responses((status = 200, body = Listed<Plan>)),
    extensions(("x-permission" = json!("signed_in"))))]
#[get("/v1/plans")]
pub async fn list_plans(call: Call) -> Answer {
    let items = call.outside().await?.plans().await?;
    Ok(ok(Listed { items, next_cursor: None, total: None }))
}

/// Get the subscription
///
/// The plan, what it includes, and what is used. Its version is the organization's: another plan makes a new one, as other
/// settings do, and what is used does not.
#[utoipa::path(tag = "organizations", params(OrganizationPath), responses((status = 200, body = Subscription)),
    extensions(("x-permission" = json!(can::ViewBilling::PERMISSION.key()))))]
#[get("/subscription")]
pub async fn get_subscription(call: Call, path: Path<OrganizationPath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewBilling>()?;
    Ok(shown(work.subscription(permit, call.app().files.quota()).await?))
}

/// What is to change about a subscription.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"plan": "growth"}))]
pub struct SubscriptionPatch {
    /// The plan: one of those that there are.
    #[schema(value_type = Text<1, 40>, required = false)]
    plan: Option<Text<1, 40>>,
}

/// Change the subscription
///
/// What roles give by the plan holds from the next request on. What there is already stays, whatever the plan. Nothing is paid
/// here, and no payment is asked for: whoever sells the plans sees to that elsewhere.
#[utoipa::path(tag = "organizations", params(OrganizationPath, IfMatch), request_body = SubscriptionPatch,
    responses((status = 200, body = Subscription), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::ManageBilling::PERMISSION.key()))))]
#[patch("/subscription")]
pub async fn update_subscription(call: Call, path: Path<OrganizationPath>, body: Body<SubscriptionPatch>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::ManageBilling>()?;
    let SubscriptionPatch { plan } = body.parse()?;
    let quota = call.app().files.quota();
    let subscription = work.change_plan(permit, call.if_match(), plan.as_deref(), quota).await?;
    shown_here_if::<can::ViewBilling>(work, subscription).await
}
