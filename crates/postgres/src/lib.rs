//! A private Postgres server: found, made, started, watched and stopped by the process that needs it.
//!
//! With no database configured the server runs on one of its own, so that a first start needs nothing but a Postgres
//! installation somewhere on the machine. What that asks of a supervisor:
//!
//! - **No row is lost.** Checksums and fsync are on; a cluster is made beside its place and renamed into it, so half a
//!   cluster is never taken for one; data of another major version is refused, with the way to move it.
//! - **Nobody else gets in.** The server listens on no network address, only on a socket in a folder that its account
//!   alone may enter. That folder is what authenticates; inside it every role is trusted.
//! - **Nothing is left behind.** The server ends with this process however this process ends, a server left over all
//!   the same is stopped at the next start, and two processes never share one folder.
//! - **Postgres never runs as root.** Where this process is root, the server runs as `postgres` or else `nobody`.
//!
//! ```no_run
//! let postgres = usher_postgres::Postgres::start(&usher_postgres::Options::new(".usher/postgres"))?;
//! let url = postgres.url("usher", "usher"); // sqlx and libpq both read it
//! // … serve …
//! postgres.stop();
//! # Ok::<(), usher_postgres::StartError>(())
//! ```

mod account;
mod cluster;
mod error;
mod guard;
mod home;
mod log;
mod orphan;
mod programs;
mod server;

use std::path::{Path, PathBuf};

use account::Account;
pub use error::StartError;
use home::Home;
use server::Server;

/// The role that owns everything in the server: made with it, and the one to run migrations as.
pub const OWNER: &str = "usher";

/// The database made with the server.
pub const DATABASE: &str = "usher";

/// Only names the socket's file: nothing listens on a network port.
const PORT: u16 = 5432;

/// What server to run, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server's own folder: data, socket, settings, log and lock lie in it. Made when it is not there.
    pub dir: PathBuf,
    /// Whether a commit is on the disk once it is answered. Off only for servers whose data nobody will miss.
    pub durable: bool,
    /// Further server settings, by name. They win over this crate's own.
    pub settings: Vec<(String, String)>,
}

impl Options {
    /// A durable server in this folder.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), durable: true, settings: Vec::new() }
    }
}

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Postgres {
    // Fields drop in this order: the folder is given up only once the server is gone.
    server: Server,
    home: Home,
}

impl Postgres {
    /// Starts the server in the folder, making it first where there is none, and returns once it accepts connections.
    ///
    /// Blocks meanwhile: about a second the first time, less than a tenth of one afterwards, longer after a crash that
    /// left much to replay. So call it before an async runtime starts, or on a blocking thread.
    pub fn start(options: &Options) -> Result<Self, StartError> {
        let account = Account::choose()?;
        let home = Home::open(&options.dir, &account)?;
        let programs = programs::find(&account, &home)?;
        orphan::stop(&home)?;
        if !home.data.exists() {
            cluster::make(&programs, &account, &home, options.durable)?;
        }
        cluster::configure(&home, options)?;
        let server = Server::start(programs, account, &home)?;
        Ok(Self { server, home })
    }

    /// Where to connect, as a URL that sqlx and libpq read.
    pub fn url(&self, user: &str, database: &str) -> String {
        format!(
            "postgres:///{}?host={}&port={PORT}&user={}",
            escape(database),
            escape(&self.home.socket.to_string_lossy()),
            escape(user)
        )
    }

    /// The folder this server's socket is in, which only its account may enter.
    pub fn socket_dir(&self) -> &Path {
        &self.home.socket
    }

    /// Where Postgres keeps the data, which is not always inside the folder asked for: as root, when the server's
    /// account cannot enter that folder, it lies elsewhere and the folder asked for is a link to it.
    pub fn data_dir(&self) -> &Path {
        &self.home.data
    }

    /// What the server has to say: warnings and errors. Bounded in size; the part before lies beside it.
    pub fn log_file(&self) -> &Path {
        &self.home.log
    }

    /// Stops the server: open transactions are rolled back, clients are disconnected, everything is written to disk.
    /// Returns when it is gone.
    pub fn stop(self) {}
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.server.stop(&self.home);
    }
}

/// Deletes a server's folder, wherever that really is, having stopped what may be left of the server. Refused while another
/// process runs it, where the folder or a link to it is somebody else's, and where it holds what is not the server's: that
/// is left.
pub fn delete(dir: &Path) -> Result<(), StartError> {
    home::must_be_ours(dir).map_err(StartError::io("delete", dir))?;
    let home = Home::open(dir, &Account::choose()?)?;
    orphan::stop(&home)?;
    home.delete(dir).map_err(StartError::io("delete", dir))
}

/// Percent-encodes what has a meaning in a URL's query, leaving a path readable.
fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn a_path_with_anything_in_it_survives_the_url() {
        assert_eq!(escape("/srv/usher/socket"), "/srv/usher/socket");
        assert_eq!(escape("/my files/50% & more?#ü"), "/my%20files/50%25%20%26%20more%3F%23%C3%BC");
    }
}
