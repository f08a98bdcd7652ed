//! Runs a command with a Postgres of its own: `with-postgres -- cargo nextest run`.
//!
//! The server is made anew in the temporary folder and deleted afterwards: it takes a second, needs no cleaning up
//! between runs, and any number of them run side by side.

use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{self, ExitCode, ExitStatus};
use std::{env, fs};

use clap::Parser;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use usher_postgres::{OWNER, Options, Postgres};

/// Runs a command with a Postgres of its own, whose address it finds in its environment.
///
/// Where that variable is set already, the command runs with what it names, and nothing is started.
#[derive(Parser)]
struct Args {
    /// Keep the server's data in this folder, instead of a new one that is deleted at the end.
    #[arg(long)]
    data_dir: Option<PathBuf>,

    /// Write every commit to disk before answering it. Without this the server is fast and loses data in a power cut.
    #[arg(long)]
    durable: bool,

    /// The variable that names the server to the command: as its owner, who may create databases, in `postgres`.
    #[arg(long, default_value = "USHER_TEST_DATABASE_URL")]
    env: String,

    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true)]
    command: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("with-postgres: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let [program, rest @ ..] = args.command.as_slice() else { return Err("no command".into()) };
    if env::var_os(&args.env).is_some_and(|url| !url.is_empty()) {
        return Err(process::Command::new(program).args(rest).exec().into());
    }
    let scratch = match args.data_dir {
        Some(_) => None,
        None => Some(scratch()?),
    };
    let dir = scratch.as_ref().map_or_else(|| args.data_dir.clone().unwrap_or_default(), |dir| dir.path().to_owned());
    let mut options = Options { durable: args.durable, ..Options::new(&dir) };
    // A test run has as many clients as the machine has cores, times a pool each.
    options.settings.push(("max_connections".to_owned(), "400".to_owned()));

    let postgres = Postgres::start(&options)?;
    let mut command = Command::new(program);
    command.args(rest).env(&args.env, postgres.url(OWNER, "postgres"));
    let status = tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(wait(command));
    postgres.stop();
    if scratch.is_some() {
        usher_postgres::delete(&dir)?;
    }
    let status = status.map_err(|error| format!("{program}: {error}"))?;
    let code = status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(1);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

/// Runs the command to its end. What tells this process to stop is passed on: it stops when the command has.
async fn wait(mut command: Command) -> io::Result<ExitStatus> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut child = command.spawn()?;
    loop {
        let signal = tokio::select! {
            status = child.wait() => return status,
            _ = terminate.recv() => Signal::SIGTERM,
            _ = hangup.recv() => Signal::SIGHUP,
            // A terminal tells every program in the foreground itself, and twice is more than once to many of them.
            _ = interrupt.recv() => if io::stdin().is_terminal() { continue } else { Signal::SIGINT },
        };
        if let Some(pid) = child.id() {
            let _ = kill(Pid::from_raw(pid.cast_signed()), signal);
        }
    }
}

/// What a folder for one run is called, with the pid of who made it after it, and something that nobody guesses: a folder
/// that is there already is never taken for ours.
const SCRATCH: &str = "usher-test-";

/// Makes a new folder for this run, and deletes those of runs that were killed.
fn scratch() -> io::Result<TempDir> {
    delete_left_over();
    // Where this process is root, the server is another account, which must get in.
    let mode = if geteuid().is_root() { 0o755 } else { 0o700 };
    let name = format!("{SCRATCH}{}-", process::id());
    tempfile::Builder::new().prefix(&name).permissions(fs::Permissions::from_mode(mode)).tempdir()
}

/// Best effort: what cannot be deleted is tried again the next time. Only real folders of this account's: in a temporary
/// folder anybody may have put anything of that name, a link to somewhere else as well.
fn delete_left_over() {
    let entries = fs::read_dir(env::temp_dir()).into_iter().flatten().flatten();
    for entry in entries {
        let ours = entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == geteuid().as_raw());
        if ours && maker(&entry.file_name()).is_some_and(|pid| kill(pid, None) == Err(Errno::ESRCH)) {
            let _ = usher_postgres::delete(&entry.path());
        }
    }
}

/// Who made a folder of this name for a run.
fn maker(name: &OsStr) -> Option<Pid> {
    let (pid, _) = name.to_str()?.strip_prefix(SCRATCH)?.split_once('-')?;
    pid.parse().ok().map(Pid::from_raw)
}
