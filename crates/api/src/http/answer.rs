//! Answers: a status, a body, the entity tag and the place of what was made.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use serde::Serialize;
use usher_domain::{desk, field, tenancy};
use usher_policy::{Caller, Permission, Resource, Target};
use usher_store::{Located, Page, Seen};
use utoipa::ToSchema;

use super::{Stop, paging};

/// What a handler returns.
pub type Answer = Result<HttpResponse, Stop>;

/// A thing whose every change makes a new version.
pub trait Versioned {
    /// The version.
    fn version(&self) -> i64;

    /// What tells this version from every other, with what else is shown that has versions of its own.
    fn tag(&self) -> String {
        self.version().to_string()
    }
}

impl Versioned for tenancy::Invitation {
    fn version(&self) -> i64 {
        self.state.version()
    }
}

macro_rules! versioned {
    ($($type:ty),*) => {$(
        impl Versioned for $type {
            fn version(&self) -> i64 {
                self.version
            }
        }
    )*};
}
versioned!(
    tenancy::Account,
    tenancy::Branding,
    tenancy::Organization,
    tenancy::Member,
    tenancy::Role,
    tenancy::ServiceToken,
    tenancy::Subscription,
    tenancy::Team,
    desk::Ticket,
    desk::Template,
    desk::Queue,
    desk::QueueTable,
    field::InspectionTemplate,
    field::Site,
    field::Inspection,
    field::InspectionAnswer,
    field::Report
);

/// A thing, and what the caller may do with it if they asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Granted<T> {
    /// The thing.
    #[serde(flatten)]
    pub item: T,
    /// With `include=permissions`: every permission that the caller has on it. That says what they may do, and not what it lets
    /// anybody do as it stands: what was submitted takes no changes, whoever may change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub permissions: Option<Vec<&'static str>>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// The things.
    pub items: Vec<T>,
    /// What to pass as `cursor` for the next page; `null` on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// With `include=total`: how many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub total: Option<i64>,
}

fn builder(status: StatusCode, tag: Option<String>) -> HttpResponseBuilder {
    let mut builder = HttpResponse::build(status);
    builder.insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(tag) = tag {
        builder.insert_header((header::ETAG, format!("\"{tag}\"")));
    }
    builder
}

/// 200 with a body.
pub fn ok(body: impl Serialize) -> HttpResponse {
    builder(StatusCode::OK, None).json(body)
}

/// 200 with a versioned thing.
pub fn shown<T: Serialize + Versioned>(thing: T) -> HttpResponse {
    builder(StatusCode::OK, Some(thing.tag())).json(thing)
}

/// 201 with the thing that was made, and its address.
pub fn created<T: Serialize + Versioned>(thing: T, location: &str) -> HttpResponse {
    builder(StatusCode::CREATED, Some(thing.tag())).insert_header((header::LOCATION, location)).json(thing)
}

/// 201 with something that has an address and no version: it never changes.
pub fn addressed(thing: impl Serialize, location: &str) -> HttpResponse {
    builder(StatusCode::CREATED, None).insert_header((header::LOCATION, location)).json(thing)
}

/// 201 with something that has neither an address nor a version of its own.
pub fn made(thing: impl Serialize) -> HttpResponse {
    builder(StatusCode::CREATED, None).json(thing)
}

/// 204.
#[must_use]
pub fn no_content() -> HttpResponse {
    builder(StatusCode::NO_CONTENT, None).finish()
}

fn permissions<K: Target>(caller: &Caller, resource: &Resource<K>) -> Vec<&'static str> {
    let permissions = caller.permissions_on(resource).filter(|permission| !permission.is_of_a_place());
    permissions.map(Permission::key).collect()
}

/// 200 with a thing that the caller sees.
pub fn seen<K: Located>(caller: &Caller, seen: Seen<K>, include: paging::Include) -> HttpResponse
where
    K::Item: Serialize + Versioned,
{
    let permissions = include.permissions.then(|| permissions(caller, &seen.resource));
    builder(StatusCode::OK, Some(seen.item.tag())).json(Granted { item: seen.item, permissions })
}

/// A page of things that the caller sees, each with what they may do with it if they asked.
pub fn granted<K: Located>(
    caller: &Caller,
    page: Page<Seen<K>>,
    list: &str,
    include: paging::Include,
) -> Listed<Granted<K::Item>> {
    let page = page.map(|seen| {
        let permissions = include.permissions.then(|| permissions(caller, &seen.resource));
        Granted { item: seen.item, permissions }
    });
    paging::listed(page, list)
}

/// 200 with a thing that the caller sees and that bears no version.
pub fn seen_unversioned<K: Located>(caller: &Caller, seen: Seen<K>, include: paging::Include) -> HttpResponse
where
    K::Item: Serialize,
{
    let permissions = include.permissions.then(|| permissions(caller, &seen.resource));
    ok(Granted { item: seen.item, permissions })
}

/// 200 with a page of things that the caller sees.
pub fn listed<K: Located>(caller: &Caller, page: Page<Seen<K>>, list: &str, include: paging::Include) -> HttpResponse
where
    K::Item: Serialize,
{
    ok(granted(caller, page, list, include))
}
