//! The facts of the requirements that a cell decides: a test for each, named by its number, with a table of one or more lines.
//!
//! A line says: the roles held, with `+` between, each in the scope `here` unless `@there` stands behind it, `-` for none; the
//! permissions; where the thing stands, and with which conditions holding; and the answer. Two lines may be about the same
//! roles: one says what is allowed, the other what is not.

use usher_policy::{Condition, Level, Mask, Model, ModelKey, Outcome, Permission};
use uuid::Uuid;

use crate::support::{Person, Thing, outcome};

const HERE: Uuid = Uuid::from_u128(0xC1);
const THERE: Uuid = Uuid::from_u128(0xC2);

fn person(key: ModelKey, roles: &'static str) -> Person {
    let named = roles.split('+').filter(|role| *role != "-");
    named.fold(Person::new(Model::built_in(key)), |person, role| {
        let (role, scope) = role.split_once('@').map_or((role, HERE), |(role, _)| (role, THERE));
        if role.starts_with("organization.") {
            person.with(role, crate::support::HOME)
        } else {
            person.with(role, scope)
        }
    })
}

/// The thing, and what holds of the organization.
fn thing(permission: Permission, words: &str) -> (Thing, Mask) {
    let mut words = words.split('+');
    let scope = match words.next() {
        Some("here") => HERE,
        Some("there") => THERE,
        other => panic!("a place, not {other:?}"),
    };
    let holding: Mask = words.map(|word| Condition::parse(word).unwrap_or_else(|| panic!("{word}"))).collect();
    let below = &Level::ALL[1..];
    let thing = below.iter().fold(Thing::new(permission.target()), |thing, level| thing.at(*level, scope));
    (thing.holding(holding), holding.and(Mask::ORGANIZATION))
}

/// Asks the engine what a table says.
pub fn check(key: ModelKey, table: &'static str) {
    let mut wrong = Vec::new();
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let [roles, permissions, words, expected] = cells[..] else { panic!("{line}") };
        for name in permissions.split(',') {
            let permission = Permission::parse(name).unwrap_or_else(|| panic!("{line}: {name}"));
            let (thing, of_the_organization) = thing(permission, words);
            let mut person = person(key, roles);
            person.conditions = of_the_organization;
            let found = match outcome(&person.caller(), permission, &thing) {
                Outcome::Allowed(_) => "allowed",
                Outcome::Forbidden(_) => "forbidden",
                Outcome::Hidden(_) => "hidden",
            };
            if found != expected {
                wrong.push(format!("{line}: {name} is {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} lines are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A test for each fact of a model.
macro_rules! facts {
    ($model:ident; $($fact:ident: $table:literal;)+) => {
        $(#[test]
        fn $fact() {
            crate::facts::check(usher_policy::ModelKey::$model, $table);
        })+
    };
}
pub(crate) use facts;
