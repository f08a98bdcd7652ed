use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

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
    let dead =
        std::process::Command::new("true").spawn().and_then(|mut child| child.wait().map(|_| child.id())).unwrap();
    let left = temp.path().join(format!("usher-test-{dead}"));
    let mut other = Other::start(&left);
    let pid = postmaster(&other.data);

    // While another process holds it, it is left alone, whatever the number in its name.
    assert!(run(temp.path()));
    assert!(lives(pid) && left.exists());

    other.kill();
    assert!(run(temp.path()));
    assert!(!lives(pid) && !left.exists());
}

fn run(temp: &Path) -> bool {
    with_postgres().env("TMPDIR", temp).args(["--", "true"]).status().unwrap().success()
}
