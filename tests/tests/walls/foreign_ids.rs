//! Ids of another organization, wherever an operation of the contract takes one: they answer as ids that never were.

use std::collections::BTreeMap;

use reqwest::Method;
use usher_tests::{Answer, Organization, Value, World, json};

use super::operations::operations;

/// The access models, which together let somebody see a thing of every kind.
const MODELS: [&str; 3] = ["helpdesk", "queues", "field"];

/// Things by the names of their kinds.
type Things = BTreeMap<&'static str, String>;

/// One thing of each kind in an organization, by the name that paths give it; its owner sees all of them that the access
/// model lets anybody see. Of a kind that it has nobody make, something that never was.
async fn things(world: &World, org: &Organization, model: &str) -> Things {
    let team = world.team(org, "Theirs").await;
    let mut things =
        if model == "field" { world.field_things(org, &team).await } else { tickets(world, org, model, &team).await };
    let role = if model == "queues" { "staff" } else { "member" };
    let service = json!({"name": "Theirs", "roles": [role]});
    for (kind, path, body) in [
        ("invitation", "invitations", json!({"email": "somebody@example.org", "role": role})),
        ("role", "roles", json!({"level": "organization", "key": "theirs", "title": "Theirs", "grants": []})),
        ("personal_token", "personal-tokens", json!({"name": "Theirs"})),
        ("service_token", "service-tokens", service),
    ] {
        things.insert(kind, id(&org.owner.post(&format!("{}/{path}", org.path), body).await.is(201)));
    }
    things.extend([("team", team), ("member", world.member(org, role).await.id)]);
    for (kind, id) in [
        ("queue", world.inbox(org).await),
        ("template", world.template(org, "Theirs").await),
        ("website", world.website(org, "Theirs").await),
    ] {
        things.entry(kind).or_insert(id);
    }
    let field = ["inspection_template", "site", "inspection", "question", "photo", "report", "report_photo"];
    for kind in ["ticket", "link"].into_iter().chain(field) {
        things.entry(kind).or_insert_with(never);
    }
    things
}

/// Two tickets with a link between them.
async fn tickets(world: &World, org: &Organization, model: &str, team: &str) -> Things {
    let inbox = world.inbox(org).await;
    if model == "queues" {
        world.allow(org, &org.owner, &inbox, &["contribute", "manage", "delete"]).await;
    }
    let place = if model == "queues" { json!({"queue_id": inbox}) } else { json!({"team_id": team}) };
    let tickets = format!("{}/desk/tickets", org.path);
    let ticket = async |subject: &str| {
        let mut body = place.clone();
        body["subject"] = json!(subject);
        id(&org.owner.post(&tickets, body).await.is(201))
    };
    let (first, other) = (ticket("Theirs").await, ticket("Another of theirs").await);
    let link = json!({"ticket": other, "kind": "related"});
    let link = org.owner.post(&format!("{tickets}/{first}/links"), link).await.is(201);
    BTreeMap::from([("ticket", first), ("link", id(&link))])
}

fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

/// The one of a kind.
fn of_kind(things: &Things, kind: &str) -> String {
    things.get(kind).unwrap_or_else(|| panic!("no {kind}")).clone()
}

/// What a thing is asked for that never was.
fn never() -> String {
    uuid::Uuid::now_v7().to_string()
}

fn without_request(mut body: Value) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.remove("request_id");
    }
    body
}

/// An answer without what differs from one request to the next.
fn told(answer: Answer) -> (u16, Value) {
    (answer.status, without_request(answer.body))
}

