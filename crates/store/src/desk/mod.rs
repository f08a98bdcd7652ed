//! The support desk: tickets, templates, queues, and what stands beside them.

mod queues;
mod templates;
pub mod tickets;
mod websites;
