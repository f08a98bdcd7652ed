//! Making a cluster, and its settings.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt;
use std::process::{Command, Stdio};

use crate::account::Account;
use crate::guard::Guard;
use crate::home::Home;
use crate::programs::Programs;
use crate::{DATABASE, OWNER, Options, StartError};

/// What kinds of letters there are is Unicode's, under the name that each system has for that. Their order is that of
/// the code points on every machine: an upgrade of a system library cannot quietly break an index.
const LETTERS: [&str; 2] = ["C.UTF-8", "en_US.UTF-8"];

/// Makes a cluster with the owner's role and database in it, whole or not at all: it takes its place by a rename.
pub(crate) fn make(programs: &Programs, account: &Account, home: &Home, durable: bool) -> Result<(), StartError> {
    let mut output = String::new();
    for letters in LETTERS {
        empty(account, home).map_err(StartError::io("make the folder", &home.new))?;
        match attempt(programs, account, home, durable, letters) {
            Ok(()) => return put_in_place(home).map_err(StartError::io("put in its place", &home.data)),
            Err(said) => output = said,
        }
        if !output.contains("locale") {
            break;
        }
    }
    Err(StartError::Make { dir: home.new.clone(), output })
}

/// An empty folder of the account's. An attempt that was cut short may have left something in it.
fn empty(account: &Account, home: &Home) -> io::Result<()> {
    match fs::remove_dir_all(&home.new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    DirBuilder::new().mode(0o700).create(&home.new)?;
    account.give(&home.new)
}

fn put_in_place(home: &Home) -> io::Result<()> {
    fs::rename(&home.new, &home.data)?;
    home.data.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

fn attempt(programs: &Programs, account: &Account, home: &Home, durable: bool, letters: &str) -> Result<(), String> {
    let mut initdb = account.command(programs.path("initdb"));
    initdb.arg("--pgdata").arg(&home.new).args(["--username", OWNER, "--encoding", "UTF8"]);
    // Trust, since whoever can reach the socket at all is the account itself, or root.
    initdb.args(["--auth", "trust", "--locale", "C", "--lc-ctype", letters]);
    initdb.args(if durable { ["--data-checksums"].as_slice() } else { &["--no-sync"] });
    run(&mut initdb, "", account)?;

    // A server without clients, fed its statements directly: no client program is needed, which not every installation
    // has, and the database is there before anybody can connect.
    let mut single = account.command(programs.path("postgres"));
    single.arg("--single").arg("-D").arg(&home.new).args(["-c", "exit_on_error=on"]);
    single.args(if durable { [].as_slice() } else { &["-F"] }).arg("template1");
    run(&mut single, &format!("CREATE DATABASE {DATABASE};\n"), account)
}

/// Runs a program to its end; if it fails, returns what it said.
fn run(command: &mut Command, input: &str, account: &Account) -> Result<(), String> {
    let wrong = |error: io::Error| error.to_string();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", command.get_program().to_string_lossy()))?;
    let _guard = Guard::over(&format!("-{}", child.id()), "KILL", account).map_err(wrong)?;
    // Where the program ended without reading it, its exit status tells more than the broken pipe.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().map_err(wrong)?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).trim().to_owned()),
    }
}

/// Writes the settings, anew at every start: they are this version's of the program, not those of the one that made
/// the cluster.
pub(crate) fn configure(home: &Home, options: &Options) -> Result<(), StartError> {
    let mut text = "# Written at every start. Settings of your own go in `local.conf` beside this file.\n".to_owned();
    let ours = [
        ("max_connections", "100"),
        ("shared_buffers", "256MB"),
        ("random_page_cost", "1.1"),
        ("jit", "off"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("log_min_messages", "warning"),
        ("log_line_prefix", "%m [%p] "),
        // What stands beside a message holds values of rows: people's addresses.
        ("log_error_verbosity", "terse"),
    ];
    let durability = match options.durable {
        true => [("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "on")],
        false => [("fsync", "off"), ("full_page_writes", "off"), ("synchronous_commit", "off")],
    };
    let theirs = options.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in ours.into_iter().chain(durability).chain(theirs) {
        let _ = writeln!(text, "{name} = '{}'", value.replace('\'', "''"));
    }
    // Only where it is there: Postgres remarks on one that is not, twice at every start.
    if home.conf.with_file_name("local.conf").exists() {
        text.push_str("include 'local.conf'\n");
    }
    fs::write(&home.conf, text).map_err(StartError::io("write", &home.conf))
}
