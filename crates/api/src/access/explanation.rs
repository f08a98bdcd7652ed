//! How a decision is shown, with all that it rests on.

use serde::Serialize;
use usher_policy::{Considered, Explanation, Grant, Level, Mask, Model, Outcome, Remedy};
use usher_store::Place;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    condition::ConditionName,
    named::Named,
    question::denial_code,
    told::{self, Told},
};

/// A decision, explained.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "allowed": false,
    "outcome": "forbidden",
    "permission": "organization.delete",
    "summary": "Denied: Admin (organization role) does not give `organization.delete` on this.",
    "denial": "no_grant",
    "considered": [{
        "level": "organization",
        "scope_id": "019f0000-0000-7000-8000-000000000000",
        "role": "admin",
        "when": [],
        "met": [],
        "document": "crates/policy/models/helpdesk.md:42",
    }],
    "would_allow": [{
        "role": "owner",
        "level": "organization",
        "scope_id": "019f0000-0000-7000-8000-000000000000",
        "text": "You would be allowed as Owner (organization role) there.",
    }],
}))]
pub struct AccessExplanation {
    /// Whether they may.
    allowed: bool,
    /// `allowed`; `forbidden`: they see it and may not; `hidden`: they do not even see it.
    outcome: &'static str,
    /// The permission.
    permission: &'static str,
    /// The decision in words.
    summary: String,
    /// Why it was denied: `no_grant`, `role_out_of_reach`, `token_scope`, `read_only_role`, `membership_inactive`;
    /// of a service, `token_ended`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    denial: Option<&'static str>,
    /// The grant that allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    granted_by: Option<RoleAt>,
    /// Every role of theirs that bears on it.
    considered: Vec<ConsideredView>,
    /// What would allow, each by itself.
    would_allow: Vec<RemedyView>,
    /// For what is decided at a place (`ticket.create`), asked without one: the teams and queues of theirs where they may, as
    /// far as you see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    allowed_in: Option<Vec<PlaceView>>,
}

/// A team or a queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceView {
    /// `team` or `queue`.
    level: &'static str,
    /// Which one.
    scope_id: Uuid,
    /// Its name.
    name: String,
}

impl From<Place> for PlaceView {
    fn from(place: Place) -> Self {
        Self { level: place.level.key(), scope_id: place.id, name: place.name }
    }
}

/// A role at a scope.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleAt {
    /// `organization`, `team`, `queue` …
    level: &'static str,
    /// The organization, team, queue …; none if you may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scope_id: Option<Uuid>,
    /// The name of the team or queue, if you may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Support")]
    scope_name: Option<String>,
    /// The role.
    role: String,
    /// The condition under which it gives the permission.
    condition: ConditionName,
}

/// A role that bears on a decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsideredView {
    /// `organization`, `team`, `queue` …
    level: &'static str,
    /// The organization, team, queue …; none if you may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scope_id: Option<Uuid>,
    /// The name of the team or queue, if you may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Support")]
    scope_name: Option<String>,
    /// The role.
    role: String,
    /// When it gives the permission: any one of these must hold. Empty: never.
    when: Vec<ConditionName>,
    /// Those of them that hold.
    met: Vec<ConditionName>,
    /// Where a document says so: file, from the root of the repository, and line. In a model that is built from others it may be
    /// a document of theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    document: Option<String>,
    /// What that document has its readers know about this permission.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<&'static str>,
}

/// What would allow: a role, a condition for one that they hold, or a scope of the token.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct RemedyView {
    /// The role that would have to be given, or that they hold already.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    role: Option<String>,
    /// Its level.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    level: Option<&'static str>,
    /// Where it would have to be given; none if they hold it already, or if you may not see the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    scope_id: Option<Uuid>,
    /// The name of the team or queue, if you may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Support")]
    scope_name: Option<String>,
    /// For a role that they hold: any one of these would have to hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<ConditionName>,
    /// What the token would have to have among its scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "ticket.reply")]
    token_scope: Option<&'static str>,
    /// The same in words.
    text: String,
}

