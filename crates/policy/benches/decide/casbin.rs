//! The same rules in Casbin: a policy line for each cell that gives, a grouping line for each assignment.

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use usher_policy::{Condition, Level, Permission};

use crate::support::{HOME, Person, Thing};

const MODEL: &str = r#"
[request_definition]
r = sub, org, team, queue, holding, act

[policy_definition]
p = level, role, act, condition

[role_definition]
g = _, _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.act == p.act && g(r.sub, "person", r.org) && (p.condition == "yes" || p.condition == r.holding) && \
    ((p.level == "organization" && g(r.sub, p.role, r.org)) || \
     (p.level == "team" && g(r.sub, p.role, r.team)) || \
     (p.level == "queue" && g(r.sub, p.role, r.queue)))
"#;

/// A request: who, the organization, team and queue, the condition that holds, the permission.
pub type Asked = [String; 6];

pub fn asked(permission: Permission, thing: &Thing) -> Asked {
    let scope = |level| thing.scopes.at(level).map_or_else(|| "-".to_owned(), |scope| scope.to_string());
    [
        "caller".to_owned(),
        thing.organization.to_string(),
        scope(Level::Team),
        scope(Level::Queue),
        thing.holding.first().map_or("-", Condition::key).to_owned(),
        permission.key().to_owned(),
    ]
}

pub fn allows(enforcer: &Enforcer, asked: &Asked) -> bool {
    let [sub, org, team, queue, holding, act] = asked;
    enforcer.enforce((sub, org, team, queue, holding, act)).unwrap()
}

pub fn enforcer(person: &Person) -> Enforcer {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let model = DefaultModel::from_str(MODEL).await.unwrap();
        let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await.unwrap();
        let mut policies = Vec::new();
        for (index, role) in person.model.roles() {
            for permission in Permission::ALL {
                for condition in person.model.cell(index, *permission).iter() {
                    let role_name = format!("{}.{}", role.level, role.key);
                    let level = role.level.key().to_owned();
                    policies.push(vec![level, role_name, permission.key().to_owned(), condition.key().to_owned()]);
                }
            }
        }
        enforcer.add_policies(policies).await.unwrap();
        let membership = vec!["caller".to_owned(), "person".to_owned(), HOME.to_string()];
        enforcer.add_grouping_policy(membership).await.unwrap();
        for (level, scope, role) in &person.assignments {
            let grouping = vec!["caller".to_owned(), format!("{level}.{role}"), scope.to_string()];
            enforcer.add_grouping_policy(grouping).await.unwrap();
        }
        enforcer
    })
}
