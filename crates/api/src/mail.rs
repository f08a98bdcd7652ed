//! Mail: what it says, and how it leaves the house.
//!
//! A mail is a row in the commit that decided on it. [`Mailer`] delivers it: at least once, under the same `Message-ID`
//! however often, later and later while it fails.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentTransferEncoding, header::ContentType},
};
use usher_store::{
    Store, StoreResult,
    desk::tickets::AddedParticipant,
    mail::{DueMail, MailBell, NewMail},
    tenancy::Invited,
};

use crate::Settings;

/// How mail leaves the house.
#[derive(Clone)]
pub struct MailSettings {
    /// An `smtp://` or `smtps://` URL, with user and password if the server wants them. Without one, mail is written to
    /// files.
    pub smtp_url: Option<String>,
    /// The sender: `Usher <usher@example.org>`.
    pub from: String,
    /// The folder that mail is written to where there is no SMTP server.
    pub outbox: PathBuf,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self { smtp_url: None, from: "Usher <usher@localhost>".to_owned(), outbox: PathBuf::from("data/outbox") }
    }
}

/// Without the password that may be in the URL.
impl fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { smtp_url, from, outbox } = self;
        let smtp = smtp_url.is_some();
        f.debug_struct("MailSettings").field("smtp", &smtp).field("from", from).field("outbox", outbox).finish()
    }
}

/// Why no mail can be sent, or one could not.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The sender or the recipient is no address.
    #[error("no address: {0}")]
    Address(#[from] lettre::address::AddressError),
    /// The mail cannot be put together.
    #[error(transparent)]
    Message(#[from] lettre::error::Error),
    /// The SMTP server did not take it, or its URL is none.
    #[error(transparent)]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// The SMTP server took too long.
    #[error("the SMTP server took too long")]
    Late,
    /// The folder cannot be written to.
    #[error(transparent)]
    Folder(#[from] std::io::Error),
}

enum Transport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

/// Delivers mail that has been decided on.
pub struct Mailer {
    store: Store,
    from: Mailbox,
    transport: Transport,
}

/// Less than the minute after which a claimed mail is due again.
const SMTP_TIMEOUT: Duration = Duration::from_secs(20);

/// How many mails are claimed at once: few enough to be sent within that minute even if each takes its time.
const BATCH: i64 = 2;

/// Between looks for mail that became due again; new mail is told of at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// After how long a mail that cannot be delivered is given up: as mail servers do.
const GIVE_UP: chrono::Duration = chrono::Duration::days(5);

impl Mailer {
    /// A mailer with these settings.
    ///
    /// # Errors
    /// The SMTP URL or the sender cannot be read.
    pub fn new(store: Store, settings: &MailSettings) -> Result<Self, MailError> {
        let transport = match &settings.smtp_url {
            Some(url) => {
                let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?;
                Transport::Smtp(smtp.build())
            }
            None => Transport::Folder(settings.outbox.clone()),
        };
        Ok(Self { store, from: settings.from.parse()?, transport })
    }

    /// Delivers until `stop` comes; what is being sent then is sent to its end.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut bell = None;
        loop {
            // Before the look, so that nothing can come between the look and the wait.
            if bell.is_none() {
                bell = told(self.store.mail_bell().await);
            }
            let more = told(self.deliver_some().await).unwrap_or_default();
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = pause(&mut bell), if !more => {}
                () = std::future::ready(()), if more => {}
            }
        }
    }

    /// Tries to deliver whatever is due now.
    ///
    /// # Errors
    /// The database's. A mail that could not be delivered is no error: it is due again later.
    pub async fn deliver_due(&self) -> StoreResult<()> {
        while self.deliver_some().await? {}
        Ok(())
    }

    /// Tries to deliver a few; whether there were any.
    async fn deliver_some(&self) -> StoreResult<bool> {
        let due = self.store.claim_mail(BATCH).await?;
        for mail in &due {
            self.deliver(mail).await?;
        }
        Ok(!due.is_empty())
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "a mail is given up after days: minutes between two clocks are nothing"
    )]
    async fn deliver(&self, mail: &DueMail) -> StoreResult<()> {
        let failed = self.send(mail).await.err();
        let given_up = chrono::Utc::now() - mail.created_at > GIVE_UP;
        match &failed {
            None => tracing::info!(mail = %mail.id, attempts = mail.attempts, "mail delivered"),
            Some(error) if given_up => tracing::error!(mail = %mail.id, %error, "mail given up"),
            Some(error) => tracing::warn!(mail = %mail.id, attempts = mail.attempts, %error, "mail not delivered yet"),
        }
        if failed.is_none() || given_up { self.store.mail_delivered(mail.id).await } else { Ok(()) }
    }

    async fn send(&self, mail: &DueMail) -> Result<(), MailError> {
        let message = Message::builder()
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .from(self.from.clone())
            .to(Mailbox::new(None, mail.recipient.parse()?))
            .date(mail.created_at.into())
            .subject(&mail.subject)
            .header(ContentType::TEXT_PLAIN);
        match &self.transport {
            Transport::Smtp(smtp) => {
                let sent = smtp.send(message.body(mail.body.clone())?);
                tokio::time::timeout(SMTP_TIMEOUT, sent).await.map_err(|_| MailError::Late)??;
                Ok(())
            }
            Transport::Folder(folder) => {
                // As it is, and not encoded for the wire: these files are for people.
                let message = message.header(ContentTransferEncoding::Binary).body(mail.body.clone())?;
                Ok(write(folder, &format!("{}.eml", mail.id), &message.formatted()).await?)
            }
        }
    }
}

