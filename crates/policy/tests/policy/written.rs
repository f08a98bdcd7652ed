//! The rules of the built-in models in Cedar as they were written by hand: from the requirements, not from the documents.
//! Where the requirements say nothing, a rule is marked `not in the source` and says what was settled on.

use cedar_policy::{ActionConstraint, Policy};
use usher_policy::{Model, ModelKey, Permission};

use crate::cedar::{Cedar, Includes, parsed, uid};

/// In the suite each of the four has everything of the one below, and a super admin everything of a super user.
const SUITE_INCLUDES: Includes = &[
    ("organization.owner", "organization.super_admin"),
    ("organization.super_admin", "organization.super_user"),
    ("organization.super_admin", "organization.admin"),
    ("organization.admin", "organization.member"),
];

const SINGLE: [ModelKey; 5] =
    [ModelKey::Helpdesk, ModelKey::Queues, ModelKey::Field, ModelKey::BoxOffice, ModelKey::Lab];

const fn text(key: ModelKey) -> &'static str {
    match key {
        ModelKey::Helpdesk => include_str!("cedar/helpdesk.cedar"),
        ModelKey::Queues => include_str!("cedar/queues.cedar"),
        ModelKey::Field => include_str!("cedar/field.cedar"),
        ModelKey::BoxOffice => include_str!("cedar/box_office.cedar"),
        ModelKey::Lab => include_str!("cedar/lab.cedar"),
        ModelKey::Suite => include_str!("cedar/suite.cedar"),
    }
}

/// A model as it was written by hand.
pub fn engine(key: ModelKey) -> Cedar {
    let includes = if key == ModelKey::Suite { SUITE_INCLUDES } else { &[] };
    Cedar::new(policies(key), includes).by_permission()
}

/// The rules of a model. Those of the suite are its own and those of the five others that hold there.
fn policies(key: ModelKey) -> Vec<Policy> {
    let own = parsed(key.key(), text(key));
    if key != ModelKey::Suite {
        return own;
    }
    let others = SINGLE.into_iter().flat_map(|key| parsed(key.key(), text(key)));
    own.into_iter().chain(others.filter(|policy| policy.annotation("suite").is_none())).collect()
}

#[test]
fn every_action_that_a_rule_is_about_is_one_of_the_catalogue() {
    let known: Vec<_> = Permission::ALL.iter().map(|permission| uid("Action", permission.key())).collect();
    for policy in ModelKey::ALL.into_iter().flat_map(|key| parsed(key.key(), text(key))) {
        let about = match policy.action_constraint() {
            ActionConstraint::Any => continue,
            ActionConstraint::Eq(one) => vec![one],
            ActionConstraint::In(several) => several,
        };
        assert!(about.iter().all(|action| known.contains(action)), "{}: {about:?}", policy.id());
    }
}

#[test]
fn nothing_that_a_model_covers_is_left_unsaid() {
    for key in SINGLE {
        let modules = Model::built_in(key).modules();
        for permission in Permission::ALL.iter().filter(|permission| modules.contains(&permission.module())) {
            assert!(text(key).contains(permission.key()), "{}.cedar says nothing of {permission}", key.key());
        }
    }
}
