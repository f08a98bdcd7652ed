//! Mail: delivered at least once, later while it fails, and told of as soon as it is committed.

use std::time::Duration;

use usher_api::mail::{MailSettings, Mailer};
use usher_store::{Database, Store};
use usher_tests::{World, json};

async fn store(world: &World) -> Store {
    Store::open(&Database::new(&world.database_url(), None).unwrap(), 2).await.unwrap()
}

async fn invite(world: &World, email: &str) {
    let org = world.organization("helpdesk").await;
    let body = json!({"email": email, "role": "member"});
    org.owner.post(&format!("{}/invitations", org.path), body).await.is(201);
}

#[tokio::test]
async fn a_mail_that_cannot_be_delivered_waits_and_is_delivered_later() {
    let world = World::start().await;
    invite(&world, "grace@example.org").await;
    let file = tempfile::NamedTempFile::new().unwrap();
    // A file where the folder should be.
    let settings = MailSettings { outbox: file.path().to_owned(), ..MailSettings::default() };
    Mailer::new(store(&world).await, &settings).unwrap().deliver_due().await.unwrap();
    assert!(world.mail_to("grace@example.org").await.is_empty(), "it is not due yet");
    let mut owner = world.owner_connection().await;
    let waits: (i32, bool) = sqlx::query_as(
        "select attempts, due_at between now() + interval '50 s' and now() + interval '1 min' from outgoing_mail",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert_eq!(waits, (1, true));
    sqlx::query("update outgoing_mail set due_at = now()").execute(&mut owner).await.unwrap();
    assert_eq!(world.mail_to("grace@example.org").await.len(), 1);
    let left: i64 = sqlx::query_scalar("select count(*) from outgoing_mail").fetch_one(&mut owner).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn two_servers_deliver_a_mail_once_between_them() {
    let world = World::start().await;
    for n in 0..5 {
        invite(&world, &format!("p{n}@example.org")).await;
    }
    let outboxes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mailers = [&outboxes[0], &outboxes[1]]
        .map(|outbox| MailSettings { outbox: outbox.path().to_owned(), ..MailSettings::default() });
    let first = Mailer::new(store(&world).await, &mailers[0]).unwrap();
    let second = Mailer::new(store(&world).await, &mailers[1]).unwrap();
    let (a, b) = tokio::join!(first.deliver_due(), second.deliver_due());
    a.unwrap();
    b.unwrap();
    let written: usize = outboxes.iter().map(|outbox| std::fs::read_dir(outbox.path()).unwrap().count()).sum();
    assert_eq!(written, 5);
}

#[tokio::test]
async fn a_running_mailer_delivers_at_once_and_stops_when_told() {
    let world = World::start().await;
    let outbox = tempfile::tempdir().unwrap();
    let settings = MailSettings { outbox: outbox.path().to_owned(), ..MailSettings::default() };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mailer = Mailer::new(store(&world).await, &settings).unwrap();
    let running = tokio::spawn(mailer.run(async { _ = stopped.await }));
    invite(&world, "one@example.org").await;
    invite(&world, "two@example.org").await;
    let delivered = async {
        while std::fs::read_dir(outbox.path()).unwrap().count() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(15), delivered).await.expect("sooner than the mailer looks by itself");
    drop(stop);
    tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
}
