//! A running server with people and organizations.

use std::{
    net::TcpListener,
    num::{NonZeroU32, NonZeroUsize},
};

use reqwest::Client;
use serde_json::{Value, json};
use sqlx::PgConnection;
use usher_api::{
    App, Files, Settings,
    mail::{MailSettings, Mailer},
};
use usher_store::{Database, Store};
use uuid::Uuid;

use crate::{Person, database::TestDatabase, files::Kept};

/// The password of everybody here.
pub const PASSWORD: &str = "correct horse battery";

/// More attempts to sign in than any test makes.
pub(crate) const UNLIMITED: NonZeroU32 = NonZeroU32::new(1_000_000).unwrap();

/// A server, its database, and nobody in it.
pub struct World {
    client: Client,
    base: String,
    password_hash: String,
    mailer: Mailer,
    pub(crate) app: App,
    outbox: tempfile::TempDir,
    pub(crate) files: Kept,
    // Last, so that it goes last.
    database: TestDatabase,
}

/// An organization and the person who created it.
#[derive(Debug, Clone)]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// Its slug.
    pub slug: String,
    /// `/v1/organizations/{id}`: what its paths begin with.
    pub path: String,
    /// Its creator.
    pub owner: Person,
}

impl World {
    /// Starts a server.
    pub async fn start() -> Self {
        Self::start_with(unlimited()).await
    }

    /// Starts a server with as many threads as the machine has cores, to be measured.
    pub async fn start_for_load() -> Self {
        Self::launch(Settings { sign_in_attempts: UNLIMITED, ..unlimited() }, 16).await
    }

    /// Starts a server with settings of its own; attempts to sign in are not limited unless `settings` say so.
    pub async fn start_with(mut settings: Settings) -> Self {
        if settings.sign_in_attempts == Settings::default().sign_in_attempts {
            settings.sign_in_attempts = UNLIMITED;
        }
        settings.workers = NonZeroUsize::MIN;
        Self::launch(settings, 8).await
    }

    async fn launch(settings: Settings, connections: usize) -> Self {
        Self::launch_with(settings, connections, Kept::default()).await
    }

    pub(crate) async fn launch_with(mut settings: Settings, connections: usize, files: Kept) -> Self {
        let database = TestDatabase::create().await;
        let connection = Database::new(&database.url(), None).unwrap();
        let store = Store::open(&connection, connections).await.unwrap();
        let outbox = tempfile::tempdir().unwrap();
        settings.mail = MailSettings { outbox: outbox.path().to_owned(), ..settings.mail };
        let mailer = Mailer::new(store.clone(), &settings.mail).unwrap();
        let app = App::new(store, Files::open(&files.settings).unwrap(), settings).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(usher_api::serve(app.clone(), listener).unwrap());
        let password_hash = usher_api::password::hash(PASSWORD.to_owned()).await.unwrap();
        Self { client: Client::new(), base, password_hash, mailer, app, outbox, files, database }
    }

    /// Where the server listens: `http://127.0.0.1:…`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The database as its owner sees it.
    pub async fn owner_connection(&self) -> PgConnection {
        self.database.owner().await
    }

    /// The URL of the database, for its owner.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// Writes down which assignments were used, as a server does every minute and at its end.
    pub async fn write_uses(&self) {
        usher_api::background(&self.app, async {}).unwrap().await;
    }

    /// Delivers what mail is due, and returns all that was ever sent to an address, the oldest first.
    pub async fn mail_to(&self, email: &str) -> Vec<String> {
        self.mailer.deliver_due().await.unwrap();
        let mut files: Vec<_> =
            std::fs::read_dir(self.outbox.path()).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        let mails = files.iter().map(|file| std::fs::read_to_string(file).unwrap().replace("\r\n", "\n"));
        mails.filter(|mail| mail.lines().any(|line| line == format!("To: {email}"))).collect()
    }

    /// The token of the invitation that was mailed to an address last.
    pub async fn invitation_token(&self, email: &str) -> String {
        let mail = self.mail_to(email).await.pop().expect("a mail");
        let token = &mail[mail.find("ushi_").expect("a token")..];
        token.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
    }

