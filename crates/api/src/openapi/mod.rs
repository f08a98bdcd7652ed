//! The contract, generated from the operations that are registered.

mod answers;
mod examples;
mod names;

use actix_web::App;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

use crate::http::{FieldError, Problem};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Usher",
        description = "A multi-tenant backend whose first-class feature is who may see and do what.\n\n\
            Everything of a tenant is under `/v1/organizations/{organization}`, by id or by slug. Every operation names the \
            permission that it needs in `x-permission`; `member` means any member, of whose tokens `x-scope` says what they \
            need, `signed_in` means any account, `none` means nobody has to sign in.\n\n\
            Errors are `application/problem+json` with a stable `code`; a fault of the server itself is a 500 of that kind, from \
            any operation. Lists are `items` and `next_cursor`. A POST of a signed-in caller that changes something may bear an \
            `Idempotency-Key`; a thing's `ETag` may come back as `If-Match`. HEAD is answered wherever GET is.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact(name = "Usher"),
    ),
    servers((url = "/")),
    security(("access_token" = []), ("token" = [])),
    components(schemas(Problem, FieldError)),
    tags(
        (name = "auth", description = "Register, sign in, renew, sign out."),
        (name = "me", description = "One's own account."),
        (name = "organizations", description = "The tenants."),
        (name = "members", description = "Who belongs to an organization, with which roles."),
        (name = "invitations", description = "Offers of membership."),
        (name = "tokens", description = "Tokens for integrations: a member's own, and those of services."),
        (name = "roles", description = "Roles that an organization adds to its access model."),
        (name = "teams", description = "Groups of members."),
        (name = "access", description = "Who may do what, and why."),
        (name = "tickets", description = "Support tickets."),
        (name = "templates", description = "The forms that tickets are made from."),
        (name = "queues", description = "Where tickets wait, and who may do what there."),
        (name = "desk", description = "What stands beside tickets: statuses, priorities, websites, the knowledge base."),
        (name = "inspection templates", description = "The forms that inspections are made from."),
        (name = "sites", description = "Where inspections happen."),
        (name = "inspections", description = "Forms that are filled in, piece by piece, at sites."),
        (name = "reports", description = "What submitted inspections found."),
        (name = "health", description = "For operators."),
    ),
)]
struct Contract;

/// The methods of HTTP that a path of the contract may have.
const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// The contract as it is published.
#[must_use]
pub fn document() -> Value {
    let (_, document) =
        App::new().into_utoipa_app().openapi(Contract::openapi()).configure(crate::app::routes).split_for_parts();
    let mut document = json!(document);
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document["components"]["securitySchemes"] = json!({
        "access_token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The `access_token` of `POST /v1/auth/login`.",
        },
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "ush_",
            "description": "A personal or service token: good for what is under its own `/v1/organizations/{organization}`, as \
                far as its scopes go. The permission that an operation names must be among them.",
        },
    });
    document["components"]["headers"] = answers::shared_headers();
    names::settle(&mut document);
    without_fact_numbers(&mut document);
    let field = document["paths"].as_object_mut().into_iter().flatten().filter(|(path, _)| path.contains("/field/"));
    field.for_each(|(_, operations)| placed_in_skyline(operations));
    for (method, operation) in operations(&mut document) {
        order_extensions(operation);
        describe(operation);
        describe_pages(operation);
        if operation["x-permission"] == "signed_in" {
            operation["security"] = json!([{"access_token": []}]);
        }
        answers::complete(method, operation);
        tell_examples(operation);
    }
    name_conditions(&mut document["components"]["schemas"]["RoleGrant"]["properties"]["when"]);
    open_objects(&mut document["components"]["schemas"]);
    drop_unused_schemas(&mut document);
    examples::add(&mut document);
    document
}

/// A grant of an organization's own role names the conditions that all grants do, and tells in words of its own what is none.
fn name_conditions(when: &mut Value) {
    when["items"] = json!({"$ref": "#/components/schemas/Condition"});
}

/// Puts the extensions last and in the order of their names: they come in none.
fn order_extensions(operation: &mut Value) {
    let Some(fields) = operation.as_object_mut() else { return };
    let mut names: Vec<String> = fields.keys().filter(|name| name.starts_with("x-")).cloned().collect();
    names.sort_unstable();
    for name in names {
        if let Some(value) = fields.shift_remove(&name) {
            fields.insert(name, value);
        }
    }
}

