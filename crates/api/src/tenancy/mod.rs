//! Organizations, members, invitations and teams.

mod acceptance;
mod branding;
mod invitations;
mod member_tokens;
mod members;
mod members_export;
mod organizations;
mod own_roles;
mod personal_tokens;
mod roles;
mod scopes;
mod service_tokens;
mod subscription;
mod team_members;
mod teams;
mod transfer;

pub use acceptance::*;
pub use branding::*;
pub use invitations::*;
pub use member_tokens::*;
pub use members::*;
pub use members_export::*;
pub use organizations::*;
pub use own_roles::*;
pub use personal_tokens::*;
pub use roles::is_known;
pub use service_tokens::*;
pub use subscription::*;
pub use team_members::*;
pub use teams::*;
pub use transfer::*;
use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this module outside any organization.
pub(crate) fn routes_outside(config: &mut ServiceConfig<'_>) {
    config.service(create_organization).service(list_organizations).service(list_plans);
    config.service(inspect_invitation).service(accept_invitation).service(register_invited);
}

/// The operations of this module in an organization.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_organization).service(update_organization).service(delete_organization);
    config.service(transfer_organization);
    config.service(get_subscription).service(update_subscription);
    config.service(get_branding).service(update_branding).service(set_logo).service(get_logo).service(delete_logo);
    config.service(create_invitation).service(list_invitations).service(get_invitation).service(revoke_invitation);
    // Before the member by id, whose pattern fits its path too.
    config.service(export_members);
    config.service(list_members).service(get_member).service(change_member_roles).service(remove_member);
    config.service(leave_organization);
    // Before the role by id, whose pattern fits its path too.
    config.service(suggest_roles);
    config.service(list_roles).service(create_role).service(get_role).service(update_role).service(delete_role);
    config.service(create_personal_token).service(list_personal_tokens).service(end_personal_token);
    config.service(list_member_personal_tokens).service(end_member_personal_token);
    config.service(create_service_token).service(list_service_tokens).service(get_service_token);
    config.service(rotate_service_token).service(end_service_token);
    config.service(list_teams).service(create_team).service(get_team).service(update_team).service(delete_team);
    config.service(list_team_members).service(add_team_member).service(set_team_member).service(remove_team_member);
}
