//! What every operation shares: bodies, methods, idempotency.

mod bodies;
mod contract;
mod idempotency;
mod limits;
mod lines;
mod mail;
mod methods;
mod pages;
