//! Names and subjects are one line, which reads as what it is.

use usher_tests::{World, json};

#[tokio::test]
async fn a_name_or_a_subject_holds_no_line_break_no_control_and_no_override() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let ticket = json!({"subject": "Printer"});
    let made = org.owner.post(&format!("{}/desk/tickets", org.path), ticket).await.is(201);
    let ticket = format!("{}/desk/tickets/{}", org.path, made["id"].as_str().unwrap());
    for odd in ["a\rb", "a\nb", "a\u{1b}[2Jb", "a\u{85}b", "a\u{2028}b", "a\u{202e}b", "a\u{2067}b"] {
        for (path, field) in [("/v1/me", "name"), (&org.path, "name"), (&ticket, "subject")] {
            org.owner.patch(path, json!({field: odd})).await.names(422, &format!("/{field}"));
        }
        org.owner.post(&format!("{}/teams", org.path), json!({"name": odd})).await.names(422, "/name");
        // Of a text that has several lines they are part.
        let described = org.owner.patch(&ticket, json!({"description": odd})).await.is(200);
        assert_eq!(described["description"], odd);
    }
    // Other scripts, and the marks that they need, are as good as ours.
    for fine in ["שלום\u{200f} Usher", "مرحبا", "Zoë 👩\u{200d}💻"] {
        assert_eq!(org.owner.patch("/v1/me", json!({"name": fine})).await.is(200)["name"], fine);
    }
}
