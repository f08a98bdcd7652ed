//! The database: the one that is configured, or a private one.

use usher_postgres::{DATABASE, OWNER, Postgres};
use usher_store::{Database, Store, StoreError};

use crate::{Failure, command::DatabaseOptions};

/// A database to work with, and the private server that it is in, if it is.
pub struct Opened {
    /// How to reach it.
    pub database: Database,
    /// Stops with this value.
    pub private: Option<Postgres>,
}

impl Opened {
    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), Failure> {
        let migrated = self.database.migrate().await;
        migrated.map_err(|error| self.failure(&self.database.address(), "DATABASE_URL", &error))
    }

    /// Opens the store with so many connections at most.
    pub async fn store(&self, connections: usize) -> Result<Store, Failure> {
        let store = Store::open(&self.database, connections).await;
        let setting = "USHER_APP_DATABASE_URL, or DATABASE_URL without it";
        store.map_err(|error| self.failure(&self.database.app_address(), setting, &error))
    }

    /// What is wrong with the database at an address, and what to do. Whatever else a URL holds is not told.
    fn failure(&self, address: &str, setting: &str, error: &StoreError) -> Failure {
        let advice = match (&self.private, error) {
            (Some(_), _) => String::new(),
            (None, StoreError::Unavailable(_)) => {
                format!("\nIs Postgres running there, and does {setting} name the right host, port and database?")
            }
            (None, _) => format!("\nIs what {setting} says right?"),
        };
        let error = match error {
            StoreError::Unavailable(_) => "it cannot be reached".to_owned(),
            error => error.to_string(),
        };
        format!("the database at {address} cannot be used: {error}{advice}").into()
    }
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
