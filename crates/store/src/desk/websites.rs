//! Websites.

use sqlx::{Row, postgres::PgRow};
use usher_domain::{desk::Website, kind};
use uuid::Uuid;

use crate::Located;

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
