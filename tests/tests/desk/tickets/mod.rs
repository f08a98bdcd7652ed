//! Tickets.

mod assignees;
mod combinations;
mod creating;
mod exporting;
mod linking;
mod listing;
mod merging;
mod messages;
mod moving;
mod participants;
mod updating;

use usher_tests::{Organization, Person, Value, json};

/// Creates a ticket and returns its id.
async fn ticket(by: &Person, org: &Organization, place: Value) -> String {
    let mut body = json!({"subject": "Printer"});
    body.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
    text(&by.post(&format!("{}/desk/tickets", org.path), body).await.is(201)["id"])
}

/// The address of a ticket.
fn at(org: &Organization, ticket: &str) -> String {
    format!("{}/desk/tickets/{ticket}", org.path)
}

/// A text in an answer.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}

/// A problem without what differs from one request to the next.
fn same(mut problem: Value) -> Value {
    problem["request_id"] = Value::Null;
    problem
}
