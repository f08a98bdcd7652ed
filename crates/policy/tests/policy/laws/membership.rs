//! Law 7 for what being in a team opens: conditions that it meets, under which roles give that were there before.

use std::{
    cell::Cell,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, LazyLock},
};

use proptest::prelude::*;
use usher_policy::{Condition, CustomRole, Level, Mask, Model, ModelKey, Permission, RoleIx, Verb};
use uuid::Uuid;

use crate::{
    generate::{one_in, scope, thing_at_home},
    support::{HOME, Person, Thing, allows},
};

const OF_TEAMS: Mask = Mask::of(Condition::TemplateVisible).with(Condition::SharedWithTeam, true);

/// What the drawn roles give.
const GIVEN: [Permission; 6] = [
    Permission::TeamManageMembers,
    Permission::TemplateView,
    Permission::TicketView,
    Permission::TicketReply,
    Permission::InspectionView,
    Permission::ReportView,
];

/// Built-in models with small roles of an organization's own: so small that people who hold one happen to hold another.
static MODELS: LazyLock<Vec<&'static Arc<Model>>> = LazyLock::new(|| (0..48).map(model).collect());

fn model(number: usize) -> &'static Arc<Model> {
    let model = Model::built_in([ModelKey::Helpdesk, ModelKey::Field, ModelKey::Suite][number % 3]);
    let role = |level: Level, nth: u8| {
        let cell = |permission: &Permission| {
            let mut hasher = DefaultHasher::new();
            (number, level, nth, permission).hash(&mut hasher);
            let fitting = OF_TEAMS.iter().filter(|condition| condition.applies_to(permission.target()));
            let conditions: Vec<Condition> = match hasher.finish() % 5 {
                0 => vec![Condition::Always],
                1 => vec![Condition::Own],
                2 | 3 => fitting.collect(),
                _ => return None,
            };
            model.grant(level, *permission, conditions).ok().map(|mask| (*permission, mask))
        };
        let grants = GIVEN.iter().filter_map(cell).collect();
        CustomRole { level, key: format!("own-{nth}"), title: String::new(), grants }
    };
    let levels = [Level::Organization, Level::Team, Level::Queue];
    let roles: Vec<_> = levels.into_iter().flat_map(|level| (0..4).map(move |nth| (level, nth))).collect();
    let mut roles: Vec<CustomRole> = roles.into_iter().map(|(level, nth)| role(level, nth)).collect();
    roles.push(CustomRole { level: Level::Team, key: "empty".to_owned(), title: String::new(), grants: Vec::new() });
    Box::leak(Box::new(Arc::new(model.with_roles(&roles))))
}

fn team() -> Uuid {
    scope(Level::Team, 0)
}

/// Somebody with roles of the model, more often with those that were drawn.
fn somebody(model: &'static Arc<Model>, conditions: Mask, held: &[(u8, u8)]) -> Person {
    let own = || model.roles().filter(|(_, about)| about.custom);
    let roles: Vec<RoleIx> = model.roles().chain(own()).chain(own()).map(|(role, _)| role).collect();
    let give = |person: Person, (role, at): &(u8, u8)| {
        let role = roles[usize::from(*role) % roles.len()];
        let level = model.role_at(role).level;
        person.given(role, if level == Level::Organization { HOME } else { scope(level, at % 2) })
    };
    held.iter().fold(Person { conditions, ..Person::new(model) }, give)
}

/// The thing as it stands to somebody: its ties are to the team, and to no other.
fn seen_by(person: &Person, thing: Thing) -> Thing {
    let is_in = !person.caller().held_in(Level::Team, team()).is_empty();
    let holding = if is_in { thing.holding } else { thing.holding.without(OF_TEAMS) };
    Thing { holding, ..thing }
}

/// Whoever comes into a team may do nothing with what is tied to it that who put them there may not.
#[test]
fn law_7_nobody_opens_to_another_by_a_team_what_they_do_not_hold() {
    let roles = || proptest::collection::vec(any::<(u8, u8)>(), 0..4);
    let opened = Cell::new(0);
    let cases = (any::<u8>(), any::<u32>(), roles(), roles(), any::<u8>(), thing_at_home());
    one_in(2, &cases, |(number, conditions, gives, receives, role, thing)| {
        let model = MODELS[usize::from(number) % MODELS.len()];
        let conditions = Mask::from_bits(conditions);
        let (giver, before) = (somebody(model, conditions, &gives), somebody(model, conditions, &receives));
        let caller = giver.caller();
        let gives = |role| caller.may_hand(Verb::Give, role, team());
        // Whom the table lets fill a team fills it.
        if model.roles_at(Level::Team).any(|(role, about)| !about.custom && gives(role)) {
            return Ok(());
        }
        let roles: Vec<RoleIx> = model.roles_at(Level::Team).map(|(role, _)| role).collect();
        let role = roles[usize::from(role) % roles.len()];
        if !gives(role) || !caller.may_admit(&before.caller(), role, team()) {
            return Ok(());
        }
        let after = before.given(role, team());
        for permission in GIVEN {
            let thing = thing.about(permission);
            let may = |person: &Person| allows(&person.caller(), permission, &seen_by(person, thing));
            if may(&after) && !may(&before) {
                opened.set(opened.get() + 1);
                prop_assert!(may(&giver), "{permission} by {}", model.role_at(role).key);
            }
        }
        Ok(())
    });
    assert!(opened.get() > 100, "the law was put to {} gains only", opened.get());
}

/// Whom the model's table lets fill a team need not hold what each who comes has by their other roles (VK-17, VX-75).
#[test]
fn who_leads_a_team_puts_anybody_into_it() {
    for key in [ModelKey::Helpdesk, ModelKey::Field, ModelKey::Suite] {
        let model = Model::built_in(key);
        let leader = Person::new(model).with("team.admin", team()).caller();
        for (role, about) in model.roles_at(Level::Team) {
            for (_, of) in model.roles_at(Level::Organization) {
                let mut other = Person::new(model);
                other.assignments.push((Level::Organization, HOME, of.key.as_str()));
                assert!(leader.may_admit(&other.caller(), role, team()), "{key:?}: {} to {}", about.key, of.key);
            }
        }
    }
}
