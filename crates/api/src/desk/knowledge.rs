//! The knowledge base: FAQ and articles.

use actix_web::get;
use usher_domain::desk::{Article, Faq};
use usher_policy::{Action, can};

use crate::{
    http::{Answer, Call, Listed, Path, PlainPageQuery, Query, ok, paged},
    tenancy::OrganizationPath,
};

/// List FAQ
///
/// Drafts and what is archived included, the oldest first.
#[utoipa::path(tag = "desk", params(OrganizationPath, PlainPageQuery), responses((status = 200, body = Listed<Faq>)),
    extensions(("x-permission" = json!(can::ViewKnowledgeBase::PERMISSION.key()))))]
#[get("/faqs")]
pub async fn list_faqs(call: Call, path: Path<OrganizationPath>, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("faqs")?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewKnowledgeBase>()?;
    Ok(ok(paged(work.list_faqs(permit, &request).await?, "faqs")))
}

/// List articles
///
/// Drafts and what is archived included, the oldest first.
#[utoipa::path(tag = "desk", params(OrganizationPath, PlainPageQuery), responses((status = 200, body = Listed<Article>)),
    extensions(("x-permission" = json!(can::ViewKnowledgeBase::PERMISSION.key()))))]
#[get("/articles")]
pub async fn list_articles(call: Call, path: Path<OrganizationPath>, query: Query<PlainPageQuery>) -> Answer {
    let request = query.page("articles")?;
    let mut work = call.read(&path.organization).await?;
    let permit = work.permit_here::<can::ViewKnowledgeBase>()?;
    Ok(ok(paged(work.list_articles(permit, &request).await?, "articles")))
}
