//! The published contract: what it says works, and nothing else is taken.

use reqwest::Method;
use usher_tests::{
    Organization, Person, Value, World,
    contract::{contract, faults},
    json, png,
};

/// Every operation: path, method, itself.
fn operations() -> Vec<(&'static str, Method, &'static Value)> {
    let paths = contract()["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |entry| (path, entry)));
    operations.map(|(path, (method, it))| (path.as_str(), method.to_uppercase().parse().unwrap(), it)).collect()
}

/// The example of a body, as Swagger UI offers it.
fn example(operation: &Value) -> Option<Value> {
    let reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str()?;
    let name = reference.rsplit('/').next().unwrap();
    let example = &contract()["components"]["schemas"][name]["example"];
    assert!(!example.is_null(), "{} has no example", operation["operationId"]);
    Some(example.clone())
}

#[test]
fn every_answer_with_a_body_has_an_example_that_fits_its_schema() {
    let mut examples = 0;
    for (_, _, operation) in operations() {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let content = &answer["content"]["application/json"];
            if content.is_null() {
                continue;
            }
            let told = format!("{} {status}: {:#}", operation["operationId"], content["example"]);
            assert!(!content["example"].is_null() && !content["example"].to_string().contains("\"…\""), "{told}");
            assert_eq!(faults(&content["schema"], &content["example"]), [""; 0], "{told}");
            examples += 1;
        }
    }
    assert!(examples > 60, "{examples}");
}

#[test]
fn no_schema_is_named_after_a_type_of_the_code() {
    for name in contract()["components"]["schemas"].as_object().unwrap().keys() {
        assert!(!name.contains('_') && !name.contains(|c: char| c.is_ascii_digit()), "{name}");
    }
    let text = contract().to_string();
    for prefix in ["VK-", "TK-", "VX-", "VE-", "TO-"] {
        assert!(!text.contains(prefix), "{:?}", text.find(prefix).map(|at| &text[at - 60..at + 20]));
    }
}

/// The text of the code that answers.
fn sources() -> String {
    let mut folders = ["api", "store", "domain"].map(|name| format!("../crates/{name}/src").into()).to_vec();
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir::<std::path::PathBuf>(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|of| of == "rs") && !entry.ends_with("codes.rs") {
                text.push_str(&std::fs::read_to_string(entry).unwrap());
            }
        }
    }
    text
}

/// Every answer that a test gets is held against the list; here it is held against the code, where no test gets to.
#[test]
fn the_list_of_codes_is_that_of_the_problems_that_the_code_makes() {
    let codes = contract()["components"]["schemas"]["ProblemCode"]["x-extensible-enum"].as_array().unwrap();
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str().unwrap()).collect();
    assert!(codes.is_sorted_by(|one, next| one < next), "{codes:?}");
    let sources = sources();
    for code in &codes {
        assert!(sources.contains(&format!("\"{code}\"")), "nothing makes a `{code}`");
    }
    let mut made = 0;
    for before in
        ["Conflict { code:", "Self::new(StatusCode::", "Problem::new(StatusCode::", "unauthenticated(", "conflict("]
    {
        let compact =
            sources.split_whitespace().collect::<Vec<_>>().join(" ").replace("Conflict {code:", "Conflict { code:");
        for after in compact.split(before).skip(1) {
            let rest = after.trim_start_matches(|c: char| c.is_ascii_uppercase() || "_, ".contains(c));
            let Some((code, _)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) else { continue };
            assert!(codes.contains(&code), "the contract does not list `{code}`");
            made += 1;
        }
    }
    assert!(made > codes.len() / 2, "{made}");
    let faults = contract()["components"]["schemas"]["FieldCode"]["x-extensible-enum"].as_array().unwrap();
    let faults: Vec<&str> = faults.iter().map(|code| code.as_str().unwrap()).collect();
    assert!(faults.is_sorted_by(|one, next| one < next), "{faults:?}");
    for code in &faults {
        assert!(sources.contains(&format!("\"{code}\"")), "nothing makes a `{code}`");
    }
    for after in sources.split("code: \"").skip(1) {
        let code = after.split('"').next().unwrap();
        assert!(codes.contains(&code) || faults.contains(&code), "the contract does not list `{code}`");
    }
}

