use std::fs;
use std::process::Command;

use usher_postgres::{DATABASE, OWNER, Options, Postgres};

use crate::support::{
    Other, assert_filled, eventually, fill, kill_now, lives, postmaster, processes, sql, temp, try_sql,
};

#[test]
fn a_server_that_is_killed_is_started_again() {
    let dir = temp();
    let postgres = Postgres::start(&Options::new(dir.path().join("pg"))).unwrap();
    let url = postgres.url(OWNER, DATABASE);
    fill(&url);
    let pid = postmaster(postgres.data_dir());
    kill_now(pid);
    eventually("it answers again", || try_sql(&url, "select 'yes'").is_ok());
    assert_ne!(postmaster(postgres.data_dir()), pid);
    assert_filled(&url);
}

#[test]
fn a_server_that_somebody_stopped_in_order_stays_stopped() {
    let dir = temp();
    let options = Options::new(dir.path().join("pg"));
    let postgres = Postgres::start(&options).unwrap();
    let (url, data) = (postgres.url(OWNER, DATABASE), postgres.data_dir().to_owned());
    fill(&url);
    let pid = nix::unistd::Pid::from_raw(postmaster(&data));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    eventually("it has stopped", || !data.join("postmaster.pid").exists() && !lives(pid.as_raw()));
    assert!(try_sql(&url, "select 'yes'").is_err());
    postgres.stop();
    assert_filled(&Postgres::start(&options).unwrap().url(OWNER, DATABASE));
}

#[test]
fn a_server_ends_with_the_process_that_started_it() {
    let dir = temp();
    let home = dir.path().join("pg");
    let mut other = Other::start(&home);
    fill(&other.url);
    let pid = postmaster(&other.data);
    other.kill();
    eventually("the server is gone", || !lives(pid));

    let postgres = Postgres::start(&Options::new(&home)).unwrap();
    assert_filled(&postgres.url(OWNER, DATABASE));
}

#[test]
fn nothing_is_lost_when_both_are_killed() {
    let dir = temp();
    let home = dir.path().join("pg");
    let mut other = Other::start(&home);
    fill(&other.url);
    kill_now(postmaster(&other.data));
    other.kill();

    let postgres = Postgres::start(&Options::new(&home)).unwrap();
    assert_filled(&postgres.url(OWNER, DATABASE));
}

/// The process that started it is gone, and so is what should have stopped it.
#[test]
fn a_server_left_over_is_stopped_at_the_next_start() {
    let dir = temp();
    let home = dir.path().join("pg");
    let mut other = Other::start(&home);
    fill(&other.url);
    let pid = postmaster(&other.data);
    for guard in processes(&format!("usher-postgres-guard INT {pid}")) {
        kill_now(guard);
    }
    other.kill();
    assert!(lives(pid), "an orphan");
    assert_eq!(sql(&other.url, "select 'serving'"), ["serving"]);

    let postgres = Postgres::start(&Options::new(&home)).unwrap();
    assert!(!lives(pid));
    assert_ne!(postmaster(postgres.data_dir()), pid);
    assert_filled(&postgres.url(OWNER, DATABASE));
}

/// Its first process was killed alone; one that is in the middle of a statement does not notice.
#[test]
fn what_is_left_of_a_server_is_stopped_too() {
    let dir = temp();
    let home = dir.path().join("pg");
    let mut other = Other::start(&home);
    fill(&other.url);
    let pid = postmaster(&other.data);
    let url = other.url.clone();
    let busy = std::thread::spawn(move || try_sql(&url, "select sum(n)::text from generate_series(1, 100000000000) n"));
    let at_work = || sql(&other.url, "select pid::text from pg_stat_activity where query like 'select sum%'");
    let mut backend = None;
    eventually("it is at work", || {
        backend = at_work().first().and_then(|pid| pid.parse().ok());
        backend.is_some()
    });
    let backend: i32 = backend.unwrap();
    kill_now(pid);
    other.kill();
    assert!(lives(backend));

    let postgres = Postgres::start(&Options::new(&home)).unwrap();
    assert!(!lives(backend));
    assert!(busy.join().unwrap().is_err());
    assert_filled(&postgres.url(OWNER, DATABASE));
}

/// After a crash the number in `postmaster.pid` may belong to anybody: to a live stranger, or to a dead process that
/// nobody has buried. Neither is the server, and neither is touched.
#[test]
fn a_number_that_is_taken_by_a_stranger_is_no_server() {
    let dir = temp();
    let home = dir.path().join("pg");
    let mut other = Other::start(&home);
    fill(&other.url);
    let pid = postmaster(&other.data);
    kill_now(pid);
    other.kill();
    eventually("the server is gone", || processes(&home.display().to_string()).is_empty());

    let mut stranger = Command::new("sleep").arg("1000").spawn().unwrap();
    let mut unburied = Command::new("true").spawn().unwrap();
    let unburied_id = unburied.id().cast_signed();
    eventually("it is dead", || !lives(unburied_id));
    let file = other.data.join("postmaster.pid");
    for taken in [stranger.id().cast_signed(), unburied_id] {
        let left = format!("{taken}\n{}\n1700000000\n5432\n\n\n  1234567  0\nready   \n", other.data.display());
        fs::write(&file, left).unwrap();
        let postgres = Postgres::start(&Options::new(&home)).unwrap();
        assert_filled(&postgres.url(OWNER, DATABASE));
    }
    assert!(stranger.try_wait().unwrap().is_none(), "left alone");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    unburied.wait().unwrap();
}
