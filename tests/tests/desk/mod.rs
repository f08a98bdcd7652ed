//! The support desk.

mod tickets;
