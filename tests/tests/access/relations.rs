//! What hangs on how members stand to each other, on settings, and on which of several documents speaks.

use std::collections::BTreeSet;

use usher_tests::{Organization, Person, Value, World, json};

/// Makes somebody another's manager.
async fn managed_by(world: &World, org: &Organization, person: &Person, manager: &Person) {
    let sql = "update members set manager_id = '{manager}' where org_id = '{org}' and id = '{person}'";
    let sql = sql.replace("{manager}", &manager.id).replace("{org}", &org.id).replace("{person}", &person.id);
    world.arrange(&sql).await;
}

async fn listed(person: &Person, org: &Organization) -> BTreeSet<String> {
    person.get(&format!("{}/members", org.path)).await.ids().into_iter().collect()
}

/// What becomes of asking for one permission on members, in their order.
async fn outcomes(person: &Person, org: &Organization, permission: &str, of: &[&Person]) -> Vec<String> {
    let checks: Vec<Value> = of.iter().map(|it| json!({"permission": permission, "resource_id": it.id})).collect();
    let body = person.post(&format!("{}/access/check", org.path), json!({"checks": checks})).await.is(200);
    let results = body["results"].as_array().unwrap();
    results.iter().map(|result| result["outcome"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn to_12_to_10_a_manager_sees_direct_reports_and_nobody_below_them_in_lists_as_in_single_reads() {
    let world = World::start().await;
    let org = world.organization("box_office").await;
    let manager = world.member(&org, "manager").await;
    let [report, below, other] = [
        world.member(&org, "manager").await,
        world.member(&org, "ticket_manager").await,
        world.member(&org, "inventory_manager").await,
    ];
    managed_by(&world, &org, &report, &manager).await;
    managed_by(&world, &org, &below, &report).await;
    let everybody = [&manager, &report, &below, &other, &org.owner];
    for (person, seen) in [
        (&manager, vec![&manager, &report]),
        (&report, vec![&report, &below]),
        (&other, everybody.to_vec()),
        (&org.owner, everybody.to_vec()),
    ] {
        let seen: BTreeSet<String> = seen.iter().map(|it| it.id.clone()).collect();
        assert_eq!(listed(person, &org).await, seen, "{}", person.email);
        for it in everybody {
            let answer = person.get(&format!("{}/members/{}", org.path, it.id)).await;
            assert_eq!(answer.status == 200, seen.contains(&it.id), "{} on {}", person.email, it.email);
        }
    }
    // TO-17: whose manager somebody is, is asked at that moment.
    managed_by(&world, &org, &below, &manager).await;
    assert!(listed(&manager, &org).await.contains(&below.id));
    assert!(!listed(&report, &org).await.contains(&below.id));
    // TO-62: nobody is their own manager.
    let own = format!("update members set manager_id = id where id = '{}'", manager.id);
    let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(own)).execute(&mut world.owner_connection().await).await;
    assert!(refused.unwrap_err().to_string().contains("managed_by_another"));
}

#[tokio::test]
async fn to_47_to_48_who_is_named_acts_for_who_named_them_and_a_super_user_for_anybody_but_their_like() {
    let world = World::start().await;
    let org = world.organization("box_office").await;
    let (second, manager) = (world.member(&org, "super_user").await, world.member(&org, "manager").await);
    let (proxy, plain) = (world.member(&org, "ticket_manager").await, world.member(&org, "employee").await);
    for principal in [&manager, &second] {
        for named in [&proxy, &plain] {
            let sql = "insert into proxies (org_id, principal_id, proxy_id) values";
            world.arrange(&format!("{sql} ('{}', '{}', '{}')", org.id, principal.id, named.id)).await;
        }
    }
    let of = [&manager, &second, &plain];
    // Whoever may may be told so, seeing the member or not.
    assert_eq!(outcomes(&proxy, &org, "proxy.use", &of).await, ["allowed", "allowed", "forbidden"]);
    assert_eq!(outcomes(&plain, &org, "proxy.use", &of).await, ["not_found", "not_found", "forbidden"]);
    assert_eq!(outcomes(&org.owner, &org, "proxy.use", &of).await, ["allowed", "forbidden", "allowed"]);
    // In the suite a super user has not every right, so they take none that they lack from who did not name them.
    let suite = world.organization("suite").await;
    let (user, admin) = (world.member(&suite, "super_user").await, world.member(&suite, "admin").await);
    assert_eq!(outcomes(&user, &suite, "proxy.use", &[&admin, &suite.owner]).await, ["forbidden", "forbidden"]);
    assert_eq!(outcomes(&suite.owner, &suite, "proxy.use", &[&admin, &user]).await, ["allowed", "forbidden"]);
}

#[tokio::test]
async fn to_1_to_2_an_employee_holds_none_one_or_several_roles_and_to_63_somebody_is_a_super_user() {
    let world = World::start().await;
    let org = world.organization("box_office").await;
    let person = world.member(&org, "manager").await;
    let path = format!("{}/members/{}", org.path, person.id);
    let places = async |permission: &str| {
        let check = json!({"checks": [{"permission": permission}]});
        person.post(&format!("{}/access/check", org.path), check).await.is(200)["results"][0]["outcome"].clone()
    };
    for (roles, held, loads) in [
        (json!([]), json!([]), "forbidden"),
        (json!(["employee"]), json!([]), "forbidden"),
        (json!(["ticket_manager", "manager"]), json!(["manager", "ticket_manager"]), "forbidden"),
        (json!(["employee", "inventory_manager"]), json!(["inventory_manager"]), "allowed"),
    ] {
        let member = org.owner.patch(&path, json!({"roles": roles})).await.is(200);
        assert_eq!(member["roles"], held);
        assert_eq!(places("inventory.load").await, loads, "{roles}");
        assert_eq!(places("order.place").await, "allowed", "TO-6: {roles}");
    }
    let everybody = org.owner.get(&format!("{}/members?role=employee", org.path)).await.ids();
    assert_eq!(everybody.len(), 2);
    let own = format!("{}/members/{}", org.path, org.owner.id);
    org.owner.patch(&own, json!({"roles": []})).await.problem(409, "last_holder");
    org.owner.delete(&path).await.is(204);
}

#[tokio::test]
async fn ve_8_ve_9_ve_11_ve_12_members_create_workspaces_where_the_administrator_lets_them() {
    let world = World::start().await;
    let org = world.organization("lab").await;
    let (member, viewer) = (world.member(&org, "member").await, world.member(&org, "viewer").await);
    let may = async |person: &Person| {
        let check = json!({"checks": [{"permission": "workspace.create"}]});
        person.post(&format!("{}/access/check", org.path), check).await.is(200)["results"][0]["allowed"].clone()
    };
    let setting = |value: bool| json!({"members_create_workspaces": value});
    assert_eq!(org.owner.get(&org.path).await.is(200)["members_create_workspaces"], false, "VE-11");
    for (value, members) in [(false, false), (true, true), (false, false)] {
        member.patch(&org.path, setting(value)).await.problem(403, "forbidden");
        viewer.patch(&org.path, setting(value)).await.problem(403, "forbidden");
        let changed = org.owner.patch(&org.path, setting(value)).await.is(200);
        assert_eq!(changed["members_create_workspaces"], value);
        assert_eq!(may(&member).await, members, "VE-8, VE-9");
        assert_eq!(may(&org.owner).await, true, "VE-7");
        assert_eq!(may(&viewer).await, false, "VE-10");
    }
}

#[tokio::test]
async fn an_explanation_names_the_document_that_it_rests_on_and_what_its_readers_should_know() {
    let world = World::start().await;
    let suite = world.organization("suite").await;
    let explain = async |org: &Organization, permission: &str, member: Option<&Person>| {
        let question = match member {
            Some(member) => json!({"permission": permission, "resource_id": member.id}),
            None => json!({"permission": permission}),
        };
        org.owner.post(&format!("{}/access/explain", org.path), json!({"question": question})).await.is(200)
    };
    for (permission, documents) in [
        ("workspace.create", ["lab"].as_slice()),
        ("inventory.load", &["box_office"]),
        ("website.create", &["helpdesk"]),
        ("organization.delete", &["suite", "box_office"]),
    ] {
        let told = explain(&suite, permission, None).await;
        let considered = told["considered"].as_array().unwrap();
        let places: Vec<&str> = considered.iter().filter_map(|it| it["document"].as_str()).collect();
        for place in &places {
            let (file, line) = place.rsplit_once(':').unwrap();
            let key = file.trim_start_matches("crates/policy/models/").trim_end_matches(".md");
            let model = suite.owner.get(&format!("/v1/access-models/{key}")).await.is(200);
            let row = model["document"].as_str().unwrap().lines().nth(line.parse::<usize>().unwrap() - 1).unwrap();
            assert!(row.starts_with(&format!("| {permission} ")), "{place}: {row}");
        }
        let owner = considered.iter().find(|it| it["role"] == "owner").unwrap()["document"].as_str().unwrap();
        assert!(owner.starts_with(&format!("crates/policy/models/{}.md:", documents[0])), "{permission}: {told:#}");
    }
    let told = explain(&suite, "organization.delete", None).await;
    assert!(told["considered"][0]["note"].as_str().unwrap().contains("only its owner"), "{told:#}");
    let field = world.organization("field").await;
    let told = explain(&field, "member.view", Some(&field.owner)).await;
    assert!(told["considered"][0]["note"].as_str().unwrap().contains("a member sees their own"), "{told:#}");
}

/// VX-31: whether an organization role gives content of itself, of which the source says two things: it does for who runs the
/// organization, it does not for a member, and whoever asks why is told so, both ways.
#[tokio::test]
async fn vx_31_an_explanation_says_what_an_organization_role_gives_of_content_and_that_the_source_says_two_things() {
    let world = World::start().await;
    let field = world.field().await;
    let org = &field.organization;
    let path = format!("{}/access/explain", org.path);
    let things = world.field_things(org, &field.team).await;
    let two_things = |considered: &Value| {
        let note = considered["note"].as_str().unwrap_or_else(|| panic!("a note: {considered:#}"));
        for words in [
            "an organization role gives no access to content by itself",
            "it does for owner, super admin and administrator",
        ] {
            assert!(note.contains(words), "{words}: {note}");
        }
    };
    for kind in ["inspection", "site", "inspection_template", "report"] {
        let question = json!({"permission": format!("{kind}.view"), "resource_id": things[kind]});
        for (role, person) in field.everybody() {
            let about = json!({"question": question, "member_id": person.id});
            let told = field.owner().post(&path, about).await.is(200);
            let by_organization =
                told["considered"].as_array().unwrap().iter().find(|it| it["level"] == "organization");
            let by_organization = by_organization.unwrap_or_else(|| panic!("{role} {kind}: {told:#}"));
            two_things(by_organization);
            let runs_it = ["owner", "super_admin", "admin"].contains(&role);
            let (held, when) = if runs_it { (role, json!(["yes"])) } else { ("member", json!([])) };
            assert_eq!((&by_organization["role"], &by_organization["when"]), (&json!(held), &when), "{role} {kind}");
            // A member has what a team gives them, and without a team nothing.
            let of_team = ["team_admin", "full", "limited"].contains(&role)
                || (role == "focused" && kind == "inspection_template");
            assert_eq!(told["allowed"], runs_it || of_team, "{role} {kind}: {told:#}");
            let level = if runs_it { json!("organization") } else { json!("team") };
            let granted = if runs_it || of_team { level } else { Value::Null };
            assert_eq!(told["granted_by"]["level"], granted, "{role} {kind}: {told:#}");
            // They are told the same themselves, if they see it.
            let own = person.post(&path, json!({"question": question})).await;
            if runs_it || of_team {
                let own = own.is(200);
                two_things(own["considered"].as_array().unwrap().iter().find(|it| it["role"] == held).unwrap());
            } else {
                own.names(404, "/question/resource_id");
            }
        }
    }
}