/// A condition is one of the engine's, wherever the contract speaks of one.
#[test]
fn every_field_that_tells_a_condition_names_those_that_there_are() {
    let schemas = &contract()["components"]["schemas"];
    let named: Vec<&str> =
        schemas["Condition"]["enum"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert_eq!(named, usher_policy::Condition::ALL.map(usher_policy::Condition::key));
    let mut fields = 0;
    for (name, schema) in schemas.as_object().unwrap() {
        for field in ["when", "met", "condition", "conditions", "before", "after"] {
            let field = &schema["properties"][field];
            if !field.is_null() {
                let of = if field["items"].is_null() { field } else { &field["items"] };
                let refers = of.to_string().contains("#/components/schemas/Condition\"");
                assert!(refers, "{name}: {field:#}");
                fields += 1;
            }
        }
    }
    assert!(fields >= 8, "{fields}");
}

/// A path with an id for every name that is left in it.
fn without_names(path: &str, id: &str) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |path, part| format!("{path}{id}{}", part.split_once('}').unwrap().1))
}

/// The access model in which somebody may do what an operation does.
fn model_of(path: &str, id: &str) -> &'static str {
    match path {
        _ if path.contains("/field/") => "field",
        _ if path.contains("queue") || id.contains("queue") => "queues",
        _ => "helpdesk",
    }
}

/// An organization with at least one thing of each kind, and what examples call them.
struct Place {
    org: Organization,
    member: Person,
    ids: Vec<(&'static str, String)>,
}

impl Place {
    async fn of(world: &World, model: &str) -> Self {
        let org = world.organization(model).await;
        let member = world.member(&org, if model == "queues" { "staff" } else { "member" }).await;
        let (team, queue) = (world.team(&org, "Examples").await, world.queue(&org, "Examples").await);
        let (website, template) = (world.website(&org, "Examples").await, world.template(&org, "Examples").await);
        if model == "queues" {
            world.allow(&org, &org.owner, &queue, &["contribute", "manage", "delete"]).await;
            world.allow(&org, &member, &queue, &["contribute"]).await;
        } else {
            let role = if model == "field" { "contributor_full" } else { "member" };
            world.join_team(&org, &member, &team, role).await;
        }
        let mut of_model = Vec::new();
        if model == "field" {
            of_model.extend(world.field_things(&org, &team).await);
        }
        let tickets = format!("{}/desk/tickets", org.path);
        let place = if model == "queues" { ("queue_id", &queue) } else { ("team_id", &team) };
        let mut ticket = Value::Null;
        for n in (0..18).filter(|_| model != "field") {
            let mut body = json!({"subject": format!("{n}")});
            body[place.0] = json!(place.1);
            ticket = org.owner.post(&tickets, body).await.is(201);
        }
        let role = org.role("organization", "examples", &[]).await;
        let token = json!({"name": "Examples"});
        let members = member.post(&format!("{}/personal-tokens", org.path), token.clone()).await.is(201);
        let token = org.owner.post(&format!("{}/personal-tokens", org.path), token).await.is(201);
        let service = json!({"name": "Examples", "roles": [if model == "queues" { "staff" } else { "member" }]});
        let service = org.owner.post(&format!("{}/service-tokens", org.path), service).await.is(201);
        let id = |of: &Value| of["id"].as_str().unwrap().to_owned();
        let members =
            ("member}/personal-tokens/{personal_token", format!("{}/personal-tokens/{}", member.id, id(&members)));
        let tokens = [members, ("personal_token", id(&token)), ("service_token", id(&service))];
        let ids = [("role", role), ("queue", queue), ("team", team), ("template", template), ("website", website)];
        let ids = ids.into_iter().chain(tokens).chain([
            ("member", member.id.clone()),
            ("ticket", ticket["id"].as_str().unwrap_or_default().to_owned()),
            ("organization", org.id.clone()),
        ]);
        // The model's own go first: they bear names of the desk's.
        of_model.extend(ids);
        Self { ids: of_model, org, member }
    }

    /// The path with the things in it, if there are such.
    fn fill(&self, path: &str) -> String {
        self.ids.iter().fold(path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id))
    }

    /// The example with the things for what stands for them.
    fn body(&self, example: &Value) -> Value {
        let stand_ins = [("01", "queue"), ("02", "team"), ("03", "template"), ("05", "member")];
        let text = stand_ins.iter().fold(example.to_string(), |text, (end, name)| {
            let id = &self.ids.iter().find(|(of, _)| of == name).unwrap().1;
            text.replace(&format!("019f0000-0000-7000-8000-0000000000{end}"), id)
        });
        text.parse().unwrap()
    }
}

