use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tempfile::TempDir;

/// A temporary folder that the server's account can get into, even as root.
pub fn temp() -> TempDir {
    temp_in(&env::temp_dir(), 0o755)
}

pub fn temp_in(base: &Path, mode: u32) -> TempDir {
    tempfile::Builder::new().prefix("usher-").permissions(Permissions::from_mode(mode)).tempdir_in(base).unwrap()
}

/// Runs a statement on a connection of its own; the first column of every row, as text.
pub fn sql(url: &str, statement: &str) -> Vec<String> {
    try_sql(url, statement).unwrap()
}

pub fn try_sql(url: &str, statement: &str) -> Result<Vec<String>, sqlx::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        let rows = sqlx::query(AssertSqlSafe(statement)).fetch_all(&mut connection).await?;
        rows.iter().map(|row| row.try_get::<String, _>(0)).collect()
    })
}

/// A table with committed rows, to be found again.
pub fn fill(url: &str) {
    sql(url, "create table kept (n int primary key)");
    sql(url, "insert into kept select generate_series(1, 1000)");
}

pub fn assert_filled(url: &str) {
    assert_eq!(sql(url, "select count(*) || ' rows, sum ' || sum(n) from kept"), ["1000 rows, sum 500500"]);
}

/// Looks until it is so.
pub fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !so() {
        assert!(Instant::now() < deadline, "waited a minute in vain: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

pub fn postmaster(data: &Path) -> i32 {
    fs::read_to_string(data.join("postmaster.pid")).unwrap().lines().next().unwrap().trim().parse().unwrap()
}

/// A dead process that nobody has buried yet has no command line, and counts as dead.
pub fn lives(pid: i32) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

pub fn kill_now(pid: i32) {
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
}

/// The processes whose command line has this in it.
pub fn processes(text: &str) -> Vec<i32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let line = |pid: &i32| fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    pids.filter(|pid| String::from_utf8_lossy(&line(pid)).replace('\0', " ").contains(text)).collect()
}

/// A field of `/proc/<pid>/status`, such as `Uid`.
pub fn status(pid: i32, field: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    text.lines().find_map(|line| line.strip_prefix(&format!("{field}:"))).unwrap().trim().to_owned()
}

pub fn with_postgres() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_with-postgres"));
    command.env_remove("USHER_TEST_DATABASE_URL").stdin(Stdio::null());
    command
}

/// Another process that runs a server on a folder, until it is killed.
pub struct Other {
    pub process: Child,
    pub url: String,
    pub data: PathBuf,
}

impl Other {
    pub fn start(dir: &Path) -> Self {
        let mut command = with_postgres();
        command.arg("--data-dir").arg(dir).args(["--durable", "--", "sh", "-c"]);
        command.arg("echo \"$USHER_TEST_DATABASE_URL\"; read -r _");
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        Self { process, url: url.trim().replace("postgres:///postgres?", "postgres:///usher?"), data: dir.join("data") }
    }

    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
