//! The support desk: tickets, templates, queues, and what stands beside them.

mod queues;
mod templates;
mod tickets;
mod websites;