#[tokio::test]
async fn every_example_of_a_request_works_as_it_stands() {
    let world = World::start().await;
    // Tokens cannot be known beforehand, nor can the address of a member.
    let of_a_token = [
        ("refresh_tokens", 401),
        ("inspect_invitation", 404),
        ("accept_invitation", 404),
        ("register_invited", 404),
        ("add_team_member", 404),
        // Its access model has no role that is handed over.
        ("transfer_organization", 403),
    ];
    let mut tried = 0;
    for model in ["helpdesk", "queues", "field"] {
        for (path, method, operation) in operations() {
            let Some(example) = example(operation) else { continue };
            let id = operation["operationId"].as_str().unwrap();
            if model_of(path, id) != model || id == "login" {
                continue;
            }
            let place = Place::of(&world, model).await;
            if id == "switch_organization" {
                world
                    .arrange(&format!("update organizations set slug = 'northwind' where id = '{}'", place.org.id))
                    .await;
                world
                    .arrange(&format!(
                        "update organization_slugs set slug = 'northwind' where org_id = '{}'",
                        place.org.id
                    ))
                    .await;
            }
            let path = place.fill(path);
            let mut request = place.org.owner.request(method.clone(), &path).json(&place.body(&example));
            if operation.to_string().contains("If-Match") {
                request = request.header("if-match", "*");
            }
            let answer = place.org.owner.send(request).await;
            match of_a_token.iter().find(|(of, _)| *of == id) {
                Some((_, status)) => drop(answer.is(*status)),
                None => assert!(answer.status < 300, "{id} ({}): {} {:#}", place.member.id, answer.status, answer.body),
            }
            tried += 1;
        }
    }
    assert!(tried > 25, "{tried}");
}

#[tokio::test]
async fn every_operation_refuses_a_parameter_that_it_does_not_have_before_it_does_anything() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    for (path, method, operation) in operations() {
        let path = path.replace("{organization}", &org.id).replace(['{', '}'], "");
        let names = ["no_such=1", "limit=%FF", "%ff=1", "a=%00"];
        for query in names {
            let request = org.owner.request(method.clone(), &format!("{path}?{query}"));
            let answer = org.owner.send(request.header("if-match", "\"1\"")).await;
            let told = format!("{} {query}: {} {:#}", operation["operationId"], answer.status, answer.body);
            assert_eq!((answer.status, answer.body["code"].as_str()), (400, Some("malformed_request")), "{told}");
        }
    }
    let tickets = format!("{}/desk/tickets", org.path);
    org.owner.get(&format!("{tickets}?q=%FF")).await.names(400, "q");
    org.owner.get(&format!("{tickets}?q=a&q=b")).await.names(400, "q");
    org.owner.get(&format!("{tickets}?q=%C3%A4")).await.is(200);
    org.owner.get(&format!("{}/desk/templates?q={}", org.path, "x".repeat(121))).await.names(400, "q");
}