#[tokio::test]
async fn vk_43_every_id_of_another_organization_in_every_path_answers_as_one_that_never_was() {
    let world = World::start().await;
    let mut reached: Vec<String> = Vec::new();
    for model in MODELS {
        let (mine, theirs) = (world.organization(model).await, world.organization(model).await);
        let (own, foreign) = (things(&world, &mine, model).await, things(&world, &theirs, model).await);
        for operation in operations() {
            let names: Vec<&str> =
                operation.path.split('{').skip(2).map(|rest| rest.split('}').next().unwrap()).collect();
            let Some(last) = names.last().filter(|_| operation.path.contains("{organization}")) else { continue };
            let ask = async |fill: &dyn Fn(&str) -> String| {
                let place = |name: &str| if name == "organization" { mine.id.clone() } else { fill(name) };
                told(operation.ask(&mine.owner, place).await)
            };
            let of_kind = |things: &Things, name: &str| {
                let reported = name == "photo" && operation.path.contains("{report}");
                of_kind(things, if reported { "report_photo" } else { name })
            };
            let missing = ask(&|_| never()).await;
            assert_eq!(ask(&|name| of_kind(&foreign, name)).await, missing, "{}", operation.id);
            assert_eq!(missing.0, 404, "{}: {:#}", operation.id, missing.1);
            // Behind things of one's own, too.
            let own = &own;
            let behind = |id: String| move |name: &str| if name == *last { id.clone() } else { of_kind(own, name) };
            let missing = ask(&behind(never())).await;
            assert_eq!(ask(&behind(of_kind(&foreign, last))).await, missing, "{}", operation.id);
            // A question's name is no id: who may answer is told what is wrong with the answer first. And that somebody
            // carried nothing out is not told.
            let same = *last == "question" || operation.id == "unassign_inspection";
            assert!(missing.0 == 404 || same, "{}: {:#}", operation.id, missing.1);
            // A sweep over things that nobody sees would find nothing.
            if operation.method == Method::GET && ask(&|name| of_kind(own, name)).await.0 == 200 {
                reached.push(operation.id.clone());
            }
        }
        // Nothing of theirs was touched.
        for (kind, path) in [
            ("team", "teams"),
            ("ticket", "desk/tickets"),
            ("template", "desk/templates"),
            ("inspection_template", "field/inspection-templates"),
            ("site", "field/sites"),
            ("inspection", "field/inspections"),
        ] {
            if path.contains('/') && path.starts_with("field/") != (model == "field") {
                continue;
            }
            let path = format!("{}/{path}/{}", theirs.path, of_kind(&foreign, kind));
            let answer = theirs.owner.get(&path).await;
            assert!(answer.status == 200 || model == "queues" && kind == "team", "{path}: {}", answer.status);
        }
    }
    let gets = operations().into_iter().filter(|it| it.method == Method::GET && it.path.matches('{').count() > 1);
    let unreached: Vec<String> = gets.map(|it| it.id).filter(|id| !reached.contains(id)).collect();
    assert!(unreached.is_empty(), "with ids of one's own these answer 200 in no model: {unreached:?}");
}

/// The places of a body where an id stands, as JSON pointers, each with the kind of thing that it is of.
fn places(schema: &Value, name: &str, at: &str) -> Vec<(String, String)> {
    if name == "id" {
        return Vec::new(); // what a device calls the thing that it makes, and nothing that is there
    }
    let schemas = &usher_tests::contract::contract()["components"]["schemas"];
    if let Some(of) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        let kind = match name.trim_end_matches('s').trim_end_matches("_id") {
            "assignee" => "member",
            "resource" | "into" => "ticket",
            kind => kind,
        };
        let id = ["Id", "TicketName"].contains(&of).then(|| vec![(at.to_owned(), kind.to_owned())]);
        return id.unwrap_or_else(|| places(&schemas[of], name, at));
    }
    if schema["format"] == "uuid" {
        return places(&json!({"$ref": "/Id"}), name, at);
    }
    let choices = schema["oneOf"].as_array().into_iter().flatten().flat_map(|choice| places(choice, name, at));
    let items = schema["items"].is_object().then(|| places(&schema["items"], name, &format!("{at}/0")));
    let fields = schema["properties"].as_object().into_iter().flatten();
    let fields = fields.flat_map(|(name, field)| places(field, name, &format!("{at}/{name}")));
    choices.chain(items.into_iter().flatten()).chain(fields).collect()
}

/// The example of a body in which a place is: of one that holds one of several things the one with the place.
fn example(schemas: &Value, name: &str, pointer: &str) -> Value {
    let schema = &schemas[name];
    if schema["maxProperties"] != 1 {
        return schema["example"].clone();
    }
    let only = pointer.split('/').nth(1).unwrap();
    let of = schema["properties"][only]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
    json!({only: schemas[of]["example"]})
}

