//! Tickets as a table.

use usher_tests::{World, json};

use super::ticket;

#[tokio::test]
async fn an_exported_file_holds_no_formula() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    ticket(&org.owner, &org, json!({"subject": "=1+1", "requester": {"name": "@SUM(A1), \"x\""}})).await;
    let file = org.owner.get(&format!("{}/desk/tickets/export", org.path)).await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let text = file.is(200);
    let row = text.as_str().unwrap().lines().nth(1).unwrap().to_owned();
    assert!(row.contains(",'=1+1,") && row.contains(",\"'@SUM(A1), \"\"x\"\"\","), "{row}");
}

/// Ten thousand rows are made in memory: what is not in the file is not read for it.
#[tokio::test]
async fn an_export_reads_what_the_file_holds_and_no_long_texts() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    ticket(&org.owner, &org, json!({"description": "long"})).await;
    let path = format!("{}/desk/tickets/export", org.path);
    let whole = org.owner.get(&path).await.is(200);
    let columns =
        "select string_agg(attname, ', ') from pg_attribute where attrelid = 'tickets'::regclass and attnum > 0
        and not attisdropped and attname not in ('description', 'answers')";
    let columns = world.look(columns).await.unwrap();
    let mut owner = world.owner_connection().await;
    for statement in
        ["revoke select on tickets from usher_app", &format!("grant select ({columns}) on tickets to usher_app")]
    {
        sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut owner).await.unwrap();
    }
    assert_eq!(org.owner.get(&path).await.is(200), whole);
}