/// Answers come in the order 401, 400, 428, 404/403, 422, 409/412: of all that is wrong, the first is told.
#[tokio::test]
async fn answers_come_in_their_order() {
    let world = World::start().await;
    let place = Place::of(&world, "helpdesk").await;
    let (org, member, nobody) = (&place.org, &place.member, world.nobody());
    let ticket = place.fill("/v1/organizations/{organization}/desk/tickets/{ticket}");
    let template = place.fill("/v1/organizations/{organization}/desk/templates/{template}");
    let team = place.fill("/v1/organizations/{organization}/teams/{team}");
    let never = uuid::Uuid::now_v7();
    let missing = format!("{}/teams/{never}", org.path);
    let (bad, stale) = (Some("oops"), Some("\"999\""));
    let wrong = json!({"no_such": 1});
    let lists = json!({"template_ids": [never], "website_ids": []});
    for (person, method, path, version, body, status, code) in [
        (&nobody, "PATCH", &format!("{team}?x=1"), bad, &wrong, 401, "token_missing"),
        (member, "PATCH", &format!("{team}?x=1"), bad, &wrong, 400, "malformed_request"),
        (member, "PATCH", &team, bad, &wrong, 400, "malformed_request"),
        (&org.owner, "PATCH", &missing, bad, &wrong, 400, "malformed_request"),
        (&org.owner, "PATCH", &missing, stale, &wrong, 404, "not_found"),
        (member, "PATCH", &team, stale, &wrong, 403, "forbidden"),
        (&org.owner, "PATCH", &team, stale, &wrong, 422, "invalid"),
        (&org.owner, "PATCH", &team, stale, &json!({"name": "New"}), 412, "stale"),
        (member, "PATCH", &team, None, &lists, 428, "precondition_required"),
        (&org.owner, "PATCH", &team, None, &lists, 428, "precondition_required"),
        (&org.owner, "PATCH", &team, stale, &lists, 404, "not_found"),
        (member, "PATCH", &template, None, &wrong, 428, "precondition_required"),
        (&org.owner, "PATCH", &template, None, &json!({"team_ids": [never]}), 428, "precondition_required"),
        (&org.owner, "PATCH", &template, stale, &json!({"team_ids": [never]}), 404, "not_found"),
        (member, "PATCH", &org.path, bad, &wrong, 400, "malformed_request"),
        (member, "PATCH", &org.path, stale, &wrong, 403, "forbidden"),
        (&org.owner, "PATCH", &"/v1/me".to_owned(), bad, &wrong, 400, "malformed_request"),
        (&org.owner, "PATCH", &"/v1/me".to_owned(), stale, &wrong, 422, "invalid"),
        (&org.owner, "DELETE", &ticket, bad, &Value::Null, 400, "malformed_request"),
        (&org.owner, "DELETE", &ticket, stale, &Value::Null, 412, "stale"),
    ] {
        let mut request = person.request(method.parse().unwrap(), path);
        if !body.is_null() {
            request = request.json(body);
        }
        if let Some(version) = version {
            request = request.header("if-match", version);
        }
        person.send(request).await.problem(status, code);
    }
    // The parameters of every list, before anything is said of the organization.
    let stranger = world.person("stranger").await;
    for (path, _, operation) in operations().iter().filter(|(_, method, _)| method == Method::GET) {
        let has =
            |name: &str| operation["parameters"].as_array().is_some_and(|all| all.iter().any(|it| it["name"] == name));
        for (parameter, value) in [("limit", "0"), ("include", "nothing"), ("cursor", "no")] {
            if has(parameter) {
                let path = without_names(&place.fill(path), &never.to_string());
                stranger.get(&format!("{path}?{parameter}={value}")).await.names(400, parameter);
                nobody.get(&format!("{path}?{parameter}={value}")).await.problem(401, "token_missing");
            }
        }
    }
    let request = stranger.request(Method::POST, &format!("{}/teams", org.path)).header("idempotency-key", "");
    stranger.send(request.json(&wrong)).await.names(400, "Idempotency-Key");
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let world = World::start().await;
    let place = Place::of(&world, "helpdesk").await;
    let org = &place.org;
    let page = org.owner.get(&format!("{}/members?limit=1", org.path)).await.is(200);
    let cursor = page["next_cursor"].as_str().expect("two members");
    org.owner.get(&format!("{}/members?limit=1&cursor={cursor}", org.path)).await.is(200);
    for path in ["members?sort=-name&", "teams?", "desk/queues?", "desk/tickets?"] {
        org.owner.get(&format!("{}/{path}cursor={cursor}", org.path)).await.names(400, "cursor");
    }
}

#[tokio::test]
async fn whatever_declares_a_version_heeds_it() {
    let world = World::start().await;
    let mut asked = 0;
    for model in ["helpdesk", "queues", "field"] {
        let place = Place::of(&world, model).await;
        let invitation =
            json!({"email": "grace@example.org", "role": if model == "queues" { "staff" } else { "member" }});
        let invitation = place.org.owner.post(&format!("{}/invitations", place.org.path), invitation).await.is(201);
        place.org.owner.send_image(Method::PUT, &format!("{}/branding/logo", place.org.path), png("one")).await.is(200);
        for (path, method, operation) in operations() {
            let id = operation["operationId"].as_str().unwrap();
            let declares = operation["parameters"].as_array().into_iter().flatten().any(|it| it["name"] == "If-Match");
            if !declares || model_of(path, id) != model {
                continue;
            }
            let path = place.fill(path).replace("{invitation}", invitation["id"].as_str().unwrap());
            let path = if id == "delete_organization" { format!("{path}?confirm={}", place.org.slug) } else { path };
            let mut request = place.org.owner.request(method, &path).header("if-match", "\"999\"");
            if let Some(example) = example(operation) {
                request = request.json(&place.body(&example));
            } else if operation["requestBody"]["content"]["image/*"].is_object() {
                request = request.body(png("one"));
            }
            let answer = place.org.owner.send(request).await;
            assert_eq!((answer.status, answer.body["code"].as_str()), (412, Some("stale")), "{id}: {:#}", answer.body);
            asked += 1;
        }
    }
    assert!(asked >= 14, "{asked}");
}
