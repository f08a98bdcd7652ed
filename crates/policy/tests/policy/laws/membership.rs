//! Law 7 for what being in a team opens: conditions that it meets, under which roles give that were there before.

use std::{
    cell::Cell,
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, LazyLock},
};

use proptest::{prelude::*, test_runner::TestCaseError};
use usher_policy::{Caller, Condition, CustomRole, Level, Mask, Model, ModelKey, Permission, RoleIx, Verb};
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

/// Whom the model's table lets fill a team: they fill it whatever that opens.
fn fills(caller: &Caller, team: Uuid) -> bool {
    let mut roles = caller.model().roles_at(Level::Team).filter(|(_, about)| !about.custom);
    roles.any(|(role, _)| caller.may_hand(Verb::Give, role, team))
}

/// What somebody gains with what is tied to the team who made it so has too.
fn opens_nothing_more(
    giver: &Person,
    before: &Person,
    after: &Person,
    thing: Thing,
    opened: &Cell<u32>,
) -> Result<(), TestCaseError> {
    for permission in GIVEN {
        let thing = thing.about(permission);
        let may = |person: &Person| allows(&person.caller(), permission, &seen_by(person, thing));
        if may(after) && !may(before) {
            opened.set(opened.get() + 1);
            prop_assert!(may(giver), "{permission}");
        }
    }
    Ok(())
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
        if fills(&caller, team()) {
            return Ok(());
        }
        let roles: Vec<RoleIx> = model.roles_at(Level::Team).map(|(role, _)| role).collect();
        let role = roles[usize::from(role) % roles.len()];
        if !gives(role) || !caller.may_admit(&before.caller(), role, team()) {
            return Ok(());
        }
        opens_nothing_more(&giver, &before, &before.given(role, team()), thing, &opened)
    });
    assert!(opened.get() > 100, "the law was put to {} gains only", opened.get());
}

/// Of who is given a role while they are in a team the same is true, wherever the role is held.
#[test]
fn law_7_nobody_opens_to_another_by_a_role_what_they_do_not_hold_in_the_others_teams() {
    let roles = || proptest::collection::vec(any::<(u8, u8)>(), 0..4);
    let opened = Cell::new(0);
    let cases = (any::<u8>(), any::<u32>(), roles(), roles(), any::<u8>(), thing_at_home());
    one_in(2, &cases, |(number, conditions, gives, receives, role, thing)| {
        let model = MODELS[usize::from(number) % MODELS.len()];
        let conditions = Mask::from_bits(conditions);
        let (giver, before) = (somebody(model, conditions, &gives), somebody(model, conditions, &receives));
        let before = before.given(model.role(Level::Team, "empty").unwrap(), team());
        let own = model.roles().filter(|(_, about)| about.custom && about.level != Level::Team);
        let own: Vec<_> = own.map(|(role, about)| (role, about.level)).collect();
        let (role, level) = own[usize::from(role) % own.len()];
        let at = if level == Level::Organization { HOME } else { scope(level, 0) };
        let caller = giver.caller();
        if fills(&caller, team())
            || !caller.may_hand(Verb::Give, role, at)
            || !caller.may_entrust(&before.caller(), role, at)
        {
            return Ok(());
        }
        opens_nothing_more(&giver, &before, &before.given(role, at), thing, &opened)
    });
    assert!(opened.get() > 100, "the law was put to {} gains only", opened.get());
}

/// And of who holds a role that comes to give more.
#[test]
fn law_7_nobody_opens_to_another_by_changing_a_role_what_they_do_not_hold() {
    let roles = || proptest::collection::vec(any::<(u8, u8)>(), 0..4);
    let opened = Cell::new(0);
    let cases = (any::<u8>(), any::<u32>(), roles(), (any::<u8>(), any::<u8>(), any::<u8>()), thing_at_home());
    one_in(2, &cases, |(number, conditions, gives, (level, from, to), thing)| {
        let model = MODELS[usize::from(number) % MODELS.len()];
        let giver = somebody(model, Mask::from_bits(conditions), &gives);
        let level = [Level::Organization, Level::Team][usize::from(level) % 2];
        let role = |nth: u8| model.role(level, &format!("own-{}", nth % 4)).unwrap();
        let grants = |role| -> BTreeMap<Permission, Mask> {
            GIVEN.iter().map(|p| (*p, model.cell(role, *p))).filter(|(_, cell)| !cell.is_empty()).collect()
        };
        let (from, to) = (role(from), role(to));
        let at = if level == Level::Organization { HOME } else { team() };
        let caller = giver.caller();
        let holds = [from, to].into_iter().all(|role| {
            Permission::ALL.iter().all(|p| {
                let cell = model.cell(role, *p);
                cell.is_empty() || caller.has(*p, cell, level, Some(at))
            })
        });
        if fills(&caller, team()) || !holds || !caller.may_widen(level, &grants(from), &grants(to), team()) {
            return Ok(());
        }
        let holder = |role| {
            let person = Person { conditions: Mask::from_bits(conditions), ..Person::new(model) };
            let person = if level == Level::Team {
                person
            } else {
                person.given(model.role(Level::Team, "empty").unwrap(), team())
            };
            person.given(role, at)
        };
        opens_nothing_more(&giver, &holder(from), &holder(to), thing, &opened)
    });
    assert!(opened.get() > 100, "the law was put to {} gains only", opened.get());
}

