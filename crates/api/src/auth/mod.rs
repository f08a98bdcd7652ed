//! Signing in: accounts, sessions, tokens.

mod accounts;
pub mod api_token;
mod keys;
mod limit;
pub mod password;
mod sessions;
mod token;

pub use accounts::*;
pub use api_token::TokenSecret;
pub use keys::{Jwk, Keys, LIFETIME};
pub use limit::{SignInLimit, TokenLimit};
pub use password::Password;
pub use sessions::*;
pub use token::Secret;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of signing in.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(register).service(login).service(refresh_tokens).service(logout);
    config.service(list_sessions).service(end_session).service(get_signing_keys);
    config.service(get_me).service(update_me).service(switch_organization);
}
