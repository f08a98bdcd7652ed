//! The names of problems.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        extensions::ExtensionsBuilder,
        schema::{ObjectBuilder, Schema, Type},
    },
};

/// Every `code` of a problem, by name. A name that has been published stays what it means.
pub const CODES: [&str; 75] = [
    "already_in_team",
    "already_linked",
    "already_member",
    "answer_forgotten",
    "body_too_large",
    "contention",
    "cors_refused",
    "credentials_invalid",
    "database_unreachable",
    "deleted",
    "email_taken",
    "files_unavailable",
    "forbidden",
    "id_taken",
    "in_use",
    "inspection_not_submitted",
    "inspection_submitted",
    "inspection_template_name_taken",
    "internal_error",
    "invalid",
    "invitation_accepted",
    "invitation_expired",
    "invitation_for_another",
    "invitation_pending",
    "invitation_revoked",
    "last_holder",
    "malformed_request",
    "member_inactive",
    "method_not_allowed",
    "not_for_services",
    "not_found",
    "not_handed_over",
    "outcome_unknown",
    "overloaded",
    "photo_in_use",
    "precondition_required",
    "queue_built_in",
    "queue_name_taken",
    "queue_not_empty",
    "rate_limited",
    "reference_gone",
    "refresh_token_invalid",
    "refresh_token_reused",
    "request_in_flight",
    "request_timeout",
    "role_gone",
    "role_key_taken",
    "role_out_of_reach",
    "same_ticket",
    "scope_out_of_reach",
    "session_ended",
    "site_not_empty",
    "slug_taken",
    "stale",
    "storage_busy",
    "storage_full",
    "team_has_inspections",
    "team_has_tickets",
    "team_name_taken",
    "template_name_taken",
    "ticket_merged",
    "timeout",
    "token_ended",
    "token_expired",
    "token_invalid",
    "token_missing",
    "token_of_organization",
    "too_many_attempts",
    "too_many_photos",
    "too_many_queues",
    "too_many_roles",
    "too_many_tokens",
    "too_much_mail",
    "unavailable",
    "unsupported_media_type",
];

/// Every `code` of one fault of a request, by name, but those that the problem itself has. A name that has been published
/// stays what it means.
pub const FAULTS: [&str; 49] = [
    "blank",
    "cannot_carry_out",
    "cannot_view",
    "confirmation_missing",
    "duplicate",
    "duplicate_field",
    "end_out_of_reach",
    "format",
    "idempotency_key_reused",
    "in_the_past",
    "incomplete",
    "invalid",
    "invalid_cursor",
    "max_items",
    "member_inactive",
    "min_items",
    "misplaced",
    "missing",
    "not_a_mailbox_target",
    "not_for_services",
    "not_grantable",
    "not_json",
    "not_unique",
    "not_utf8",
    "nul",
    "number_of_roles",
    "one_change",
    "other_team",
    "out_of_range",
    "pattern",
    "required",
    "same_member",
    "scope_out_of_reach",
    "too_few_fields",
    "too_long",
    "too_many_fields",
    "too_short",
    "type",
    "unexpected_body",
    "unknown_condition",
    "unknown_field",
    "unknown_level",
    "unknown_parameter",
    "unknown_permission",
    "unknown_photo",
    "unknown_plan",
    "unknown_question",
    "unknown_role",
    "unknown_value",
];

/// A `code` of a problem, as the contract tells of it: those that there are, and that there may be more.
#[derive(Debug)]
pub struct ProblemCode;

impl PartialSchema for ProblemCode {
    fn schema() -> RefOr<Schema> {
        listed("A stable name of a problem: one of those that are listed. More may come.", &CODES, "not_found")
    }
}

impl ToSchema for ProblemCode {}

/// A `code` of one fault, as the contract tells of it.
#[derive(Debug)]
pub struct FieldCode;

impl PartialSchema for FieldCode {
    fn schema() -> RefOr<Schema> {
        let description = "A stable name of what is wrong in one place: one of those that are listed, or the problem's own code \
            where that is about the place. More may come.";
        listed(description, &FAULTS, "too_long")
    }
}

impl ToSchema for FieldCode {}

fn listed(description: &str, names: &[&str], example: &str) -> RefOr<Schema> {
    let listed = ExtensionsBuilder::new().add("x-extensible-enum", names).build();
    let code = ObjectBuilder::new().schema_type(Type::String).description(Some(description));
    RefOr::T(Schema::Object(code.examples([example]).extensions(Some(listed)).build()))
}