    /// Runs statements as the owner of the database: arranges what the API has no door for.
    pub async fn arrange(&self, statements: &str) {
        let statements = sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned()));
        statements.execute(&mut self.owner_connection().await).await.unwrap();
    }

    /// The one value that a statement finds, as text, as the owner of the database sees it.
    pub async fn look(&self, statement: &str) -> Option<String> {
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select ({statement})::text")));
        query.fetch_one(&mut self.owner_connection().await).await.unwrap()
    }

    /// Somebody who has not signed in.
    pub fn nobody(&self) -> Person {
        let (client, base) = (self.client.clone(), self.base.clone());
        Person { client, base, token: None, refresh_token: None, id: String::new(), email: String::new() }
    }

    /// Signs somebody in again: a session of their own.
    pub async fn sign_in(&self, email: &str) -> Person {
        let nobody = self.nobody();
        let tokens = nobody.post("/v1/auth/login", json!({"email": email, "password": PASSWORD})).await.is(200);
        let mut person = Person {
            token: Some(text(&tokens["access_token"])),
            refresh_token: Some(text(&tokens["refresh_token"])),
            email: email.to_owned(),
            ..nobody
        };
        person.id = text(&person.get("/v1/me").await.is(200)["id"]);
        person
    }

    /// Somebody new, signed in, in no organization. The account is put into the database, the sign-in is real.
    pub async fn person(&self, name: &str) -> Person {
        let email = format!("{}-{}@example.org", name.to_lowercase(), Uuid::now_v7().simple());
        sqlx::query("insert into accounts (id, email, name, password_hash) values ($1, $2, $3, $4)")
            .bind(Uuid::now_v7())
            .bind(&email)
            .bind(name)
            .bind(&self.password_hash)
            .execute(&mut self.owner_connection().await)
            .await
            .unwrap();
        self.sign_in(&email).await
    }

    /// A new organization of this access model, with a new owner.
    pub async fn organization(&self, access_model: &str) -> Organization {
        let owner = self.person("owner").await;
        let slug = format!("o{}", Uuid::now_v7().simple());
        let body = json!({"name": "Test", "slug": slug, "access_model": access_model});
        let made = owner.post("/v1/organizations", body).await.is(201);
        let id = text(&made["id"]);
        Organization { path: format!("/v1/organizations/{id}"), id, slug, owner }
    }

    /// Somebody new in an organization, put there directly: invitations have tests of their own.
    pub async fn member(&self, organization: &Organization, role: &str) -> Person {
        let person = self.person(role).await;
        self.join(organization, &person, role).await;
        person
    }

    /// Puts somebody into an organization.
    pub async fn join(&self, organization: &Organization, person: &Person, role: &str) {
        let mut connection = self.owner_connection().await;
        let (org, member) = (uuid(&organization.id), uuid(&person.id));
        sqlx::query("insert into members (org_id, id) values ($1, $2)")
            .bind(org)
            .bind(member)
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::query("insert into role_assignments (org_id, id, member_id, role) values ($1, $2, $3, $4)")
            .bind(org)
            .bind(Uuid::now_v7())
            .bind(member)
            .bind(role)
            .execute(&mut connection)
            .await
            .unwrap();
    }
}

/// For how many looks a wait is waited for: minutes, where a moment is enough.
const LOOKS: usize = 20_000;

impl World {
    /// Looks at the database until so many of the application's transactions wait for a lock of this kind, by its name in
    /// `pg_locks`: `advisory`, `transactionid` (a row), `relation` (a table).
    pub async fn until_waiting(&self, lock: &str, transactions: i64) {
        let mut onlooker = self.owner_connection().await;
        let sql = "select count(distinct l.pid) from pg_locks l join pg_stat_activity a on a.pid = l.pid
            where not l.granted and l.locktype = $1 and a.datname = current_database() and a.application_name = 'usher'";
        for _ in 0..LOOKS {
            let waiting: i64 = sqlx::query_scalar(sql).bind(lock).fetch_one(&mut onlooker).await.unwrap();
            if waiting == transactions {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("{transactions} transactions should wait for a lock of kind {lock}");
    }

    /// Holds what a statement locks, as the owner of the database, until it is dropped or [let go](Held::let_go).
    pub async fn hold(&self, statement: &str) -> Held {
        let mut connection = self.owner_connection().await;
        let statements = format!("begin;{statement}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut connection).await.unwrap();
        Held(connection)
    }
}

/// A transaction that holds locks.
pub struct Held(PgConnection);

impl Held {
    /// Does something more in the transaction.
    pub async fn and(&mut self, statement: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut self.0).await.unwrap();
    }

    /// Commits.
    pub async fn let_go(mut self) {
        self.and("commit").await;
    }
}

/// Settings under which any number of requests is answered.
pub(crate) fn unlimited() -> Settings {
    Settings { requests_of_session: None, requests_to_organization: None, ..Settings::default() }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}

fn uuid(text: &str) -> Uuid {
    text.parse().unwrap()
}
