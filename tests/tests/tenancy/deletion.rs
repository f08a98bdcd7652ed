//! Organizations come to an end, to the last row; and are walled off from others until then.

use sqlx::{AssertSqlSafe, PgConnection, Row};
use usher_tests::{Organization, Person, Value, World, json};
use uuid::Uuid;

/// VK-38, VK-39.
#[tokio::test]
async fn vk_38_only_the_owner_deletes_an_organization_and_vk_39_not_without_confirming() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let confirmed = format!("{}?confirm={}", org.path, org.slug);
    for role in ["admin", "member"] {
        let person = world.member(&org, role).await;
        let problem = person.delete(&confirmed).await.problem(403, "forbidden");
        assert_eq!(problem["permission"], "organization.delete");
    }
    for unconfirmed in [
        "",
        "?confirm=",
        "?confirm=yes",
        &format!("?confirm={}", org.id),
        &format!("?confirm={}", org.slug.to_uppercase()),
    ] {
        org.owner.delete(&format!("{}{unconfirmed}", org.path)).await.names(422, "confirm");
    }
    let stale = org.owner.request(reqwest::Method::DELETE, &confirmed).header("if-match", "\"99\"");
    org.owner.send(stale).await.problem(412, "stale");
    org.owner.get(&org.path).await.is(200);
    org.owner.delete(&confirmed).await.is(204);
    org.owner.delete(&confirmed).await.problem(404, "not_found");
    org.owner.get(&org.path).await.problem(404, "not_found");
}

