//! The support desk: tickets, templates, queues, and what stands beside them.

mod knowledge;
mod queue_cells;
mod queue_permissions;
mod queues;
mod settings;
mod templates;
pub mod tickets;
mod websites;

pub use queue_cells::QueueRow;
pub use queues::{NewQueue, QueueChange};
pub use templates::{NewTemplate, TemplateChange};
