//! Every operation of the contract, asked by people who should get nothing, and by every role.

use reqwest::Method;
use usher_policy::{Level, Mask, Model, ModelKey, Permission, ResourceKind};
use usher_tests::{Answer, Organization, Person, Value, World, json};

/// An operation of the published contract.
struct Operation {
    id: String,
    method: Method,
    path: String,
    permission: String,
    query: Vec<String>,
}

fn operations() -> Vec<Operation> {
    let document = usher_api::document();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let named = |place: &str| {
                let of = parameters.iter().filter(|parameter| parameter["in"] == place);
                of.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
            };
            let braces: Vec<String> =
                path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect();
            assert_eq!(braces, named("path"), "{method} {path} must declare what is in its path");
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                permission: operation["x-permission"]
                    .as_str()
                    .unwrap_or_else(|| panic!("{path} needs x-permission"))
                    .to_owned(),
                query: named("query"),
            });
        }
    }
    assert!(operations.len() > 50, "the contract is nearly empty");
    operations
}

impl Operation {
    /// Asks with an empty body and a guessed entity tag: whoever may not is told so before either is looked at.
    async fn ask(&self, person: &Person, fill: impl Fn(&str) -> String) -> Answer {
        let mut parts = self.path.split('{');
        let mut path = parts.next().unwrap().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap();
            path = format!("{path}{}{rest}", fill(name));
        }
        let request = person.request(self.method.clone(), &path).header("if-match", "\"1\"");
        person.send(if self.method == Method::GET { request } else { request.json(&json!({})) }).await
    }
}

#[test]
fn every_reference_in_the_contract_leads_somewhere() {
    let document = usher_api::document();
    let text = document.to_string();
    let names: Vec<&str> =
        text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(names.len() > 100);
    for name in names {
        assert!(document["components"]["schemas"][name].is_object(), "there is no schema `{name}`");
    }
}

#[tokio::test]
async fn every_operation_wants_a_sign_in_unless_it_says_none() {
    let world = World::start().await;
    for operation in operations() {
        let answer = operation.ask(&world.nobody(), |_| "00000000-0000-7000-8000-000000000000".to_owned()).await;
        if operation.permission == "none" {
            assert_ne!(answer.body["code"], "token_missing", "{}", operation.id);
        } else {
            answer.problem(401, "token_missing");
            Permission::parse(&operation.permission).map_or_else(
                || assert_eq!(operation.permission, "signed_in"),
                |_| assert!(operation.path.contains("{organization}")),
            );
        }
    }
}

#[tokio::test]
async fn every_operation_of_an_organization_hides_it_from_who_is_no_member() {
    let world = World::start().await;
    let (org, stranger) = (world.organization("helpdesk").await, world.organization("helpdesk").await.owner);
    for operation in operations().iter().filter(|operation| operation.path.contains("{organization}")) {
        for name in [&org.id, &org.slug] {
            let fill = |place: &str| if place == "organization" { name.clone() } else { org.owner.id.clone() };
            operation.ask(&stranger, fill).await.problem(404, "not_found");
        }
    }
}

/// One thing of each kind in an organization, by the name that paths give it.
async fn things(world: &World, org: &Organization) -> Vec<(&'static str, String)> {
    let id = |body: &Value| body["id"].as_str().unwrap().to_owned();
    let first = |body: Value| id(&body["items"][0]);
    let desk = format!("{}/desk", org.path);
    let team = org.owner.post(&format!("{}/teams", org.path), json!({"name": "Theirs"})).await.is(201);
    let ticket =
        org.owner.post(&format!("{desk}/tickets"), json!({"subject": "Theirs", "team_id": id(&team)})).await.is(201);
    let other = org.owner.post(&format!("{desk}/tickets"), json!({"subject": "Another of theirs"})).await.is(201);
    let links = format!("{desk}/tickets/{}/links", id(&ticket));
    let link = org.owner.post(&links, json!({"ticket": id(&other), "kind": "related"})).await;
    assert_eq!(link.status, 201, "{:#}", link.body);
    let link = id(&org.owner.get(&links).await.is(200)["items"][0]);
    let invitation = json!({"email": "somebody@example.org", "role": "member"});
    let invitation = org.owner.post(&format!("{}/invitations", org.path), invitation).await.is(201);
    let mut owner = world.owner_connection().await;
    let queue: String = sqlx::query_scalar("select id::text from queues where org_id = $1::uuid limit 1")
        .bind(&org.id)
        .fetch_one(&mut owner)
        .await
        .unwrap();
    vec![
        ("team", id(&team)),
        ("ticket", id(&ticket)),
        ("link", link),
        ("invitation", id(&invitation)),
        ("queue", queue),
        ("template", first(org.owner.get(&format!("{desk}/templates")).await.is(200))),
        ("website", first(org.owner.get(&format!("{desk}/websites")).await.is(200))),
        ("member", org.owner.id.clone()),
    ]
}

