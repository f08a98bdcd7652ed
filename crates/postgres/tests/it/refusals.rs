use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use nix::unistd::geteuid;
use usher_postgres::{DATABASE, OWNER, Options, Postgres, StartError, delete};

use crate::support::{Other, assert_filled, fill, processes, temp, with_postgres};

fn refused(dir: &Path) -> StartError {
    Postgres::start(&Options::new(dir)).map(|_| ()).expect_err("refused")
}

#[test]
fn a_folder_has_one_holder() {
    let dir = temp();
    let home = dir.path().join("pg");
    let other = Other::start(&home);
    let told = refused(&home).to_string();
    assert!(told.starts_with(&format!("already running with pid {}:", other.process.id())), "{told}");
    assert!(delete(&home).is_err());

    let own = dir.path().join("own");
    let postgres = Postgres::start(&Options::new(&own)).unwrap();
    assert!(matches!(refused(&own), StartError::AlreadyRunning { .. }), "this process counts as well");
    postgres.stop();
    Postgres::start(&Options::new(&own)).unwrap();
}

#[test]
fn data_of_another_major_version_is_refused_untouched() {
    let dir = temp();
    let home = dir.path().join("pg");
    let postgres = Postgres::start(&Options::new(&home)).unwrap();
    fill(&postgres.url(OWNER, DATABASE));
    let version = postgres.data_dir().join("PG_VERSION");
    postgres.stop();
    let real = fs::read_to_string(&version).unwrap();
    fs::write(&version, "14\n").unwrap();

    let told = refused(&home).to_string();
    assert!(
        told.contains(&format!("written by PostgreSQL 14, and only PostgreSQL {} was found", real.trim())),
        "{told}"
    );
    for step in ["USHER_PG_BIN=", "pg_dumpall --host=", "mv '", "psql --host=", "rm -r '"] {
        assert!(told.contains(step), "{step} is not in: {told}");
    }

    fs::write(&version, real).unwrap();
    assert_filled(&Postgres::start(&Options::new(&home)).unwrap().url(OWNER, DATABASE));
}

#[test]
fn a_cluster_that_cannot_be_made_leaves_none() {
    let dir = temp();
    let bin = dir.path().join("bin");
    fs::create_dir(&bin).unwrap();
    program(&bin, "postgres", "echo 'postgres (PostgreSQL) 16.3'");
    program(&bin, "initdb", "echo 'initdb: error: could not write file: No space left on device' >&2; exit 1");
    let home = dir.path().join("pg");
    let output = with_postgres().env("USHER_PG_BIN", &bin).arg("--data-dir").arg(&home).args(["--", "true"]).output();
    let told = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(told.contains("making the database in") && told.contains("No space left on device"), "{told}");
    assert!(!home.join("data").exists());
}

#[test]
fn programs_that_do_not_serve_are_refused_with_the_reason() {
    let dir = temp();
    let bin = dir.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let told = || {
        let mut command = with_postgres();
        command.env("USHER_PG_BIN", &bin).arg("--data-dir").arg(dir.path().join("pg")).args(["--", "true"]);
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    assert!(told().contains("but there is no `postgres` in it"), "{}", told());
    program(&bin, "postgres", "echo 'postgres (PostgreSQL) 14.1'");
    assert!(told().contains("but there is no `initdb` in it"), "{}", told());
    program(&bin, "initdb", "exit 1");
    assert!(told().contains("but it holds PostgreSQL 14, and 15 is the oldest that serves"), "{}", told());
}

#[test]
fn a_server_that_ends_while_starting_tells_why() {
    let dir = temp();
    let home = dir.path().join("pg");
    let mut options = Options::new(&home);
    Postgres::start(&options).unwrap().stop();
    options.settings.push(("shared_buffers".to_owned(), "plenty".to_owned()));
    let told = Postgres::start(&options).map(|_| ()).expect_err("refused").to_string();
    assert!(told.contains("invalid value for parameter \"shared_buffers\": \"plenty\""), "{told}");
    assert!(processes(&home.display().to_string()).is_empty(), "nothing is left");
}

/// Anybody may make a folder in the temporary one; whoever owns it would own the socket.
#[test]
fn a_socket_folder_of_somebody_elses_is_not_taken() {
    let dir = temp();
    let deep = dir.path().join("d".repeat(60)).join("e".repeat(60));
    let postgres = Postgres::start(&Options::new(&deep)).unwrap();
    let socket = postgres.socket_dir().to_owned();
    postgres.stop();
    fs::remove_dir(&socket).unwrap();
    symlink(dir.path(), &socket).unwrap();
    let told = refused(&deep).to_string();
    fs::remove_file(&socket).unwrap();
    assert!(told.contains("something of somebody else's is there"), "{told}");

    if geteuid().is_root() {
        fs::create_dir(&socket).unwrap();
        std::os::unix::fs::chown(&socket, Some(12345), None).unwrap();
        let told = refused(&deep).to_string();
        fs::remove_dir(&socket).unwrap();
        assert!(told.contains("something of somebody else's is there"), "{told}");
    }
}

#[test]
fn data_that_became_unreachable_is_told_of_not_replaced() {
    if !geteuid().is_root() {
        return; // for the account's own folders the system says it
    }
    let dir = temp();
    let home = dir.path().join("closed/pg");
    Postgres::start(&Options::new(&home)).unwrap().stop();
    fs::set_permissions(dir.path().join("closed"), Permissions::from_mode(0o700)).unwrap();
    let told = refused(&home).to_string();
    assert!(told.contains("cannot enter") && told.contains("chmod o+x"), "{told}");
    assert!(home.join("data/PG_VERSION").exists());
}

fn program(bin: &Path, name: &str, script: &str) {
    let path = bin.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
}

/// A link of somebody else's leads wherever they want.
#[test]
fn what_somebody_elses_link_leads_to_is_not_deleted() {
    if !geteuid().is_root() {
        return; // only root can make somebody else's link
    }
    let dir = temp();
    let (home, link) = (dir.path().join("pg"), dir.path().join("link"));
    fs::create_dir_all(home.join("data")).unwrap();
    symlink(&home, &link).unwrap();
    std::os::unix::fs::lchown(&link, Some(65_534), Some(65_534)).unwrap();
    let told = delete(&link).expect_err("refused").to_string();
    assert!(told.contains("no folder of this account's"), "{told}");
    assert!(home.join("data").is_dir() && !home.join("lock").exists());
    delete(&home).unwrap();
    assert!(!home.exists());
}
