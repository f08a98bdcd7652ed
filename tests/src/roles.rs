//! Roles of an organization's own.

use serde_json::{Value, json};

use crate::{Organization, Person, World};

impl Organization {
    /// Adds a role of the organization's own, at a level (`organization`, `team` or `queue`): its permissions, each with the
    /// conditions under which it gives them, as the cell of a model's table says them (`yes`, or `own, assigned`). Returns
    /// its id.
    pub async fn role(&self, level: &str, key: &str, grants: &[(&str, &str)]) -> String {
        let grant = |(permission, when): &(&str, &str)| {
            let when: Vec<&str> = when.split(", ").collect();
            json!({"permission": permission, "when": when})
        };
        let grants: Vec<Value> = grants.iter().map(grant).collect();
        let body = json!({"level": level, "key": key, "title": key, "grants": grants});
        let made = self.owner.post(&format!("{}/roles", self.path), body).await.is(201);
        made["id"].as_str().unwrap().to_owned()
    }
}

impl World {
    /// Adds an organization role of the organization's own, and somebody who has it and no other.
    pub async fn member_with(&self, organization: &Organization, key: &str, grants: &[(&str, &str)]) -> Person {
        organization.role("organization", key, grants).await;
        self.member(organization, key).await
    }
}

/// What gives these permissions under no condition.
pub fn yes<const N: usize>(permissions: [&str; N]) -> [(&str, &str); N] {
    permissions.map(|permission| (permission, "yes"))
}
