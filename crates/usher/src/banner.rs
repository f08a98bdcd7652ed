//! What is printed once the server is ready.

use std::{fmt::Write, net::SocketAddr};

use crate::demo;

/// Where everything is, and what to try first.
pub fn ready(address: SocketAddr, demo: bool) -> String {
    let base = format!("http://{address}");
    let mut text = format!(
        "\nUsher is ready.\n\n  API         {base}/v1\n  Swagger UI  {base}/docs/\n  Contract    {base}/openapi.json\n  Who may     {base}/docs/permissions\n"
    );
    if demo {
        let _ = write!(text, "\n{}\n{}", people(), first_steps(&base));
    } else {
        let _ = write!(text, "\nRegister the first account with `POST {base}/v1/auth/register`.\n");
    }
    text.push_str("\nStop with Ctrl-C.");
    text
}

/// The demo's people and their password.
pub fn people() -> String {
    let mut text = format!("Demo people (password of all: {}):\n\n", demo::PASSWORD);
    for person in demo::PEOPLE {
        let _ = writeln!(text, "  {:<28} {}", person.email, person.about());
    }
    text
}

fn first_steps(base: &str) -> String {
    // Somebody who sees a part of the tickets and may not do everything.
    let who = demo::AGENT;
    let organization = format!("{base}/v1/organizations/{}", demo::NORTHWIND);
    format!(
        "Try it:

  TOKEN=$(curl -s {base}/v1/auth/login -H 'content-type: application/json' -d '{{\"email\": \"{who}\", \"password\": \"{password}\"}}' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')
  curl -s -H \"Authorization: Bearer $TOKEN\" '{organization}/desk/tickets?limit=3&include=total,permissions'
  curl -s -H \"Authorization: Bearer $TOKEN\" {organization}/access/explain -H 'content-type: application/json' -d '{{\"question\": {{\"permission\": \"organization.delete\"}}}}'
",
        password = demo::PASSWORD,
    )
}
