//! The command line.

use std::{
    net::SocketAddr,
    num::{NonZeroU16, NonZeroU32, NonZeroUsize},
    path::PathBuf,
};

use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;

/// A multi-tenant backend whose first-class feature is who may see and do what.
///
/// Without a command it serves: on a Postgres of its own in the data directory, or on the one that DATABASE_URL names.
/// Every flag can be set by the environment variable that stands behind it.
#[derive(Debug, Parser)]
#[command(name = "usher", version)]
pub struct Options {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseOptions,
    /// How to serve.
    #[command(flatten)]
    pub serve: ServeOptions,
}

/// What to do.
#[derive(Debug, Clone, Default, Subcommand)]
pub enum Command {
    /// Serve the API (the default).
    #[default]
    Serve,
    /// Bring the database's schema up to date, and stop.
    Migrate,
    /// Load the demo's organizations and people into an empty database, and stop.
    Demo,
    /// Print the API's contract (OpenAPI 3.1), and stop.
    Openapi,
    /// Print the access models as a page for people (HTML), and stop.
    Permissions,
}

/// Where the data is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
pub struct DatabaseOptions {
    /// Where everything is kept: the private Postgres, files, and mail that is not sent.
    #[arg(long, env = "USHER_DATA_DIR", default_value = ".usher", value_name = "DIR", global = true)]
    pub data_dir: PathBuf,
    /// A Postgres 15 or later to use instead of a private one. Its role must own the schema, or be allowed to make it.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// How the server connects, if not by becoming `usher_app` on the first URL: a role that owns nothing.
    #[arg(
        long,
        env = "USHER_APP_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        requires = "database_url",
        global = true
    )]
    pub app_database_url: Option<String>,
    /// Where files are kept: a folder, or a bucket as `s3://BUCKET/FOLDER`, which the variables AWS_ACCESS_KEY_ID,
    /// AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT say how to reach. By default `files` in the data directory.
    #[arg(long, env = "USHER_FILES", value_name = "PLACE", global = true)]
    pub files: Option<String>,
    /// How many bytes of files an organization may hold. By default 10 GiB.
    #[arg(long, env = "USHER_STORAGE_QUOTA", default_value = "10737418240", value_name = "BYTES", global = true)]
    pub storage_quota: u64,
    /// How many connections to hold for requests; as many again stand by for work beside them, and one listens.
    #[arg(long, env = "USHER_CONNECTIONS", default_value = "16", value_name = "N", global = true)]
    pub connections: NonZeroUsize,
}

/// How to serve.
#[derive(Debug, Args)]
#[command(next_help_heading = "Serving")]
pub struct ServeOptions {
    /// The address and port to listen on.
    #[arg(long, env = "USHER_BIND", default_value = "127.0.0.1:8080", value_name = "ADDR:PORT", global = true)]
    pub bind: SocketAddr,
    /// How the server is reached from outside: the issuer of tokens. By default the address it listens on.
    #[arg(long, env = "USHER_PUBLIC_URL", value_name = "URL", global = true)]
    pub public_url: Option<String>,
    /// Load the demo first if the database has no organization.
    #[arg(long, env = "USHER_DEMO", global = true)]
    pub demo: bool,
    /// Threads that serve requests. By default one for each core.
    #[arg(long, env = "USHER_WORKERS", value_name = "N", global = true)]
    pub workers: Option<NonZeroUsize>,
    /// An origin whose pages may call the API from a browser; may be repeated, or separated by commas.
    #[arg(long, env = "USHER_CORS_ORIGINS", value_name = "ORIGIN", value_delimiter = ',', global = true)]
    pub cors_origin: Vec<String>,
    /// Attempts to sign in a minute, for one account.
    #[arg(long, env = "USHER_SIGN_IN_ATTEMPTS", default_value = "10", value_name = "N", global = true)]
    pub sign_in_attempts: NonZeroU32,
    /// Refusals a minute of tokens that are not good, to one address. Each server counts for itself.
    #[arg(long, env = "USHER_REFUSED_TOKENS", default_value = "600", value_name = "N", global = true)]
    pub refused_tokens: NonZeroU32,
    /// For how many days a session lasts at most, however often it is renewed; one that is not renewed ends after 30.
    #[arg(long, env = "USHER_SESSION_DAYS", default_value = "90", value_name = "DAYS", global = true)]
    pub session_days: NonZeroU16,
    /// Requests a minute of one session; 0: not limited. Each server counts for itself.
    #[arg(long, env = "USHER_RATE_LIMIT_SESSION", default_value = "3000", value_name = "N", global = true)]
    pub rate_limit_session: u32,
    /// Requests a minute to one organization; 0: not limited. Each server counts for itself.
    #[arg(long, env = "USHER_RATE_LIMIT_ORGANIZATION", default_value = "30000", value_name = "N", global = true)]
    pub rate_limit_organization: u32,
    /// A network of proxies before the server, such as 10.0.0.0/8, whose word for whom they ask is taken; may be repeated, or
    /// separated by commas.
    #[arg(long, env = "USHER_TRUSTED_PROXIES", value_name = "CIDR", value_delimiter = ',', global = true)]
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which those proxies give it. The other one is not read: it may be anybody's invention.
    #[arg(
        long,
        env = "USHER_PROXY_HEADER",
        default_value = "x-forwarded-for",
        value_parser = ["x-forwarded-for", "forwarded"],
        value_name = "HEADER",
        global = true
    )]
    pub proxy_header: String,
    /// The server that sends mail. Without one, mail is written as files to the data directory's `outbox`.
    #[arg(
        long,
        env = "USHER_SMTP_URL",
        value_name = "smtps://USER:PASSWORD@HOST",
        hide_env_values = true,
        global = true
    )]
    pub smtp_url: Option<String>,
    /// Whom mail is from.
    #[arg(
        long,
        env = "USHER_MAIL_FROM",
        default_value = "Usher <usher@localhost>",
        value_name = "NAME <ADDRESS>",
        global = true
    )]
    pub mail_from: String,
    /// The page of the front end where an invitation is accepted, with `{token}` in the place of the token.
    #[arg(long, env = "USHER_INVITATION_LINK", value_name = "URL", global = true)]
    pub invitation_link: Option<String>,
    /// What to log: a level, or directives such as `info,usher::request=warn`.
    #[arg(long, env = "USHER_LOG", default_value = "warn", value_name = "FILTER", global = true)]
    pub log: String,
    /// How to log: for people or for programs.
    #[arg(long, env = "USHER_LOG_FORMAT", default_value = "text", value_parser = ["text", "json"], global = true)]
    pub log_format: String,
}
