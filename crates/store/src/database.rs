//! Where the database is, and how it is connected to.

use sqlx::postgres::PgConnectOptions;

/// How to reach the database: once as its owner, to migrate, and once as the role that the application runs as.
#[derive(Debug, Clone)]
pub struct Database {
    pub(crate) owner: PgConnectOptions,
    pub(crate) app: PgConnectOptions,
}

impl Database {
    /// Takes a URL whose role owns the schema (or may create it). Unless a second URL is given for it, the application
    /// connects with the same one and becomes `usher_app` as the connection starts.
    ///
    /// # Errors
    /// A URL that is none.
    pub fn new(owner_url: &str, app_url: Option<&str>) -> Result<Self, sqlx::Error> {
        let owner: PgConnectOptions = owner_url.parse()?;
        let app = match app_url {
            Some(url) => url.parse()?,
            None => owner.clone().options([("role", "usher_app")]),
        };
        let app = app.application_name("usher").options([
            ("statement_timeout", "15s"),
            ("lock_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "30s"),
            // Every statement is written so that one plan fits all of its values; planning a list anew costs more than
            // running it.
            ("plan_cache_mode", "force_generic_plan"),
            // To compile a plan costs more than any of ours takes to run.
            ("jit", "off"),
        ]);
        Ok(Self { owner: owner.application_name("usher-owner"), app })
    }
}

impl Database {
    /// Where it is, for people: host, port and name, and never a password.
    #[must_use]
    pub fn address(&self) -> String {
        address(&self.owner)
    }

    /// The same of the way that the application takes.
    #[must_use]
    pub fn app_address(&self) -> String {
        address(&self.app)
    }
}

fn address(options: &PgConnectOptions) -> String {
    let name = options.get_database().unwrap_or(options.get_username());
    match options.get_socket() {
        Some(folder) => format!("{}:{}/{name}", folder.display(), options.get_port()),
        None => format!("{}:{}/{name}", options.get_host(), options.get_port()),
    }
}
