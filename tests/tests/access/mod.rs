//! Questions about access itself.

mod check;
mod explain;
mod models;
mod places;
mod preview;
mod relations;
mod review;
mod roles;
mod round_trips;
mod together;
mod who_can;
