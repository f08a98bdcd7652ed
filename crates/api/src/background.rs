//! What a server does beside answering: it delivers mail, writes down which roles were used, keeps its signing keys young,
//! removes files, and forgets what has run out.

use std::time::Duration;

use crate::{
    App,
    mail::{MailError, Mailer},
};

/// How often a server looks for signing keys that others have made and for files that are to go, and writes down which roles
/// were used.
const A_MINUTE: Duration = Duration::from_secs(60);

/// Every how many of those minutes it forgets what has run out.
const SWEEP: u32 = 60;

/// The background work of a server, until `stop` comes; a mail that is being sent then is sent to its end.
///
/// # Errors
/// The mail settings cannot be read.
pub fn background<S: Future<Output = ()>>(app: &App, stop: S) -> Result<impl Future<Output = ()> + use<S>, MailError> {
    let mailer = Mailer::new(app.store.clone(), &app.settings.mail)?;
    let app = app.clone();
    Ok(async move {
        tokio::select! {
            () = mailer.run(stop) => {}
            () = keep_up(&app) => {}
            () = remove_files(&app) => {}
        }
        write_uses(&app).await;
    })
}

/// Writes down which roles were used; the last time when the server has answered all requests.
async fn write_uses(app: &App) {
    if let Err(error) = app.store.write_uses().await {
        tracing::warn!(%error, "it was not noted which roles were used");
    }
}

async fn keep_up(app: &App) {
    let mut minutes = 0;
    loop {
        if let Err(error) = app.keys.refresh(&app.store).await {
            tracing::warn!(%error, "the signing keys were not renewed");
        }
        write_uses(app).await;
        if minutes % SWEEP == 0
            && let Err(error) = app.store.sweep().await
        {
            tracing::warn!(%error, "what has run out was not forgotten");
        }
        minutes = minutes.wrapping_add(1);
        tokio::time::sleep(A_MINUTE).await;
    }
}

/// By itself, since a bucket may take long to answer.
async fn remove_files(app: &App) {
    loop {
        if let Err(error) = app.files.remove_due(&app.store).await {
            tracing::warn!(%error, "files that are to go were not looked for");
        }
        tokio::time::sleep(A_MINUTE).await;
    }
}
