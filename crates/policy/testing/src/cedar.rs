//! The same rules in another language: an access model as Cedar policies, people and things as Cedar entities.
//!
//! The policies of the built-in models were written by hand (`written`); any model's can be generated from its cells, one
//! for each role and cell that is not `-`. The roles that a person holds are attributes, `principal["team.admin"]`: the set
//! of the scopes where they hold it.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write,
};

use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision, Entities, Entity, EntityUid, Policy, PolicySet, Request,
    RestrictedExpression,
};
use usher_policy::{Access, Condition, Level, Mask, Model, Permission, Standing};

use crate::support::{HOME, Person, Thing};

/// What no role can give around, in every model.
const GUARDS: &str = "
    forbid(principal, action, resource) unless { principal.organization == resource.organization };
    forbid(principal, action, resource) unless { principal.active };
    forbid(principal, action, resource) when { principal has scopes && !principal.scopes.contains(action) };
";

/// Roles, each with one that its holders hold too, the widest first.
pub type Includes = &'static [(&'static str, &'static str)];

/// A model in Cedar.
pub struct Cedar {
    policies: PolicySet,
    /// For each permission the policies that are about it, if they were told apart.
    about: Vec<PolicySet>,
    authorizer: Authorizer,
    actions: Vec<EntityUid>,
    person: EntityUid,
    includes: Includes,
}

impl Cedar {
    /// These rules, and the guards.
    pub fn new(rules: impl IntoIterator<Item = Policy>, includes: Includes) -> Self {
        Self {
            policies: PolicySet::from_policies(rules.into_iter().chain(parsed("guards", GUARDS))).unwrap(),
            about: Vec::new(),
            authorizer: Authorizer::new(),
            actions: Permission::ALL.iter().map(|permission| uid("Action", permission.key())).collect(),
            person: uid("Person", "caller"),
            includes,
        }
    }

    /// What the cells of a model say.
    pub fn generated(model: &Model) -> Self {
        Self::new(parsed("generated", &policies(model)), &[])
    }

    /// The same with the policies told apart by what they are about: Cedar looks at every policy that it is handed.
    pub fn by_permission(mut self) -> Self {
        let about = |action| self.policies.policies().filter(move |policy| is_about(policy, action)).cloned();
        self.about = self.actions.iter().map(|action| PolicySet::from_policies(about(action)).unwrap()).collect();
        self
    }

    /// Whether the person may do this to the thing, of whom `entities` are the facts.
    pub fn allows(&self, permission: Permission, resource: &EntityUid, entities: &Entities) -> bool {
        let action = self.actions[permission as usize].clone();
        let request = Request::new(self.person.clone(), action, resource.clone(), Context::empty(), None).unwrap();
        let policies = self.about.get(permission as usize).unwrap_or(&self.policies);
        let response = self.authorizer.is_authorized(&request, policies, entities);
        // A policy that fails does not count, so a misspelt role would pass for one that nobody holds.
        let errors: Vec<_> = response.diagnostics().errors().collect();
        assert!(errors.is_empty(), "{permission}: {errors:?}");
        response.decision() == Decision::Allow
    }

    /// The facts of a person and a thing.
    pub fn entities(&self, person: &Person, id: &EntityUid, facts: &Thing) -> Entities {
        Entities::from_entities([self.person(person), thing(id, facts)], None).unwrap()
    }

    /// The person's facts as an entity.
    fn person(&self, person: &Person) -> Entity {
        let mut attributes = self.roles(person);
        attributes.insert("organization".to_owned(), text(HOME));
        attributes.insert("active".to_owned(), RestrictedExpression::new_bool(person.standing == Standing::Active));
        for condition in Mask::ORGANIZATION.iter() {
            attributes.insert(condition.key().to_owned(), boolean(person.conditions, condition));
        }
        if let Some(scopes) = person.scopes {
            let allowed = self.actions.iter().zip(Permission::ALL).filter(|(_, p)| scopes.contains(**p));
            let allowed = allowed.map(|(action, _)| RestrictedExpression::new_entity_uid(action.clone()));
            attributes.insert("scopes".to_owned(), RestrictedExpression::new_set(allowed));
        }
        Entity::new(self.person.clone(), attributes, HashSet::new()).unwrap()
    }

    /// For each role of the model where the person holds it.
    fn roles(&self, person: &Person) -> HashMap<String, RestrictedExpression> {
        let names = person.model.roles().map(|(_, role)| (format!("{}.{}", role.level, role.key), Vec::new()));
        let mut held: BTreeMap<String, Vec<String>> = names.collect();
        if let Some(role) = person.model.everybodys_role() {
            let role = person.model.role_at(role);
            held.entry(format!("{}.{}", role.level, role.key)).or_default().push(HOME.to_string());
        }
        for (level, scope, role) in &person.assignments {
            held.entry(format!("{level}.{role}")).or_default().push(scope.to_string());
        }
        for (role, included) in self.includes {
            let scopes = held[*role].clone();
            held.get_mut(*included).unwrap().extend(scopes);
        }
        let set = |scopes: Vec<String>| RestrictedExpression::new_set(scopes.into_iter().map(text));
        held.into_iter().map(|(role, scopes)| (role, set(scopes))).collect()
    }
}

/// A thing's facts as an entity. What stands in no team stands in the team without a name, where nobody holds a role.
fn thing(id: &EntityUid, thing: &Thing) -> Entity {
    let mut attributes = HashMap::from([("organization".to_owned(), text(thing.organization))]);
    for level in &Level::ALL[1..] {
        let scope = thing.scopes.at(*level).map(|scope| scope.to_string());
        attributes.insert(level.key().to_owned(), text(scope.unwrap_or_default()));
    }
    for condition in Condition::ALL.into_iter().filter(|condition| !condition.is_standing()) {
        attributes.insert(condition.key().to_owned(), boolean(thing.holding, condition));
    }
    Entity::new(id.clone(), attributes, HashSet::new()).unwrap()
}

/// The policies of a text, named after where they come from.
pub fn parsed(source: &str, text: &str) -> Vec<Policy> {
    let policies: PolicySet = text.parse().unwrap_or_else(|error| panic!("{source}: {error:?}"));
    policies.policies().map(|policy| policy.new_id(format!("{source} {}", policy.id()).parse().unwrap())).collect()
}

fn is_about(policy: &Policy, action: &EntityUid) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(one) => one == *action,
        ActionConstraint::In(several) => several.contains(action),
    }
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
    let mut text = String::new();
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
    format!("principal[\"{level}.{role}\"].contains(resource.{level})")
}

fn holds(model: &Model, condition: Condition) -> String {
    match condition {
        Condition::Always => "true".to_owned(),
        Condition::Staff => {
            let staff = model.roles().filter(|(_, role)| role.staff);
            let held: Vec<String> = staff.map(|(_, role)| held(role.level, &role.key)).collect();
            if held.is_empty() { "false".to_owned() } else { format!("({})", held.join(" || ")) }
        }
        organization if Mask::ORGANIZATION.contains(organization) => format!("principal[\"{}\"]", organization.key()),
        of_the_thing => format!("resource.{}", of_the_thing.key()),
    }
}
