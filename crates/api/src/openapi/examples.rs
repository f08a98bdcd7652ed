//! An example for every answer that has a body, put together from the schemas: each field by its name and its type.

use serde_json::{Map, Value, json};

/// What stands for a thing's identifier, with the number of its kind at the end.
const ID: &str = "019f0000-0000-7000-8000-0000000000";

/// Fields whose value follows from their name, whatever they are a part of.
const FIELDS: [(&str, &str); 54] = [
    ("accent_color", "#d29922"),
    ("caption", "The exit to the yard"),
    ("content_type", "image/png"),
    ("primary_color", "#1f6feb"),
    ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("access_model", "helpdesk"),
    ("access_token", "eyJhbGciOiJFZERTQSJ9.…"),
    ("address", "192.0.2.7"),
    ("alg", "EdDSA"),
    ("answer", "Within two weeks."),
    ("body", "Have you tried to turn it off and on again?"),
    ("category", "open"),
    ("code", "not_found"),
    ("color", "#3fb950"),
    ("condition", "yes"),
    ("crv", "Ed25519"),
    ("description", "What there is to know about it."),
    ("detail", "There is no such ticket, or you may not see it."),
    ("document", "crates/policy/models/helpdesk.md:42"),
    ("email", "ada@example.org"),
    ("key", "open"),
    ("kid", "019f0000-0000-7000-8000-000000000016"),
    ("kty", "OKP"),
    ("label", "Why?"),
    ("level", "organization"),
    ("name", "Ada Lovelace"),
    ("next_cursor", "dGVhbXM6bmFtZQowMTlm"),
    ("organization", "Northwind"),
    ("outcome", "allowed"),
    ("permission", "ticket.reply"),
    ("plan", "free"),
    ("plan_name", "Free"),
    ("priority", "high"),
    ("public_key", "pk_1f3a"),
    ("question", "How long may I return a thing?"),
    ("queue_name", "Returns"),
    ("refresh_token", "ushr_…"),
    ("relation", "blocks"),
    ("resource", "ticket"),
    ("role", "admin"),
    ("role_title", "Administrator"),
    ("slug", "northwind"),
    ("state", "active"),
    ("status", "open"),
    ("subject", "The printer is on fire"),
    ("summary", "Allowed: the role Administrator (organization role) gives `ticket.reply`."),
    ("text", "Answer a ticket publicly."),
    ("title", "Administrator"),
    ("token", "ush_…"),
    ("token_type", "Bearer"),
    ("x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
    ("url", "https://www.example.org"),
    ("use", "sig"),
    ("user_agent", "Mozilla/5.0"),
];

/// The same for parts of one schema, where the name means something else there.
const PARTS: [(&str, &str, &str); 41] = [
    ("Ticket", "description", "It began at nine."),
    ("Photo", "question", "photos"),
    ("Photo", "caption", "The exit to the yard"),
    ("AccessModel", "key", "helpdesk"),
    ("AccessModel", "title", "Helpdesk"),
    ("AccessModel", "document", "# Helpdesk"),
    ("AccessModelSummary", "key", "helpdesk"),
    ("AccessModelSummary", "title", "Helpdesk"),
    ("Article", "title", "Returning things"),
    ("Article", "body", "Send it back within two weeks."),
    ("Article", "state", "published"),
    ("Faq", "state", "published"),
    ("Health", "status", "ok"),
    ("Organization", "name", "Northwind"),
    ("PermissionView", "key", "ticket.reply"),
    ("Plan", "key", "growth"),
    ("Plan", "name", "Growth"),
    ("Priority", "key", "high"),
    ("Priority", "name", "High"),
    ("Queue", "name", "Returns"),
    ("Status", "name", "Open"),
    ("Team", "name", "Support"),
    ("TeamRole", "name", "Support"),
    ("Template", "name", "Returns"),
    ("Website", "name", "Shop"),
    ("InspectionTemplate", "name", "Fire safety"),
    ("Section", "title", "Ways out"),
    ("Report", "title", "Fire doors, third quarter"),
    ("FullReport", "address", "Harbour Street 7, 20457 Hamburg"),
    ("Report", "team", "Maintenance"),
    ("Report", "site", "Warehouse 7"),
    ("Report", "template", "Fire safety"),
    ("Report", "submitted_by_name", "Ada Lovelace"),
    ("FullReport", "organization", "Skyline"),
    ("ReportSection", "title", "Ways out"),
    ("ReportSum", "name", "Warehouse 7"),
    ("Site", "name", "Warehouse 7"),
    ("Site", "address", "Harbour Street 7, 20457 Hamburg"),
    ("Offer", "invited_by", "Olivia Owner"),
    ("QueueGrant", "permission", "contribute"),
    ("QueuePermissions", "warning", "Manage without contribute: may change tickets that they cannot see."),
];

/// What the items of a list are called in one.
const ITEMS: [(&str, &str); 9] = [
    ("permissions", "ticket.reply"),
    ("assignees", "Ada Lovelace"),
    ("roles", "admin"),
    ("scopes", "ticket.view"),
    ("modules", "desk"),
    ("when", "yes"),
    ("met", "yes"),
    ("may", "give"),
    ("conditions", "assigned"),
];

/// What the problems of a status look like: what it is called, its `code` and its `detail`.
const PROBLEMS: [(&str, &str, &str, &str); 14] = [
    ("400", "Bad Request", "malformed_request", "`limit` must be a whole number."),
    ("401", "Unauthorized", "token_expired", "The access token has expired: renew it, or sign in again."),
    ("403", "Forbidden", "forbidden", "You may not do this here."),
    ("404", "Not Found", "not_found", "There is no such thing, or you may not see it."),
    ("408", "Request Timeout", "request_timeout", "The body did not come in time."),
    ("409", "Conflict", "contention", "Something else was going on at the same time. Nothing was done; try again."),
    ("410", "Gone", "invitation_expired", "This invitation has expired: ask for another one."),
    ("412", "Precondition Failed", "stale", "It has changed since you read it: read it again."),
    ("413", "Payload Too Large", "body_too_large", "The body is too large."),
    ("415", "Unsupported Media Type", "unsupported_media_type", "Send the body as `application/json`."),
    ("422", "Unprocessable Entity", "invalid", "It needs at least 1 character."),
    ("428", "Precondition Required", "precondition_required", "Send the version that you have read as `If-Match`."),
    ("429", "Too Many Requests", "rate_limited", "Too many requests: wait a moment."),
    ("503", "Service Unavailable", "unavailable", "The server is busy. Nothing was done; try again."),
];

/// Adds an example to every answer with a body of JSON.
pub(super) fn add(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    for (_, operation) in super::operations(document) {
        let permission = operation["x-permission"].clone();
        let takes_image = operation["requestBody"]["content"]["image/*"].is_object();
        for (status, answer) in operation["responses"].as_object_mut().into_iter().flatten() {
            if let Some(content) = answer.pointer_mut("/content/application~1json") {
                content["example"] = example(&schemas, &content["schema"], "", "");
                allow(&mut content["example"], &permission);
            }
            if let Some(content) = answer.pointer_mut("/content/application~1problem+json") {
                content["example"] = problem(status, &permission, takes_image);
            }
        }
    }
}

/// What one may do with things of this kind is, in an example, what the operation asks for.
fn allow(example: &mut Value, permission: &Value) {
    if permission.as_str().is_none_or(|key| !key.contains('.')) {
        return;
    }
    match example {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "permissions" && *value == json!(["ticket.reply"]) {
                    *value = json!([permission]);
                }
                allow(value, permission);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| allow(item, permission)),
        _ => {}
    }
}

