//! Questions about access itself.

mod check;
mod explain;
mod models;
