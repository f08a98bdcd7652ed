//! What holds for templates and sites alike: who reaches which team's, and who reaches none.

use usher_tests::{Field, Person, Value, World, json, sections};

use super::sees;

/// Both collections.
const BOTH: [&str; 2] = ["inspection-templates", "sites"];

/// A body for one of a team's.
fn body(collection: &str, team: &str, name: &str) -> Value {
    let mut body = json!({"team_id": team, "name": name});
    if collection == "inspection-templates" {
        body["sections"] = sections();
    }
    body
}

/// Makes one of each in a team.
async fn one_of_each(field: &Field, by: &Person, team: &str, name: &str) -> [String; 2] {
    let [template, site] = BOTH.map(|collection| field.made(by, collection, body(collection, team, name)));
    [template.await, site.await]
}

#[tokio::test]
async fn vx_80_a_list_shows_what_single_reads_allow_for_every_role_and_level_in_any_of_two_teams() {
    let world = World::start().await;
    let field = world.field().await;
    let org = &field.organization;
    let other = world.team(org, "Others").await;
    // Of the other team: the first team's focused contributor, and somebody who is nothing in the first.
    world.join_team(org, &field.focused, &other, "contributor_full").await;
    world.join_team(org, &field.viewer, &other, "contributor_focused").await;
    world.join_team(org, &field.team_admin, &other, "viewer").await;
    world.join_team(org, &field.admin, &other, "viewer").await;
    let outsider = world.team_member(org, &other, "admin").await;
    let [t, s] = one_of_each(&field, field.owner(), &field.team, "Thing").await;
    let [t_other, s_other] = one_of_each(&field, field.owner(), &other, "Thing").await;
    let s_focused = field.site(&field.focused, "Thing of theirs").await;
    let s_viewer = field.made(&field.viewer, "sites", body("sites", &other, "Thing of theirs")).await;
    let (templates, sites) = ([t.as_str(), &t_other], [s.as_str(), &s_other, &s_focused, &s_viewer]);
    let (t, s, t_other, s_other) = (t.as_str(), s.as_str(), t_other.as_str(), s_other.as_str());
    let everything = (vec![t, t_other], vec![s, s_other, &s_focused, &s_viewer]);
    for (facts, person, (of_templates, of_sites)) in [
        ("VX-25, VX-36, VX-41", field.owner(), everything.clone()),
        ("VX-25, VX-37, VX-41", &field.super_admin, everything.clone()),
        ("VX-25, VX-38, VX-41, VX-78", &field.admin, everything.clone()),
        ("VX-32", &field.member, (vec![], vec![])),
        ("VX-48, VX-69, VX-71", &field.team_admin, (vec![t], vec![s, &s_focused])),
        ("VX-52", &field.full, (vec![t], vec![s, &s_focused])),
        ("VX-54", &field.limited, (vec![t], vec![s, &s_focused])),
        ("VX-63, VX-72", &field.focused, (vec![t, t_other], vec![s_other, &s_focused, &s_viewer])),
        ("VX-63, VX-69, VX-71", &field.viewer, (vec![t_other], vec![&s_viewer])),
        ("VX-50", &outsider, (vec![t_other], vec![s_other, &s_viewer])),
    ] {
        println!("{facts}");
        let teams = [field.team.as_str(), &other];
        let path = |collection| format!("{}/{collection}", field.path);
        sees(person, &path("inspection-templates"), &templates, &of_templates, &teams, "thing").await;
        sees(person, &path("sites"), &sites, &of_sites, &teams, "thing").await;
    }
}

#[tokio::test]
async fn vx_32_a_member_in_no_team_sees_no_template_no_site_and_no_team() {
    let world = World::start().await;
    let field = world.field().await;
    let [template, site] = one_of_each(&field, field.owner(), &field.team, "Thing").await;
    for (collection, id) in BOTH.iter().zip([template, site]) {
        let path = format!("{}/{collection}", field.path);
        sees(&field.member, &path, &[&id], &[], &[&field.team], "thing").await;
        let problem = field.member.post(&path, json!({"no": "such"})).await.problem(403, "forbidden");
        assert!(problem["permission"].as_str().unwrap().ends_with(".create"));
    }
    let teams = format!("{}/teams", field.organization.path);
    assert!(field.member.get(&teams).await.ids().is_empty());
    field.member.get(&format!("{teams}/{}", field.team)).await.problem(404, "not_found");
}

