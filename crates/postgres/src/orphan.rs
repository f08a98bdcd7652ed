//! Servers left over from an earlier run: found by their command line, stopped before a new one starts.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::home::Home;
use crate::{PORT, StartError};

/// What to try, in this order, and how long each may take: stop in order, drop everything, be killed.
const STEPS: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(20)),
    (Signal::SIGQUIT, Duration::from_secs(5)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];

/// Stops whatever still runs on this data. The lock is ours, so nobody else's live server is meant.
pub(crate) fn stop(home: &Home) -> Result<(), StartError> {
    // A server that stopped in order took both with it: nothing to look for at most starts.
    let files = [home.data.join("postmaster.pid"), home.socket.join(format!(".s.PGSQL.{PORT}.lock"))];
    if files.iter().any(|file| file.exists()) {
        sweep(home)?;
        files.iter().try_for_each(|file| forget(file).map_err(StartError::io("remove", file)))?;
    }
    Ok(())
}

/// Removes a note of who runs the server, where it would be misread.
///
/// Everything that worked on the data is gone. Its number may be taken all the same: by a stranger since, or by a dead
/// process that nobody has buried. Postgres would take that for a running server and refuse to start; where the number
/// is free it looks further by itself.
fn forget(file: &Path) -> io::Result<()> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let pid = text.lines().next().and_then(|line| line.trim().parse().ok());
    match pid.is_some_and(|pid| kill(Pid::from_raw(pid), None).is_ok()) {
        true => fs::remove_file(file),
        false => Ok(()),
    }
}

/// Ends every process of this server, the hard way where it has to be.
pub(crate) fn sweep(home: &Home) -> Result<(), StartError> {
    for (signal, patience) in STEPS {
        let left = processes(home);
        if left.is_empty() {
            return Ok(());
        }
        tracing::warn!("stopping processes of an earlier server on {}: {left:?}", home.data.display());
        // In an orderly stop the first of them sees to the rest; where that one is gone, each has to be told.
        for pid in &left {
            let _ = kill(Pid::from_raw(*pid), signal);
        }
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline && !processes(home).is_empty() {
            thread::sleep(Duration::from_millis(5)); // a stranger's child: there is nothing to wait on but to look
        }
    }
    let left: Vec<String> = processes(home).iter().map(i32::to_string).collect();
    if left.is_empty() { Ok(()) } else { Err(StartError::orphan(home, &left)) }
}

/// The live processes of the server on this data: Postgres, with its folder as an argument or titled with its tag.
///
/// The command line is what every account may read of every process. A dead process that nobody has buried has none,
/// though `kill -0` finds it.
fn processes(home: &Home) -> Vec<i32> {
    let data = home.data.to_string_lossy();
    let ours = |line: &str| is_postgres(line) && (line.contains(&*home.tag) || names(line, &data));
    command_lines().into_iter().filter(|(_, line)| ours(line)).map(|(pid, _)| pid).collect()
}

/// Whether it is the server, or one of its processes under the title it gives them: not, say, `du` on its folder.
fn is_postgres(line: &str) -> bool {
    let program = line.split_whitespace().next().unwrap_or_default();
    program == "postgres:" || program.rsplit('/').next() == Some("postgres")
}

/// Whether a command line has this folder as an argument, not one whose path begins alike.
fn names(line: &str, data: &str) -> bool {
    line.match_indices(data).any(|(at, _)| !line[at + data.len()..].starts_with(|c: char| !c.is_whitespace()))
}

#[cfg(target_os = "linux")]
fn command_lines() -> Vec<(i32, String)> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let line = |pid: i32| std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    pids.map(|pid| (pid, String::from_utf8_lossy(&line(pid)).replace('\0', " "))).collect()
}

#[cfg(not(target_os = "linux"))]
fn command_lines() -> Vec<(i32, String)> {
    let output = std::process::Command::new("ps").args(["-axww", "-o", "pid=,command="]).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let split = |line: &str| {
        let (pid, command) = line.trim_start().split_once(' ')?;
        Some((pid.parse().ok()?, command.to_owned()))
    };
    text.lines().filter_map(split).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_postgres, names};

    #[test]
    fn only_the_server_itself_is_taken_for_it() {
        assert!(is_postgres("/usr/lib/postgresql/15/bin/postgres -D /x/data"));
        assert!(is_postgres("postgres: usher-1: checkpointer "));
        assert!(!is_postgres("du -sh /x/postgres/data"));
        assert!(!is_postgres("pg_dump --host=/x/postgres/socket"));
        assert!(!is_postgres(""));
    }

    #[test]
    fn a_folder_is_named_by_its_whole_path() {
        assert!(names("postgres -D /x/data", "/x/data"));
        assert!(names("postgres -D /x/data -k /y", "/x/data"));
        assert!(!names("postgres -D /x/data.new", "/x/data"));
        assert!(!names("postgres -D /x/data2 -k /y", "/x/data"));
    }
}
