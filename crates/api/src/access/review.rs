//! Every assignment, to be reviewed: what piles up is seen (TK-67).

use actix_web::get;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use usher_domain::{AccountId, MemberId, QueueId, TeamId, Text};
use usher_policy::{Action, Level, Permit, can};
use usher_store::{HeldRole, HeldRoleFilter, HeldRoleOrder, Page, PageRequest, Work};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::named::Named;
use crate::{
    http::{
        Answer, Call, FieldError, Include, Listed, Path, Problem, Query, Stop, filtered_by, ok, page_request, paged,
        storable, table, table_request, time_cell,
    },
    tenancy::{OrganizationPath, is_known},
};

/// The level of a role.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeldLevel {
    /// The whole organization.
    Organization,
    /// A team.
    Team,
    /// A queue.
    Queue,
}

impl From<HeldLevel> for Level {
    fn from(level: HeldLevel) -> Self {
        match level {
            HeldLevel::Organization => Self::Organization,
            HeldLevel::Team => Self::Team,
            HeldLevel::Queue => Self::Queue,
        }
    }
}

/// An order of held roles.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub enum HeldSort {
    /// In the order in which they were given first.
    #[default]
    #[serde(rename = "id")]
    Made,
    /// Those first that have been unused longest.
    #[serde(rename = "last_used_at")]
    LastUsedAt,
    /// Those first that were used last.
    #[serde(rename = "-last_used_at")]
    LastUsedAtDescending,
}

impl HeldSort {
    const fn order(self) -> (HeldRoleOrder, &'static str) {
        match self {
            Self::Made => (HeldRoleOrder::Made, "access_review:id"),
            Self::LastUsedAt => (HeldRoleOrder::LastUsed { descending: false }, "access_review:last_used_at"),
            Self::LastUsedAtDescending => (HeldRoleOrder::LastUsed { descending: true }, "access_review:-last_used_at"),
        }
    }
}

// The filters stand once, and both queries have them: a flattened struct would let unknown parameters pass.
macro_rules! with_review_filters {
    ($(#[$about:meta])* $name:ident { $($(#[$more:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// Those of this member.
            member: Option<MemberId>,
            /// Those of this role, at whatever level.
            role: Option<Text<1, 60>>,
            /// Those of this level.
            #[param(inline)]
            level: Option<HeldLevel>,
            /// Those in this team.
            team: Option<TeamId>,
            /// Those on this queue.
            queue: Option<QueueId>,
            /// Those that have allowed nothing since then.
            unused_since: Option<DateTime<Utc>>,
            $($(#[$more])* $field: $type,)*
        }

        impl $name {
            async fn filter(&self, work: &mut Work) -> Result<HeldRoleFilter, Stop> {
                let role = match &self.role {
                    Some(role) => Some(known(work, role).await?),
                    None => None,
                };
                Ok(HeldRoleFilter {
                    member: filtered_by(work, self.member, "member").await?,
                    role,
                    level: self.level.map(Level::from),
                    team: filtered_by(work, self.team, "team").await?,
                    queue: filtered_by(work, self.queue, "queue").await?,
                    unused_since: storable("unused_since", self.unused_since)?,
                })
            }
        }
    };
}

with_review_filters! {
    /// Which held roles are wanted.
    ReviewQuery {
        /// The order: `id`, in which they were given first; `last_used_at`, with those first that never were used; `-` in front
        /// for the reverse. By `last_used_at` a page costs as much as there are held roles.
        #[serde(default)]
        #[param(inline)]
        sort: HeldSort,
        /// How many at most.
        limit: Option<u32>,
        /// Where to go on.
        cursor: Option<String>,
        /// `total`: how many there are in all.
        include: Option<String>,
    }
}

with_review_filters! {
    /// Which held roles are wanted in a file.
    ReviewExportQuery {
        /// The order, as in the list.
        #[serde(default)]
        #[param(inline)]
        sort: HeldSort,
        /// Where to go on: the header `Next-Cursor` of the file before.
        cursor: Option<String>,
    }
}

/// A role that a member holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HeldRole)]
pub struct HeldRoleView {
    /// Its id.
    id: Uuid,
    /// The member.
    member_id: MemberId,
    /// The member's name.
    name: String,
    /// The member's address.
    email: String,
    /// The state of the membership: `active`, `blocked` or `deactivated`.
    state: String,
    /// The role.
    role: String,
    /// Its level: `organization`, `team`, `queue` …
    level: &'static str,
    /// The organization, team or queue that it is held at.
    scope_id: Uuid,
    /// Its name. None for a team or a queue that you may not see.
    #[schema(required, example = "Northwind")]
    scope_name: Option<String>,
    /// Since when it is held.
    granted_at: DateTime<Utc>,
    /// Who gave it. None, if nobody did through this API, or their account is gone.
    #[schema(required)]
    granted_by: Option<AccountId>,
    /// Their name.
    #[schema(required, example = "Ada Lovelace")]
    granted_by_name: Option<String>,
    /// When it last allowed anything, within a minute or so. None: nothing since it is held.
    #[schema(required)]
    last_used_at: Option<DateTime<Utc>>,
}

impl From<HeldRole> for HeldRoleView {
    fn from(held: HeldRole) -> Self {
        let (granted_by, granted_by_name) = held.granted_by.unzip();
        Self {
            id: held.id,
            member_id: held.member,
            name: held.name,
            email: held.email,
            state: held.state,
            role: held.role,
            level: held.level.key(),
            scope_id: held.scope,
            scope_name: held.scope_name,
            granted_at: held.granted_at,
            granted_by,
            granted_by_name,
            last_used_at: held.last_used_at,
        }
    }
}

/// Review access
///
/// Every role that a member holds, and where: since when, given by whom, and when it last allowed anything. What is seen in
/// a list counts as what is asked for by itself does. A role that is everybody's is not listed.
#[utoipa::path(tag = "access", params(OrganizationPath, ReviewQuery),
    responses((status = 200, body = Listed<HeldRoleView>)),
    extensions(("x-permission" = json!(can::ReviewAccess::PERMISSION.key()))))]
