//! The running server: started, kept running, stopped.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStderr, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::account::Account;
use crate::guard::Guard;
use crate::home::Home;
use crate::log::Log;
use crate::programs::Programs;
use crate::{PORT, StartError, orphan};

/// How long an orderly stop may take: it writes everything still in memory to disk.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often in a row a server that ended within [`SHORT`] is started again.
const TRIES: u32 = 5;
const SHORT: Duration = Duration::from_secs(60);

/// A server, and the thread that keeps it running.
#[derive(Debug)]
pub(crate) struct Server {
    shared: Arc<Shared>,
    keeper: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    gone: Condvar,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// None once it has ended for good.
    running: Option<Running>,
    log: Log,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Starting,
    Serving,
    Stopping,
}

/// The server's first process. It is not waited for before [`Running::bury`]: until then its number stays its own.
#[derive(Debug)]
struct Running {
    process: Child,
    guard: Guard,
    since: Instant,
}

/// All it takes to start the server again.
struct Recipe {
    programs: Programs,
    account: Account,
    args: Vec<std::ffi::OsString>,
}

impl Server {
    pub(crate) fn start(programs: Programs, account: Account, home: &Home) -> Result<Self, StartError> {
        let log = Log::open(&home.log).map_err(StartError::io("open", &home.log))?;
        let recipe = Recipe { programs, account, args: args(home) };
        let (running, said) = recipe.start().map_err(StartError::io("start the server on", &home.data))?;
        let pid = running.process.id().to_string();
        let state = State { phase: Phase::Starting, running: Some(running), log };
        let shared = Arc::new(Shared { state: Mutex::new(state), gone: Condvar::new() });
        let keeper = thread::Builder::new().name("postgres".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || keep(&recipe, &shared, said)
        });
        let keeper = Some(keeper.map_err(StartError::io("start a thread for", &home.data))?);
        let mut server = Self { shared, keeper };
        match server.wait_until_ready(&pid, home) {
            Ok(()) => Ok(server),
            Err(error) => {
                server.stop(home);
                Err(error)
            }
        }
    }

    /// However long that takes, for as long as the process lives: after a crash it first replays what was written, and
    /// to give up on that would only make it begin again.
    fn wait_until_ready(&self, pid: &str, home: &Home) -> Result<(), StartError> {
        let mut say = Instant::now() + Duration::from_secs(5);
        loop {
            let mut state = self.shared.lock();
            if state.running.is_none() {
                return Err(StartError::Ended { log: home.log.clone(), tail: state.log.tail() });
            }
            if is_ready(pid, home) {
                state.phase = Phase::Serving;
                return Ok(());
            }
            if Instant::now() > say {
                tracing::info!("Postgres is starting: it recovers from a crash");
                say += Duration::from_secs(30);
            }
            drop(self.shared.wait(state, Duration::from_millis(2)));
        }
    }

    /// Stops the server in order, or not, where that takes too long. Returns when it is gone.
    pub(crate) fn stop(&mut self, home: &Home) {
        let Some(keeper) = self.keeper.take() else { return };
        let ended = self.shared.tell(Signal::SIGINT, PATIENCE) || self.shared.tell(Signal::SIGQUIT, PATIENCE / 6);
        if !ended && let Err(error) = orphan::sweep(home) {
            tracing::error!("{error}");
            return; // and leaves the keeper: it would wait for ever
        }
        let _ = keeper.join();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the server has ended for good, or for this long.
    fn wait<'a>(&'a self, state: MutexGuard<'a, State>, patience: Duration) -> MutexGuard<'a, State> {
        let waited = self.gone.wait_timeout_while(state, patience, |state| state.running.is_some());
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Tells the server to stop, the way this signal means; whether it did in time.
    fn tell(&self, signal: Signal, patience: Duration) -> bool {
        let mut state = self.lock();
        state.phase = Phase::Stopping;
        if let Some(running) = &state.running {
            let _ = kill(Pid::from_raw(running.process.id().cast_signed()), signal);
        }
        self.wait(state, patience).running.is_none()
    }
}

impl Recipe {
    fn start(&self) -> io::Result<(Running, ChildStderr)> {
        let mut command = self.account.command(self.programs.path("postgres"));
        let mut process = command.args(&self.args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let guarded = Guard::over(&process.id().to_string(), "INT", &self.account);
        match (guarded, process.stderr.take()) {
            (Ok(guard), Some(said)) => Ok((Running { process, guard, since: Instant::now() }, said)),
            (guarded, _) => {
                let _ = process.kill();
                let _ = process.wait();
                Err(guarded.err().unwrap_or_else(|| io::Error::other("it has no error output")))
            }
        }
    }
}

impl Running {
    /// Takes note that the process ended. Whether it ended by somebody's wish, and how long it ran.
    fn bury(mut self) -> (bool, Duration) {
        drop(self.guard);
        (self.process.wait().is_ok_and(|status| status.success()), self.since.elapsed())
    }
}

/// What must hold whatever the settings file says: who gets in, and by what name the processes are known.
fn args(home: &Home) -> Vec<std::ffi::OsString> {
    let mut args: Vec<std::ffi::OsString> = vec!["-D".into(), home.data.clone().into(), "-k".into()];
    args.extend([home.socket.clone().into(), "-p".into(), PORT.to_string().into()]);
    let mut conf = std::ffi::OsString::from("config_file=");
    conf.push(&home.conf);
    let fixed = ["listen_addresses=".into(), "unix_socket_permissions=0700".into(), "logging_collector=off".into()];
    for setting in fixed.into_iter().chain([format!("cluster_name={}", home.tag).into(), conf]) {
        args.extend(["-c".into(), setting]);
    }
    args
}

/// Whether this process has written that it accepts connections, where `pg_ctl` looks for the same.
fn is_ready(pid: &str, home: &Home) -> bool {
    let text = fs::read_to_string(home.data.join("postmaster.pid")).unwrap_or_default();
    let mut lines = text.lines().map(str::trim);
    lines.next() == Some(pid) && lines.nth(6) == Some("ready")
}

/// Writes down what the server says; when it has ended, starts it again, unless that was somebody's wish.
///
/// The end is when nobody is left to say anything: not only the first process is gone then, which a crash takes alone,
/// but every other too, so that a new one does not find the old ones still at work on the data.
fn keep(recipe: &Recipe, shared: &Shared, mut said: ChildStderr) {
    let mut tries = 0;
    loop {
        let mut lines = BufReader::new(said);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            shared.lock().log.line(&line);
            line.clear();
        }
        let mut state = shared.lock();
        let Some((wished, ran)) = state.running.take().map(Running::bury) else { return };
        tries = if ran < SHORT { tries + 1 } else { 1 };
        let again = state.phase == Phase::Serving && !wished && tries <= TRIES;
        match again.then(|| recipe.start()) {
            Some(Ok((running, new))) => {
                tracing::warn!("Postgres ended unexpectedly and was started again");
                state.running = Some(running);
                said = new;
            }
            Some(Err(error)) => {
                tracing::error!("Postgres ended unexpectedly and cannot be started again: {error}");
                break;
            }
            None if state.phase == Phase::Serving => {
                tracing::error!("Postgres ended and is not started again. Its last words:\n{}", state.log.tail());
                break;
            }
            None => break,
        }
    }
    shared.gone.notify_all();
}
