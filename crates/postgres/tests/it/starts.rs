use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::str::FromStr;

use nix::unistd::{geteuid, getpgrp};
use sqlx::postgres::PgConnectOptions;
use usher_postgres::{DATABASE, OWNER, Options, Postgres, delete};

use crate::support::{assert_filled, fill, lives, postmaster, sql, status, temp, temp_in, try_sql};

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

#[test]
fn rows_are_there_again_at_the_next_start() {
    let dir = temp();
    let options = Options::new(dir.path().join("pg"));

    let postgres = Postgres::start(&options).unwrap();
    fill(&postgres.url(OWNER, DATABASE));
    let (pid, data) = (postmaster(postgres.data_dir()), postgres.data_dir().to_owned());
    postgres.stop();
    assert!(!lives(pid) && !data.join("postmaster.pid").exists(), "stopped in order");

    let postgres = Postgres::start(&options).unwrap();
    assert_filled(&postgres.url(OWNER, DATABASE));
    assert!(!data.with_file_name("data.new").exists());
}

#[test]
fn what_is_committed_is_on_disk_and_checked_when_read() {
    let dir = temp();
    let postgres = Postgres::start(&Options::new(dir.path().join("pg"))).unwrap();
    let url = postgres.url(OWNER, DATABASE);
    for setting in ["fsync", "full_page_writes", "synchronous_commit", "data_checksums"] {
        assert_eq!(sql(&url, &format!("show {setting}")), ["on"], "{setting}");
    }
    assert_eq!(sql(&url, "show server_encoding"), ["UTF8"]);
    // Letters beyond ASCII have cases; their order is that of their code points.
    assert_eq!(sql(&url, "select upper('é') || (('Z' < 'a') and ('z' < 'é'))"), ["Étrue"]);
}

#[test]
fn a_server_for_tests_writes_nothing_it_need_not() {
    let dir = temp();
    let options = Options { durable: false, ..Options::new(dir.path().join("pg")) };
    let postgres = Postgres::start(&options).unwrap();
    let url = postgres.url(OWNER, DATABASE);
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        assert_eq!(sql(&url, &format!("show {setting}")), ["off"], "{setting}");
    }
}

#[test]
fn only_the_accounts_own_processes_get_to_the_server() {
    let dir = temp();
    let postgres = Postgres::start(&Options::new(dir.path().join("pg"))).unwrap();
    assert_eq!(sql(&postgres.url(OWNER, DATABASE), "show listen_addresses"), [""]);
    assert_eq!(mode(postgres.socket_dir()), 0o700);
    assert_eq!(mode(postgres.data_dir()), 0o700);
    let owner = postgres.data_dir().metadata().unwrap().uid();
    assert_eq!(postgres.socket_dir().metadata().unwrap().uid(), owner);
    let text = fs::read_to_string(postgres.data_dir().join("postmaster.pid")).unwrap();
    assert_eq!(text.lines().nth(5), Some(""), "no network address");
}

#[test]
fn the_server_is_never_root_and_in_a_process_group_of_its_own() {
    let dir = temp();
    let postgres = Postgres::start(&Options::new(dir.path().join("pg"))).unwrap();
    let pid = postmaster(postgres.data_dir());
    for field in ["Uid", "Gid"] {
        assert!(status(pid, field).split_whitespace().all(|id| id != "0"), "{field}");
    }
    let groups = status(pid, "Groups");
    assert!(!geteuid().is_root() || groups.split_whitespace().all(|id| id != "0"), "root's groups: {groups}");
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let group: i32 = stat.rsplit(')').next().unwrap().split_whitespace().nth(2).unwrap().parse().unwrap();
    assert_eq!(group, pid);
    assert_ne!(group, getpgrp().as_raw());
}

#[test]
fn a_path_with_anything_in_it_serves() {
    let dir = temp();
    let postgres = Postgres::start(&Options::new(dir.path().join("my files' & 50% [é]"))).unwrap();
    let url = postgres.url(OWNER, DATABASE);
    assert_eq!(sql(&url, "select current_user || '@' || current_database()"), ["usher@usher"]);
    let options = PgConnectOptions::from_str(&url).unwrap();
    assert_eq!(options.get_socket().map(|path| path.as_path()), Some(postgres.socket_dir()));
}

#[test]
fn a_path_too_long_for_a_socket_gets_one_elsewhere() {
    let dir = temp();
    let deep = dir.path().join("d".repeat(60)).join("e".repeat(60));
    let postgres = Postgres::start(&Options::new(&deep)).unwrap();
    assert_eq!(sql(&postgres.url(OWNER, DATABASE), "select 'here'"), ["here"]);
    let socket = postgres.socket_dir().to_owned();
    assert!(!socket.starts_with(&deep) && socket.as_os_str().len() < 80, "{socket:?}");
    assert_eq!(mode(&socket), 0o700);
    postgres.stop();
    delete(&deep).unwrap();
    assert!(!socket.exists() && !deep.exists());
}

