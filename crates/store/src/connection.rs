//! Connections, and the pool of them.
//!
//! The pool is deadpool's over bare connections: sqlx's own pool pings at every release (and by default at every acquire),
//! a round trip that costs as much as reading a row. A connection that has died is found out at the first statement of
//! the next transaction and replaced there.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use deadpool::managed;
use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, Postgres,
    postgres::{PgArguments, PgConnectOptions, PgRow},
};

use crate::{
    Database, StoreError, StoreResult,
    access::Together,
    caller,
    models::Models,
    turns::Turns,
    uses::{AllUses, Uses},
};

/// The database, for the application.
#[derive(Debug, Clone)]
pub struct Store {
    pool: managed::Pool<Connections>,
    size: usize,
    uses: Arc<Uses>,
    shared: Shared,
}

/// What all the ways to the database have in common.
#[derive(Debug, Clone)]
struct Shared {
    models: Models,
    all_uses: AllUses,
    together: Together,
    turns: Turns,
}

impl Store {
    /// Opens the store with at most `size` connections, and checks that row-level security binds the role it runs as.
    ///
    /// # Errors
    /// The database is out of reach, or the role could pass by the walls between the tenants.
    pub async fn open(database: &Database, size: usize) -> StoreResult<Self> {
        let store = Self::unchecked(
            &database.app,
            size,
            Shared {
                models: Models::new(),
                all_uses: AllUses::default(),
                together: Together::default(),
                turns: Turns::new(),
            },
        )?;
        let mut transaction = store.begin("BEGIN READ ONLY").await?;
        let bound: bool = sqlx::query_scalar(
            "select not rolsuper and not rolbypassrls and not exists (select 1 from pg_tables where tableowner = current_user)
             from pg_roles where rolname = current_user",
        )
        .fetch_one(&mut *transaction)
        .await?;
        if bound {
            Ok(store)
        } else {
            let problem =
                "the application's database role must not be a superuser, bypass row-level security or own tables";
            Err(StoreError::Database(sqlx::Error::Configuration(problem.into())))
        }
    }

