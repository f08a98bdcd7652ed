//! Versions: which of them a change may be made of, and when there is a new one.

use reqwest::{Method, header::HeaderValue};
use usher_tests::{Answer, Organization, Person, Value, World, json};

async fn patch(person: &Person, path: &str, tags: &[&str], body: Value) -> Answer {
    let request = person.request(Method::PATCH, path).json(&body);
    person.send(tags.iter().fold(request, |request, tags| request.header("if-match", *tags))).await
}

#[tokio::test]
async fn a_change_is_made_of_any_of_the_versions_that_it_names() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let tag = org.owner.get(&org.path).await.etag();
    for tags in [
        vec!["\"998\", \"999\""],
        vec!["\"998\"", "\"999\""],
        vec!["\"of another house\""],
        vec![&*format!("W/{tag}")],
        vec![&*format!("W/{tag}, \"999\"")],
    ] {
        patch(&org.owner, &org.path, &tags, json!({"name": "No"})).await.problem(412, "stale");
    }
    for tags in ["1", "\"1", "\"1\" \"2\"", "", ",", "W/1"] {
        patch(&org.owner, &org.path, &[tags], json!({"name": "No"})).await.names(400, "If-Match");
    }
    let not_text = HeaderValue::from_bytes(b"\"\xff\"").unwrap();
    let request = org.owner.request(Method::PATCH, &org.path).header("if-match", not_text);
    org.owner.send(request.json(&json!({"name": "No"}))).await.names(400, "If-Match");
    let listed = format!("\"999\",{tag} , W/\"7\"");
    let changed = patch(&org.owner, &org.path, &[&listed], json!({"name": "One"})).await;
    let tag = changed.etag();
    assert_eq!(changed.is(200)["name"], "One");
    let changed = patch(&org.owner, &org.path, &["\"999\"", &tag], json!({"name": "Two"})).await;
    assert_eq!(changed.is(200)["name"], "Two");
    patch(&org.owner, &org.path, &["\"999\", *"], json!({"name": "Three"})).await.names(400, "If-Match");
    patch(&org.owner, &org.path, &["*"], json!({"name": "Three"})).await.is(200);
}

/// Everything that can be patched: its address, and the fields of the present that a patch may say.
async fn patched(world: &World, org: &Organization, model: &str) -> Vec<(String, Vec<&'static str>)> {
    let desk = format!("{}/desk", org.path);
    if model == "field" {
        let team = world.team(org, "Mine").await;
        let things = world.field_things(org, &team).await;
        let at = |kind: &str, collection: &str| format!("{}/field/{collection}/{}", org.path, things[kind]);
        return vec![
            (at("inspection_template", "inspection-templates"), vec!["name", "description", "sections"]),
            (at("site", "sites"), vec!["name", "address", "description"]),
            (at("inspection", "inspections"), vec!["title", "due_on", "site_id"]),
        ];
    }
    let inbox = world.inbox(org).await;
    if model == "queues" {
        world.allow(org, &org.owner, &inbox, &["contribute", "manage"]).await;
        return vec![(format!("{desk}/queues/{}", world.queue(org, "Mine").await), vec!["name", "description"])];
    }
    let (team, website) = (world.team(org, "Mine").await, world.website(org, "Shop").await);
    world.link_website(org, &website, &team).await;
    let questions =
        json!([{"key": "topic", "label": "Topic", "kind": "select", "required": true, "options": ["a", "b"]}]);
    let body = json!({"name": "Mine", "questions": questions, "team_ids": [team]});
    let template = org.owner.post(&format!("{desk}/templates"), body).await.is(201)["id"].as_str().unwrap().to_owned();
    let body = json!({"subject": "x", "description": "y", "team_id": team, "requester": {"name": "Ada"}});
    let ticket = org.owner.post(&format!("{desk}/tickets"), body).await.is(201)["number"].to_string();
    let member = world.member(org, "member").await;
    let role = org.role("team", "mine", &[("ticket.view", "yes")]).await;
    vec![
        (format!("{}/roles/{role}", org.path), vec!["title", "description", "grants"]),
        ("/v1/me".to_owned(), vec!["name"]),
        (format!("{}/branding", org.path), vec!["primary_color", "accent_color"]),
        (format!("{}/subscription", org.path), vec!["plan"]),
        (org.path.clone(), vec!["name", "permissions_model", "members_create_workspaces"]),
        (format!("{}/members/{}", org.path, member.id), vec!["roles"]),
        (format!("{}/teams/{team}", org.path), vec!["name", "description", "website_ids", "template_ids"]),
        (format!("{desk}/templates/{template}"), vec!["name", "description", "questions", "team_ids"]),
        (format!("{desk}/tickets/{ticket}"), vec!["subject", "description", "status", "priority", "requester"]),
    ]
}