#[tokio::test]
async fn vx_50_an_admin_of_one_team_has_nothing_in_another() {
    let world = World::start().await;
    let field = world.field().await;
    let other = world.team(&field.organization, "Others").await;
    let admin = world.team_member(&field.organization, &other, "admin").await;
    let things = one_of_each(&field, field.owner(), &field.team, "Thing").await;
    for (collection, id) in BOTH.iter().zip(things) {
        let path = format!("{}/{collection}", field.path);
        sees(&admin, &path, &[&id], &[], &[&field.team, &other], "thing").await;
        admin.patch_if(&format!("{path}/{id}"), "*", json!({"name": "Mine"})).await.problem(404, "not_found");
        admin.delete(&format!("{path}/{id}")).await.problem(404, "not_found");
        admin.post(&path, body(collection, &field.team, "Mine")).await.names(404, "/team_id");
        admin.post(&path, body(collection, &other, "Mine")).await.is(201);
    }
}

#[tokio::test]
async fn vx_71_vx_72_each_team_has_its_own_role_for_one_person() {
    let world = World::start().await;
    let field = world.field().await;
    let other = world.team(&field.organization, "Others").await;
    let person = world.team_member(&field.organization, &field.team, "admin").await;
    world.join_team(&field.organization, &person, &other, "viewer").await;
    let here = one_of_each(&field, field.owner(), &field.team, "Here").await;
    let there = one_of_each(&field, field.owner(), &other, "There").await;
    for ((collection, here), there) in BOTH.iter().zip(here).zip(there) {
        let path = format!("{}/{collection}", field.path);
        person.patch_if(&format!("{path}/{here}"), "*", json!({"name": "Mine"})).await.is(200);
        person.patch_if(&format!("{path}/{there}"), "*", json!({"name": "Mine"})).await.problem(404, "not_found");
        // They see the team, and may not there.
        person.post(&path, body(collection, &other, "Mine")).await.problem(403, "forbidden");
        person.post(&path, body(collection, &field.team, "New")).await.is(201);
    }
    // VX-72: full in one, focused in the other.
    let person = world.team_member(&field.organization, &field.team, "contributor_full").await;
    world.join_team(&field.organization, &person, &other, "contributor_focused").await;
    for (team, status) in [(&field.team, 200), (&other, 404)] {
        let site = field.made(field.owner(), "sites", body("sites", team, "Another's")).await;
        assert_eq!(person.patch(&format!("{}/sites/{site}", field.path), json!({"name": "x"})).await.status, status);
    }
}

#[tokio::test]
async fn what_is_another_organizations_is_not_there() {
    let world = World::start().await;
    let (field, theirs) = (world.field().await, world.field().await);
    let things = one_of_each(&theirs, theirs.owner(), &theirs.team, "Theirs").await;
    for (collection, id) in BOTH.iter().zip(things) {
        let path = format!("{}/{collection}", field.path);
        for path in [format!("{path}/{id}"), format!("{}/{collection}/{id}", theirs.path)] {
            field.owner().get(&path).await.problem(404, "not_found");
            field.owner().patch_if(&path, "*", json!({"name": "Mine"})).await.problem(404, "not_found");
            field.owner().delete(&path).await.problem(404, "not_found");
        }
        field.owner().post(&path, body(collection, &theirs.team, "Mine")).await.names(404, "/team_id");
        field.owner().get(&format!("{path}?team={}", theirs.team)).await.names(404, "team");
        assert!(field.owner().get(&path).await.ids().is_empty());
        world.nobody().get(&format!("{path}/{id}")).await.problem(401, "token_missing");
        world.nobody().post(&path, json!({})).await.problem(401, "token_missing");
        assert_eq!(theirs.owner().get(&format!("{}/{collection}/{id}", theirs.path)).await.is(200)["name"], "Theirs");
    }
}

