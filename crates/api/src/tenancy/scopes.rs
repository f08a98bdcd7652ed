//! What the bodies of tokens have in common: scopes, and when one ends.

use chrono::{DateTime, Datelike, Utc};
use usher_domain::Text;
use usher_policy::Permission;

use crate::http::{FieldError, Problem};

/// The permissions that a body lists under `/scopes`.
///
/// # Errors
/// 422 with every one that is none, or stands twice.
pub fn scopes(keys: &[Text<1, 60>]) -> Result<Vec<Permission>, Problem> {
    let mut scopes = Vec::new();
    let mut faults = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        let pointer = format!("/scopes/{index}");
        match Permission::parse(key) {
            None => {
                let detail = format!("There is no permission `{key}`.");
                faults.push(FieldError::at(pointer, "unknown_permission", detail));
            }
            Some(known) if scopes.contains(&known) => {
                faults.push(FieldError::at(pointer, "duplicate", format!("`{key}` stands twice.")));
            }
            Some(known) => scopes.push(known),
        }
    }
    if faults.is_empty() { Ok(scopes) } else { Err(Problem::invalid(faults)) }
}

/// A time that can be written with a year of four digits.
///
/// # Errors
/// 422.
pub fn ending(expires_at: Option<DateTime<Utc>>) -> Result<Option<DateTime<Utc>>, Problem> {
    match expires_at {
        Some(at) if !(1..=9999).contains(&at.year()) => {
            let detail = "The year is one of four digits.";
            Err(Problem::invalid(vec![FieldError::at("/expires_at", "out_of_range", detail)]))
        }
        other => Ok(other),
    }
}
