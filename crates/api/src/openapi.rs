//! The contract, generated from the operations that are registered.

use actix_web::App;
use serde_json::json;
use utoipa::{
    OpenApi,
    openapi::{
        ContentBuilder, Ref, RefOr, ResponseBuilder,
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_actix_web::AppExt;

use crate::http::{FieldError, Problem};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Usher",
        description = "A multi-tenant backend whose first-class feature is who may see and do what.\n\n\
            Everything of a tenant is under `/v1/organizations/{organization}`, by id or by slug. Every operation names the \
            permission that it needs in `x-permission`; `signed_in` means any account, `none` means nobody has to sign in.\n\n\
            Errors are `application/problem+json` with a stable `code`. Lists are `items` and `next_cursor`. A POST of a signed-in caller may bear an \
            `Idempotency-Key`; a thing's `ETag` may come back as `If-Match`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact(name = "Usher"),
    ),
    servers((url = "/")),
    security(("access_token" = [])),
    components(schemas(Problem, FieldError)),
    tags(
        (name = "auth", description = "Register, sign in, renew, sign out."),
        (name = "me", description = "One's own account."),
        (name = "organizations", description = "The tenants."),
        (name = "members", description = "Who belongs to an organization, with which roles."),
        (name = "invitations", description = "Offers of membership."),
        (name = "teams", description = "Groups of members."),
        (name = "access", description = "Who may do what, and why."),
        (name = "tickets", description = "Support tickets."),
        (name = "templates", description = "The forms that tickets are made from."),
        (name = "queues", description = "Where tickets wait, and who may do what there."),
        (name = "desk", description = "What stands beside tickets: statuses, priorities, websites, the knowledge base."),
        (name = "health", description = "For operators."),
    ),
)]
struct Contract;

/// The contract as it is published.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) =
        App::new().into_utoipa_app().openapi(Contract::openapi()).configure(crate::app::routes).split_for_parts();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    if let Some(components) = &mut document.components {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
        let bearer = bearer.description(Some("The `access_token` of `POST /v1/auth/login`."));
        components.add_security_scheme("access_token", SecurityScheme::Http(bearer.build()));
    }
    for (path, item) in &mut document.paths.paths {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            complete(path, operation);
            describe(operation);
        }
    }
    drop_unused_schemas(&mut document);
    document
}

/// Gives every operation and every success a sentence, where the code says nothing more: the status says it all.
fn describe(operation: &mut Operation) {
    if operation.description.as_ref().is_none_or(String::is_empty) {
        let permission = operation.extensions.as_ref().and_then(|all| all.get("x-permission")).and_then(|p| p.as_str());
        operation.description = Some(match permission {
            Some(permission) if permission.contains('.') => format!("Needs `{permission}`."),
            Some("signed_in") => "For whoever has signed in.".to_owned(),
            _ => "For everybody.".to_owned(),
        });
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description = match status.as_str() {
                "200" => "Here it is.",
                "201" => "It was made.",
                "204" => "Done; there is nothing to show.",
                _ => "As asked.",
            }
            .to_owned();
        }
    }
}

/// Types that stand only inside of generic ones are collected and never referred to.
fn drop_unused_schemas(document: &mut utoipa::openapi::OpenApi) {
    loop {
        let text = json!(document).to_string();
        let Some(components) = &mut document.components else { return };
        let before = components.schemas.len();
        components.schemas.retain(|name, _| text.contains(&format!("\"#/components/schemas/{name}\"")));
        if components.schemas.len() == before {
            return;
        }
    }
}

/// Adds the problems that an operation can answer with: they follow from what it takes.
fn complete(path: &str, operation: &mut Operation) {
    let public = operation.security.as_ref().is_some_and(|security| {
        security.iter().all(|requirement| json!(requirement).as_object().is_none_or(serde_json::Map::is_empty))
    });
    let body = operation.request_body.is_some();
    let write = operation.extensions.is_some() && (body || operation.responses.responses.contains_key("204"));
    let permission = operation.extensions.as_ref().and_then(|all| all.get("x-permission")).and_then(|p| p.as_str());
    let of_tenant = permission.is_some_and(|permission| permission.contains('.'));
    let limited = ["/v1/auth/login", "/v1/auth/register", "/v1/invitations/register"].contains(&path);
    let problems = [
        ("400", true, "The request cannot be read."),
        ("401", !public || path.starts_with("/v1/auth/"), "Nobody is signed in, or no longer."),
        ("403", of_tenant, "You may see it, and may not do this."),
        (
            "404",
            path.contains('{') || of_tenant || path.ends_with("active-organization"),
            "There is no such thing, as far as you may know.",
        ),
        ("409", write, "The state of things does not allow it."),
        ("412", write && of_tenant || path == "/v1/me", "It has changed since you read it."),
        ("413", body, "The body is too large."),
        ("415", body, "The body is not JSON."),
        ("422", body || write, "What is asked for cannot be: every field that is wrong is named."),
        ("429", limited, "Too many attempts."),
        (
            "503",
            path.starts_with("/v1/"),
            "The database cannot do it now, or not in time: try again after `Retry-After`.",
        ),
    ];
    for (status, applies, description) in problems {
        if applies && !operation.responses.responses.contains_key(status) {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let response = ResponseBuilder::new().description(description).content("application/problem+json", content);
            operation.responses.responses.insert(status.to_owned(), RefOr::T(response.build()));
        }
    }
}
