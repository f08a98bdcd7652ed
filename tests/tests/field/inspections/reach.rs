//! Who reaches which inspections, by role and level: each role, against each way that an inspection can stand to it.

use usher_tests::{Answer, Field, Person, World, json};

use super::{assign, at, inspection, share};

/// What becomes of an act: done, seen and refused, or as if there were no such inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    Refused,
    Hidden,
}
use Outcome::{Done, Hidden, Refused};

fn outcome(answer: &Answer) -> Outcome {
    match answer.status {
        200 | 201 | 204 => Done,
        403 => Refused,
        404 => Hidden,
        other => panic!("{other}"),
    }
}

/// The inspections of a person: their own, one assigned to them, one shared with the team, another.
struct Inspections {
    own: Option<String>,
    assigned: Option<String>,
    shared: String,
    other: String,
}

async fn view(by: &Person, path: &str) -> Outcome {
    outcome(&by.get(path).await)
}

async fn edit(by: &Person, path: &str) -> Outcome {
    outcome(&by.patch(path, json!({"due_on": "2026-12-24"})).await)
}

async fn submit(by: &Person, path: &str) -> Outcome {
    let answered = by.put_if(&format!("{path}/answers/exits"), "\"1\"", json!({"value": "Yes"})).await;
    let submitted = by.post_empty(&format!("{path}/submit")).await;
    assert_eq!(outcome(&answered), outcome(&submitted), "submitting follows editing");
    outcome(&submitted)
}

async fn inspections(field: &Field, template: &str, person: &Person, role: &str) -> Inspections {
    let made_by_owner = async || inspection(field, field.owner(), template).await;
    let (shared, other) = (made_by_owner().await, made_by_owner().await);
    share(field, &shared).await;
    // A viewer makes none, and is assigned none: what was theirs before they became one is tried elsewhere.
    let writes = !matches!(role, "viewer" | "member");
    let own = if writes { Some(inspection(field, person, template).await) } else { None };
    let assigned = if writes {
        let id = made_by_owner().await;
        assign(field, &id, person).await;
        Some(id)
    } else {
        None
    };
    Inspections { own, assigned, shared, other }
}

/// Views, edits, then submits each of them; the outcomes stand in the order own, assigned, shared, other.
async fn reach(field: &Field, person: &Person, of: &Inspections) -> [[Option<Outcome>; 4]; 3] {
    let all = [of.own.as_deref(), of.assigned.as_deref(), Some(&*of.shared), Some(&*of.other)];
    let mut outcomes = [[None; 4]; 3];
    for (column, id) in all.into_iter().enumerate() {
        let Some(id) = id else { continue };
        let path = at(field, id);
        outcomes[0][column] = Some(view(person, &path).await);
        outcomes[1][column] = Some(edit(person, &path).await);
        outcomes[2][column] = Some(submit(person, &path).await);
    }
    outcomes
}

/// A role, what it views, what it edits, what it submits: own, assigned, shared, other.
type Row = (&'static str, &'static str, [[Option<Outcome>; 4]; 3]);

const ALL: [Option<Outcome>; 4] = [Some(Done); 4];
const NONE: [Option<Outcome>; 4] = [None, None, Some(Hidden), Some(Hidden)];

const ROWS: [Row; 9] = [
    ("VX-25 VX-27 VX-36 VX-41", "owner", [ALL; 3]),
    ("VX-25 VX-27 VX-37 VX-41", "super_admin", [ALL; 3]),
    ("VX-25 VX-27 VX-38 VX-41", "admin", [ALL; 3]),
    ("VX-26 VX-28 VX-32", "member", [NONE; 3]),
    ("VX-49", "team_admin", [ALL; 3]),
    ("VX-52 VX-53", "full", [ALL; 3]),
    (
        "VX-54 VX-55 VX-56 VX-57",
        "limited",
        [
            ALL,
            [Some(Done), Some(Done), Some(Refused), Some(Refused)],
            [Some(Done), Some(Done), Some(Refused), Some(Refused)],
        ],
    ),
    ("VX-59 VX-60 VX-61 VX-62", "focused", [[Some(Done), Some(Done), Some(Hidden), Some(Hidden)]; 3]),
    (
        "VX-66 VX-68 VX-70",
        "viewer",
        [
            [None, None, Some(Done), Some(Hidden)],
            [None, None, Some(Refused), Some(Hidden)],
            [None, None, Some(Refused), Some(Hidden)],
        ],
    ),
];

