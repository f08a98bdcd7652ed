//! What the policy engine promises: its laws over generated callers and resources, the built-in models cell by cell, and
//! the facts of the requirements that a cell or the ladder decides.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod allocation;
mod box_office;
mod custom;
mod differential;
mod documents;
mod facts;
mod field;
mod generate;
mod golden;
mod helpdesk;
mod lab;
mod laws;
mod parser;
mod queues;
mod written;

use usher_policy_testing::{cedar, support, synthetic};
