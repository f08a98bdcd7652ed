//! Who may do what on which queue: a queue's holders, and a person's whole table.

use actix_web::{get, post, put};
use serde::Deserialize;
use usher_domain::{
    QueueId, Text,
    desk::{QueueHolder, QueuePreset, QueueRoles, QueueTable},
};
use usher_policy::{Action, Permit, can};
use usher_store::{Expected, Work, desk::QueueRow};
use utoipa::ToSchema;

use super::QueuePath;
use crate::http::{
    Answer, Body, Call, IfMatch, Listed, MemberPath, MustMatch, Path, PlainPageQuery, Problem, Query, Stop, ok, paged,
    shown, shown_if,
};

/// List who may do what on a queue
///
/// Each with what they hold, since when and by whom.
#[utoipa::path(tag = "queues", params(QueuePath, PlainPageQuery), responses((status = 200, body = Listed<QueueHolder>)),
    extensions(("x-permission" = json!(can::ViewQueuePermissions::PERMISSION.key()))))]
#[get("/queues/{queue}/permissions")]
pub async fn list_queue_permissions(call: Call, path: Path<QueuePath>, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("queue_holders")?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit::<can::ViewQueuePermissions>(path.queue).await?;
    Ok(ok(paged(work.queue_holders(permit, &request).await?, "queue_holders")))
}

/// Get a member's queue permissions
///
/// One entry for each queue.
#[utoipa::path(tag = "queues", params(MemberPath), responses((status = 200, body = QueueTable)),
    extensions(("x-permission" = json!(can::ViewMemberQueuePermissions::PERMISSION.key()))))]
#[get("/members/{member}/queue-permissions")]
pub async fn get_member_queue_permissions(call: Call, path: Path<MemberPath>) -> Answer {
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit::<can::ViewMemberQueuePermissions>(path.member).await?;
    Ok(shown(work.queue_table(permit).await?))
}

/// A member's whole table.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"permissions": [{"queue_id": "019f0000-0000-7000-8000-000000000001", "contribute": true, "manage": true}]}))]
pub struct SetQueuePermissions {
    /// The queues on which anything is on. On all others everything is off.
    #[schema(max_items = 1000)]
    permissions: Vec<SetQueueRow>,
}

impl SetQueuePermissions {
    /// Sets the table.
    ///
    /// # Errors
    /// As [`Work::set_queue_permissions`]; 404: a queue that is not there, or that the caller may not see.
    pub(crate) async fn apply(
        &self,
        work: &mut Work,
        permit: Permit<can::SetQueuePermissions>,
        version: &Expected,
    ) -> Result<QueueTable, Stop> {
        let ids: Vec<_> = self.permissions.iter().map(|row| row.queue_id).collect();
        let queues = work.permit_each_unlocked(&ids).await.map_err(Problem::in_list("/permissions", "/queue_id"))?;
        let wanted: Vec<_> = queues.into_iter().zip(self.permissions.iter().map(SetQueueRow::wanted)).collect();
        Ok(work.set_queue_permissions(permit, version, &wanted).await?)
    }
}

/// What a member may do on one queue. The permissions are independent of each other: every combination is stored as given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"queue_id": "019f0000-0000-7000-8000-000000000001", "contribute": true, "manage": true}))]
pub struct SetQueueRow {
    /// The queue.
    queue_id: QueueId,
    /// View tickets and answer them.
    #[serde(default)]
    contribute: bool,
    /// Change tickets' attributes; merge, clone and link them.
    #[serde(default)]
    manage: bool,
    /// Delete tickets for good.
    #[serde(default)]
    delete: bool,
    /// Fall-back recipient of escalations. Only on a queue that a mailbox feeds.
    #[serde(default)]
    administer_inbox: bool,
    /// Is told when the mailbox fails. Only on a queue that a mailbox feeds.
    #[serde(default)]
    notify_inbox_errors: bool,
    /// Roles of the organization's own, of the level `queue`, by their keys: each once.
    #[serde(default)]
    #[schema(max_items = 100)]
    roles: Vec<Text<1, 60>>,
}

impl SetQueueRow {
    fn wanted(&self) -> QueueRow<'_> {
        let Self { contribute, manage, delete, administer_inbox, notify_inbox_errors, .. } = *self;
        let roles = QueueRoles { contribute, manage, delete, administer_inbox, notify_inbox_errors };
        QueueRow { roles, own: self.roles.iter().map(|key| &**key).collect() }
    }
}

/// Set a member's queue permissions
///
/// The whole table in one request, all or nothing: what is not named is off, `roles` included. It holds from the member's
/// next request on. A role of the organization's own is given on a queue, or taken there, by who holds all that it gives on
/// that queue or in the whole organization. `If-Match` is required. A combination that is stored and deserves a second look
/// bears a `warning` in the answer.
#[utoipa::path(tag = "queues", params(MemberPath, MustMatch), request_body = SetQueuePermissions,
    responses((status = 200, body = QueueTable), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::SetQueuePermissions::PERMISSION.key()))))]
#[put("/members/{member}/queue-permissions")]
pub async fn set_queue_permissions(call: Call, path: Path<MemberPath>, body: Body<SetQueuePermissions>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit::<can::SetQueuePermissions>(path.member).await?;
    let table = body.parse()?.apply(&mut work, permit, call.if_match()).await?;
    shown_if::<can::ViewMemberQueuePermissions>(work, path.member, table).await
}

/// A setting of all queues at once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"preset": "contribute"}))]
pub struct ApplyQueuePreset {
    /// `full`: contribute, manage and delete; `contribute`: that alone; `none`: nothing.
    preset: QueuePreset,
}

/// Set a member's permissions on every queue at once
///
/// Overwrites contribute, manage and delete on every queue, and leaves the inbox duties and `roles`. Single cells can be changed after.
#[utoipa::path(tag = "queues", params(MemberPath, IfMatch), request_body = ApplyQueuePreset,
    responses((status = 200, body = QueueTable), (status = 204, description = "Done, and you may not see it.")),
    extensions(("x-permission" = json!(can::SetQueuePermissions::PERMISSION.key()))))]
#[post("/members/{member}/queue-permissions/preset")]
pub async fn apply_queue_preset(call: Call, path: Path<MemberPath>, body: Body<ApplyQueuePreset>) -> Answer {
    let mut work = call.change_rights(&path.organization).await?;
    let permit = work.permit::<can::SetQueuePermissions>(path.member).await?;
    let ApplyQueuePreset { preset } = body.parse()?;
    let table = work.apply_queue_preset(permit, call.if_match(), preset).await?;
    shown_if::<can::ViewMemberQueuePermissions>(work, path.member, table).await
}