/// One role's row of the table.
async fn holds(role: &str) {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let (facts, _, expected) = ROWS.into_iter().find(|(_, of, _)| *of == role).unwrap();
    let person = field.who(role);
    let of = inspections(&field, &template, person, role).await;
    let seen = reach(&field, person, &of).await;
    assert_eq!(seen, expected, "{facts} {role}: [view, edit, submit] of [own, assigned, shared, other]");
    let listed = person.walk(&format!("{}/inspections", field.path)).await;
    let ids: Vec<&str> = listed.iter().map(|one| one["id"].as_str().unwrap()).collect();
    let all = [of.own.as_deref(), of.assigned.as_deref(), Some(&*of.shared), Some(&*of.other)];
    for (id, outcome) in all.into_iter().zip(seen[0]).filter_map(|(id, outcome)| Some((id?, outcome?))) {
        assert_eq!(ids.contains(&id), outcome == Done, "{facts} {role}: listed as read");
    }
}

macro_rules! rows {
    ($($name:ident: $role:literal;)*) => {$(
        #[tokio::test]
        async fn $name() {
            holds($role).await;
        }
    )*};
}

rows! {
    vx_25_vx_27_vx_36_vx_41_the_owner_reaches_every_inspection: "owner";
    vx_25_vx_27_vx_37_vx_41_a_super_admin_reaches_every_inspection: "super_admin";
    vx_25_vx_27_vx_38_vx_41_an_admin_reaches_every_inspection: "admin";
    vx_26_vx_28_vx_32_a_member_in_no_team_sees_no_inspection: "member";
    vx_49_a_team_admin_reaches_all_of_the_team: "team_admin";
    vx_52_vx_53_a_full_contributor_views_and_edits_all_of_the_team: "full";
    vx_54_to_57_a_limited_contributor_views_all_and_edits_own_and_assigned: "limited";
    vx_59_to_62_a_focused_contributor_reaches_own_and_assigned_alone: "focused";
    vx_66_vx_68_vx_70_a_viewer_sees_what_is_shared_and_changes_nothing: "viewer";
}

/// VX-29, VX-30, VX-48, VX-49, VX-51, VX-68: who makes inspections.
#[tokio::test]
async fn vx_29_vx_30_vx_51_vx_68_who_makes_inspections() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    for (role, person) in field.everybody() {
        let answer = person.post(&format!("{}/inspections", field.path), super::new(&field, &template)).await;
        match role {
            "member" | "viewer" => assert_eq!(answer.problem(403, "forbidden")["permission"], "inspection.create"),
            _ => assert_eq!(answer.status, 201, "{role}"),
        }
    }
}

/// VX-50, VX-71, VX-72: a role in one team is nothing in another, and each counts for its own.
#[tokio::test]
async fn vx_50_vx_71_vx_72_roles_in_two_teams_do_not_leak() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let here = inspection(&field, field.owner(), &template).await;
    let other_team = world.team(&field.organization, "Maintenance").await;
    let boilers = field.template_in(&other_team, "Boilers").await;
    let there = json!({"title": "Boiler", "team_id": other_team, "template_id": boilers});
    let there = field.made(field.owner(), "inspections", there).await;

    // An admin of one team and nothing in the other.
    assert_eq!(view(&field.team_admin, &at(&field, &there)).await, Hidden, "VX-50");
    // Full here and focused there.
    world.join_team(&field.organization, &field.full, &other_team, "contributor_focused").await;
    assert_eq!(edit(&field.full, &at(&field, &here)).await, Done, "VX-72");
    assert_eq!(view(&field.full, &at(&field, &there)).await, Hidden, "VX-72");
    // Admin here and viewer there.
    world.join_team(&field.organization, &field.team_admin, &other_team, "viewer").await;
    share(&field, &there).await;
    assert_eq!(edit(&field.team_admin, &at(&field, &here)).await, Done, "VX-71");
    assert_eq!(view(&field.team_admin, &at(&field, &there)).await, Done, "VX-71");
    assert_eq!(edit(&field.team_admin, &at(&field, &there)).await, Refused, "VX-71");
}

