//! What each operation may be sent beside its body, and all that it can answer: it follows from what it takes, and the
//! tests hold every answer that they get against it.

use serde_json::{Value, json};
use usher_policy::{Access, Permission};

/// Things that bear a version, and so an entity tag.
const VERSIONED: [&str; 21] = [
    "Account",
    "Branding",
    "IssuedPersonalToken",
    "IssuedServiceToken",
    "Organization",
    "Member",
    "Role",
    "ServiceToken",
    "Subscription",
    "Team",
    "Invitation",
    "Ticket",
    "Template",
    "Queue",
    "QueueTable",
    "InspectionTemplate",
    "Site",
    "Inspection",
    "InspectionAnswer",
    "Report",
    "FullReport",
];

/// What has an address of its own when it is made, and no version.
const ADDRESSED: [&str; 3] = ["Registered", "Membership", "Photo"];

/// What an operation takes.
struct Takes {
    /// An access token.
    token: bool,
    /// A body.
    body: bool,
    /// `If-Match`.
    version: bool,
    /// `If-Match`, without which it is refused.
    version_required: bool,
    /// `Idempotency-Key`.
    key: bool,
    /// Something that it changes.
    writes: bool,
    /// Things of an organization.
    of_tenant: bool,
    /// Things in its path.
    places: bool,
    /// A permission that may be missing although the thing is seen.
    may_be_forbidden: bool,
}

impl Takes {
    fn of(method: &str, operation: &Value) -> Self {
        let permission = operation["x-permission"].as_str().unwrap_or_default();
        let known = Permission::parse(permission);
        // Who may not see a thing is told that it is not there.
        let views = known.is_some_and(|permission| permission == permission.target().view());
        let token = permission != "none";
        let body = operation["requestBody"].is_object();
        let parameters = || operation["parameters"].as_array().into_iter().flatten();
        let version = parameters().find(|parameter| parameter["name"] == "If-Match");
        // A question may need a body, and changes nothing.
        let asks = known.is_some_and(|permission| permission.access() == Access::Read);
        Self {
            token,
            body,
            version: version.is_some(),
            version_required: version.is_some_and(|parameter| parameter["required"] == true),
            key: token && method == "post" && !asks,
            writes: token && method != "get" && !asks,
            of_tenant: known.is_some() || permission == "member",
            places: parameters().any(|parameter| parameter["in"] == "path"),
            may_be_forbidden: known.is_some() && !views,
        }
    }

    /// The problems that follow.
    fn problems(&self) -> [(&'static str, bool, &'static str); 15] {
        [
            ("400", true, "The request cannot be read: its path, its parameters, its headers or its body."),
            ("401", self.token, "Nobody is signed in, or no longer."),
            ("403", self.may_be_forbidden, "You may see it, and may not do this."),
            ("403", self.of_tenant, "It is not among the scopes of the token."),
            ("403", self.token, "A personal or service token acts in its organization only."),
            ("404", self.of_tenant || self.places, "There is no such thing, as far as you may know."),
            ("408", self.body, "The body did not come in time."),
            ("409", self.writes, "The state of things does not allow it."),
            ("412", self.version, "It has changed since you read it."),
            ("413", self.body, "The body is too large."),
            ("415", self.body, "The body is not of a kind that is taken."),
            ("422", self.body || self.key, "What is asked for cannot be: every field that is wrong is named."),
            ("428", self.version_required, "`If-Match` is missing."),
            ("429", self.token, "Too many requests: of this session, or to this organization."),
            ("503", self.token || self.body, "The server is too busy, or cannot reach its database or its files."),
        ]
    }
}

/// Adds to an operation what follows from what it takes.
pub(super) fn complete(method: &str, operation: &mut Value) {
    let takes = Takes::of(method, operation);
    if takes.key {
        let key = idempotency_key();
        match operation.get_mut("parameters").and_then(Value::as_array_mut) {
            Some(parameters) => parameters.push(key),
            None => operation["parameters"] = json!([key]),
        }
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, applies, description) in takes.problems() {
        if applies && !responses.contains_key(status) {
            responses.insert(status.to_owned(), json!({"description": description}));
        }
    }
    for (status, response) in responses.iter_mut() {
        if status.starts_with(['4', '5']) {
            let schema = json!({"$ref": "#/components/schemas/Problem"});
            response["content"] = json!({"application/problem+json": {"schema": schema}});
        }
        let headers = headers(status, response, takes.token);
        if headers.as_object().is_some_and(|headers| !headers.is_empty()) {
            response["headers"] = headers;
        }
    }
    responses.sort_keys();
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "A name of this request, 1 to 255 printable ASCII characters: sent again with it within a day, it is not \
            done again and gets the first answer.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    })
}

/// The headers that answers have, by their names.
pub(super) fn shared_headers() -> Value {
    let text = |description: &str, required: bool, example: &str| json!({"description": description, "required": required, "schema": {"type": "string"}, "example": example});
    let policy = "Where requests are limited: by what, how many (`q`), in how many seconds (`w`).";
    let left = "Where requests are limited: how many are left (`r`), and in how many seconds all are again (`t`).";
    json!({
        "ETag": text("Its version, for `If-Match`.", true, "\"3\""),
        "Location": text("Its address.", true, "/v1/organizations/019f0000-0000-7000-8000-000000000000"),
        "Next-Cursor": text("Where the next file goes on, if there are more rows.", false, "dGlja2V0cw"),
        "RateLimit": text(left, false, "\"session\";r=2999;t=1"),
        "RateLimit-Policy": text(policy, false, "\"session\";q=3000;w=60"),
        "Retry-After": {
            "description": "After how many seconds to try again.",
            "required": true,
            "schema": {"type": "integer"},
            "example": 5,
        },
        "WWW-Authenticate": text("How to sign in.", true, "Bearer"),
    })
}

/// The headers of an answer.
fn headers(status: &str, response: &Value, token: bool) -> Value {
    let schema = response["content"]["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
    let name = schema.rsplit('/').next().unwrap_or_default();
    let image = status == "304" || response["content"]["image/*"].is_object();
    let versioned = VERSIONED.contains(&name.strip_suffix("WithPermissions").unwrap_or(name));
    let addressed = status == "201" && (versioned || ADDRESSED.contains(&name));
    let limited = token && (status.starts_with('2') || status == "429");
    let headers = [
        ("ETag", versioned || image),
        ("Location", addressed),
        ("Next-Cursor", response["content"]["text/csv"].is_object()),
        ("RateLimit", limited),
        ("RateLimit-Policy", limited),
        ("Retry-After", ["429", "503"].contains(&status)),
        ("WWW-Authenticate", status == "401"),
    ];
    let reference = |name: &str| json!({"$ref": format!("#/components/headers/{name}")});
    headers.into_iter().filter(|(_, has)| *has).map(|(name, _)| (name.to_owned(), reference(name))).collect()
}
