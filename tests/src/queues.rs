//! What tests of the desk arrange through the API: what is made there has consequences that a row alone would not have.

use serde_json::{Value, json};

use crate::{Organization, Person, World};

/// A question that fits any template.
fn question() -> Value {
    json!({"key": "details", "label": "Tell us more", "kind": "textarea"})
}

impl World {
    /// A new template of the organization's, visible to these teams. Returns its id.
    pub async fn create_template(&self, organization: &Organization, name: &str, team_ids: &[&str]) -> String {
        let body = json!({"name": name, "questions": [question()], "team_ids": team_ids});
        let made = organization.owner.post(&format!("{}/desk/templates", organization.path), body).await.is(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Shows a template to these teams and no others.
    pub async fn set_template_teams(&self, organization: &Organization, template: &str, team_ids: &[&str]) {
        let path = format!("{}/desk/templates/{template}", organization.path);
        let etag = organization.owner.get(&path).await.etag();
        organization.owner.patch_if(&path, &etag, json!({"team_ids": team_ids})).await.is(200);
    }

    /// A new queue, made as an administrator makes it. Returns its id.
    pub async fn create_queue(&self, organization: &Organization, name: &str) -> String {
        let path = format!("{}/desk/queues", organization.path);
        let queue = organization.owner.post(&path, json!({"name": name})).await.is(201);
        queue["id"].as_str().unwrap().to_owned()
    }

    /// Gives a person exactly these permissions and duties, each queue with their names, and nothing on other queues.
    pub async fn set_queue_permissions(&self, organization: &Organization, person: &Person, table: &[(&str, &[&str])]) {
        let path = format!("{}/members/{}/queue-permissions", organization.path, person.id);
        let etag = organization.owner.get(&path).await.etag();
        let rows = table.iter().map(|(queue, names)| {
            let mut row = json!({"queue_id": queue});
            names.iter().for_each(|name| row[*name] = json!(true));
            row
        });
        let body = json!({"permissions": rows.collect::<Vec<_>>()});
        organization.owner.put_if(&path, &etag, body).await.is(200);
    }
}
