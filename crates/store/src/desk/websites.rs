//! Websites.

use sqlx::{Row, postgres::PgRow};
use usher_domain::{desk::Website, kind};
use usher_policy::{Listing, can};
use uuid::Uuid;

use crate::{
    Located, Page, PageRequest, Seen, StoreResult, Work,
    listing::{Order, list},
};

impl Located for kind::Website {
    type Item = Website;
    const TABLE: &'static str = "websites w";
    const ALIAS: &'static str = "w";
    const COLUMNS: &'static str = ", w.id, w.name, w.url, w.created_at";

    fn item(row: &PgRow) -> Result<Website, sqlx::Error> {
        Ok(Website {
            id: row.try_get::<Uuid, _>("id")?.into(),
            name: row.try_get("name")?,
            url: row.try_get("url")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

impl Work {
    /// The websites that the caller may see, by age.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_websites(
        &mut self,
        listing: &Listing<can::ViewWebsite>,
        request: &PageRequest,
    ) -> StoreResult<Page<Seen<kind::Website>>> {
        let order = Order { column: None, descending: false };
        list(&mut self.transaction, listing, |_| Ok(String::new()), order, request).await
    }
}