/// Puts an id into a body; what a question about access asks is made one about a ticket.
fn put(body: &mut Value, pointer: &str, id: &str) {
    let mut place = &mut *body;
    for part in pointer.split('/').skip(1) {
        if part == "resource_id" {
            place["permission"] = json!("ticket.view");
        }
        place = match part.parse::<usize>() {
            Ok(index) => {
                if !place.is_array() || place.as_array().unwrap().is_empty() {
                    *place = json!([null]);
                }
                &mut place[index]
            }
            Err(_) => &mut place[part],
        };
    }
    *place = json!(id);
}

#[tokio::test]
async fn vk_43_every_id_of_another_organization_in_a_body_answers_as_one_that_never_was() {
    let world = World::start().await;
    let schemas = &usher_tests::contract::contract()["components"]["schemas"];
    let (mut all, mut reached): (Vec<String>, Vec<String>) = Default::default();
    for model in MODELS {
        let (mine, theirs) = (world.organization(model).await, world.organization(model).await);
        let (own, foreign) = (things(&world, &mine, model).await, things(&world, &theirs, model).await);
        for operation in operations().iter().filter(|it| it.path.contains("{organization}")) {
            let Some(name) = &operation.body else { continue };
            for (pointer, kind) in places(&schemas[name], "", "") {
                let told_of = format!("{} {pointer}", operation.id);
                all.push(told_of.clone());
                let ask = async |id: String| {
                    let mut text = example(schemas, name, &pointer).to_string();
                    for (end, kind) in [("01", "queue"), ("02", "team"), ("03", "template"), ("05", "member")] {
                        let stand_in = format!("019f0000-0000-7000-8000-0000000000{end}");
                        text = text.replace(&stand_in, &of_kind(&own, kind));
                    }
                    let mut body: Value = text.parse().unwrap();
                    put(&mut body, &pointer, &id);
                    let path =
                        own.iter().fold(operation.path.replace("{organization}", &mine.id), |path, (name, id)| {
                            path.replace(&format!("{{{name}}}"), id)
                        });
                    let request = mine.owner.request(operation.method.clone(), &path).header("if-match", "*");
                    told(mine.owner.send(request.json(&body)).await)
                };
                let (foreign, missing) = (ask(of_kind(&foreign, &kind)).await, ask(never()).await);
                assert_eq!(foreign, missing, "{told_of}");
                // A check answers each question for itself.
                let apart = operation.id == "check_access" && kind == "ticket";
                let hidden = if apart {
                    foreign.1["results"][0]["outcome"] == "not_found"
                } else {
                    // A preview tells that the act would be refused.
                    [403, 404].contains(&foreign.0) || foreign.1["refusal"]["status"] == 403
                };
                assert!(hidden, "{told_of}: {:#}", foreign.1);
                if apart || foreign.1["errors"][0]["pointer"] == *pointer {
                    reached.push(told_of);
                }
            }
        }
    }
    assert!(all.len() > 25, "{all:?}");
    all.retain(|place| !reached.contains(place));
    assert!(all.is_empty(), "in no model these are looked at, and named: {all:?}");
}

#[tokio::test]
async fn vk_43_every_id_of_another_organization_in_a_filter_finds_nothing() {
    let world = World::start().await;
    assert!(filters(&world, "helpdesk").await + filters(&world, "field").await >= 10, "few filters take an id");
}

/// Asks every filter that takes an id. Returns how many there are.
async fn filters(world: &World, model: &str) -> usize {
    let (mine, theirs) = (world.organization(model).await, world.organization(model).await);
    things(world, &mine, model).await;
    let things = things(world, &theirs, model).await;
    let mut asked = 0;
    for operation in operations().into_iter().filter(|operation| operation.method == Method::GET) {
        if operation.path.matches('{').count() != 1 || !operation.path.contains("{organization}") {
            continue;
        }
        for name in &operation.query {
            let name = name.as_str();
            let kind = match name {
                "assignee" | "created_by" | "participant" => "member",
                "role" => continue, // is asked for by its name
                name => name,
            };
            let Some(id) = things.get(kind) else { continue };
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
    asked
}
