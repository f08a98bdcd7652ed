//! Mail that has been decided on: kept in the commit that decided on it, claimed by whoever delivers, gone when delivered.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgListener, PgPoolOptions};
use usher_domain::{Id, kind};
use uuid::Uuid;

use crate::{
    Conflict, Store, StoreError, StoreResult, Work, connection::Transaction, desk::tickets::AddedParticipant,
    tenancy::Invited,
};

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
    id: Uuid,
    organization: Id<kind::Organization>,
    mail: &NewMail,
) -> StoreResult<()> {
    sqlx::query!(
        "insert into outgoing_mail (id, org_id, recipient, subject, body) values ($1, $2, $3, $4, $5)",
        id,
        organization.uuid(),
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
///
/// How much of it an organization has one address sent is bounded: or whoever makes an organization would have us write to
/// anybody, as often as they like.
pub trait Occasion {
    /// Its name in the database.
    const NAME: &'static str;
    /// How often in a day, at most.
    const A_DAY: i64;
    /// What the act is without its mail, where there would be too many: of no use, and refused; or else it is done all the
    /// same, and not told of.
    const NEEDS_MAIL: bool;
    /// What the mail is about, if nobody is to be told of the same twice within an hour.
    fn about(&self) -> Option<i64>;
}

impl Occasion for Invited {
    const NAME: &'static str = "invitation";
    const A_DAY: i64 = 5;
    const NEEDS_MAIL: bool = true;
    fn about(&self) -> Option<i64> {
        None
    }
}

impl Occasion for AddedParticipant {
    const NAME: &'static str = "participant";
    const A_DAY: i64 = 100;
    const NEEDS_MAIL: bool = false;
    fn about(&self) -> Option<i64> {
        Some(self.number)
    }
}

impl Work {
    /// Sends a mail about what was just done, if the work is committed and it is not too many.
    ///
    /// # Errors
    /// Too many, and the act needs its mail.
    pub async fn enqueue_mail<O: Occasion>(&mut self, occasion: &O, mail: NewMail) -> StoreResult<()> {
        let (id, organization) = (Uuid::now_v7(), self.organization());
        if self.note_mail(id, occasion, &mail.recipient).await? {
            return enqueue(&mut self.transaction, id, organization, &mail).await;
        }
        if O::NEEDS_MAIL { Err(self.too_much_mail::<O>(&mail.recipient).await?) } else { Ok(()) }
    }

    /// Takes note of a mail, unless it is one too many.
    async fn note_mail<O: Occasion>(&mut self, id: Uuid, occasion: &O, recipient: &str) -> StoreResult<bool> {
        let organization = self.organization().uuid();
        // Of two at once, the second counts the first.
        sqlx::query!(
            "select pg_advisory_xact_lock(hashtextextended('mail ' || $1::uuid || ' ' || $2::text, 0))",
            organization,
            recipient
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        let noted = sqlx::query!(
            "insert into recent_mail (id, org_id, recipient, occasion, about)
             select $1, $2, $3, $4, $5
             where (select count(*) from recent_mail
                    where org_id = $2 and recipient = $3 and occasion = $4 and created_at > now() - interval '1 day') < $6
               and not exists (select 1 from recent_mail
                    where org_id = $2 and recipient = $3 and occasion = $4 and created_at > now() - interval '1 hour'
                      and about = $5)",
            id,
            organization,
            recipient,
            O::NAME,
            occasion.about(),
            O::A_DAY
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(noted.rows_affected() == 1)
    }

    /// Until when it is: until the oldest of the day is a day old.
    async fn too_much_mail<O: Occasion>(&mut self, recipient: &str) -> StoreResult<StoreError> {
        let seconds = sqlx::query_scalar!(
            r#"select extract(epoch from min(created_at) + interval '1 day' - now())::bigint as "seconds" from recent_mail
             where org_id = $1 and recipient = $2 and occasion = $3 and created_at > now() - interval '1 day'"#,
            self.organization().uuid(),
            recipient,
            O::NAME
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        let retry_after = seconds.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or_default() + 1;
        let detail = "This address has been sent as many mails today as it may be. Nothing was done; try again later.";
        Ok(StoreError::TooMany { why: Conflict { code: "too_much_mail", detail }, retry_after })
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
