use std::io;
use std::path::{Path, PathBuf};

use crate::home::Home;

/// Why the server did not start, in words for the person who started it: each says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No Postgres installation of a version this project runs on.
    #[error(
        "no PostgreSQL {oldest} or later was found: not in the places where packages put it, on PATH, nor in {cache}.\n\
         `make run` installs one. By hand:\n  \
         Debian, Ubuntu  apt-get install postgresql\n  \
         Fedora          dnf install postgresql-server\n  \
         Alpine          apk add postgresql17\n  \
         Arch            pacman -S postgresql\n  \
         macOS           brew install postgresql@17\n\
         Or set USHER_PG_BIN to the folder that holds `postgres` and `initdb`, or DATABASE_URL to a server of yours.",
        oldest = crate::programs::OLDEST,
        cache = cache.display()
    )]
    NoPrograms {
        /// Where `make` puts an installation that no package manager could provide.
        cache: PathBuf,
    },

    /// `USHER_PG_BIN` was set, to a folder that does not serve.
    #[error("USHER_PG_BIN is {bin}, but {problem}", bin = bin.display())]
    BadPrograms {
        /// What it was set to.
        bin: PathBuf,
        /// What is wrong with it.
        problem: String,
    },

    /// This process is root, and there is no account to run the server as.
    #[error(
        "Postgres refuses to run as root, and this machine has neither an account `postgres` nor `nobody`: add one"
    )]
    NoAccount,

    /// This process is root, and the server's account cannot get to the data.
    #[error(
        "the account `{account}`, as which Postgres runs here, cannot enter {dir}: a folder above it is closed to it. \
         Open that folder (chmod o+x), or move the data to where the account can go",
        dir = dir.display()
    )]
    Unreachable {
        /// The folder that was asked for.
        dir: PathBuf,
        /// The account Postgres runs as.
        account: String,
    },

    /// Another live process has this folder.
    #[error(
        "already running with pid {}: it holds {dir}. Stop it first, or choose another data folder",
        pid.as_deref().unwrap_or("unknown"), dir = dir.display()
    )]
    AlreadyRunning {
        /// The folder that was asked for.
        dir: PathBuf,
        /// Who has it, as it wrote down itself.
        pid: Option<String>,
    },

    /// The data was written by a major version that is not installed.
    #[error(
        "the data in {data} was written by PostgreSQL {have}, and only PostgreSQL {found} was found here.\n\
         Either install PostgreSQL {have} again beside it: it is then used for this data.\n\
         Or move the data, with PostgreSQL {have} installed for as long as this takes:\n  \
         1. USHER_PG_BIN=<folder of {have}'s programs> usher serve\n  \
         2. while that runs: pg_dumpall --host='{socket}' --username=usher --file=usher.sql\n  \
         3. stop it; mv '{data}' '{data}.{have}'; start with PostgreSQL {found}\n  \
         4. while that runs: psql --host='{socket}' --username=usher --dbname=postgres --file=usher.sql\n     \
            (that the role and the database `usher` already exist is no error)\n  \
         5. once you have seen your rows: rm -r '{data}.{have}'",
        data = data.display(), socket = socket.display()
    )]
    OtherMajor {
        /// The data in question.
        data: PathBuf,
        /// Where the server's socket is while it runs.
        socket: PathBuf,
        /// What wrote the data.
        have: String,
        /// What is installed.
        found: String,
    },

    /// A server left over from an earlier run would not stop.
    #[error("processes of an earlier server still use {data} and do not stop: {pids}", data = data.display())]
    Orphan {
        /// The data they use.
        data: PathBuf,
        /// Their process ids.
        pids: String,
    },

    /// No folder for the socket has a path short enough.
    #[error(
        "the path of the server's socket would be longer than the system allows, under {dir} and under the temporary \
         folder: choose a shorter data folder",
        dir = dir.display()
    )]
    NoSocketDir {
        /// The folder that was asked for.
        dir: PathBuf,
    },

    /// A new cluster could not be made.
    #[error("making the database in {dir} failed:\n{output}", dir = dir.display())]
    Make {
        /// Where it was to be.
        dir: PathBuf,
        /// What the program that failed had to say.
        output: String,
    },

    /// The server ended before it accepted connections.
    #[error("Postgres ended while starting. The end of {log}:\n{tail}", log = log.display())]
    Ended {
        /// The server's log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },

    /// A file, folder or process could not be had.
    #[error("could not {what} {path}: {source}", path = path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl StartError {
    /// For `map_err`: says what was tried, and on what.
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }

    pub(crate) fn orphan(home: &Home, pids: &[String]) -> Self {
        Self::Orphan { data: home.data.clone(), pids: pids.join(", ") }
    }
}