#[get("/review")]
pub async fn review_access(call: Call, path: Path<OrganizationPath>, query: Query<ReviewQuery>) -> Answer {
    let ((order, list), include) = (query.sort.order(), Include::parse(query.include.as_deref(), &["total"])?);
    let request = page_request(query.limit, query.cursor.as_deref(), list, include)?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ReviewAccess>()?;
    let filter = query.filter(&mut work).await?;
    let page = held_roles(&mut work, &permit, &filter, order, &request).await?;
    Ok(ok(paged(page.map(HeldRoleView::from), list)))
}

/// Export the review of access
///
/// The same as CSV, with the same filters and orders. One file holds 10,000 roles at most: where there are more, the header
/// `Next-Cursor` says where the next goes on. A cell that a spreadsheet would take for a formula begins with an apostrophe.
#[utoipa::path(tag = "access", params(OrganizationPath, ReviewExportQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!(can::ReviewAccess::PERMISSION.key()))))]
#[get("/review/export")]
pub async fn export_access_review(call: Call, path: Path<OrganizationPath>, query: Query<ReviewExportQuery>) -> Answer {
    let (order, list) = query.sort.order();
    let request = table_request(query.cursor.as_deref(), list)?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ReviewAccess>()?;
    let filter = query.filter(&mut work).await?;
    let page = held_roles(&mut work, &permit, &filter, order, &request).await?;
    let Listed { items, next_cursor, .. } = paged(page, list);
    table("access-review", HEADER, items.into_iter().map(row), next_cursor.as_deref())
}

/// The roles, without the names of places that who asks may not see: that somebody holds a role there is what a review tells.
async fn held_roles(
    work: &mut Work,
    permit: &Permit<can::ReviewAccess>,
    filter: &HeldRoleFilter,
    order: HeldRoleOrder,
    request: &PageRequest,
) -> Result<Page<HeldRole>, Stop> {
    let page = work.held_roles(permit, filter, order, request).await?;
    let named = Named::among(work, page.items.iter().map(|held| (held.level, held.scope))).await?;
    Ok(page.map(|held| match held.level {
        Level::Organization => held,
        level => HeldRole { scope_name: named.of(level, held.scope), ..held },
    }))
}

/// The name of a role that the access model knows at some level, for who may be told of it: that somebody holds it a review
/// tells.
async fn known(work: &mut Work, name: &str) -> Result<String, Stop> {
    if is_known(work.caller(), name) || work.role_is_held(name, true).await? {
        return Ok(name.to_owned());
    }
    let detail = format!("`{name}` is no role of this organization's access model.");
    Err(Problem::malformed(FieldError::of("role", "unknown_role", detail)).into())
}

const HEADER: [&str; 11] = [
    "name",
    "email",
    "state",
    "role",
    "level",
    "scope",
    "scope_id",
    "granted_at",
    "granted_by",
    "last_used_at",
    "member_id",
];

fn row(held: HeldRole) -> [String; 11] {
    [
        held.name,
        held.email,
        held.state,
        held.role,
        held.level.key().to_owned(),
        held.scope_name.unwrap_or_default(),
        held.scope.to_string(),
        time_cell(held.granted_at),
        held.granted_by.map(|(_, name)| name).unwrap_or_default(),
        held.last_used_at.map(time_cell).unwrap_or_default(),
        held.member.to_string(),
    ]
}
