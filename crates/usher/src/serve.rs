//! Serving, from the first port taken to the last row written.

use std::{
    net::{SocketAddr, TcpListener},
    num::NonZeroU32,
};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};
use tracing_subscriber::EnvFilter;
use usher_api::{App, BucketAccess, FilePlace, FileSettings, Files, Proxies, Settings, mail::MailSettings};
use usher_store::Store;

use crate::{
    Failure, banner,
    command::{DatabaseOptions, Options, ServeOptions},
    database, demo,
};

/// Serves until a signal says stop.
pub fn run(options: &Options) -> Result<(), Failure> {
    log(&options.serve)?;
    // The port first: who finds it taken should not have to wait for a database to learn it.
    let listener = listen(options.serve.bind)?;
    let opened = database::open(&options.database)?;
    let served = actix_web::rt::System::new().block_on(async {
        opened.migrate().await?;
        let store = opened.store(options.database.connections.get()).await?;
        let files = Files::open(&files(&options.database))?;
        if options.serve.demo {
            demo::load(&opened.database, &store, &files).await?;
        }
        serve(options, store, files, listener).await
    });
    // After the last connection, before this function's answer is shown: the order in which nothing is lost.
    drop(opened.private);
    served
}

async fn serve(options: &Options, store: Store, files: Files, listener: TcpListener) -> Result<(), Failure> {
    let address = listener.local_addr()?;
    let mut settings = Settings {
        public_url: options.serve.public_url.clone().unwrap_or_else(|| format!("http://{address}")),
        sign_in_attempts: options.serve.sign_in_attempts,
        refused_tokens: options.serve.refused_tokens,
        session_days: options.serve.session_days,
        requests_of_session: NonZeroU32::new(options.serve.rate_limit_session),
        requests_to_organization: NonZeroU32::new(options.serve.rate_limit_organization),
        proxies: Proxies {
            trusted: options.serve.trusted_proxies.clone(),
            forwarded: options.serve.proxy_header == "forwarded",
        },
        cors_origins: options.serve.cors_origin.clone(),
        mail: mail(options),
        invitation_link: options.serve.invitation_link.clone(),
        ..Settings::default()
    };
    if let Some(workers) = options.serve.workers {
        settings.workers = workers;
    }
    // Elsewhere nobody should be offered to sign in as somebody else, whatever is in the database.
    let demo = options.serve.demo && demo::is_loaded(&store).await?;
    if demo {
        settings.demo_people = demo::people();
    }
    let app = App::new(store, files, settings).await.map_err(|stop| stop.to_string())?;
    let (stop, stopped) = oneshot::channel::<()>();
    let background = actix_web::rt::spawn(usher_api::background(&app, async {
        let _ = stopped.await;
    })?);
    let server = usher_api::serve(app, listener)?;
    let handle = server.handle();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    actix_web::rt::spawn(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        handle.stop(true).await;
    });
    println!("{}", banner::ready(address, demo));
    let served = server.await;
    drop(stop);
    background.await?;
    Ok(served?)
}

/// Where files are kept, as the options say.
pub fn files(options: &DatabaseOptions) -> FileSettings {
    let place = match options.files.as_deref() {
        Some(bucket) if bucket.contains("://") => {
            FilePlace::Bucket { url: bucket.to_owned(), access: BucketAccess::new(variables()) }
        }
        Some(folder) => FilePlace::Folder(folder.into()),
        None => FilePlace::Folder(options.data_dir.join("files")),
    };
    FileSettings { place, quota: options.storage_quota, ..FileSettings::default() }
}

/// The environment, as far as it is text.
fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()))
}

fn mail(options: &Options) -> MailSettings {
    MailSettings {
        smtp_url: options.serve.smtp_url.clone(),
        from: options.serve.mail_from.clone(),
        outbox: options.database.data_dir.join("outbox"),
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        let advice = match error.kind() {
            std::io::ErrorKind::AddrInUse => "something listens there already; choose another with --bind ADDR:PORT",
            std::io::ErrorKind::PermissionDenied => {
                "this user may not listen there; choose a port above 1023 with --bind"
            }
            _ => "choose another with --bind ADDR:PORT",
        };
        format!("cannot listen on {address}: {error} ({advice})").into()
    })
}

fn log(options: &ServeOptions) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&options.log).map_err(|error| format!("--log {}: {error}", options.log))?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if options.log_format == "json" {
        subscriber.json().init()
    } else {
        subscriber.init()
    }
    Ok(())
}