fn problem(status: &str, permission: &Value, takes_image: bool) -> Value {
    let Some((_, title, code, detail)) = PROBLEMS.iter().find(|(known, ..)| *known == status) else {
        return Value::Null;
    };
    let detail = match status {
        "415" if takes_image => "Send the image's bytes as the body, with a `Content-Type` such as `image/jpeg`.",
        _ => *detail,
    };
    let mut problem = json!({"type": "about:blank", "title": title, "status": status.parse().unwrap_or(0),
        "code": code, "detail": detail});
    match status {
        "400" => problem["errors"] = json!([{"parameter": "limit", "code": "type", "detail": detail}]),
        "422" => problem["errors"] = json!([{"pointer": "/title", "code": "too_short", "detail": detail}]),
        "403" if permission.as_str().is_some_and(|key| key.contains('.')) => problem["permission"] = permission.clone(),
        _ => {}
    }
    problem["request_id"] = json!(format!("{ID}16"));
    problem
}

/// An example of a schema, which stands in a field `name` of the component `of`.
fn example(schemas: &Map<String, Value>, schema: &Value, of: &str, name: &str) -> Value {
    if let Some(given) = schema.get("example") {
        return given.clone();
    }
    if let Some(component) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        let of = if component == "Id" { of } else { component };
        return schemas.get(component).map_or(Value::Null, |schema| example(schemas, schema, of, name));
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts = parts.iter().filter_map(|part| example(schemas, part, of, name).as_object().cloned());
        return Value::Object(parts.flatten().collect());
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choice = choices.iter().find(|choice| choice["type"] != "null");
        return choice.map_or(Value::Null, |choice| example(schemas, choice, of, name));
    }
    if let Some(value) = schema["enum"].get(0) {
        return value.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("object") => object(schemas, schema, of),
        Some("array") => json!([item(schemas, &schema["items"], of, name)]),
        Some("integer") => json!(number(name)),
        Some("number") => json!(66.7),
        Some("boolean") => json!(name == "allowed"),
        _ => json!(text(schema["format"].as_str(), of, name)),
    }
}

