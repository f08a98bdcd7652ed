//! The same rules in another language: an access model as Cedar policies, people and things as Cedar entities.
//!
//! One policy for each role and cell that is not `-`, and one for each guard. The roles that a person holds
//! are attributes, `person["team.admin"]`: the set of the scopes where they hold it.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write,
};

use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityUid, PolicySet, Request, Response, RestrictedExpression,
};
use usher_policy::{Access, Condition, Level, Mask, Model, Permission, Standing};

use crate::support::{HOME, Person, Thing};

/// A model in Cedar.
pub struct Cedar {
    policies: PolicySet,
    authorizer: Authorizer,
    actions: Vec<EntityUid>,
    pub person: EntityUid,
}

impl Cedar {
    pub fn new(model: &Model) -> Self {
        Self {
            policies: policies(model).parse().unwrap(),
            authorizer: Authorizer::new(),
            actions: Permission::ALL.iter().map(|permission| uid("Action", permission.key())).collect(),
            person: uid("Person", "caller"),
        }
    }

    pub fn allows(&self, permission: Permission, resource: &EntityUid, entities: &Entities) -> bool {
        self.answer(permission, resource, entities).decision() == cedar_policy::Decision::Allow
    }

    fn answer(&self, permission: Permission, resource: &EntityUid, entities: &Entities) -> Response {
        let action = self.actions[permission as usize].clone();
        let request = Request::new(self.person.clone(), action, resource.clone(), Context::empty(), None).unwrap();
        self.authorizer.is_authorized(&request, &self.policies, entities)
    }

    /// The person's facts as an entity.
    pub fn person(&self, person: &Person) -> Entity {
        let mut held: BTreeMap<String, Vec<RestrictedExpression>> = BTreeMap::new();
        for (level, scope, role) in &person.assignments {
            held.entry(format!("{level}.{role}")).or_default().push(text(scope));
        }
        for (_, role) in person.model.roles() {
            held.entry(format!("{}.{}", role.level, role.key)).or_default();
        }
        let mut attributes: HashMap<String, RestrictedExpression> =
            held.into_iter().map(|(role, scopes)| (role, RestrictedExpression::new_set(scopes))).collect();
        attributes.insert("organization".to_owned(), text(HOME));
        attributes.insert("active".to_owned(), RestrictedExpression::new_bool(person.standing == Standing::Active));
        attributes.insert("plan_workflows".to_owned(), boolean(person.conditions, Condition::PlanWorkflows));
        if let Some(scopes) = person.scopes {
            let allowed = self.actions.iter().zip(Permission::ALL).filter(|(_, p)| scopes.contains(**p));
            let allowed = allowed.map(|(action, _)| RestrictedExpression::new_entity_uid(action.clone()));
            attributes.insert("scopes".to_owned(), RestrictedExpression::new_set(allowed));
        }
        Entity::new(self.person.clone(), attributes, HashSet::new()).unwrap()
    }
}

/// A thing's facts as an entity.
pub fn thing(id: &EntityUid, thing: &Thing) -> Entity {
    let mut attributes = HashMap::from([("organization".to_owned(), text(thing.organization))]);
    for level in &Level::ALL[1..] {
        if let Some(scope) = thing.scopes.at(*level) {
            attributes.insert(level.key().to_owned(), text(scope));
        }
    }
    for condition in Condition::ALL.into_iter().filter(|condition| !condition.is_standing()) {
        attributes.insert(condition.key().to_owned(), boolean(thing.holding, condition));
    }
    Entity::new(id.clone(), attributes, HashSet::new()).unwrap()
}

pub fn uid(kind: &str, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.parse().unwrap(), id.parse().unwrap())
}

fn text(value: impl ToString) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_string())
}

fn boolean(mask: Mask, condition: Condition) -> RestrictedExpression {
    RestrictedExpression::new_bool(mask.contains(condition))
}

fn policies(model: &Model) -> String {
    let mut text = String::from(
        "forbid(principal, action, resource) unless { principal.organization == resource.organization };\n\
         forbid(principal, action, resource) unless { principal.active };\n\
         forbid(principal, action, resource) when { principal has scopes && !principal.scopes.contains(action) };\n",
    );
    for (_, role) in model.roles().filter(|(_, role)| role.read_only) {
        let writes = actions(Permission::ALL.iter().filter(|permission| permission.access() == Access::Write));
        let held = held(role.level, &role.key);
        writeln!(text, "forbid(principal, action in [{writes}], resource) when {{ {held} }};").unwrap();
    }
    for (index, role) in model.roles() {
        let mut cells: BTreeMap<u32, Vec<&Permission>> = BTreeMap::new();
        for permission in Permission::ALL {
            cells.entry(model.cell(index, *permission).bits()).or_default().push(permission);
        }
        cells.remove(&Mask::NONE.bits());
        for (cell, permissions) in cells {
            let (actions, held) = (actions(permissions.into_iter()), held(role.level, &role.key));
            let conditions: Vec<String> = Mask::from_bits(cell).iter().map(|c| holds(model, c)).collect();
            let conditions = conditions.join(" || ");
            writeln!(text, "permit(principal, action in [{actions}], resource) when {{ {held} && ({conditions}) }};")
                .unwrap();
        }
    }
    text
}

fn actions<'a>(permissions: impl Iterator<Item = &'a Permission>) -> String {
    permissions.map(|permission| format!("Action::\"{permission}\"")).collect::<Vec<_>>().join(", ")
}

fn held(level: Level, role: &str) -> String {
    match level {
        Level::Organization => format!("principal[\"{level}.{role}\"].contains(resource.organization)"),
        _ => format!("resource has {level} && principal[\"{level}.{role}\"].contains(resource.{level})"),
    }
}

fn holds(model: &Model, condition: Condition) -> String {
    match condition {
        Condition::Always => "true".to_owned(),
        Condition::PlanWorkflows => "principal.plan_workflows".to_owned(),
        Condition::Staff => {
            let staff = model.roles().filter(|(_, role)| role.staff);
            let held: Vec<String> = staff.map(|(_, role)| held(role.level, &role.key)).collect();
            if held.is_empty() { "false".to_owned() } else { format!("({})", held.join(" || ")) }
        }
        Condition::Own
        | Condition::Assigned
        | Condition::Participant
        | Condition::TemplateVisible
        | Condition::SharedWithTeam
        | Condition::MailboxTarget => format!("resource.{}", condition.key()),
    }
}
