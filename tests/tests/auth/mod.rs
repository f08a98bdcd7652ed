//! Registering, signing in, sessions and the tokens that speak for them.

mod register;
mod sessions;
mod sign_in;
mod tokens;