fn without_request(mut body: Value) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.remove("request_id");
    }
    body
}

#[tokio::test]
async fn vk_43_every_id_of_another_organization_in_every_path_answers_as_one_that_never_was() {
    let world = World::start().await;
    let (mine, theirs) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let things = things(&world, &theirs).await;
    let mut asked = 0;
    for operation in operations() {
        let names: Vec<&str> = operation.path.split('{').skip(2).map(|rest| rest.split('}').next().unwrap()).collect();
        if !operation.path.contains("{organization}") || names.is_empty() {
            continue;
        }
        let fill = |place: &str, ids: &dyn Fn(&str) -> String| {
            if place == "organization" { mine.id.clone() } else { ids(place) }
        };
        let known = |place: &str| {
            things.iter().find(|(name, _)| *name == place).unwrap_or_else(|| panic!("no {place}")).1.clone()
        };
        let never = |_: &str| uuid::Uuid::now_v7().to_string();
        let foreign = operation.ask(&mine.owner, |place| fill(place, &known)).await;
        let missing = operation.ask(&mine.owner, |place| fill(place, &never)).await;
        assert_eq!(foreign.status, 404, "{}: {:#}", operation.id, foreign.body);
        assert_eq!(without_request(foreign.body), without_request(missing.body), "{}", operation.id);
        asked += 1;
    }
    assert!(asked > 25, "only {asked} operations have an id in their path");
    // Nothing of theirs was touched.
    for (kind, path) in [("team", "teams"), ("ticket", "desk/tickets"), ("template", "desk/templates")] {
        let id = &things.iter().find(|(name, _)| *name == kind).unwrap().1;
        theirs.owner.get(&format!("{}/{path}/{id}", theirs.path)).await.is(200);
    }
}

#[tokio::test]
async fn vk_43_every_id_of_another_organization_in_a_body_answers_as_one_that_never_was() {
    let world = World::start().await;
    let (mine, theirs) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let things = things(&world, &theirs).await;
    let desk = format!("{}/desk", mine.path);
    let ticket = mine.owner.post(&format!("{desk}/tickets"), json!({"subject": "Mine"})).await.is(201);
    let ticket = format!("{desk}/tickets/{}", ticket["id"].as_str().unwrap());
    let team = mine.owner.post(&format!("{}/teams", mine.path), json!({"name": "Mine"})).await.is(201);
    let team = format!("{}/teams/{}", mine.path, team["id"].as_str().unwrap());
    let question = |permission: &str, id: &str| json!({"question": {"permission": permission, "resource_id": id}});
    let template = |id: &str| json!({"name": "New", "questions": [{"key": "q", "label": "Why?", "kind": "text"}], "team_ids": [id]});
    type Body<'a> = Box<dyn Fn(&str) -> Value + 'a>;
    let cases: Vec<(Method, String, &str, Body<'_>)> = vec![
        (Method::POST, format!("{desk}/tickets"), "team", Box::new(|id| json!({"subject": "x", "team_id": id}))),
        (
            Method::POST,
            format!("{desk}/tickets"),
            "template",
            Box::new(|id| json!({"subject": "x", "template_id": id})),
        ),
        (Method::POST, format!("{desk}/tickets"), "website", Box::new(|id| json!({"subject": "x", "website_id": id}))),
        (Method::POST, format!("{ticket}/assign"), "member", Box::new(|id| json!({"assignee_id": id}))),
        (Method::POST, format!("{ticket}/move"), "team", Box::new(|id| json!({"team_id": id}))),
        (Method::POST, format!("{ticket}/links"), "ticket", Box::new(|id| json!({"ticket": id, "kind": "related"}))),
        (Method::POST, format!("{ticket}/merge"), "ticket", Box::new(|id| json!({"into": id}))),
        (Method::PATCH, team.clone(), "website", Box::new(|id| json!({"website_ids": [id]}))),
        (Method::PATCH, team.clone(), "template", Box::new(|id| json!({"template_ids": [id]}))),
        (Method::POST, format!("{desk}/templates"), "team", Box::new(template)),
        (
            Method::POST,
            format!("{}/access/explain", mine.path),
            "ticket",
            Box::new(move |id| question("ticket.view", id)),
        ),
    ];
    for (method, path, kind, body) in cases {
        let etag = mine.owner.get(&team).await.etag();
        let ask = async |id: &str| {
            let request = mine.owner.request(method.clone(), &path).json(&body(id)).header("if-match", &etag);
            mine.owner.send(request).await
        };
        let foreign = ask(&things.iter().find(|(name, _)| *name == kind).unwrap().1).await;
        let missing = ask(&uuid::Uuid::now_v7().to_string()).await;
        assert_eq!(foreign.status, 404, "{method} {path} with a foreign {kind}: {:#}", foreign.body);
        assert!(
            foreign.body["errors"][0]["pointer"].is_string(),
            "{method} {path} must name the place: {:#}",
            foreign.body
        );
        assert_eq!(without_request(foreign.body), without_request(missing.body), "{method} {path}");
    }
}