/// Whoever opens a template to a team may do whatever somebody in it then may with its tickets.
#[test]
fn law_7_nobody_opens_to_a_team_by_a_template_what_they_do_not_hold() {
    let roles = || proptest::collection::vec(any::<(u8, u8)>(), 0..4);
    let opened = Cell::new(0);
    let cases = (any::<u8>(), any::<u32>(), roles(), roles(), any::<bool>(), thing_at_home());
    one_in(2, &cases, |(number, conditions, gives, receives, open, thing)| {
        let model = MODELS[usize::from(number) % MODELS.len()];
        let conditions = Mask::from_bits(conditions);
        let (giver, receiver) = (somebody(model, conditions, &gives), somebody(model, conditions, &receives));
        let theirs = receiver.caller();
        let held = Level::ALL.into_iter().flat_map(|level| theirs.held_at(level)).map(|held| held.role);
        let held: Vec<RoleIx> = held.collect();
        if !giver.caller().may_open_template(open, &held) {
            return Ok(());
        }
        let visible =
            |thing: Thing, yes| Thing { holding: thing.holding.with(Condition::TemplateVisible, yes), ..thing };
        for permission in [Permission::TicketView, Permission::TicketReply] {
            let thing = thing.about(permission);
            let may = |person: &Person, yes| allows(&person.caller(), permission, &visible(thing, yes));
            if may(&receiver, true) && !may(&receiver, false) {
                opened.set(opened.get() + 1);
                prop_assert!(may(&giver, open), "{permission}");
            }
        }
        Ok(())
    });
    assert!(opened.get() > 100, "the law was put to {} gains only", opened.get());
}

/// Who acts in another's place has what the other has, on whatever: what is the other's own is not theirs.
#[test]
fn law_7_nobody_gets_in_anothers_place_what_they_do_not_hold() {
    let roles = || proptest::collection::vec(any::<(u8, u8)>(), 1..4);
    let had = Cell::new(0);
    let cases = (any::<u8>(), any::<u32>(), roles(), roles(), thing_at_home());
    one_in(2, &cases, |(number, conditions, gives, holds, thing)| {
        let model = MODELS[usize::from(number) % MODELS.len()];
        let conditions = Mask::from_bits(conditions);
        let (giver, mut other) = (somebody(model, conditions, &gives), somebody(model, conditions, &holds));
        other
            .assignments
            .retain(|(level, _, key)| model.role(*level, key).is_some_and(|role| model.role_at(role).custom));
        let caller = giver.caller();
        let held = Level::ALL.into_iter().flat_map(|level| other.caller().held_at(level).to_vec());
        let given = held
            .filter(|held| model.role_at(held.role).custom)
            .all(|held| caller.may_hand(Verb::Give, held.role, held.scope));
        if fills(&caller, team())
            || fills(&caller, scope(Level::Team, 1))
            || !given
            || !caller.may_stand_in_for(&other.caller())
        {
            return Ok(());
        }
        for permission in GIVEN {
            let thing = thing.about(permission);
            let theirs = Thing { holding: thing.holding.without(Mask::of(Condition::Own)), ..thing };
            let custom = |person: &Person, thing| allows(&person.caller(), permission, &seen_by(person, thing));
            // What is everybody's they have both, each on what is their own.
            let everybodys = Person { conditions, ..Person::new(model) };
            if custom(&other, thing) && !custom(&everybodys, thing) {
                had.set(had.get() + 1);
                prop_assert!(custom(&giver, theirs), "{permission}");
            }
        }
        Ok(())
    });
    assert!(had.get() > 100, "the law was put to {} rights only", had.get());
}

/// Who configures teams and templates by the models' own roles shows any team any template that they see.
#[test]
fn who_sees_every_ticket_opens_every_template() {
    for key in [ModelKey::Helpdesk, ModelKey::Suite] {
        let model = Model::built_in(key);
        for role in ["owner", "admin"] {
            let mut person = Person::new(model);
            person.assignments.push((Level::Organization, HOME, role));
            assert!(person.caller().may_open_template(false, &[]), "{key:?}: {role}");
        }
        let leader = Person::new(model).with("team.admin", team());
        let mut member = leader.clone();
        member.assignments.push((Level::Organization, HOME, "member"));
        assert!(!leader.caller().may_open_template(true, &[]), "{key:?}");
        assert!(
            member.caller().may_open_template(true, &[]) && !member.caller().may_open_template(false, &[]),
            "{key:?}"
        );
    }
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