/// VX-78: an organization's administrator who is a team's viewer keeps the higher right.
#[tokio::test]
async fn vx_78_the_higher_of_two_rights_wins() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, field.owner(), &template).await;
    world.join_team(&field.organization, &field.admin, &field.team, "viewer").await;
    assert_eq!(edit(&field.admin, &at(&field, &id)).await, Done, "VX-78");
}

/// VX-76: a regional manager is the organization's administrator and a team's admin, both given through the API. Each of the
/// two is there by itself: what is taken is the one, and the other stays.
#[tokio::test]
async fn vx_76_an_organizations_role_and_a_teams_are_held_at_once_and_each_by_itself() {
    let world = World::start().await;
    let field = world.field().await;
    let org = &field.organization.path;
    let here = at(&field, &inspection(&field, field.owner(), &field.template("Doors").await).await);
    let other = world.team(&field.organization, "Maintenance").await;
    let boilers = field.template_in(&other, "Boilers").await;
    let there = json!({"title": "Boiler", "team_id": other, "template_id": boilers});
    let there = at(&field, &field.made(field.owner(), "inspections", there).await);
    let manager = &field.member;
    let (member, in_team) = (format!("{org}/members/{}", manager.id), format!("teams/{}/members", field.team));
    let in_team = format!("{org}/{in_team}/{}", manager.id);
    let [admin, plain] = ["admin", "member"].map(|role| Some(json!({"roles": [role]})));
    let invitations = format!("{org}/invitations");
    // What is given or taken of the organization and of the team, and then: whether an inspection of the team's is theirs to
    // write, whether one of another team's is, and whether they run the organization.
    for (of_organization, of_team, here_is, there_is, runs) in [
        (None, Some(true), Done, Hidden, 403),
        (admin.clone(), None, Done, Done, 200),
        (plain.clone(), None, Done, Hidden, 403),
        (admin, None, Done, Done, 200),
        (None, Some(false), Done, Done, 200),
        (None, Some(true), Done, Done, 200),
        (plain, None, Done, Hidden, 403),
        (None, Some(false), Hidden, Hidden, 403),
    ] {
        if let Some(roles) = of_organization {
            field.owner().patch(&member, roles).await.is(200);
        }
        match of_team {
            Some(true) => drop(field.owner().put(&in_team, json!({"role": "admin"})).await.is(201)),
            Some(false) => drop(field.owner().delete(&in_team).await.is(204)),
            None => {}
        }
        let held = field.owner().get(&member).await.is(200);
        let held = format!("{} in the organization, {} in teams", held["roles"], held["teams"]);
        assert_eq!(edit(manager, &here).await, here_is, "{held}");
        assert_eq!(edit(manager, &there).await, there_is, "{held}");
        assert_eq!(manager.get(&invitations).await.status, runs, "{held}");
    }
}

/// VX-77: the levels' texts win over the example: a limited contributor sees the work of others.
#[tokio::test]
async fn vx_77_a_limited_contributor_sees_the_work_of_others() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.full, &template).await;
    assert_eq!(view(&field.limited, &at(&field, &id)).await, Done);
    assert_eq!(view(&field.focused, &at(&field, &id)).await, Hidden);
}

/// VX-65: who made an inspection and becomes a viewer no longer edits it, nor sees it unless it is shared.
#[tokio::test]
async fn vx_65_a_creator_who_becomes_a_viewer_loses_it_at_once() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.limited, &template).await;
    assert_eq!(edit(&field.limited, &at(&field, &id)).await, Done);
    let path = format!("{}/teams/{}/members/{}", field.organization.path, field.team, field.limited.id);
    field.team_admin.put(&path, json!({"role": "viewer"})).await.is(200);
    assert_eq!(view(&field.limited, &at(&field, &id)).await, Hidden);
    share(&field, &id).await;
    assert_eq!(view(&field.limited, &at(&field, &id)).await, Done);
    assert_eq!(edit(&field.limited, &at(&field, &id)).await, Refused);
}