fn object(schemas: &Map<String, Value>, schema: &Value, of: &str) -> Value {
    let fields = schema["properties"].as_object().into_iter().flatten();
    Value::Object(fields.map(|(name, field)| (name.clone(), example(schemas, field, of, name))).collect())
}

fn item(schemas: &Map<String, Value>, schema: &Value, of: &str, name: &str) -> Value {
    match ITEMS.iter().find(|(list, _)| *list == name) {
        Some((_, item)) if schema["type"] == "string" => json!(item),
        _ => example(schemas, schema, of, name.strip_suffix('s').unwrap_or(name)),
    }
}

fn number(name: &str) -> u64 {
    match name {
        "expires_in" => 600,
        "number" => 17,
        "score" => 10,
        "max_score" => 15,
        "storage_quota" => 10 * 1024 * 1024 * 1024,
        _ => 1,
    }
}

fn text(format: Option<&str>, of: &str, name: &str) -> String {
    match format {
        Some("date") => return "2026-02-28".to_owned(),
        Some("date-time") => return "2026-02-28T09:00:00Z".to_owned(),
        Some("uuid") => return id(if name == "id" { of } else { name }),
        _ => {}
    }
    let part = PARTS.iter().find(|(component, field, _)| *component == of && *field == name).map(|(.., value)| *value);
    part.or_else(|| FIELDS.iter().find(|(field, _)| *field == name).map(|(_, value)| *value)).unwrap_or("…").to_owned()
}

/// An identifier whose end says of which kind of thing: the same in every example.
fn id(of: &str) -> String {
    let kinds: [&[&str]; 9] = [
        &["organization", "scope"],
        &["queue"],
        &["team"],
        &["template"],
        &["website"],
        &["member", "account", "assignee", "author", "by"],
        &["ticket"],
        &["session"],
        &["invitation"],
    ];
    let of = of.to_lowercase();
    let kind = kinds.iter().position(|names| names.iter().any(|name| of.contains(name)));
    format!("{ID}{:02}", kind.map_or(16, |index| index))
}
