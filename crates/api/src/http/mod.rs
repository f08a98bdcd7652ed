//! What every operation shares: who calls, what they send, what they get.

mod answer;
mod body;
mod call;
mod paging;
mod path;
mod problem;
mod query;
mod render;

pub use answer::{Answer, Listed, created, no_content, ok, shown};
pub use body::{Body, LIMIT as BODY_LIMIT};
pub use call::{Call, Guest};
pub use path::Path;
pub use problem::{FieldError, Problem, Stop};
pub use query::Query;
pub use render::{nowhere, render};
