//! What the roles of `field` do to teams and to who is in them, by each role in a team of theirs and in another.

use usher_tests::{Answer, Field, Organization, Person, World, json, rows};

/// The fact, who does it, what, to which team (`here`: the one of their role, `there`: another), and the answer.
const TEAMS: &str = "
    VX-17 owner       create -     201
    VX-17 super_admin create -     201
    VX-17 admin       create -     201
    VX-18 member      create -     403
    VX-18 team_admin  create -     403
    VX-18 full        create -     403
    VX-18 limited     create -     403
    VX-18 focused     create -     403
    VX-18 viewer      create -     403

    VX-19 owner       see    there 200
    VX-19 super_admin see    there 200
    VX-19 admin       see    there 200
    VX-20 member      see    there 404
    VX-20 team_admin  see    here  200
    VX-20 team_admin  see    there 404
    VX-20 full        see    here  200
    VX-20 full        see    there 404
    VX-20 limited     see    here  200
    VX-20 limited     see    there 404
    VX-20 focused     see    here  200
    VX-20 focused     see    there 404
    VX-20 viewer      see    here  200
    VX-20 viewer      see    there 404

    VX-21 owner       delete there 204
    VX-21 super_admin delete there 204
    VX-21 admin       delete there 204
    VX-22 member      delete there 404
    VX-22 team_admin  delete here  403
    VX-22 team_admin  delete there 404
    VX-22 full        delete here  403
    VX-22 limited     delete here  403
    VX-22 focused     delete here  403
    VX-22 viewer      delete here  403
    VX-22 viewer      delete there 404

    VX-23 owner       change there 200
    VX-23 super_admin change there 200
    VX-23 admin       change there 200
    VX-24 member      change there 404
    VX-24 team_admin  change there 404
    VX-46 team_admin  change here  200
    VX-47 full        change here  403
    VX-47 full        change there 404
    VX-47 limited     change here  403
    VX-47 focused     change here  403
    VX-47 viewer      change here  403
    VX-47 viewer      change there 404
    VX-69 viewer      change here  403
";

/// The same of who is in a team. `add`: somebody who is in none, by their address; `change`: a viewer, to every role in turn;
/// `remove`: a viewer.
const MEMBERS: &str = "
    VX-75 owner       add    there 201
    VX-75 super_admin add    there 201
    VX-75 admin       add    there 201
    VX-43 team_admin  add    here  201
    VX-50 team_admin  add    there 404
    VX-44 full        add    here  403
    VX-44 full        add    there 404
    VX-44 limited     add    here  403
    VX-44 focused     add    here  403
    VX-45 viewer      add    here  403
    VX-32 member      add    there 404

    VX-41 owner       change there 200
    VX-41 super_admin change there 200
    VX-41 admin       change there 200
    VX-43 team_admin  change here  200
    VX-50 team_admin  change there 404
    VX-44 full        change here  403
    VX-44 limited     change here  403
    VX-44 focused     change here  403
    VX-44 focused     change there 404
    VX-45 viewer      change here  403
    VX-32 member      change there 404

    VX-41 owner       remove there 204
    VX-41 super_admin remove there 204
    VX-41 admin       remove there 204
    VX-43 team_admin  remove here  204
    VX-50 team_admin  remove there 404
    VX-44 full        remove here  403
    VX-44 limited     remove here  403
    VX-44 limited     remove there 404
    VX-44 focused     remove here  403
    VX-45 viewer      remove here  403
    VX-32 member      remove there 404
";

/// The roles of a team.
const ROLES: [&str; 5] = ["admin", "contributor_full", "contributor_limited", "contributor_focused", "viewer"];

/// Who a row is about, by the name of their role, and a new team in which they have it, or have none.
async fn arranged<'a>(world: &World, field: &'a Field, by: &str, place: &str, name: &str) -> (&'a Person, String) {
    let person = field.who(by);
    let team = world.team(&field.organization, name).await;
    let role = match by {
        "team_admin" => "admin",
        "full" => "contributor_full",
        "limited" => "contributor_limited",
        "focused" => "contributor_focused",
        role => role,
    };
    if place == "here" {
        world.join_team(&field.organization, person, &team, role).await;
    }
    (person, team)
}

/// A refusal by its status: hidden or forbidden.
fn refused(answer: Answer, status: u16, row: &[&str; 5]) {
    assert_eq!(answer.status, status, "{row:?}: {:#}", answer.body);
    answer.problem(status, if status == 404 { "not_found" } else { "forbidden" });
}

#[tokio::test]
async fn vx_17_to_24_vx_46_vx_47_vx_69_who_creates_sees_changes_and_deletes_teams() {
    let world = World::start().await;
    let field = world.field().await;
    let teams = format!("{}/teams", field.organization.path);
    for (n, row) in rows(TEAMS).enumerate() {
        let [_, by, act, place, status] = row;
        let status: u16 = status.parse().unwrap();
        let (person, team) = arranged(&world, &field, by, place, &format!("Team {n}")).await;
        let path = format!("{teams}/{team}");
        let before = field.owner().get(&path).await;
        let (etag, count) = (before.etag(), field.owner().walk(&teams).await.len());
        let answer = match act {
            "create" => person.post(&teams, json!({"name": format!("New {n}")})).await,
            "see" => person.get(&path).await,
            "change" => person.patch(&path, json!({"description": format!("Changed {n}")})).await,
            _ => person.delete(&path).await,
        };
        let after = field.owner().get(&path).await;
        if act == "see" {
            let listed = person.walk(&teams).await.iter().any(|it| it["id"] == team.as_str());
            assert_eq!(listed, status == 200, "{row:?}: listed as read");
        }
        if status >= 400 {
            refused(answer, status, &row);
            assert_eq!(after.etag(), etag, "{row:?}: nothing changed");
            assert_eq!(field.owner().walk(&teams).await.len(), count, "{row:?}: none came or went");
            continue;
        }
        assert_eq!(answer.status, status, "{row:?}: {:#}", answer.body);
        match act {
            "create" => assert_eq!(field.owner().walk(&teams).await.len(), count + 1, "{row:?}"),
            "see" => assert_eq!(answer.body["name"], format!("Team {n}"), "{row:?}"),
            "change" => assert_eq!(after.is(200)["description"], format!("Changed {n}"), "{row:?}"),
            _ => assert_eq!(after.status, 404, "{row:?}"),
        }
    }
}

