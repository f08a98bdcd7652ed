use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{chown, symlink};
use std::path::Path;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};

use crate::support::{Other, lives, postmaster, processes, temp, with_postgres};

#[test]
fn the_command_finds_its_server_and_decides_how_it_ends() {
    let temp = temp();
    let script = "test -S \"$(echo \"$SERVER\" | sed 's/.*host=\\([^&]*\\).*/\\1/')/.s.PGSQL.5432\" && exit 7";
    let command = ["--env", "SERVER", "--", "sh", "-c", script];
    let status = with_postgres().env("TMPDIR", temp.path()).args(command).status().unwrap();
    assert_eq!(status.code(), Some(7));
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0, "nothing is left");
    assert!(processes(&temp.path().display().to_string()).is_empty());
}

#[test]
fn a_server_that_is_named_already_is_used() {
    let output = with_postgres()
        .env("USHER_TEST_DATABASE_URL", "postgres://elsewhere")
        .args(["--", "sh", "-c", "echo $USHER_TEST_DATABASE_URL; exit 3"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(output.stdout, b"postgres://elsewhere\n");
}

#[test]
fn a_signal_reaches_the_command_and_the_server_stops_after_it() {
    let temp = temp();
    let mut command = with_postgres();
    command.env("TMPDIR", temp.path()).args([
        "--",
        "sh",
        "-c",
        "trap 'exit 42' TERM; echo ready; while :; do sleep 0.01; done",
    ]);
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    kill(Pid::from_raw(process.id().cast_signed()), Signal::SIGTERM).unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(42));
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0, "nothing is left");
}

#[test]
fn what_a_killed_run_left_is_deleted_by_the_next() {
    let temp = temp();
    let dead = dead();
    let left = temp.path().join(format!("usher-test-{dead}-x"));
    let mut other = Other::start(&left);
    let pid = postmaster(&other.data);

    // While another process holds it, it is left alone, whatever the number in its name.
    assert!(run(temp.path()));
    assert!(lives(pid) && left.exists());

    other.kill();
    assert!(run(temp.path()));
    assert!(!lives(pid) && !left.exists());
}

/// In a temporary folder anybody may put a link, or a folder, of the name that a killed run's would have.
#[test]
fn what_only_looks_left_over_is_not_touched() {
    let temp = temp();
    let victim = temp.path().join("victim");
    let precious = |dir: &Path| {
        fs::create_dir_all(dir.join("data")).unwrap();
        fs::write(dir.join("data/precious"), "kept").unwrap();
    };
    precious(&victim);
    let dead = dead();
    symlink(&victim, temp.path().join(format!("usher-test-{dead}"))).unwrap();
    symlink(&victim, temp.path().join(format!("usher-test-{dead}-x"))).unwrap();
    assert!(run(temp.path()));
    assert_eq!(fs::read_to_string(victim.join("data/precious")).unwrap(), "kept");
    assert_eq!(fs::read_dir(&victim).unwrap().count(), 1, "nothing was put there either");

    // A folder of ours of that name: what is no server's stays.
    let other = temp.path().join(format!("usher-test-{dead}-y"));
    fs::create_dir(&other).unwrap();
    fs::write(other.join("precious"), "kept").unwrap();
    assert!(run(temp.path()));
    assert_eq!(fs::read_to_string(other.join("precious")).unwrap(), "kept");
    if geteuid().is_root() {
        let theirs = temp.path().join(format!("usher-test-{dead}-z"));
        precious(&theirs);
        chown(&theirs, Some(65_534), Some(65_534)).unwrap();
        assert!(run(temp.path()));
        assert_eq!(fs::read_to_string(theirs.join("data/precious")).unwrap(), "kept");
    }
}

/// The number of a process that has ended.
fn dead() -> u32 {
    std::process::Command::new("true").spawn().and_then(|mut child| child.wait().map(|_| child.id())).unwrap()
}

fn run(temp: &Path) -> bool {
    with_postgres().env("TMPDIR", temp).args(["--", "true"]).status().unwrap().success()
}
