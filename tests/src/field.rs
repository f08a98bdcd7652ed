//! What tests of field inspections arrange: an organization with a team, and somebody of every role.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{Organization, Person, World, png};

/// A `field` organization with one team. Everybody whose role is a team's is a `member` of the organization.
#[derive(Debug)]
pub struct Field {
    /// The organization. Its owner is in no team.
    pub organization: Organization,
    /// `/v1/organizations/{id}/field`: what the paths of this module begin with.
    pub path: String,
    /// The team.
    pub team: String,
    /// A super admin of the organization, in no team.
    pub super_admin: Person,
    /// An administrator of the organization, in no team.
    pub admin: Person,
    /// A member in no team.
    pub member: Person,
    /// The team's admin.
    pub team_admin: Person,
    /// A contributor to the team who may reach everything.
    pub full: Person,
    /// One who sees everything and writes what is theirs.
    pub limited: Person,
    /// One who sees and writes what is theirs.
    pub focused: Person,
    /// A viewer of the team.
    pub viewer: Person,
}

impl World {
    /// A new organization with a team and somebody of every role.
    pub async fn field(&self) -> Field {
        let organization = self.organization("field").await;
        let team = self.team(&organization, "Inspectors").await;
        Field {
            super_admin: self.member(&organization, "super_admin").await,
            admin: self.member(&organization, "admin").await,
            member: self.member(&organization, "member").await,
            team_admin: self.team_member(&organization, &team, "admin").await,
            full: self.team_member(&organization, &team, "contributor_full").await,
            limited: self.team_member(&organization, &team, "contributor_limited").await,
            focused: self.team_member(&organization, &team, "contributor_focused").await,
            viewer: self.team_member(&organization, &team, "viewer").await,
            path: format!("{}/field", organization.path),
            team,
            organization,
        }
    }

    /// One thing of each kind in a team of an organization, made by its owner, by the names that paths give them. The
    /// inspection is of one question, which only this organization asks.
    pub async fn field_things(&self, organization: &Organization, team: &str) -> BTreeMap<&'static str, String> {
        let question = format!("of-{}", organization.id);
        let make = async |collection: &str, body: Value| {
            let made =
                organization.owner.post(&format!("{}/field/{collection}", organization.path), body).await.is(201);
            made["id"].as_str().unwrap().to_owned()
        };
        let asked = json!({"key": question, "label": "?", "kind": "choice", "options": [{"value": "Yes"}]});
        let sections = json!([{"title": "Part", "questions": [asked]}]);
        let template = json!({"team_id": team, "name": "Thing", "sections": sections});
        let template = make("inspection-templates", template).await;
        let site = make("sites", json!({"team_id": team, "name": "Thing"})).await;
        let inspection = json!({"team_id": team, "template_id": template, "site_id": site, "title": "Thing"});
        let add_photo = async |inspection: &str| {
            let photos = format!("{}/field/inspections/{inspection}/photos", organization.path);
            let photo = organization.owner.send_image(Method::POST, &photos, png(inspection)).await.is(201);
            photo["id"].as_str().unwrap().to_owned()
        };
        let report = make("inspections", inspection.clone()).await;
        let report_photo = add_photo(&report).await;
        organization
            .owner
            .post_empty(&format!("{}/field/inspections/{report}/submit", organization.path))
            .await
            .is(200);
        let inspection = make("inspections", inspection).await;
        BTreeMap::from([
            ("photo", add_photo(&inspection).await),
            ("report_photo", report_photo),
            ("inspection_template", template.clone()),
            // What bodies and filters of this module call it.
            ("template", template),
            // One at which there are no inspections.
            ("site", make("sites", json!({"team_id": team, "name": "Another thing"})).await),
            ("inspection", inspection),
            ("report", report),
            ("question", question),
        ])
    }

    /// Somebody new in an organization, as a `member`, and in a team with this role.
    pub async fn team_member(&self, organization: &Organization, team: &str, role: &str) -> Person {
        let person = self.member(organization, "member").await;
        self.join_team(organization, &person, team, role).await;
        person
    }
}

impl Field {
    /// The organization's owner, who reaches everything.
    pub fn owner(&self) -> &Person {
        &self.organization.owner
    }

    /// Everybody, each by the name of their role.
    pub fn everybody(&self) -> [(&'static str, &Person); 9] {
        [
            ("owner", self.owner()),
            ("super_admin", &self.super_admin),
            ("admin", &self.admin),
            ("member", &self.member),
            ("team_admin", &self.team_admin),
            ("full", &self.full),
            ("limited", &self.limited),
            ("focused", &self.focused),
            ("viewer", &self.viewer),
        ]
    }

    /// Somebody by the name of their role.
    pub fn who(&self, role: &str) -> &Person {
        self.everybody().into_iter().find(|(name, _)| *name == role).unwrap_or_else(|| panic!("nobody is {role}")).1
    }

    /// A new inspection template of the team's with the questions of [`sections`]. Returns its id.
    pub async fn template(&self, name: &str) -> String {
        self.template_in(&self.team, name).await
    }

    /// The same in any team of the organization.
    pub async fn template_in(&self, team: &str, name: &str) -> String {
        let body = json!({"team_id": team, "name": name, "sections": sections()});
        self.made(self.owner(), "inspection-templates", body).await
    }

    /// A new site of the team's, made by somebody. Returns its id.
    pub async fn site(&self, by: &Person, name: &str) -> String {
        self.made(by, "sites", json!({"team_id": self.team, "name": name})).await
    }

    /// Makes a thing of a collection below [`Field::path`]. Returns its id.
    pub async fn made(&self, by: &Person, collection: &str, body: Value) -> String {
        let made = by.post(&format!("{}/{collection}", self.path), body).await.is(201);
        made["id"].as_str().unwrap().to_owned()
    }
}

/// A form with a question of every kind: `exits` (a choice, required: Yes 10, No 0, None there), `lights` (a checkbox, 5
/// points), `pressure` (0 to 10 bar), `note` (a text), `checked_on`, `photos`, `signature`.
pub fn sections() -> Value {
    let exits = json!([{"value": "Yes", "score": 10}, {"value": "No", "score": 0}, {"value": "None there"}]);
    json!([
        {"title": "Ways out", "questions": [
            {"key": "exits", "label": "Are the exits clear?", "kind": "choice", "required": true, "options": exits},
            {"key": "lights", "label": "Do the emergency lights work?", "kind": "checkbox", "score": 5},
        ]},
        {"title": "The rest", "questions": [
            {"key": "pressure", "label": "Pressure", "kind": "number", "unit": "bar", "minimum": 0, "maximum": 10},
            {"key": "note", "label": "Anything else?", "kind": "text", "help": "What you would tell a colleague."},
            {"key": "checked_on", "label": "Checked on", "kind": "date"},
            {"key": "photos", "label": "Photos", "kind": "photo"},
            {"key": "signature", "label": "Signed by", "kind": "signature"},
        ]},
    ])
}
