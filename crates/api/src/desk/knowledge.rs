//! The knowledge base: FAQ and articles.

use actix_web::get;
use usher_domain::desk::{Article, Faq};
use usher_policy::{Action, can};

use super::PlainPageQuery;
use crate::{
    http::{Answer, Call, Include, Listed, Path, Query, ok, page_request, paged},
    tenancy::OrganizationPath,
};

/// List FAQ
///
/// Drafts and what is archived included, the oldest first.
#[utoipa::path(tag = "desk", params(OrganizationPath, PlainPageQuery), responses((status = 200, body = Listed<Faq>)),
    extensions(("x-permission" = json!(can::ViewKnowledgeBase::PERMISSION.key()))))]
#[get("/v1/organizations/{organization}/desk/faqs")]
pub async fn list_faqs(call: Call, path: Path<OrganizationPath>, query: Query<PlainPageQuery>) -> Answer {
    let include = Include::parse(query.include.as_deref(), &["total"])?;
    let request = page_request(query.limit, query.cursor.as_deref(), "id", include)?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewKnowledgeBase>()?;
    Ok(ok(paged(work.list_faqs(permit, &request).await?, "id")))
}

/// List articles
///
/// Drafts and what is archived included, the oldest first.
#[utoipa::path(tag = "desk", params(OrganizationPath, PlainPageQuery), responses((status = 200, body = Listed<Article>)),
    extensions(("x-permission" = json!(can::ViewKnowledgeBase::PERMISSION.key()))))]
#[get("/v1/organizations/{organization}/desk/articles")]
pub async fn list_articles(call: Call, path: Path<OrganizationPath>, query: Query<PlainPageQuery>) -> Answer {
    let include = Include::parse(query.include.as_deref(), &["total"])?;
    let request = page_request(query.limit, query.cursor.as_deref(), "id", include)?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewKnowledgeBase>()?;
    Ok(ok(paged(work.list_articles(permit, &request).await?, "id")))
}
