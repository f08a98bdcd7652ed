//! Tickets.

mod creating;
mod listing;
mod updating;

use usher_tests::{Organization, Person, json};

/// Creates a ticket and returns its id.
async fn ticket(by: &Person, org: &Organization, place: usher_tests::Value) -> String {
    let mut body = json!({"subject": "Printer"});
    body.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
    let made = by.post(&format!("{}/desk/tickets", org.path), body).await.is(201);
    made["id"].as_str().unwrap().to_owned()
}

/// The address of a ticket.
fn at(org: &Organization, ticket: &str) -> String {
    format!("{}/desk/tickets/{ticket}", org.path)
}
