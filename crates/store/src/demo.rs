//! The demo's content, put into an empty database in one transaction.

use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection};
use uuid::Uuid;

use crate::{Database, StoreResult, tenancy::example};

/// What makes identifiers; the organizations and people; then, for each organization, what stands in it.
const IDS: &str = include_str!("demo/ids.sql");
const PEOPLE: &str = include_str!("demo/people.sql");
const DESK: &str = include_str!("demo/desk.sql");
const FIELD: &str = include_str!("demo/field.sql");

impl Database {
    /// Loads the demo's people, organizations and tickets, unless there is an organization already. Says whether it did.
    ///
    /// # Errors
    /// The database's; nothing is loaded then.
    pub async fn load_demo(&self, people: &Value, password_hash: &str) -> StoreResult<bool> {
        let mut connection = PgConnection::connect_with(&self.owner).await?;
        let mut transaction = connection.begin().await?;
        transaction.execute("select pg_advisory_xact_lock(hashtextextended('demo', 3))").await?;
        let taken: bool =
            sqlx::query_scalar("select exists (select 1 from organization_slugs)").fetch_one(&mut *transaction).await?;
        if taken {
            return Ok(false);
        }
        transaction.execute(IDS).await?;
        for (slug, name, model, content) in [
            ("northwind", "Northwind", "helpdesk", DESK),
            ("tickety", "Tickety", "queues", DESK),
            ("skyline", "Skyline", "field", FIELD),
        ] {
            let id = Uuid::now_v7();
            sqlx::query("select set_config('app.org_id', $1, true)")
                .bind(id.to_string())
                .execute(&mut *transaction)
                .await?;
            sqlx::query("insert into organizations (id, slug, name, model) values ($1, $2, $3, $4)")
                .bind(id)
                .bind(slug)
                .bind(name)
                .bind(model)
                .execute(&mut *transaction)
                .await?;
            for (statement, ids) in example() {
                sqlx::query(statement).bind(id).bind(ids).execute(&mut *transaction).await?;
            }
            for statement in PEOPLE.split(";\n\n") {
                sqlx::query(statement)
                    .bind(id)
                    .bind(slug)
                    .bind(people)
                    .bind(password_hash)
                    .execute(&mut *transaction)
                    .await?;
            }
            for statement in content.split(";\n\n") {
                sqlx::query(statement).bind(id).bind(slug).execute(&mut *transaction).await?;
            }
        }
        transaction.commit().await?;
        connection.close().await?;
        Ok(true)
    }
}
