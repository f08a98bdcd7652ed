//! The application: what its parts share, its routes, and the server.

use std::{
    net::TcpListener,
    num::{NonZeroU16, NonZeroU32, NonZeroUsize},
    sync::Arc,
    time::Duration,
};

use actix_web::{
    App as Service, HttpServer,
    dev::Server,
    middleware::{Compress, from_fn},
    web,
};
use moka::sync::Cache;
use serde::Serialize;
use usher_domain::{Id, kind};
use usher_policy::{Caller, Model, ModelKey};
use usher_store::{Identity, Store};
use utoipa_actix_web::{AppExt, scope, service_config::ServiceConfig};

use crate::{
    access,
    auth::{self, Keys, SignInLimit, TokenLimit},
    desk,
    docs::Contract,
    field,
    files::Files,
    http::{BODY_LIMIT, Operations, Proxies, RequestLimits, Stop, nowhere, render},
    mail::MailSettings,
    openapi, tenancy,
};

/// What an operator can set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The issuer and audience of access tokens, and the beginning of links in mail.
    pub public_url: String,
    /// Attempts to sign in a minute, for one account.
    pub sign_in_attempts: NonZeroU32,
    /// Refusals a minute of tokens of integrations that are not good, to one address. Each server counts for itself.
    pub refused_tokens: NonZeroU32,
    /// Requests a minute of one session or token; not limited where there is no number. Each server counts for itself.
    pub requests_of_session: Option<NonZeroU32>,
    /// Requests a minute to one organization; not limited where there is no number. Each server counts for itself.
    pub requests_to_organization: Option<NonZeroU32>,
    /// For how many days a session lasts at most, however often it is renewed.
    pub session_days: NonZeroU16,
    /// The proxies before the server.
    pub proxies: Proxies,
    /// How long a body may take to come.
    pub body_timeout: Duration,
    /// How mail leaves the house.
    pub mail: MailSettings,
    /// Where an invitation is accepted, with `{token}` in the place of the token: a page of the front end. Without one, the
    /// mail says how to accept over the API.
    pub invitation_link: Option<String>,
    /// Origins whose pages may call the API from a browser.
    pub cors_origins: Vec<String>,
    /// How many threads serve requests.
    pub workers: NonZeroUsize,
    /// People whom Swagger UI offers to sign in as. Empty outside the demo.
    pub demo_people: Vec<DemoPerson>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".to_owned(),
            sign_in_attempts: const { NonZeroU32::new(10).unwrap() },
            refused_tokens: const { NonZeroU32::new(600).unwrap() },
            requests_of_session: NonZeroU32::new(3_000),
            requests_to_organization: NonZeroU32::new(30_000),
            session_days: const { NonZeroU16::new(90).unwrap() },
            proxies: Proxies::default(),
            body_timeout: Duration::from_secs(30),
            mail: MailSettings::default(),
            invitation_link: None,
            cors_origins: Vec::new(),
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            demo_people: Vec::new(),
        }
    }
}

/// Somebody whom Swagger UI offers to sign in as.
#[derive(Debug, Clone, Serialize)]
pub struct DemoPerson {
    /// The name on the button.
    pub label: String,
    /// What they hold.
    pub about: String,
    /// The address to sign in with.
    pub email: String,
    /// The password to sign in with.
    pub password: String,
}

/// What the operations share. A clone shares all but its connections, which each worker has of its own.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// The keys of access tokens.
    pub keys: Arc<Keys>,
    /// How often one may try to sign in.
    pub sign_in_limit: Arc<SignInLimit>,
    /// How often tokens of integrations may be refused.
    pub token_limit: Arc<TokenLimit>,
    /// How many requests there may be.
    pub limits: Arc<RequestLimits>,
    /// Who was active lately.
    pub activity: Activity,
    /// Where files are kept.
    pub files: Files,
    /// What the operator set.
    pub settings: Arc<Settings>,
}

