//! Mail that has been decided on: kept in the commit that decided on it, claimed by whoever delivers, gone when delivered.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgListener, PgPoolOptions};
use usher_domain::{Id, kind};
use uuid::Uuid;

use crate::{Store, StoreResult, Work, connection::Transaction, desk::tickets::AddedParticipant, tenancy::Invited};

/// Where the commit of a mail is told of.
const CHANNEL: &str = "outgoing_mail";

/// A mail to be sent.
#[derive(Debug)]
pub struct NewMail {
    /// The address it goes to.
    pub recipient: String,
    /// What it is about.
    pub subject: String,
    /// What it says, as plain text.
    pub body: String,
}

/// A mail that is due, claimed for an attempt to deliver it.
#[derive(Debug)]
pub struct DueMail {
    /// The same in every attempt.
    pub id: Uuid,
    /// The address it goes to.
    pub recipient: String,
    /// What it is about.
    pub subject: String,
    /// What it says, as plain text.
    pub body: String,
    /// How many attempts there have been, this one included.
    pub attempts: i32,
    /// When it was decided on.
    pub created_at: DateTime<Utc>,
}

async fn enqueue(
    transaction: &mut Transaction,
    organization: Option<Id<kind::Organization>>,
    mail: &NewMail,
) -> StoreResult<()> {
    sqlx::query!(
        "insert into outgoing_mail (id, org_id, recipient, subject, body) values ($1, $2, $3, $4, $5)",
        Uuid::now_v7(),
        organization.map(Id::uuid),
        mail.recipient,
        mail.subject,
        mail.body
    )
    .execute(&mut **transaction)
    .await?;
    sqlx::query!("select pg_notify($1, '')", CHANNEL).fetch_one(&mut **transaction).await?;
    Ok(())
}

/// What a mail is sent about: something that only a permit brings about, and nobody outside the store can make up.
pub trait Occasion {}
impl Occasion for Invited {}
impl Occasion for AddedParticipant {}

impl Work {
    /// Sends a mail about what was just done, if the work is committed.
    ///
    /// # Errors
    /// The database's.
    pub async fn enqueue_mail(&mut self, _about: &impl Occasion, mail: NewMail) -> StoreResult<()> {
        let organization = self.organization();
        enqueue(&mut self.transaction, Some(organization), &mail).await
    }
}

impl Store {
    /// Claims mail that is due, at most `limit` of it. Whatever is not [delivered](Store::mail_delivered) is due again
    /// after a minute, then two, four … up to six hours: whoever claims has that minute to deliver.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim_mail(&self, limit: i64) -> StoreResult<Vec<DueMail>> {
        let mut transaction = self.begin("BEGIN").await?;
        let due = sqlx::query_as!(
            DueMail,
            "update outgoing_mail set attempts = attempts + 1,
                due_at = now() + least(interval '1 minute' * 2 ^ least(attempts, 20), interval '6 hours')
             where id in (select id from outgoing_mail where due_at <= now() order by due_at, id limit $1
                          for update skip locked)
             returning id, recipient, subject, body, attempts, created_at",
            limit
        )
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(due)
    }

    /// Forgets a mail: it was delivered, or given up.
    ///
    /// # Errors
    /// The database's.
    pub async fn mail_delivered(&self, id: Uuid) -> StoreResult<()> {
        let mut transaction = self.begin("BEGIN").await?;
        sqlx::query!("delete from outgoing_mail where id = $1", id).execute(&mut *transaction).await?;
        transaction.commit().await
    }

    /// Listens for new mail, on a connection of its own.
    ///
    /// # Errors
    /// The database's.
    pub async fn mail_bell(&self) -> StoreResult<MailBell> {
        let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(self.options().clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(MailBell(listener))
    }
}

/// Rings when mail was committed, by whichever server.
pub struct MailBell(PgListener);

impl MailBell {
    /// Waits for new mail, at most for `patience`.
    ///
    /// # Errors
    /// The connection is lost.
    pub async fn wait(&mut self, patience: Duration) -> StoreResult<()> {
        match tokio::time::timeout(patience, self.0.recv()).await {
            Ok(rung) => rung.map(|_| ()).map_err(Into::into),
            Err(_) => Ok(()),
        }
    }
}
