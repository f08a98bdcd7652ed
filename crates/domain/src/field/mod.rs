//! Field inspections: forms, the sites they are filled in at, and what came of it.

mod answering;
mod form;
mod inspection;
mod photo;
mod report;
mod site;
mod state;
mod template;

pub use answering::{Score, says_something, score, unanswered};
pub use form::{InspectionQuestion, InspectionQuestionKind, ScoredOption, Section, check_sections};
pub use inspection::{Inspection, InspectionAnswer};
pub use photo::Photo;
pub use report::Report;
pub use site::Site;
pub use state::{InspectionState, WrongState};
pub use template::InspectionTemplate;