#[tokio::test]
async fn vk_43_every_id_of_another_organization_in_a_filter_finds_nothing() {
    let world = World::start().await;
    let (mine, theirs) = (world.organization("helpdesk").await, world.organization("helpdesk").await);
    let things = things(&world, &theirs).await;
    mine.owner.post(&format!("{}/desk/tickets", mine.path), json!({"subject": "Mine"})).await.is(201);
    let mut asked = 0;
    for operation in operations().into_iter().filter(|operation| operation.method == Method::GET) {
        if operation.path.matches('{').count() != 1 || !operation.path.contains("{organization}") {
            continue;
        }
        for name in &operation.query {
            let name = name.as_str();
            let kind = match name {
                "assignee" | "created_by" | "participant" => "member",
                name => name,
            };
            let Some((_, id)) = things.iter().find(|(of, _)| *of == kind) else { continue };
            let path = operation.path.replace("{organization}", &mine.id);
            let foreign = mine.owner.get(&format!("{path}?{name}={id}")).await;
            let missing = mine.owner.get(&format!("{path}?{name}={}", uuid::Uuid::now_v7())).await;
            let (foreign, missing) =
                ((foreign.status, without_request(foreign.body)), (missing.status, without_request(missing.body)));
            assert_eq!(foreign, missing, "{path}?{name}");
            assert!(foreign.1["items"].as_array().is_none_or(Vec::is_empty), "{path}?{name}: {:#}", foreign.1);
            asked += 1;
        }
    }
    assert!(asked >= 4, "only {asked} filters take an id");
}

/// Whoever holds an organization role is refused exactly what the model's document does not give it.
async fn every_role(key: ModelKey) {
    let world = World::start().await;
    let model = Model::built_in(key);
    let org = world.organization(key.key()).await;
    for (role, about) in model.roles_at(Level::Organization) {
        let person = world.member(&org, &about.key).await;
        for operation in operations() {
            let Some(permission) = Permission::parse(&operation.permission) else { continue };
            // What is about a single thing, and what ends the organization for the others, has tests of its own.
            if permission.target() != ResourceKind::Organization || operation.path.matches('{').count() != 1 {
                continue;
            }
            let given = !model.cell(role, permission).and(Mask::ALWAYS).is_empty();
            let answer = operation.ask(&person, |_| org.id.clone()).await;
            let told = format!("{} as {}: {} {:#}", operation.id, about.key, answer.status, answer.body);
            if given {
                assert!([200, 201, 204, 409, 412, 422, 428].contains(&answer.status), "{told}");
            } else {
                assert_eq!((answer.status, &answer.body["permission"]), (403, &json!(permission.key())), "{told}");
            }
        }
    }
}

#[tokio::test]
async fn every_operation_of_an_organization_hides_it_from_who_is_blocked_lists_included() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    for state in ["blocked", "deactivated"] {
        let person = world.member(&org, "admin").await;
        world.arrange(&format!("update members set state = '{state}' where id = '{}'", person.id)).await;
        for operation in operations().iter().filter(|operation| operation.path.contains("{organization}")) {
            let fill = |place: &str| if place == "organization" { org.id.clone() } else { person.id.clone() };
            operation.ask(&person, fill).await.problem(404, "not_found");
        }
    }
}

#[tokio::test]
async fn every_operation_of_the_organization_as_every_role_of_helpdesk() {
    every_role(ModelKey::Helpdesk).await;
}

#[tokio::test]
async fn every_operation_of_the_organization_as_every_role_of_queues() {
    every_role(ModelKey::Queues).await;
}