/// What worked; what did not is told to the operator.
fn told<T>(result: StoreResult<T>) -> Option<T> {
    result.inspect_err(|error| tracing::warn!(%error, "the database does not say what mail there is")).ok()
}

/// Waits for new mail, or until some may be due again.
async fn pause(bell: &mut Option<MailBell>) {
    let rung = match bell {
        Some(bell) => told(bell.wait(PATIENCE).await).is_some(),
        None => false,
    };
    if !rung {
        *bell = None;
        tokio::time::sleep(PATIENCE).await;
    }
}

/// Writes a file that nobody sees half of, and nobody else may read: a mail can hold a token.
async fn write(folder: &Path, name: &str, content: &[u8]) -> std::io::Result<()> {
    tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).await?;
    let unfinished = folder.join(format!(".{name}"));
    let mut options = tokio::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished).await?;
    tokio::io::AsyncWriteExt::write_all(&mut file, content).await?;
    file.sync_all().await?;
    tokio::fs::rename(&unfinished, folder.join(name)).await
}

/// The mail of an invitation (VK-45): with the page that accepts it, if the operator has one, or else with the call that
/// does.
#[must_use]
pub(crate) fn invitation(settings: &Settings, invited: &Invited, token: &str) -> NewMail {
    let Invited { invitation, organization, role_title, inviter, has_account, .. } = invited;
    let base = settings.public_url.trim_end_matches('/');
    let how = match &settings.invitation_link {
        Some(link) => format!("To accept, open\n\n{}", link.replace("{token}", token)),
        None if *has_account => format!(
            "To accept, sign in and call\n\ncurl {base}/v1/invitations/accept -H \"authorization: Bearer $ACCESS_TOKEN\" \
             -H 'content-type: application/json' -d '{{\"token\": \"{token}\"}}'"
        ),
        None => format!(
            "To accept, choose a password of at least 12 characters and call\n\ncurl {base}/v1/invitations/register \
             -H 'content-type: application/json' -d '{{\"token\": \"{token}\", \"name\": \"YOUR NAME\", \"password\": \
             \"YOUR PASSWORD\"}}'"
        ),
    };
    let (organization, inviter) = (line(organization), line(inviter));
    NewMail {
        recipient: invitation.email.clone(),
        subject: format!("{inviter} invites you to {organization}"),
        body: format!(
            "Hello,\n\n{inviter} invites you to join {organization} as {role_title}.\n\n{how}\n\nThe invitation is for \
             {email} alone and can be accepted once, until {until}. If you did not expect it, leave it be: nothing happens.\n\n\
             Its token, should you be asked for it:\n{token}\n",
            email = invitation.email,
            until = invitation.expires_at.format("%-d %B %Y, %H:%M UTC"),
        ),
    }
}

/// The mail to somebody who was added to a ticket (TK-64).
#[must_use]
pub(crate) fn participant(added: &AddedParticipant) -> NewMail {
    let AddedParticipant { email, organization, number, subject, .. } = added;
    let (organization, subject) = (line(organization), line(subject));
    NewMail {
        recipient: email.clone(),
        subject: format!("[{organization} #{number}] You were added: {subject}"),
        body: format!(
            "Hello,\n\nyou were added to ticket #{number} of {organization}, “{subject}”: you can read and answer it.\n"
        ),
    }
}

/// A name as part of a line: it cannot begin another one.
fn line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn mail_can_be_sent_to_every_address_that_is_one() {
        let odd =
            ["a..b@x.de", "a+b@x.de", "a'b@x.de", "ä@x.de", "a@ä.de", "a@x_y.de", "\"a b\"@x.de", "a@[127.0.0.1]"];
        let characters = (0..=0x2FFF_u32).filter_map(char::from_u32);
        let names = characters.clone().map(|c| format!("a{c}b@example.org"));
        let hosts = characters.map(|c| format!("ab@exa{c}mple.org"));
        for text in odd.iter().map(ToString::to_string).chain(names).chain(hosts) {
            if let Ok(email) = usher_domain::Email::parse(&text) {
                assert!(email.parse::<lettre::Address>().is_ok(), "{text}");
            }
        }
    }
}