#[tokio::test]
async fn who_left_the_team_or_the_organization_has_nothing_from_then_on() {
    let world = World::start().await;
    let field = world.field().await;
    let org = &field.organization.path;
    let things = one_of_each(&field, &field.team_admin, &field.team, "Thing").await;
    let both: Vec<_> = BOTH.iter().zip(&things).map(|(of, id)| format!("{}/{of}/{id}", field.path)).collect();
    let of_team = format!("{org}/teams/{}/members/{}", field.team, field.team_admin.id);
    assert!(field.owner().delete(&of_team).await.status < 300);
    for path in &both {
        field.team_admin.get(path).await.problem(404, "not_found");
        field.team_admin.patch_if(path, "*", json!({"name": "x"})).await.problem(404, "not_found");
        field.team_admin.delete(path).await.problem(404, "not_found");
    }
    let site = body("sites", &field.team, "x");
    field.team_admin.post(&format!("{}/sites", field.path), site.clone()).await.problem(403, "forbidden");
    assert!(field.owner().delete(&format!("{org}/members/{}", field.limited.id)).await.status < 300);
    for path in &both {
        field.limited.get(path).await.problem(404, "not_found");
    }
    field.limited.post(&format!("{}/sites", field.path), site).await.problem(404, "not_found");
    field.limited.get(&format!("{}/sites", field.path)).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say() {
    let world = World::start().await;
    let field = world.field().await;
    let things = one_of_each(&field, field.owner(), &field.team, "Thing").await;
    let reader = field.organization.with_scopes(&field.full, &["inspection_template.view", "site.view"]).await;
    let writer = field.organization.with_scopes(&field.full, &["site.create"]).await;
    for (collection, id) in BOTH.iter().zip(&things) {
        let path = format!("{}/{collection}", field.path);
        reader.get(&format!("{path}/{id}")).await.is(200);
        assert_eq!(reader.get(&path).await.ids(), [id.as_str()]);
        for answer in [
            reader.post(&path, body(collection, &field.team, "x")).await,
            reader.patch_if(&format!("{path}/{id}"), "*", json!({"name": "x"})).await,
            reader.delete(&format!("{path}/{id}")).await,
            writer.get(&format!("{path}/{id}")).await,
            writer.get(&path).await,
        ] {
            let problem = answer.problem(403, "forbidden");
            assert!(problem["detail"].as_str().unwrap().contains("scopes"), "{problem:#}");
        }
    }
    // To make a site it need not see teams, nor sites.
    let mut site = body("sites", &field.team, "x");
    site["id"] = json!(uuid::Uuid::now_v7());
    for status in [201, 204] {
        writer.post(&format!("{}/sites", field.path), site.clone()).await.is(status);
    }
}

/// Whether one may create a thing is asked of the team that it would be in.
#[tokio::test]
async fn vx_29_vx_30_who_may_create_is_known_beforehand() {
    let world = World::start().await;
    let field = world.field().await;
    let other = world.team(&field.organization, "Others").await;
    for (role, person) in field.everybody() {
        for permission in ["inspection_template.create", "site.create", "inspection.create"] {
            let anywhere = ["owner", "super_admin", "admin"].contains(&role);
            let here = match role {
                "team_admin" => true,
                "full" | "limited" | "focused" => permission != "inspection_template.create",
                _ => anywhere,
            };
            let ask = |id| json!({"permission": permission, "resource_id": id});
            let checks = json!({"checks": [ask(&field.team), ask(&other), {"permission": permission}]});
            let path = format!("{}/access/check", field.organization.path);
            let answer = person.post(&path, checks).await.is(200);
            let allowed: Vec<bool> = (0..3).map(|at| answer["results"][at]["allowed"] == true).collect();
            assert_eq!(allowed, [here, anywhere, anywhere], "{role} {permission}: {answer:#}");
            // A team that they do not see is not there.
            let hidden = if anywhere { "allowed" } else { "not_found" };
            assert_eq!(answer["results"][1]["outcome"], hidden, "{role} {permission}");
            // Asked of no team in particular, it says in which they may.
            let question = json!({"question": {"permission": permission}});
            let told = person.post(&format!("{}/access/explain", field.organization.path), question).await.is(200);
            let places = told["allowed_in"].as_array().unwrap();
            let in_team = ["team_admin", "full", "limited", "focused"].contains(&role) && here;
            assert_eq!(
                places.iter().any(|place| place["scope_id"] == field.team.as_str()),
                in_team,
                "{role}: {told:#}"
            );
        }
    }
}
