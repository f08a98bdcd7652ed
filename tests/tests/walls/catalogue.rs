//! The schema, held to its rules by reading Postgres' own catalogue: a table that is added and breaks one fails here.

use sqlx::{Connection, PgConnection, Row};
use usher_tests::{World, json};

/// What stands outside the tenants, and why.
const OUTSIDE: [&str; 11] = [
    "_sqlx_migrations",   // the schema's own history
    "accounts",           // a person is the same in every organization
    "sessions",           // of an account
    "refresh_tokens",     // of a session
    "signing_keys",       // of the server
    "idempotency_keys",   // of an account; bears org_id so that it goes with the organization
    "organization_slugs", // what finds a tenant, before there is one
    "outgoing_mail",      // a job; bears org_id so that it goes with the organization
    "recent_mail",        // what bounds it, swept after a day in all organizations at once
    "plans",              // the price list
    "file_removals",      // keys of objects that are to go: outlives the tenant whose they were
];

async fn names(connection: &mut PgConnection, sql: &'static str) -> Vec<String> {
    sqlx::query(sql).fetch_all(connection).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn every_table_is_a_tenant_table_or_known_to_stand_outside() {
    let world = World::start().await;
    let mut owner = world.owner_connection().await;
    let tables =
        names(&mut owner, "select tablename::text from pg_tables where schemaname = 'public' order by 1").await;
    let tenant = names(
        &mut owner,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind = 'r' and c.relrowsecurity and c.relforcerowsecurity
           and exists (select 1 from pg_policy p where p.polrelid = c.oid) order by 1",
    )
    .await;
    for table in &tables {
        let outside = OUTSIDE.contains(&table.as_str());
        assert_ne!(tenant.contains(table), outside, "{table} must be walled in, or listed as standing outside");
    }
    assert!(OUTSIDE.iter().all(|table| tables.iter().any(|name| name == table)), "a stale exemption");
}

#[tokio::test]
async fn every_tenant_table_is_keyed_by_its_organization() {
    let world = World::start().await;
    let mut owner = world.owner_connection().await;
    let astray = names(
        &mut owner,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind = 'r' and c.relrowsecurity and c.relname <> 'organizations'
           and not exists (
               select 1 from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
               where i.indrelid = c.oid and i.indisprimary and a.attname = 'org_id' and a.attnotnull)",
    )
    .await;
    assert!(astray.is_empty(), "the primary key must begin with org_id: {astray:?}");
}

#[tokio::test]
async fn every_reference_to_a_tenant_table_carries_the_organization() {
    let world = World::start().await;
    let mut owner = world.owner_connection().await;
    let astray = names(
        &mut owner,
        "select f.conrelid::regclass || ' -> ' || f.confrelid::regclass from pg_constraint f
         join pg_class target on target.oid = f.confrelid
         where f.contype = 'f' and target.relrowsecurity and target.relname <> 'organizations'
           and not exists (
               select 1 from unnest(f.conkey, f.confkey) as k (mine, theirs)
               join pg_attribute m on m.attrelid = f.conrelid and m.attnum = k.mine
               join pg_attribute t on t.attrelid = f.confrelid and t.attnum = k.theirs
               where m.attname = 'org_id' and t.attname = 'org_id')",
    )
    .await;
    assert!(astray.is_empty(), "a reference could cross tenants: {astray:?}");
}

#[tokio::test]
async fn every_reference_is_indexed() {
    let world = World::start().await;
    let mut owner = world.owner_connection().await;
    // An index whose first columns are those of the reference, in whatever order: what a delete above would look through.
    let astray = names(
        &mut owner,
        "select f.conrelid::regclass || ' ' || f.conname from pg_constraint f
         where f.contype = 'f' and not exists (
             select 1 from pg_index i where i.indrelid = f.conrelid
               and (select array_agg(k order by k) from unnest((i.indkey::int2[])[0:cardinality(f.conkey) - 1]) k)
                 = (select array_agg(k order by k) from unnest(f.conkey) k))",
    )
    .await;
    assert!(astray.is_empty(), "a reference without an index: {astray:#?}");
}

#[tokio::test]
async fn the_application_owns_nothing_and_sees_nothing_without_a_tenant() {
    let world = World::start().await;
    for model in ["helpdesk", "queues"] {
        let org = world.organization(model).await;
        org.owner.get(&org.path).await.is(200);
    }
    let mut app = PgConnection::connect(&world.database_url()).await.unwrap();
    sqlx::query("set role usher_app").execute(&mut app).await.unwrap();
    let owned = names(&mut app, "select tablename::text from pg_tables where tableowner = current_user").await;
    assert!(owned.is_empty(), "{owned:?}");
    let tenant = names(&mut app, "select relname::text from pg_class where relrowsecurity order by 1").await;
    assert!(tenant.len() > 15, "{tenant:?}");
    let organizations = ["", "00000000-0000-7000-8000-000000000000"];
    for table in tenant {
        for organization in organizations {
            sqlx::query("select set_config('app.org_id', $1, false)")
                .bind(organization)
                .execute(&mut app)
                .await
                .unwrap();
            let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
                .fetch_one(&mut app)
                .await
                .unwrap();
            assert_eq!(rows, 0, "{table} shows rows to nobody in particular");
        }
    }
    let walls_down = sqlx::query("alter table tickets disable row level security").execute(&mut app).await;
    assert!(walls_down.is_err(), "the application could take its walls down");
}

/// With an account and no tenant the application reads the account's memberships, and writes nothing.
#[tokio::test]
async fn who_is_only_a_member_of_it_writes_no_organization() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let mut app = PgConnection::connect(&world.database_url()).await.unwrap();
    sqlx::query("set role usher_app").execute(&mut app).await.unwrap();
    sqlx::query("begin").execute(&mut app).await.unwrap();
    sqlx::query("select act_as($1::uuid)").bind(&org.owner.id).execute(&mut app).await.unwrap();
    for table in ["organizations", "members", "role_assignments"] {
        let sql = |verb: &str| sqlx::AssertSqlSafe(verb.replace("{}", table));
        let rows: i64 = sqlx::query_scalar(sql("select count(*) from {}")).fetch_one(&mut app).await.unwrap();
        assert_eq!(rows, 1, "{table}");
        let column = if table == "role_assignments" { "role" } else { "version" };
        for statement in ["delete from {}".to_owned(), format!("update {{}} set {column} = {column}")] {
            let touched = sqlx::query(sql(&statement)).execute(&mut app).await.unwrap().rows_affected();
            assert_eq!(touched, 0, "{statement}: {table}");
        }
    }
    org.owner.get(&org.path).await.is(200);
}

