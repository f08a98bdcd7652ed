//! Queues.

use actix_web::{delete, get, patch, post};
use serde::Deserialize;
use usher_domain::{QueueId, Text, desk::Queue};
use usher_policy::{Action, can};
use usher_store::{
    OrganizationKey,
    desk::{NewQueue, QueueChange},
};
use utoipa::{IntoParams, ToSchema};

use crate::{
    http::{
        Answer, Body, Call, Granted, IfMatch, Listed, PageQuery, Path, Query, ThingQuery, created, listed, no_content,
        seen, shown_if,
    },
    tenancy::OrganizationPath,
};

/// A queue in the path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct QueuePath {
    /// The organization's id or slug.
    #[param(value_type = String, example = "northwind")]
    pub(crate) organization: OrganizationKey,
    /// The queue.
    #[param(value_type = QueueId)]
    pub(crate) queue: QueueId,
}

/// List queues
///
/// By name. Whoever may see a queue need not see the tickets in it.
#[utoipa::path(tag = "queues", params(OrganizationPath, PageQuery),
    responses((status = 200, body = Listed<Granted<Queue>>)),
    extensions(("x-permission" = json!(can::ViewQueue::PERMISSION.key()))))]
#[get("/queues")]
pub async fn list_queues(call: Call, path: Path<OrganizationPath>, query: Query<PageQuery>) -> Answer {
    let (request, include) = query.page("queues")?;
    let mut work = call.read(&path.organization).await?;
    let listing = work.listing();
    let page = work.list_queues(&listing, &request).await?;
    Ok(listed(work.caller(), page, "queues", include))
}

/// Get a queue
#[utoipa::path(tag = "queues", params(QueuePath, ThingQuery), responses((status = 200, body = Granted<Queue>)),
    extensions(("x-permission" = json!(can::ViewQueue::PERMISSION.key()))))]
#[get("/queues/{queue}")]
pub async fn get_queue(call: Call, path: Path<QueuePath>, query: Query<ThingQuery>) -> Answer {
    let include = query.include()?;
    let (caller, queue) = call.see(&path.organization, path.queue).await?;
    Ok(seen(&caller, queue, include))
}

/// A new queue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewQueue, example = json!({"name": "Returns", "description": "Goods that come back."}))]
pub struct CreateQueue {
    /// Its name.
    name: Text<1, 120>,
    /// What waits in it.
    #[serde(default)]
    #[schema(default = "")]
    description: Text<0, 2000>,
}

/// Create a queue
///
/// Where the organization's `permissions_model` is `permissive`, whoever is staff now gets contribute, manage and delete
/// on it; where it is `restrictive`, nobody gets anything.
#[utoipa::path(tag = "queues", params(OrganizationPath), request_body = CreateQueue,
    responses((status = 201, body = Queue)),
    extensions(("x-permission" = json!(can::CreateQueue::PERMISSION.key()))))]
#[post("/queues")]
pub async fn create_queue(call: Call, path: Path<OrganizationPath>, body: Body<CreateQueue>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_here::<can::CreateQueue>()?;
    let CreateQueue { name, description } = body.parse()?;
    let queue = work.create_queue(permit, NewQueue { name, description }).await?;
    let location = format!("/v1/organizations/{}/desk/queues/{}", work.organization(), queue.id);
    work.commit(created(queue, &location)).await
}

/// What is to change about a queue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "Goods that come back, and where they are."}))]
pub struct QueuePatch {
    /// Its name. A built-in queue keeps its own.
    #[schema(value_type = Text<1, 120>, required = false)]
    name: Option<Text<1, 120>>,
    /// What waits in it.
    #[schema(value_type = Text<0, 2000>, required = false)]
    description: Option<Text<0, 2000>>,
}

/// Change a queue
#[utoipa::path(tag = "queues", params(QueuePath, IfMatch), request_body = QueuePatch,
    responses((status = 200, body = Queue), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::UpdateQueue::PERMISSION.key()))))]
#[patch("/queues/{queue}")]
pub async fn update_queue(call: Call, path: Path<QueuePath>, body: Body<QueuePatch>) -> Answer {
    let mut work = call.write(&path.organization).await?;
    let permit = work.permit::<can::UpdateQueue>(path.queue).await?;
    let QueuePatch { name, description } = body.parse()?;
    let queue = work.update_queue(permit, call.if_match(), QueueChange { name, description }).await?;
    shown_if::<can::ViewQueue>(work, path.queue, queue).await
}

/// Delete a queue
///
/// Only one in which no ticket waits, and which did not come with the organization. What anybody may do on it goes too.
#[utoipa::path(tag = "queues", params(QueuePath, IfMatch), responses((status = 204)),
    extensions(("x-permission" = json!(can::DeleteQueue::PERMISSION.key()))))]
#[delete("/queues/{queue}")]
pub async fn delete_queue(call: Call, path: Path<QueuePath>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit_unlocked::<can::DeleteQueue>(path.queue).await?;
    work.delete_queue(permit, call.if_match()).await?;
    work.commit(no_content()).await
}
