//! What every operation shares: bodies, methods, idempotency.

mod bodies;
mod contract;
mod entity_tags;
mod idempotency;
mod limits;
mod lines;
mod mail;
mod methods;
mod pages;
mod permissions_page;
mod words;