/// The demo's organization that inspects is the one to try operations of inspections in.
fn placed_in_skyline(operations: &mut Value) {
    for operation in operations.as_object_mut().into_iter().flat_map(Map::values_mut) {
        for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
            if parameter["in"] == "path" && parameter["name"] == "organization" {
                parameter["example"] = json!("skyline");
            }
        }
    }
}

/// Every operation, with its method.
fn operations(document: &mut Value) -> impl Iterator<Item = (&str, &mut Value)> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    let operations = paths.filter_map(Value::as_object_mut).flatten();
    operations.map(|(method, operation)| (method.as_str(), operation)).filter(|(method, _)| METHODS.contains(method))
}

/// Gives every operation and every success a sentence, where the code says nothing more: the status says it all.
fn describe(operation: &mut Value) {
    let empty = |value: &Value| value["description"].as_str().is_none_or(str::is_empty);
    let whom = match operation["x-permission"].as_str() {
        Some(permission) if permission.contains('.') => format!("Needs `{permission}`."),
        Some("member") => {
            let scope = operation["x-scope"].as_str().unwrap_or_default();
            format!("For every member. A token needs the scope `{scope}`.")
        }
        Some("signed_in") => "For whoever has signed in.".to_owned(),
        _ => "For everybody.".to_owned(),
    };
    operation["description"] = match operation["description"].as_str() {
        Some(said) if !said.is_empty() => json!(format!("{said}\n\n{whom}")),
        _ => json!(whom),
    };
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        if empty(response) {
            response["description"] = json!(match status.as_str() {
                "200" => "Here it is.",
                "201" => "It was made.",
                "204" => "Done; there is nothing to show.",
                _ => "As asked.",
            });
        }
    }
}

/// What the parameters of pages are, is the same for every list.
fn describe_pages(operation: &mut Value) {
    let parameters = || operation["parameters"].as_array().into_iter().flatten();
    let pages = parameters().any(|parameter| parameter["name"] == "limit");
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        match parameter["name"].as_str() {
            Some("limit") => {
                parameter["description"] = json!("How many at most.");
                parameter["schema"] = json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 20});
            }
            Some("cursor") if pages => {
                parameter["description"] = json!("Where to go on: `next_cursor` of the page before.")
            }
            _ => {}
        }
    }
}

/// Says the examples of parameters that may be left out in words: pages that try operations out would fill them in, and ask
/// for something else than who opens them means.
fn tell_examples(operation: &mut Value) {
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        if parameter["required"] == true {
            continue;
        }
        let Some(example) = parameter.as_object_mut().and_then(|parameter| parameter.remove("example")) else {
            continue;
        };
        let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        let said = parameter["description"].as_str().unwrap_or_default();
        parameter["description"] = json!(format!("{said} For example `{example}`.").trim_start());
    }
}

/// Says of objects of which nothing is known that they may have any field: a generated client would take them for empty.
fn open_objects(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(open_objects),
        Value::Object(fields) => {
            let object = match fields.get("type") {
                Some(Value::String(kind)) => kind == "object",
                Some(Value::Array(kinds)) => kinds.contains(&json!("object")),
                _ => false,
            };
            if object
                && !["properties", "additionalProperties", "allOf", "oneOf"].iter().any(|key| fields.contains_key(*key))
            {
                fields.insert("additionalProperties".to_owned(), json!(true));
            }
            fields.values_mut().for_each(open_objects);
        }
        _ => {}
    }
}

/// Takes the numbers of the facts of our requirements out of descriptions: `(VK-51)` means nothing to who reads these.
fn without_fact_numbers(value: &mut Value) {
    match value {
        Value::String(text) => {
            for mark in [" (VK-", " (TK-"] {
                while let Some(start) = text.find(mark) {
                    let end = text[start..].find(')').map_or(text.len(), |length| start + length + 1);
                    text.replace_range(start..end, "");
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_fact_numbers),
        Value::Object(fields) => fields.values_mut().for_each(without_fact_numbers),
        _ => {}
    }
}

/// Types that stand only inside of generic ones are collected and never referred to.
fn drop_unused_schemas(document: &mut Value) {
    loop {
        let text = document.to_string();
        let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
        let before = schemas.len();
        schemas.retain(|name, _| text.contains(&format!("\"#/components/schemas/{name}\"")));
        if schemas.len() == before {
            return;
        }
    }
}