/// What the application may write is what it has a reason to write.
#[tokio::test]
async fn the_price_list_and_the_schemas_history_are_not_the_applications_to_write() {
    let world = World::start().await;
    let mut owner = world.owner_connection().await;
    let written = names(
        &mut owner,
        "select c.relname::text || ' ' || p from pg_class c, unnest(array['insert', 'update', 'delete', 'truncate']) p
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and c.relname in ('plans', '_sqlx_migrations') and has_table_privilege('usher_app', c.oid, p) order by 1",
    )
    .await;
    assert!(written.is_empty(), "{written:?}");
    let truncated = names(
        &mut owner,
        "select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and has_table_privilege('usher_app', c.oid, 'truncate')",
    )
    .await;
    assert!(truncated.is_empty(), "row-level security does not hold a truncate: {truncated:?}");
}

#[tokio::test]
async fn within_a_tenant_only_its_rows_are_seen_and_no_other_row_can_be_written() {
    let world = World::start().await;
    let (mine, other) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let mut app = PgConnection::connect(&world.database_url()).await.unwrap();
    sqlx::query("set role usher_app").execute(&mut app).await.unwrap();
    sqlx::query("select set_config('app.org_id', $1, false)").bind(&mine.id).execute(&mut app).await.unwrap();
    for table in ["members", "role_assignments", "templates", "statuses", "queues"] {
        let sql = format!("select distinct org_id::text from {table}");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut app).await.unwrap();
        let seen: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(seen, std::slice::from_ref(&mine.id), "{table}");
    }
    let foreign = sqlx::query("insert into teams (org_id, id, name) values ($1::uuid, gen_random_uuid(), 'x')")
        .bind(&other.id)
        .execute(&mut app)
        .await;
    assert!(foreign.unwrap_err().to_string().contains("row-level security"));
    let moved = sqlx::query("update queues set org_id = $1::uuid").bind(&other.id).execute(&mut app).await;
    assert!(moved.is_err(), "a row could be moved into another tenant");
    other.owner.patch(&other.path, json!({"name": "Still here"})).await.is(200);
}
