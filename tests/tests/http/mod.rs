//! What every operation shares: bodies, methods, idempotency.

mod bodies;
mod idempotency;
mod mail;
mod methods;
