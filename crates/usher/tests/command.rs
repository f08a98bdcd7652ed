//! The program as it is started: what it prints, and what it says when it cannot go on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    net::TcpListener,
    process::{Command, Output},
};

use serde_json::Value;
use sha2::{Digest, Sha256};
use usher_domain::field::{Section, score, unanswered};
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

#[tokio::test]
async fn the_demo_is_such_as_the_api_would_have_made_it() {
    let (world, files) = (World::start().await, tempfile::tempdir().unwrap());
    printed(&["demo", "--database-url", &world.database_url(), "--files", &files.path().to_string_lossy()]);
    let json = async |query: &str| -> Value {
        let query = format!("select coalesce(json_agg(x), '[]')::text from ({query}) x");
        serde_json::from_str(&world.look(&query).await.unwrap()).unwrap()
    };

    // Its pictures are stored where their rows say, and nothing of them is about to go.
    let stored = json("select org_id || '/' || id as key, encode(sha256, 'hex') as sha256, size from files").await;
    assert_eq!(stored.as_array().unwrap().len(), 7);
    for file in stored.as_array().unwrap() {
        let bytes = std::fs::read(files.path().join(file["key"].as_str().unwrap())).unwrap();
        assert_eq!(file["size"], bytes.len());
        assert_eq!(file["sha256"], Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
    assert_eq!(world.look("select count(*) from file_removals").await.as_deref(), Some("0"));
    let counted = "select bytes = (select sum(size) from files) from storage";
    assert_eq!(world.look(counted).await.as_deref(), Some("true"));

    // Its inspections are answered as their forms ask, and come to what the answers give.
    let inspections = json(
        "select f.sections, i.score, i.max_score, i.state,
            (select coalesce(json_object_agg(a.question, a.value), '{}') from inspection_answers a
             where a.org_id = i.org_id and a.inspection_id = i.id) as answers
         from inspections i join inspection_forms f on f.org_id = i.org_id and f.id = i.form_id",
    );
    let mut scores = BTreeSet::new();
    for inspection in inspections.await.as_array().unwrap() {
        let sections: Vec<Section> = serde_json::from_value(inspection["sections"].clone()).unwrap();
        let answers: BTreeMap<String, Value> = serde_json::from_value(inspection["answers"].clone()).unwrap();
        let mut left = answers.clone();
        for question in sections.iter().flat_map(|section| &section.questions) {
            let fits = left.remove(&*question.key).is_none_or(|value| question.check(&value).is_ok());
            assert!(fits, "{:?}: {answers:?}", question.key);
        }
        assert_eq!(left, BTreeMap::new(), "asked for by no question");
        if inspection["state"] == "submitted" {
            assert!(unanswered(&sections, &answers).is_empty());
            let score = score(&sections, &answers);
            assert_eq!(
                (inspection["score"].as_i64(), inspection["max_score"].as_i64()),
                (Some(score.points.into()), Some(score.of.into()))
            );
            scores.insert(score.points);
        }
    }
    assert!(scores.len() > 3, "{scores:?}");
}
