//! The database: the one that is configured, or a private one.

use usher_postgres::{DATABASE, OWNER, Postgres};
use usher_store::Database;

use crate::{Failure, command::DatabaseOptions};

/// A database to work with, and the private server that it is in, if it is.
pub struct Opened {
    /// How to reach it.
    pub database: Database,
    /// Stops with this value.
    pub private: Option<Postgres>,
}

/// Opens the configured database, or starts the private one. Blocks while that takes.
pub fn open(options: &DatabaseOptions) -> Result<Opened, Failure> {
    if let Some(url) = &options.database_url {
        let database = Database::new(url, options.app_database_url.as_deref())
            .map_err(|error| format!("DATABASE_URL is not a Postgres URL: {error}"))?;
        return Ok(Opened { database, private: None });
    }
    let postgres = Postgres::start(&usher_postgres::Options::new(options.data_dir.join("postgres")))?;
    let app = postgres.url("usher_app", DATABASE);
    let database = Database::new(&postgres.url(OWNER, DATABASE), Some(&app))?;
    Ok(Opened { database, private: Some(postgres) })
}
