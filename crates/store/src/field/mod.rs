//! Field inspections: templates, sites, inspections and their reports.

mod inspections;
mod reports;
mod sites;
mod templates;