impl App {
    /// Prepares the application on a migrated database.
    ///
    /// # Errors
    /// The database's.
    pub async fn new(store: Store, files: Files, settings: Settings) -> Result<Self, Stop> {
        // A model that does not parse is told of now, and not at the first request.
        ModelKey::ALL.into_iter().map(Model::built_in).for_each(drop);
        let keys = Arc::new(Keys::load(&store, &settings.public_url).await?);
        let sign_in_limit = Arc::new(SignInLimit::new(settings.sign_in_attempts));
        let token_limit = Arc::new(TokenLimit::new(settings.refused_tokens));
        let limits = RequestLimits::new(settings.requests_of_session, settings.requests_to_organization);
        Ok(Self {
            store,
            keys,
            sign_in_limit,
            token_limit,
            limits: Arc::new(limits),
            activity: Activity::default(),
            files,
            settings: Arc::new(settings),
        })
    }

    /// The application for one of the threads that serve requests, with connections of its own.
    fn for_worker(&self) -> Self {
        let size = (self.store.size() / self.settings.workers).max(2);
        let store = self.store.another(size).unwrap_or_else(|_| self.store.clone());
        Self { store, ..self.clone() }
    }
}

/// Remembers who was active, and with which token, so that a member's last activity and a token's last use are written every
/// few minutes and not at every request.
#[derive(Clone)]
pub struct Activity(Cache<Active, ()>);

/// A member of an organization, and the token that they acted with, if it was one.
type Active = (Id<kind::Organization>, Id<kind::Member>, Option<Id<kind::Token>>);

impl Default for Activity {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(300)).build())
    }
}

impl Activity {
    /// Notes that a caller is active.
    pub fn note(&self, store: &Store, identity: &Identity, caller: &Caller) {
        let token = identity.token.map(|_| identity.session.uuid().into());
        let who = (caller.organization(), caller.member(), token);
        if self.0.contains_key(&who) {
            return;
        }
        self.0.insert(who, ());
        let store = store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.note_activity(who.0, who.1, who.2).await {
                tracing::warn!(%error, "a member's activity was not noted");
            }
        });
    }
}

/// Every operation. Registering one here is what puts it into the contract.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    // Addresses are tried in their order, many by a regular expression, so that they stand in scopes: a request tries those
    // of its own scope alone, and what it costs to find an operation does not grow with the number of modules.
    config.service(scope("/v1/organizations/{organization}").configure(|config| {
        config.configure(desk::routes).configure(field::routes).configure(access::routes).configure(tenancy::routes);
    }));
    config.configure(access::routes_outside).configure(tenancy::routes_outside).configure(auth::routes);
    config.configure(crate::health::routes);
}

/// Serves on a listener until the server is stopped.
///
/// # Errors
/// The listener cannot be served on.
pub fn serve(app: App, listener: TcpListener) -> std::io::Result<Server> {
    let workers = app.settings.workers.get();
    let contract = openapi::document();
    let operations = web::Data::new(Operations::of(&contract));
    let contract = web::Data::new(Contract::of(&contract));
    let server = HttpServer::new(move || {
        let contract = contract.clone();
        let app = web::Data::new(app.for_worker());
        let (service, _) = Service::new()
            .into_utoipa_app()
            .app_data(app.clone())
            .app_data(operations.clone())
            .app_data(web::PayloadConfig::new(BODY_LIMIT))
            .map(|service| service.wrap(Compress::default()).wrap(cors(&app.settings)).wrap(from_fn(render)))
            .configure(routes)
            .split_for_parts();
        service.configure(|config| crate::docs::routes(config, contract)).default_service(web::to(nowhere))
    })
    .keep_alive(Duration::from_secs(75))
    .client_request_timeout(Duration::from_secs(15))
    .shutdown_timeout(5)
    .disable_signals()
    .workers(workers);
    Ok(server.listen(listener)?.run())
}

fn cors(settings: &Settings) -> actix_cors::Cors {
    let cors = actix_cors::Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([
            "authorization",
            "content-type",
            "if-match",
            "if-none-match",
            "idempotency-key",
            "x-request-id",
        ])
        .expose_headers([
            "allow",
            "content-disposition",
            "etag",
            "location",
            "next-cursor",
            "ratelimit",
            "ratelimit-policy",
            "retry-after",
            "www-authenticate",
            "x-request-id",
        ])
        .block_on_origin_mismatch(false)
        .max_age(3600);
    settings.cors_origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
