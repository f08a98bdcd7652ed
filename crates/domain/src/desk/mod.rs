//! The support desk: tickets, what they are made from and where they wait.

mod knowledge;
mod message;
mod queue;
mod template;
mod ticket;
mod website;

pub use knowledge::{Article, Faq};
pub use message::{Message, MessageKind};
pub use queue::{Queue, QueueGrant, QueueHolder, QueuePermissions, QueuePreset, QueueRoles, QueueTable};
pub use template::{FieldFault, Question, QuestionKind, Template, check_answers, check_questions};
pub use ticket::{
    LinkKind, LinkedTicket, Participant, Priority, Requester, Status, StatusCategory, Ticket, TicketLink,
};
pub use website::Website;