/// VX-19, VX-20: whole lists, beside the teams one by one.
#[tokio::test]
async fn vx_19_vx_20_a_list_of_teams_has_all_of_them_or_ones_own() {
    let world = World::start().await;
    let field = world.field().await;
    let other = world.team(&field.organization, "Others").await;
    let path = format!("{}/teams?sort=created_at", field.organization.path);
    for (role, person) in field.everybody() {
        let expected = match role {
            "owner" | "super_admin" | "admin" => vec![field.team.clone(), other.clone()],
            "member" => vec![],
            _ => vec![field.team.clone()],
        };
        assert_eq!(person.get(&path).await.ids(), expected, "{role}");
        assert_eq!(person.get(&format!("{path}&include=total")).await.is(200)["total"], expected.len(), "{role}");
    }
}

/// The one role that somebody has in a team, as the owner sees it.
async fn team_role(org: &Organization, team: &str, person: &Person) -> Option<String> {
    let all = org.owner.walk(&format!("{}/teams/{team}/members", org.path)).await;
    let mut theirs = all.iter().filter(|it| it["member_id"] == person.id.as_str());
    let role = theirs.next().map(|it| it["role"].as_str().unwrap().to_owned());
    assert!(theirs.next().is_none(), "one role in a team");
    role
}

#[tokio::test]
async fn vx_41_vx_43_vx_44_vx_45_vx_50_vx_75_who_manages_who_is_in_a_team() {
    let world = World::start().await;
    let field = world.field().await;
    let org = &field.organization;
    let target = world.member(org, "member").await;
    for (n, row) in rows(MEMBERS).enumerate() {
        let [_, by, act, place, status] = row;
        let status: u16 = status.parse().unwrap();
        let (person, team) = arranged(&world, &field, by, place, &format!("Team {n}")).await;
        if act != "add" {
            world.join_team(org, &target, &team, "viewer").await;
        }
        let before = team_role(org, &team, &target).await;
        let members = format!("{}/teams/{team}/members", org.path);
        let path = format!("{members}/{}", target.id);
        for role in if act == "change" { &ROLES[..] } else { &["contributor_focused"] } {
            let answer = match act {
                "add" => person.post(&members, json!({"email": target.email, "role": role})).await,
                "change" => person.put(&path, json!({"role": role})).await,
                _ => person.delete(&path).await,
            };
            let expected = if status < 400 {
                assert_eq!(answer.status, status, "{row:?} {role}: {:#}", answer.body);
                (act != "remove").then(|| (*role).to_owned())
            } else {
                refused(answer, status, &row);
                before.clone()
            };
            assert_eq!(team_role(org, &team, &target).await, expected, "{row:?} {role}");
        }
    }
}

/// VX-42: the level is part of a contributor's role, so there is none without a level, none with two, and none of anybody else.
#[tokio::test]
async fn vx_42_a_contributor_has_exactly_one_level_and_nobody_else_has_one() {
    let world = World::start().await;
    let field = world.field().await;
    let org = &field.organization;
    let person = world.member(org, "member").await;
    let members = format!("{}/teams/{}/members", org.path, field.team);
    let path = format!("{members}/{}", person.id);
    for (body, place) in [
        (json!({"role": "contributor"}), "/role"),
        (json!({"role": "contributor", "level": "full"}), "/level"),
        (json!({"role": "contributor_full", "level": "limited"}), "/level"),
        (json!({"role": "contributor_full_limited"}), "/role"),
        (json!({"role": ["contributor_full", "contributor_limited"]}), "/role"),
        (json!({"role": "admin", "level": "full"}), "/level"),
        (json!({"role": "viewer", "level": "focused"}), "/level"),
        (json!({"role": "admin_full"}), "/role"),
        (json!({"role": "viewer_focused"}), "/role"),
        (json!({"role": "full"}), "/role"),
    ] {
        let mut by_address = body.clone();
        by_address["email"] = json!(person.email);
        field.owner().put(&path, body.clone()).await.names(422, place);
        field.team_admin.post(&members, by_address).await.names(422, place);
        assert_eq!(team_role(org, &field.team, &person).await, None, "{body}");
    }
    field.owner().put(&path, json!({"role": ROLES[0]})).await.is(201);
    for role in ROLES.iter().skip(1).chain([&ROLES[0]]) {
        field.owner().put(&path, json!({"role": role})).await.is(200);
        assert_eq!(team_role(org, &field.team, &person).await.as_deref(), Some(*role), "in place of the one before");
        field.owner().put(&path, json!({"role": "contributor"})).await.names(422, "/role");
        assert_eq!(team_role(org, &field.team, &person).await.as_deref(), Some(*role), "the level stays");
    }
}
