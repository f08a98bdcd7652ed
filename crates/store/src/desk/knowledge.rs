//! The knowledge base: FAQ and articles.

use usher_domain::desk::{Article, Faq};
use usher_policy::{Permit, can};

use crate::{Page, PageRequest, StoreResult, Work};

impl Work {
    /// The FAQ, drafts included, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_faqs(
        &mut self,
        permit: Permit<can::ViewKnowledgeBase>,
        request: &PageRequest,
    ) -> StoreResult<Page<Faq>> {
        let organization = permit.organization().uuid();
        let rows = sqlx::query_as!(
            Faq,
            "select id, question, answer, state, created_at from faqs
             where org_id = $1 and ($2::uuid is null or id > $2) order by id limit $3",
            organization,
            request.after.as_ref().map(|after| after.id),
            i64::from(request.limit) + 1
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let count = sqlx::query_scalar!(r#"select count(*) as "total!" from faqs where org_id = $1"#, organization);
        let total = if request.total { Some(count.fetch_one(&mut *self.transaction).await?) } else { None };
        Ok(Page::cut(rows, request, total, |faq| faq.id))
    }

    /// The articles, drafts included, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_articles(
        &mut self,
        permit: Permit<can::ViewKnowledgeBase>,
        request: &PageRequest,
    ) -> StoreResult<Page<Article>> {
        let organization = permit.organization().uuid();
        let rows = sqlx::query_as!(
            Article,
            "select id, title, body, state, created_at from articles
             where org_id = $1 and ($2::uuid is null or id > $2) order by id limit $3",
            organization,
            request.after.as_ref().map(|after| after.id),
            i64::from(request.limit) + 1
        )
        .fetch_all(&mut *self.transaction)
        .await?;
        let count = sqlx::query_scalar!(r#"select count(*) as "total!" from articles where org_id = $1"#, organization);
        let total = if request.total { Some(count.fetch_one(&mut *self.transaction).await?) } else { None };
        Ok(Page::cut(rows, request, total, |article| article.id))
    }
}
