//! A database for each test.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use usher_store::Database;
use uuid::Uuid;

/// A database that is dropped with this value.
pub struct TestDatabase {
    server: String,
    name: String,
}

impl TestDatabase {
    /// Copies the migrated template, which the first test to come makes.
    pub async fn create() -> Self {
        let server = std::env::var("USHER_TEST_DATABASE_URL").expect(
            "USHER_TEST_DATABASE_URL is not set: run the tests with `make test`, which starts a Postgres for them",
        );
        let mut connection = PgConnection::connect(&server).await.unwrap();
        connection.execute("select pg_advisory_lock(4711)").await.unwrap();
        let template = template_name();
        let known: bool = sqlx::query_scalar("select exists (select 1 from pg_database where datname = $1)")
            .bind(&template)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        if !known {
            let unfinished = format!("{template}_unfinished");
            run(&mut connection, format!("drop database if exists {unfinished}")).await;
            run(&mut connection, format!("create database {unfinished}")).await;
            Database::new(&with_database(&server, &unfinished), None).unwrap().migrate().await.unwrap();
            run(&mut connection, format!("alter database {unfinished} rename to {template}")).await;
        }
        connection.execute("select pg_advisory_unlock(4711)").await.unwrap();
        let name = format!("usher_{}", Uuid::now_v7().simple());
        run(&mut connection, format!("create database {name} template {template}")).await;
        Self { server, name }
    }

    /// The URL of this database, for its owner.
    pub fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    /// A connection as the owner, past all walls: to look, and to arrange what the API has no door for.
    pub async fn owner(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.unwrap()
    }
}

async fn run(connection: &mut PgConnection, statement: String) {
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}

/// Named after the migrations, so that a change of them makes a new template.
fn template_name() -> String {
    let migrations = sqlx::migrate!("../migrations");
    let mut name = Uuid::nil();
    for migration in migrations.iter() {
        let text = format!("{name}{}{}", migration.version, migration.sql.as_str());
        let digest = text.bytes().fold(name.as_u128() ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B)
        });
        name = Uuid::from_u128(digest);
    }
    format!("usher_template_{}", name.simple())
}

fn with_database(server: &str, name: &str) -> String {
    let (before, query) =
        server.split_once('?').map_or((server, String::new()), |(url, query)| (url, format!("?{query}")));
    let slash = before.rfind('/').expect("a database URL has a path");
    format!("{}/{name}{query}", &before[..slash])
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let statement = format!("drop database if exists {} with (force)", self.name);
        let server = self.server.clone();
        // A drop cannot wait for a future, and the test's own runtime may be ending.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                if let Ok(mut connection) = PgConnection::connect(&server).await {
                    let _ = connection.execute(AssertSqlSafe(statement)).await;
                }
            });
        });
        let _ = dropping.join();
    }
}
