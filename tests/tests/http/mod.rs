//! What every operation shares: bodies, methods, idempotency.

mod bodies;
mod contract;
mod idempotency;
mod mail;
mod methods;
