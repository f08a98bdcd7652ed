//! The program as it is started: what it prints, and what it says when it cannot go on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::{
    net::TcpListener,
    process::{Command, Output},
};

use usher_tests::World;

/// Runs the program to its end, with nothing of ours in its environment.
fn usher(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_usher"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("USHER_") || name.starts_with("PG")) {
        command.env_remove(name);
    }
    let folder = tempfile::tempdir().unwrap();
    command.env_remove("DATABASE_URL").current_dir(folder.path()).args(arguments).output().unwrap()
}

/// What it says as it fails.
fn failure(arguments: &[&str]) -> String {
    let output = usher(arguments);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = usher(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_database_out_of_reach_is_told_by_its_address_and_never_with_the_password() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (address, advice) in [
        (format!("{free}/shop"), "Is Postgres running there"),
        ("no-such.invalid:5432/shop".to_owned(), "DATABASE_URL"),
    ] {
        let url = format!("postgres://ada:s3cret@{address}");
        for command in ["serve", "migrate", "demo"] {
            let said = failure(&[command, "--bind", "127.0.0.1:0", "--database-url", &url]);
            assert!(said.contains(&address) && said.contains(advice), "{command}: {said}");
            assert!(!said.contains("s3cret"), "{command}: {said}");
        }
    }
    let said = failure(&["migrate", "--database-url", "mysql//ada:s3cret@host"]);
    assert!(said.contains("DATABASE_URL") && !said.contains("s3cret"), "{said}");
}

#[test]
fn an_address_that_cannot_be_listened_on_is_told_before_anything_is_started() {
    for bad in ["nonsense", "127.0.0.1", "127.0.0.1:99999"] {
        let said = failure(&["--bind", bad]);
        assert!(said.contains("--bind") && said.contains(bad), "{said}");
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = failure(&["serve", "--bind", &address]);
    assert!(said.contains(&address) && said.contains("choose another with --bind"), "{said}");
}

#[test]
fn help_lists_every_command_and_where_settings_come_from() {
    let help = printed(&["--help"]);
    for word in ["serve", "migrate", "demo", "openapi", "DATABASE_URL", "USHER_BIND", "USHER_SESSION_DAYS"] {
        assert!(help.contains(word), "{word}: {help}");
    }
}

#[test]
fn the_contract_that_is_printed_is_the_one_that_is_committed() {
    let committed = include_str!("../../../openapi/openapi.json");
    assert!(printed(&["openapi"]) == committed, "openapi/openapi.json is not what the code says: `make openapi`");
}

#[tokio::test]
async fn the_demo_is_loaded_into_an_empty_database_and_into_no_other() {
    let many = "select count(*) from organization_slugs";
    let world = World::start().await;
    let demo = ["demo", "--database-url", &world.database_url()].map(ToOwned::to_owned);
    let demo: Vec<&str> = demo.iter().map(String::as_str).collect();
    let said = printed(&demo);
    assert!(said.contains("The demo is loaded.") && said.contains("olivia@northwind.example"), "{said}");
    assert_eq!(world.look(many).await.as_deref(), Some("3"));
    // The order of ids is the order of creation, which pages rest on.
    let tables = "select string_agg(table_name, ' ') from information_schema.columns
        where table_schema = 'public' and column_name = 'id' and data_type = 'uuid'";
    for table in world.look(tables).await.unwrap().split(' ') {
        let others = format!("select count(*) from {table} where substr(id::text, 15, 1) <> '7'");
        assert_eq!(world.look(&others).await.as_deref(), Some("0"), "{table}");
    }
    assert!(printed(&demo).contains("There are organizations already"));
    assert_eq!(world.look(many).await.as_deref(), Some("3"));

    let world = World::start().await;
    world.organization("helpdesk").await;
    let said = printed(&["demo", "--database-url", &world.database_url()]);
    assert!(said.contains("There are organizations already") && !said.contains("olivia"), "{said}");
    assert_eq!(world.look(many).await.as_deref(), Some("1"));
    let demo_people = "select count(*) from accounts where email like '%northwind.example'";
    assert_eq!(world.look(demo_people).await.as_deref(), Some("0"));
}