/// The columns of type uuid that hold an id, as `table.column`.
async fn holders(connection: &mut PgConnection, id: &str) -> Vec<String> {
    let columns = "select table_name::text, column_name::text from information_schema.columns
        where table_schema = 'public' and udt_name in ('uuid', '_uuid') order by 1, 2";
    let mut found = Vec::new();
    for row in sqlx::query(columns).fetch_all(&mut *connection).await.unwrap() {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        let sql =
            format!("select exists (select 1 from {table} t where to_jsonb(t) -> '{column}' @> to_jsonb($1::text))");
        if sqlx::query_scalar(AssertSqlSafe(sql)).bind(id).fetch_one(&mut *connection).await.unwrap() {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

/// An organization with something in every corner that this test can reach.
async fn lived_in(world: &World) -> (Organization, Person) {
    let org = world.organization("helpdesk").await;
    let member = world.member(&org, "member").await;
    let invitation = json!({"email": "grace@example.org", "role": "member"});
    let request = org.owner.request(reqwest::Method::POST, &format!("{}/invitations", org.path));
    org.owner.send(request.header("idempotency-key", "k").json(&invitation)).await.is(201);
    member.put("/v1/me/active-organization", json!({"organization": org.id})).await.is(200);
    let id: Uuid = org.id.parse().unwrap();
    let sql = "with t as (insert into teams (org_id, id, name) values ($1, gen_random_uuid(), 'One') returning id)
        insert into role_assignments (org_id, id, member_id, role, team_id)
        select $1, gen_random_uuid(), $2, 'member', id from t";
    let member_id: Uuid = member.id.parse().unwrap();
    sqlx::query(sql).bind(id).bind(member_id).execute(&mut world.owner_connection().await).await.unwrap();
    org.role("team", "helper", &[]).await;
    org.owner.post(&format!("{}/personal-tokens", org.path), json!({"name": "Script"})).await.is(201);
    super::service_token(&org, &org.owner, &["member"], None).await;
    let used =
        "insert into assignment_use (org_id, assignment_id) select org_id, id from role_assignments where org_id = ";
    world.arrange(&format!("{used}'{id}'")).await;
    let proxy = "insert into proxies (org_id, principal_id, proxy_id) values ";
    world.arrange(&format!("{proxy} ('{id}', '{}', '{}')", member.id, org.owner.id)).await;
    let desk = format!("{}/desk", org.path);
    let template = org.owner.get(&format!("{desk}/templates")).await.ids().remove(0);
    let website = org.owner.get(&format!("{desk}/websites")).await.ids().remove(0);
    let team = org.owner.get(&format!("{}/teams", org.path)).await.ids().remove(0);
    world.show_template(&org, &template, &team).await;
    world.link_website(&org, &website, &team).await;
    let mut tickets = Vec::new();
    for subject in ["One", "Another", "Merged"] {
        let body = json!({"subject": subject, "team_id": team, "website_id": website});
        let ticket = org.owner.post(&format!("{desk}/tickets"), body).await.is(201);
        tickets.push(format!("{desk}/tickets/{}", ticket["id"].as_str().unwrap()));
    }
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    org.owner.post(&format!("{}/replies", tickets[0]), json!({"body": "Hello"})).await.is(201);
    org.owner.post(&format!("{}/assign", tickets[0]), json!({"assignee_id": member.id})).await.is(200);
    let link = json!({"ticket": id(&tickets[1]), "kind": "related"});
    org.owner.post(&format!("{}/links", tickets[0]), link).await.is(201);
    let queue = world.inbox(&org).await;
    world
        .arrange(&format!(
            "insert into mailboxes (org_id, id, name, queue_id) values ('{0}', gen_random_uuid(), 'In', '{queue}');
             insert into ticket_participants (org_id, ticket_id, member_id) values ('{0}', '{1}', '{2}');
             update tickets set merged = true, merged_into = '{1}' where org_id = '{0}' and id = '{3}';
             insert into member_activity (org_id, member_id) values ('{0}', '{2}') on conflict do nothing;
             insert into inspection_forms (org_id, id, sections) values ('{0}', '{0}', '[]');
             insert into inspection_templates (org_id, id, team_id, name, form_id) values ('{0}', '{0}', '{team}', 'One', '{0}');
             insert into sites (org_id, id, team_id, name) values ('{0}', '{0}', '{team}', 'One');
             insert into inspections (org_id, id, title, team_id, site_id, template_id, form_id, state, score, max_score,
                submitted_at, team_name)
                values ('{0}', '{0}', 'One', '{team}', '{0}', '{0}', '{0}', 'submitted', 1, 1, now(), 'A');
             insert into inspection_assignees (org_id, inspection_id, member_id) values ('{0}', '{0}', '{2}');
             insert into inspection_answers (org_id, inspection_id, question, version) values ('{0}', '{0}', 'one', 2);
             insert into deleted_ids (org_id, id, created_by) values ('{0}', gen_random_uuid(), '{2}')",
            org.id,
            id(&tickets[0]),
            member.id,
            id(&tickets[2])
        ))
        .await;
    files(world, &org, &team).await;
    (org, member)
}

/// A photo of an inspection, in an organization whose access model has none, and what its branding is.
async fn files(world: &World, org: &Organization, team: &str) {
    let (form, inspection, file) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let org = &org.id;
    world
        .arrange(&format!(
            "insert into inspection_forms (org_id, id, sections) values ('{org}', '{form}', '[]');
             insert into inspections (org_id, id, title, team_id, form_id)
                values ('{org}', '{inspection}', 'One', '{team}', '{form}');
             insert into files (org_id, id, sha256, content_type, size)
                values ('{org}', '{file}', sha256('one'), 'image/png', 3);
             insert into storage (org_id, bytes) values ('{org}', 3);
             insert into inspection_photos (org_id, id, inspection_id, file_id)
                values ('{org}', gen_random_uuid(), '{inspection}', '{file}');
             insert into branding (org_id, logo_id) values ('{org}', '{file}')"
        ))
        .await;
}

/// The tables that have a column for the organization, as `table.column`.
async fn tenant_tables(connection: &mut PgConnection) -> Vec<String> {
    let columns = "select table_name || '.org_id' from information_schema.columns
        where table_schema = 'public' and column_name = 'org_id' order by 1";
    sqlx::query(columns).fetch_all(connection).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn vk_38_a_deleted_organization_leaves_nothing_and_its_members_keep_their_accounts() {
    let world = World::start().await;
    let (org, member) = lived_in(&world).await;
    let other = world.organization("helpdesk").await;
    world.join(&other, &member, "admin").await;
    let mut owner = world.owner_connection().await;
    let before = holders(&mut owner, &org.id).await;
    let mut columns = tenant_tables(&mut owner).await;
    assert!(columns.len() > 20, "{columns:?}");
    columns.extend(["accounts.active_org_id", "accounts.service_of", "organizations.id"].map(str::to_owned));
    for column in columns {
        assert!(before.contains(&column), "{column} should hold it before: {before:?}");
    }
    org.owner.delete(&format!("{}?confirm={}", org.path, org.slug)).await.is(204);
    assert_eq!(holders(&mut owner, &org.id).await, Vec::<String>::new());

    for person in [&org.owner, &member] {
        person.get("/v1/me").await.is(200);
        world.sign_in(&person.email).await;
    }
    assert_eq!(member.get("/v1/me").await.is(200)["active_organization_id"], Value::Null);
    assert_eq!(member.get("/v1/organizations").await.ids().len(), 1, "the other organization is untouched");
    assert!(org.owner.get("/v1/organizations").await.ids().is_empty());
    // Its slug is free again.
    other
        .owner
        .post("/v1/organizations", json!({"name": "Acme", "slug": org.slug, "access_model": "helpdesk"}))
        .await
        .is(201);
}

#[tokio::test]
async fn vk_43_every_path_of_an_organization_is_404_to_others_and_401_to_nobody() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let outsider = world.organization("helpdesk").await.owner;
    let contract = usher_api::document();
    let mut asked = 0;
    for (path, operations) in contract["paths"].as_object().unwrap() {
        if !path.starts_with("/v1/organizations/{organization}") {
            continue;
        }
        for (method, operation) in operations.as_object().unwrap() {
            if !["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                continue;
            }
            let method = reqwest::Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            for name in [&org.id, &org.slug] {
                let mut concrete = path.replace("{organization}", name);
                while let (Some(start), Some(end)) = (concrete.find('{'), concrete.find('}')) {
                    concrete.replace_range(start..=end, &Uuid::now_v7().to_string());
                }
                // What a request must say is looked at before the organization.
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                for it in parameters.filter(|it| it["in"] == "query" && it["required"] == true) {
                    concrete += &format!("?{}={}", it["name"].as_str().unwrap(), it["example"].as_str().unwrap());
                }
                let ask = |person: &Person| {
                    let request = person.request(method.clone(), &concrete).header("if-match", "\"1\"");
                    if operation.get("requestBody").is_some() { request.json(&json!({})) } else { request }
                };
                let answer = outsider.send(ask(&outsider)).await;
                assert_eq!(
                    (answer.status, answer.body["code"].as_str()),
                    (404, Some("not_found")),
                    "{}",
                    answer.request
                );
                let nobody = world.nobody();
                nobody.send(ask(&nobody)).await.problem(401, "token_missing");
                asked += 1;
            }
        }
    }
    assert!(asked >= 14, "{asked}");
    org.owner.get(&org.path).await.is(200);
}