    fn unchecked(options: &PgConnectOptions, size: usize, shared: Shared) -> StoreResult<Self> {
        let pool = managed::Pool::builder(Connections(options.clone()))
            .max_size(size)
            .wait_timeout(Some(Duration::from_secs(10)))
            // The one used last has its caches warm.
            .queue_mode(managed::QueueMode::Lifo)
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Database(sqlx::Error::Configuration(error.into())))?;
        Ok(Self { pool, size, uses: shared.all_uses.another(), shared })
    }

    /// The same database through connections of its own: for a thread that serves requests, whose connections then wake
    /// that thread and no other.
    ///
    /// # Errors
    /// The pool cannot be made.
    pub fn another(&self, size: usize) -> StoreResult<Self> {
        Self::unchecked(self.options(), size, self.shared.clone())
    }

    /// How many connections there are at most.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// The questions about access that wait to be read together.
    pub(crate) const fn together(&self) -> &Together {
        &self.shared.together
    }

    /// Whose turn it is to change rights.
    pub(crate) const fn turns(&self) -> &Turns {
        &self.shared.turns
    }

    /// The access models of organizations, as far as they are known.
    pub(crate) const fn models(&self) -> &Models {
        &self.shared.models
    }

    /// Where it is noted which assignments allow something.
    pub(crate) fn uses(&self) -> &Uses {
        &self.uses
    }

    /// The same of all threads.
    pub(crate) const fn all_uses(&self) -> &AllUses {
        &self.shared.all_uses
    }

    /// How the application's connections are made.
    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.pool.manager().0
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> StoreResult<()> {
        let mut transaction = self.begin("BEGIN READ ONLY").await?;
        sqlx::query("select 1").execute(&mut *transaction).await?;
        Ok(())
    }

    /// Begins a transaction with a statement of ours.
    pub(crate) async fn begin(&self, statement: &str) -> StoreResult<Transaction> {
        self.begin_with_answer(statement).await.map(|(transaction, _)| transaction)
    }

    /// Begins a transaction with several statements in one round trip and returns the last row that they give.
    ///
    /// The statements are sent as they are: whoever writes them puts in nothing but typed identifiers.
    pub(crate) async fn begin_with_answer(&self, statements: &str) -> StoreResult<(Transaction, Option<PgRow>)> {
        let mut attempts = 0;
        loop {
            let connection = self.pool.get().await.map_err(pool_error)?;
            let mut transaction = Transaction { connection: Some(connection), uses: Arc::clone(&self.uses) };
            let sent = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
            match transaction.fetch_all(sent).await {
                Ok(mut rows) => return Ok((transaction, rows.pop())),
                // The connection died while it lay idle (the database was restarted, say): take another.
                Err(error) if attempts <= self.size && has_died(&error) => {
                    attempts += 1;
                    transaction.discard();
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Runs one statement that only reads, in a transaction of its own: a single round trip. `query` makes it, again if the
    /// connection turns out to be gone.
    pub(crate) async fn read_once<'q>(&self, query: impl Fn() -> StoreResult<PgQuery<'q>>) -> StoreResult<Vec<PgRow>> {
        let mut attempts = 0;
        loop {
            let mut connection = self.pool.get().await.map_err(pool_error)?;
            match query()?.fetch_all(&mut *connection).await {
                Err(error) if attempts <= self.size && has_died(&error) => {
                    attempts += 1;
                    drop(managed::Object::take(connection));
                }
                answer => return Ok(answer?),
            }
        }
    }
}

/// A statement and what is bound to it.
pub(crate) type PgQuery<'q> = sqlx::query::Query<'q, Postgres, PgArguments>;

/// Whether an error says that the connection is no more. Over TCP the server says farewell before it hangs up: shutdown,
/// crash, starting, the database dropped, idle in a transaction for too long.
fn has_died(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(cause) => {
            matches!(cause.code().as_deref(), Some("57P01" | "57P02" | "57P03" | "57P05" | "25P03"))
        }
        _ => false,
    }
}

fn pool_error(error: managed::PoolError<sqlx::Error>) -> StoreError {
    match error {
        managed::PoolError::Backend(error) => error.into(),
        managed::PoolError::Timeout(_) => sqlx::Error::PoolTimedOut.into(),
        other => StoreError::Database(sqlx::Error::Configuration(other.to_string().into())),
    }
}

#[derive(Debug)]
struct Connections(PgConnectOptions);

impl managed::Manager for Connections {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = PgConnection::connect_with(&self.0).await?;
        connection.execute(sqlx::raw_sql(caller::PREPARE)).await?;
        Ok(connection)
    }

    async fn recycle(&self, _: &mut PgConnection, _: &managed::Metrics) -> managed::RecycleResult<sqlx::Error> {
        Ok(())
    }
}

/// An open transaction on a connection of its own. Dropped, it is rolled back, in the background.
pub struct Transaction {
    connection: Option<managed::Object<Connections>>,
    uses: Arc<Uses>,
}

impl Transaction {
    /// Where it is noted which assignments allow something.
    pub(crate) const fn uses(&self) -> &Arc<Uses> {
        &self.uses
    }

    /// From here on it is noted nowhere what allows something.
    pub(crate) fn note_no_uses(&mut self) {
        self.uses = Arc::default();
    }

    /// Takes back all that was done.
    pub(crate) async fn rollback(mut self) -> StoreResult<()> {
        self.execute(sqlx::raw_sql("ROLLBACK")).await?;
        self.connection.take();
        Ok(())
    }

    pub(crate) async fn commit(mut self) -> StoreResult<()> {
        let answer = self.execute(sqlx::raw_sql("COMMIT")).await;
        match answer {
            Ok(_) => {
                self.connection.take();
                Ok(())
            }
            Err(error) if has_died(&error) => Err(StoreError::UNKNOWN),
            Err(error) => Err(error.into()),
        }
    }

    fn discard(mut self) {
        if let Some(connection) = self.connection.take() {
            drop(managed::Object::take(connection));
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            tokio::spawn(async move {
                if connection.execute(sqlx::raw_sql("ROLLBACK")).await.is_err() {
                    drop(managed::Object::take(connection));
                }
            });
        }
    }
}

const GONE: &str = "a transaction keeps its connection until it is ended, which takes it";

impl Deref for Transaction {
    type Target = PgConnection;
    #[allow(clippy::expect_used, reason = "see GONE")]
    fn deref(&self) -> &PgConnection {
        self.connection.as_ref().expect(GONE)
    }
}

impl DerefMut for Transaction {
    #[allow(clippy::expect_used, reason = "see GONE")]
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect(GONE)
    }
}