#[test]
fn settings_can_be_given_and_the_operators_own_win() {
    let dir = temp();
    let home = dir.path().join("pg");
    let mut options = Options::new(&home);
    options.settings.push(("work_mem".to_owned(), "5MB".to_owned()));
    let postgres = Postgres::start(&options).unwrap();
    let url = postgres.url(OWNER, DATABASE);
    assert_eq!(sql(&url, "show work_mem"), ["5MB"]);
    assert_eq!(sql(&url, "show jit"), ["off"]);
    postgres.stop();

    fs::write(home.join("local.conf"), "work_mem = '7MB'\nlisten_addresses = '*'\n").unwrap();
    let postgres = Postgres::start(&options).unwrap();
    let url = postgres.url(OWNER, DATABASE);
    assert_eq!(sql(&url, "show work_mem"), ["7MB"]);
    assert_eq!(sql(&url, "show listen_addresses"), [""], "who gets in is not a setting");
}

#[test]
fn what_the_server_says_is_in_its_log() {
    let dir = temp();
    let postgres = Postgres::start(&Options::new(dir.path().join("pg"))).unwrap();
    let url = postgres.url(OWNER, DATABASE);
    sql(&url, "do $$ begin raise warning 'the kettle boils'; end $$");
    let log = postgres.log_file().to_owned();
    postgres.stop();
    assert!(fs::read_to_string(&log).unwrap().contains("WARNING:  the kettle boils"));
    assert_eq!(mode(&log), 0o600);
}

#[test]
fn the_log_holds_no_value_of_a_row() {
    let dir = temp();
    let postgres = Postgres::start(&Options::new(dir.path().join("pg"))).unwrap();
    let url = postgres.url(OWNER, DATABASE);
    sql(&url, "create table people (email text primary key)");
    // The address is put together, so that it does not stand in the statement, which is logged.
    let insert = "insert into people select 'ada@' || 'example.org'";
    sql(&url, insert);
    try_sql(&url, insert).unwrap_err();
    let log = postgres.log_file().to_owned();
    postgres.stop();
    let log = fs::read_to_string(&log).unwrap();
    assert!(log.contains("people_pkey") && !log.contains("ada@example.org"), "{log}");
}

#[test]
fn half_a_cluster_is_never_taken_for_one() {
    let dir = temp();
    let home = dir.path().join("pg");
    fs::create_dir_all(home.join("data.new/base")).unwrap();
    fs::write(home.join("data.new/PG_VERSION"), "15\n").unwrap();
    let postgres = Postgres::start(&Options::new(&home)).unwrap();
    assert_eq!(sql(&postgres.url(OWNER, DATABASE), "select 'whole'"), ["whole"]);
    assert!(!home.join("data.new").exists());
}

/// Root's home is closed to every other account, and Postgres must not be root: a project there has to work.
#[test]
fn a_folder_closed_to_the_servers_account_works_all_the_same() {
    let closed = temp_in(&std::env::temp_dir(), 0o700);
    let home = closed.path().join("project/.usher/postgres");
    let options = Options::new(&home);
    let postgres = Postgres::start(&options).unwrap();
    fill(&postgres.url(OWNER, DATABASE));
    let data = postgres.data_dir().to_owned();
    assert_eq!(data.starts_with(closed.path()), !geteuid().is_root(), "{data:?}");
    postgres.stop();

    // The link is followed, and kept.
    let postgres = Postgres::start(&options).unwrap();
    assert_filled(&postgres.url(OWNER, DATABASE));
    assert_eq!(postgres.data_dir(), data);
    assert_eq!(home.is_symlink(), geteuid().is_root());
    postgres.stop();

    delete(&home).unwrap();
    assert!(!home.is_symlink() && !home.exists() && !data.exists());
}

/// Who deletes the link wants an empty database, not the old rows back.
#[test]
fn deleting_the_link_to_data_elsewhere_begins_anew() {
    if !geteuid().is_root() {
        return; // only root's data is ever elsewhere
    }
    let closed = temp_in(&std::env::temp_dir(), 0o700);
    let home = closed.path().join("pg");
    let first = Postgres::start(&Options::new(&home)).unwrap();
    fill(&first.url(OWNER, DATABASE));
    let old = first.data_dir().parent().unwrap().to_owned();
    first.stop();
    fs::remove_file(&home).unwrap();

    let second = Postgres::start(&Options::new(&home)).unwrap();
    let tables = "select count(*)::text from pg_tables where schemaname = 'public'";
    assert_eq!(sql(&second.url(OWNER, DATABASE), tables), ["0"]);
    second.stop();
    delete(&home).unwrap();
    delete(&old).unwrap();
}