#[tokio::test]
async fn what_changes_nothing_makes_no_new_version() {
    let world = World::start().await;
    let mut tried = Vec::new();
    for model in ["helpdesk", "queues", "field"] {
        let org = world.organization(model).await;
        for (path, fields) in patched(&world, &org, model).await {
            let before = org.owner.get(&path).await;
            let (tag, now) = (before.etag(), before.is(200));
            let present: Value = fields.iter().map(|field| ((*field).to_owned(), now[*field].clone())).collect();
            let each = fields.iter().map(|field| json!({*field: now[*field]}));
            for body in each.chain([present, json!({})]) {
                let answer = org.owner.patch_if(&path, &tag, body.clone()).await;
                // A member's roles are what there is to say of them.
                if answer.status == 422 && body == json!({}) && path.contains("/members/") {
                    continue;
                }
                assert_eq!((answer.status, answer.etag()), (200, tag.clone()), "{path} {body}: {:#}", answer.body);
                let again = org.owner.get(&path).await;
                assert_eq!((again.etag(), &again.body), (tag.clone(), &now), "{path} {body}");
            }
            if path.contains("/tickets/") {
                let history = org.owner.get(&format!("{path}/messages")).await.is(200);
                assert!(!history.to_string().contains("changed"), "{history:#}");
            }
            tried.push(path);
            // And what changes something does.
            let (field, other) = match fields[0] {
                "roles" => ("roles", json!(["admin"])),
                "primary_color" => ("primary_color", json!("#1f6feb")),
                "plan" => ("plan", json!("growth")),
                field => (field, json!("Another")),
            };
            let changed = org.owner.patch_if(&tried[tried.len() - 1], &tag, json!({field: other})).await;
            assert_ne!(changed.etag(), tag, "{:#}", changed.is(200));
        }
    }
    let paths = usher_tests::contract::contract()["paths"].as_object().unwrap();
    let known = paths.values().filter(|item| item["patch"].is_object()).count();
    assert_eq!(tried.len(), known, "everything that can be patched: {tried:?}");
}

/// The lists of a team and of a template are values like others, in whatever order they are sent.
#[tokio::test]
async fn a_list_that_names_the_same_things_is_no_change_and_one_that_does_not_is() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let (team, other) = (world.team(&org, "Mine").await, world.team(&org, "Other").await);
    let (website, template) = (world.website(&org, "Shop").await, world.template(&org, "Mine").await);
    let (team_path, template_path) =
        (format!("{}/teams/{team}", org.path), format!("{}/desk/templates/{template}", org.path));
    for (path, field, lists) in [
        (&team_path, "website_ids", [json!([]), json!([website])]),
        (&team_path, "template_ids", [json!([]), json!([template])]),
        (&template_path, "team_ids", [json!([team]), json!([team, other])]),
    ] {
        let [before, after] = lists;
        let first = org.owner.patch_if(path, "*", json!({field: before})).await.etag();
        let second = org.owner.patch_if(path, "*", json!({field: after})).await.etag();
        assert_ne!(first, second, "{path} {field}");
        let mut turned = after.as_array().unwrap().clone();
        turned.reverse();
        assert_eq!(org.owner.patch_if(path, "*", json!({field: turned})).await.etag(), second, "{path} {field}");
    }
}