/// How an explanation is shown.
pub(super) struct View<'a> {
    pub told: Told,
    pub model: &'a Model,
    /// The scopes that may be told of, and the names of those that may be seen.
    pub named: &'a Named,
    /// Whether roles of the organization's own may be named that would have to be given.
    pub names_own: bool,
}

impl View<'_> {
    /// `places`: where it is allowed, if that was asked.
    pub(super) fn explanation(&self, explanation: &Explanation, places: Option<Vec<Place>>) -> AccessExplanation {
        let (outcome, granted_by, denial) = match explanation.outcome {
            Outcome::Allowed(grant) => ("allowed", Some(grant), None),
            Outcome::Forbidden(denial) => ("forbidden", None, Some(denial)),
            Outcome::Hidden(denial) => ("hidden", None, Some(denial)),
        };
        AccessExplanation {
            allowed: granted_by.is_some(),
            outcome,
            permission: explanation.permission.key(),
            summary: told::summary(self.told, self.model, explanation),
            denial: denial.map(denial_code),
            granted_by: granted_by.map(|grant| self.role_at(&grant)),
            considered: explanation.considered.iter().map(|c| self.considered(c)).collect(),
            would_allow: explanation.remedies.iter().filter(|it| self.names(it)).map(|it| self.remedy(it)).collect(),
            allowed_in: places.map(|places| places.into_iter().map(PlaceView::from).collect()),
        }
    }

    fn names(&self, remedy: &Remedy) -> bool {
        match *remedy {
            Remedy::Role { role, .. } => self.names_own || !self.model.role_at(role).custom,
            Remedy::Condition { .. } | Remedy::Scope { .. } => true,
        }
    }

    /// A scope, if it may be named.
    fn scope(&self, level: Level, scope: Uuid) -> Option<Uuid> {
        (level == Level::Organization || self.named.tells(level, scope)).then_some(scope)
    }

    /// The name of a scope, if it may be seen.
    fn name(&self, level: Level, scope: Uuid) -> Option<String> {
        self.named.of(level, scope)
    }

    fn role_at(&self, grant: &Grant) -> RoleAt {
        let role = self.model.role_at(grant.role);
        RoleAt {
            level: role.level.key(),
            scope_id: self.scope(role.level, grant.scope),
            scope_name: self.name(role.level, grant.scope),
            role: role.key.clone(),
            condition: ConditionName(grant.condition),
        }
    }

    fn considered(&self, considered: &Considered) -> ConsideredView {
        let role = self.model.role_at(considered.assignment.role);
        ConsideredView {
            level: role.level.key(),
            scope_id: self.scope(role.level, considered.assignment.scope),
            scope_name: self.name(role.level, considered.assignment.scope),
            role: role.key.clone(),
            when: ConditionName::each(considered.cell),
            met: ConditionName::each(considered.met),
            document: considered.source.map(|(model, line)| format!("crates/policy/{}:{line}", model.file())),
            note: considered.note,
        }
    }

    fn remedy(&self, remedy: &Remedy) -> RemedyView {
        let (role, scope, conditions) = match *remedy {
            Remedy::Role { role, scope } => (role, Some(scope), Mask::NONE),
            Remedy::Condition { role, conditions } => (role, None, conditions),
            Remedy::Scope { permission } => {
                let text = told::remedy(self.told, self.model, remedy, false);
                return RemedyView { token_scope: Some(permission.key()), text, ..RemedyView::default() };
            }
        };
        let about = self.model.role_at(role);
        let scope_id = scope.and_then(|scope| self.scope(about.level, scope));
        RemedyView {
            role: Some(about.key.clone()),
            level: Some(about.level.key()),
            scope_id,
            scope_name: scope.and_then(|scope| self.name(about.level, scope)),
            conditions: ConditionName::each(conditions),
            token_scope: None,
            text: told::remedy(self.told, self.model, remedy, scope_id.is_some()),
        }
    }
}
