//! Migrations, run as the schema's owner.

use sqlx::{Connection, PgConnection, migrate::Migrator};

use crate::{Database, StoreError, StoreResult};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

impl Database {
    /// Brings the schema up to date. Several servers may do so at once: one does it, the others wait.
    ///
    /// # Errors
    /// The database is out of reach, the role may not change the schema, or a migration that ran was altered since.
    pub async fn migrate(&self) -> StoreResult<()> {
        let mut connection = PgConnection::connect_with(&self.owner).await?;
        MIGRATIONS
            .run(&mut connection)
            .await
            .map_err(|error| StoreError::Database(sqlx::Error::Migrate(Box::new(error))))?;
        connection.close().await?;
        Ok(())
    }
}
