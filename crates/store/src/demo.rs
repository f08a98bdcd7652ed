//! The demo's content, put into an empty database in one transaction.

use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};
use usher_domain::{Id, kind};

use crate::{
    Database, StoreResult,
    files::{NewFile, hex},
    tenancy::example,
};

/// What makes identifiers; the organizations and people; then, for each organization, what stands in it.
const IDS: &str = include_str!("demo/ids.sql");
const PEOPLE: &str = include_str!("demo/people.sql");
const DESK: &str = include_str!("demo/desk.sql");
const FIELD: &str = include_str!("demo/field.sql");
const PICTURES: &str = include_str!("demo/pictures.sql");

/// Whether there is any organization.
const TAKEN: &str = "select exists (select 1 from organization_slugs)";

/// What the demo is made of, beside what stands here.
#[derive(Debug)]
pub struct Demo {
    /// Who there is, and what they hold.
    pub people: Value,
    /// Of the password of all.
    pub password_hash: String,
    /// The organization that inspects.
    pub skyline: Id<kind::Organization>,
    /// Its pictures, by the names that `pictures.sql` knows them by: announced, and their bytes stored.
    pub pictures: Vec<(&'static str, NewFile)>,
}

impl Demo {
    fn pictures(&self) -> Value {
        let picture = |(name, file): &(&str, NewFile)| {
            json!({"name": name, "id": file.id(), "key": file.key(), "sha256": hex(&file.sha256),
                "content_type": file.content_type, "size": file.size})
        };
        self.pictures.iter().map(picture).collect()
    }
}

impl Database {
    /// Whether there is no organization yet, so that the demo may be loaded.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_empty(&self) -> StoreResult<bool> {
        let mut connection = PgConnection::connect_with(&self.owner).await?;
        let taken: bool = sqlx::query_scalar(TAKEN).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(!taken)
    }

    /// Loads the demo, unless there is an organization already. Says whether it did.
    ///
    /// # Errors
    /// The database's; nothing is loaded then.
    pub async fn load_demo(&self, demo: &Demo) -> StoreResult<bool> {
        let mut connection = PgConnection::connect_with(&self.owner).await?;
        let mut transaction = connection.begin().await?;
        transaction.execute("select pg_advisory_xact_lock(hashtextextended('demo', 3))").await?;
        let taken: bool = sqlx::query_scalar(TAKEN).fetch_one(&mut *transaction).await?;
        if taken {
            return Ok(false);
        }
        transaction.execute(IDS).await?;
        for (id, slug, name, model, content) in [
            (Id::new(), "northwind", "Northwind", "helpdesk", DESK),
            (Id::new(), "tickety", "Tickety", "queues", DESK),
            (demo.skyline, "skyline", "Skyline", "field", FIELD),
        ] {
            let id = id.uuid();
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
                    .bind(&demo.people)
                    .bind(&demo.password_hash)
                    .execute(&mut *transaction)
                    .await?;
            }
            for statement in content.split(";\n\n") {
                sqlx::query(statement).bind(id).bind(slug).execute(&mut *transaction).await?;
            }
        }
        for statement in PICTURES.split(";\n\n") {
            sqlx::query(statement).bind(demo.skyline.uuid()).bind(demo.pictures()).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        connection.close().await?;
        Ok(true)
    }
}
