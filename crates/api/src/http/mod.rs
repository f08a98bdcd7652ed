//! What every operation shares: who calls, what they send, what they get.

mod act;
mod address;
mod answer;
mod body;
mod call;
mod codes;
mod entity_tag;
mod faults;
mod json;
mod limit;
mod named;
mod operations;
mod paging;
mod parameters;
mod path;
mod problem;
mod query;
mod render;
mod stop;
mod table;
mod time_zone;
mod visible;
mod words;

pub use act::Act;
pub use address::{Proxies, subscriber};
pub use answer::{
    Answer, Granted, Listed, Versioned, addressed, created, granted, listed, made, no_content, ok, seen,
    seen_unversioned, shown,
};
pub use body::{Body, BodyHash, Change, LIMIT as BODY_LIMIT};
pub use call::{Call, Guest};
pub use codes::ProblemCode;
pub use limit::{Limit, RequestLimits};
pub use named::{filtered_by, place, placed};
pub use operations::{Asked, IfMatch, MustMatch, Operations};
pub use paging::{Include, listed as paged, page_request};
pub use parameters::{MemberPath, PageQuery, PlainPageQuery, ThingQuery};
pub use path::Path;
pub use problem::{FieldError, Problem};
pub use query::{Query, storable};
pub use render::{OnlyHead, nowhere, render};
pub use stop::Stop;
pub use table::{cell, table, table_request, time_cell};
pub use time_zone::TimeZone;
pub use visible::{answer_created_if_visible, answer_if_visible, shown_here_if, shown_if};
