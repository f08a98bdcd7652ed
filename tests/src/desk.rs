//! What tests of the desk arrange directly in the database: each thing has tests of its own.

use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Organization, Person, World};

impl World {
    /// A new team.
    pub async fn team(&self, organization: &Organization, name: &str) -> String {
        self.made(organization, "insert into teams (org_id, id, name) values ($1, $2, $3)", name).await
    }

    /// A new queue.
    pub async fn queue(&self, organization: &Organization, name: &str) -> String {
        self.made(organization, "insert into queues (org_id, id, name) values ($1, $2, $3)", name).await
    }

    /// A new website.
    pub async fn website(&self, organization: &Organization, name: &str) -> String {
        let sql =
            "insert into websites (org_id, id, name, url, public_key) values ($1, $2, $3, 'https://example.com', $3)";
        self.made(organization, sql, name).await
    }

    /// A new template with one optional question `note` and one required, `topic`, with the options `a` and `b`.
    pub async fn template(&self, organization: &Organization, name: &str) -> String {
        let questions = json!([
            {"key": "topic", "label": "Topic", "kind": "select", "required": true, "options": ["a", "b"]},
            {"key": "note", "label": "Note", "kind": "text"},
        ]);
        let sql = format!("insert into templates (org_id, id, name, questions) values ($1, $2, $3, '{questions}')");
        self.made(organization, &sql, name).await
    }

    async fn made(&self, organization: &Organization, sql: &str, name: &str) -> String {
        let id = Uuid::now_v7();
        sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
            .bind(uuid(&organization.id))
            .bind(id)
            .bind(name)
            .execute(&mut self.owner_connection().await)
            .await
            .unwrap();
        id.to_string()
    }

    /// Shows a template to a team.
    pub async fn show_template(&self, organization: &Organization, template: &str, team: &str) {
        let sql = "insert into template_teams (org_id, template_id, team_id) values ($1, $2, $3)";
        self.joined(organization, sql, template, team).await;
    }

    /// Links a website to a team.
    pub async fn link_website(&self, organization: &Organization, website: &str, team: &str) {
        let sql = "insert into team_websites (org_id, website_id, team_id) values ($1, $2, $3)";
        self.joined(organization, sql, website, team).await;
    }

    async fn joined(&self, organization: &Organization, sql: &'static str, one: &str, other: &str) {
        sqlx::query(sql)
            .bind(uuid(&organization.id))
            .bind(uuid(one))
            .bind(uuid(other))
            .execute(&mut self.owner_connection().await)
            .await
            .unwrap();
    }

    /// Puts somebody into a team, with a team role.
    pub async fn join_team(&self, organization: &Organization, person: &Person, team: &str, role: &str) {
        let sql = "insert into role_assignments (org_id, id, member_id, role, team_id) values ($1, $2, $3, $4, $5)";
        grant(&mut self.owner_connection().await, sql, organization, person, role, team).await;
    }

    /// Gives somebody queue roles, beside those they have.
    pub async fn allow(&self, organization: &Organization, person: &Person, queue: &str, roles: &[&str]) {
        let sql = "insert into role_assignments (org_id, id, member_id, role, queue_id) values ($1, $2, $3, $4, $5)";
        for role in roles {
            grant(&mut self.owner_connection().await, sql, organization, person, role, queue).await;
        }
    }

    /// The organization's built-in queue.
    pub async fn inbox(&self, organization: &Organization) -> String {
        let id: Uuid = sqlx::query_scalar("select id from queues where org_id = $1 and built_in")
            .bind(uuid(&organization.id))
            .fetch_one(&mut self.owner_connection().await)
            .await
            .unwrap();
        id.to_string()
    }
}

async fn grant(
    connection: &mut PgConnection,
    sql: &'static str,
    organization: &Organization,
    person: &Person,
    role: &str,
    scope: &str,
) {
    sqlx::query(sql)
        .bind(uuid(&organization.id))
        .bind(Uuid::now_v7())
        .bind(uuid(&person.id))
        .bind(role)
        .bind(uuid(scope))
        .execute(connection)
        .await
        .unwrap();
}

fn uuid(text: &str) -> Uuid {
    text.parse().unwrap()
}
