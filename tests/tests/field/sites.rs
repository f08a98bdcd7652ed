//! Sites: what the source calls projects.

use reqwest::Method;
use usher_tests::{World, json, rows};
use uuid::Uuid;

use super::{
    both,
    inspections::{assign, at, inspection},
    permissions,
};

/// Who does it, who made the site, and the answers to seeing, creating, changing and deleting it.
const WHO_MAY: &str = "
    VX-25,VX-27,VX-29,VX-36,VX-41 owner       owner   200 201 200 204
    VX-25,VX-27,VX-29,VX-37,VX-41 super_admin owner   200 201 200 204
    VX-25,VX-27,VX-29,VX-38,VX-41 admin       owner   200 201 200 204
    VX-26,VX-28,VX-30,VX-32       member      owner   404 403 404 404
    VX-48                         team_admin  owner   200 201 200 204
    VX-48                         team_admin  focused 200 201 200 204
    VX-51,VX-52,VX-53             full        owner   200 201 200 403
    VX-51,VX-52,VX-53             full        focused 200 201 200 403
    VX-51,VX-54,VX-58             limited     owner   200 201 403 403
    VX-51,VX-54,VX-58             limited     limited 200 201 200 403
    VX-51,VX-63                   focused     owner   404 201 404 404
    VX-51,VX-63                   focused     focused 200 201 200 403
    VX-69                         viewer      owner   404 403 404 404
";

#[tokio::test]
async fn vx_25_to_30_vx_32_vx_36_vx_37_vx_38_vx_41_vx_48_vx_51_to_54_vx_58_vx_63_vx_69_who_may_what_with_a_site() {
    let world = World::start().await;
    let field = world.field().await;
    for [facts, role, maker, see, create, update, delete] in rows(WHO_MAY) {
        let person = field.who(role);
        let path = format!("{}/sites/{}", field.path, field.site(field.who(maker), "Warehouse").await);
        let seen = person.get(&path).await;
        let listed = person.walk(&format!("{}/sites", field.path)).await;
        assert_eq!(listed.iter().any(|it| path.ends_with(it["id"].as_str().unwrap())), see == "200", "{facts} {role}");
        if see == "200" {
            let allowed = [("view", see), ("update", update), ("delete", delete)].into_iter();
            let allowed: Vec<&str> = allowed.filter(|it| it.1.starts_with('2')).map(|it| it.0).collect();
            assert_eq!(permissions(person, &path).await, allowed, "{facts} {role}");
        }
        let made = person.post(&format!("{}/sites", field.path), json!({"team_id": field.team, "name": "x"})).await;
        let changed = person.patch(&path, json!({"address": "Harbour Street"})).await;
        let answers = [seen.status, made.status, changed.status, person.delete(&path).await.status];
        assert_eq!(answers.map(|it| it.to_string()), [see, create, update, delete], "{facts} {role} {maker}");
    }
}

/// A creator keeps no more than their role gives them now.
#[tokio::test]
async fn vx_65_a_creator_who_becomes_a_viewer_has_nothing_at_once() {
    let world = World::start().await;
    let field = world.field().await;
    let path = format!("{}/sites/{}", field.path, field.site(&field.limited, "Mine").await);
    let members = format!("{}/teams/{}/members", field.organization.path, field.team);
    let role = |role| json!({"email": field.limited.email, "role": role});
    field.limited.patch(&path, json!({"name": "Still mine"})).await.is(200);
    field.team_admin.post(&members, role("viewer")).await.is(200);
    field.limited.get(&path).await.problem(404, "not_found");
    field.limited.patch(&path, json!({"name": "Mine"})).await.problem(404, "not_found");
    assert!(field.limited.get(&format!("{}/sites", field.path)).await.ids().is_empty());
    field.team_admin.post(&members, role("contributor_focused")).await.is(200);
    field.limited.patch(&path, json!({"name": "Mine again"})).await.is(200);
}

#[tokio::test]
async fn vx_63_vx_64_a_focused_contributor_sees_a_site_that_holds_an_inspection_of_theirs_and_no_other_in_it() {
    let world = World::start().await;
    let field = world.field().await;
    let (focused, template) = (&field.focused, field.template("Fire").await);
    let (site, empty) = (field.site(field.owner(), "Warehouse").await, field.site(field.owner(), "Warehouse 2").await);
    let body = json!({"team_id": field.team, "template_id": template, "site_id": site, "title": "Hall"});
    let theirs = field.made(field.owner(), "inspections", body.clone()).await;
    let other = field.made(field.owner(), "inspections", body).await;
    let (sites, all) = (format!("{}/sites", field.path), [site.as_str(), &empty]);
    let path = format!("{sites}/{site}");
    let teams = [field.team.as_str()];
    super::sees(focused, &sites, &all, &[], &teams, "Warehouse").await;
    assign(&field, &theirs, focused).await;
    super::sees(focused, &sites, &all, &[&site], &teams, "Warehouse").await;
    // Read-only, and nothing of what else happens there.
    assert_eq!(permissions(focused, &path).await, ["view"]);
    focused.patch(&path, json!({"name": "Mine"})).await.problem(403, "forbidden");
    focused.delete(&path).await.problem(403, "forbidden");
    focused.get(&format!("{}/inspections/{other}", field.path)).await.problem(404, "not_found");
    assert_eq!(focused.get(&format!("{}/inspections?site={site}", field.path)).await.ids(), [theirs.as_str()]);
    field.owner().delete(&format!("{}/assignees/{}", at(&field, &theirs), focused.id)).await.is(200);
    super::sees(focused, &sites, &all, &[], &teams, "Warehouse").await;
    // One that they made is theirs too, wherever others put it.
    let made = at(&field, &inspection(&field, focused, &template).await);
    field.owner().patch(&made, json!({"site_id": empty})).await.is(200);
    super::sees(focused, &sites, &all, &[&empty], &teams, "Warehouse").await;
    assert_eq!(permissions(focused, &format!("{sites}/{empty}")).await, ["view"]);
    field.owner().patch(&made, json!({"site_id": null})).await.is(200);
    super::sees(focused, &sites, &all, &[], &teams, "Warehouse").await;
}

#[tokio::test]
async fn a_site_is_created_found_changed_and_deleted() {
    let world = World::start().await;
    let field = world.field().await;
    let (full, path) = (&field.full, format!("{}/sites", field.path));
    let body = json!({"team_id": field.team, "name": "Warehouse 7", "address": "Hafenstraße 7, Hamburg", "description": "Ring."});
    let made = full.post(&path, body).await;
    let place = made.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(made.etag(), "\"1\"");
    let made = made.is(201);
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!((place.clone(), full.get(&place).await.is(200)), (format!("{path}/{id}"), made.clone()));
    assert_eq!((&made["created_by"], &made["description"]), (&json!(full.id), &json!("Ring.")));
    let second = field.site(field.owner(), "Aquarium").await;
    let get = async |query: &str| field.limited.get(&format!("{path}?{query}")).await.ids();
    assert_eq!(get("").await, [second.as_str(), &id]);
    assert_eq!(get("q=HAMBURG%20warehouse").await, [id.as_str()]);
    assert_eq!(get("q=-hamburg").await, [second.as_str()]);
    assert_eq!(get("sort=updated_at").await, [id.as_str(), &second]);

    let changed = full.patch_if(&place, "\"1\"", json!({"address": ""})).await;
    assert_eq!((changed.etag(), &changed.body["name"]), ("\"2\"".to_owned(), &json!("Warehouse 7")));
    let changed = changed.is(200);
    let since = changed["updated_at"].as_str().unwrap();
    assert_eq!(get(&format!("sort=updated_at&updated_since={since}")).await, [id.as_str()]);
    let same = full.patch(&place, json!({"address": "", "name": "Warehouse 7"})).await;
    assert_eq!((same.etag(), &same.body["updated_at"]), ("\"2\"".to_owned(), &changed["updated_at"]));
    full.patch_if(&place, "\"1\"", json!({"name": "Late"})).await.problem(412, "stale");
    let admin = &field.team_admin;
    admin.send(admin.request(Method::DELETE, &place).header("if-match", "\"1\"")).await.problem(412, "stale");
    admin.send(admin.request(Method::DELETE, &place).header("if-match", "\"2\"")).await.is(204);
    for answer in [full.get(&place).await, admin.delete(&place).await, full.patch(&place, json!({})).await] {
        answer.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_site_at_which_there_are_inspections_stays() {
    let world = World::start().await;
    let field = world.field().await;
    let (template, site) = (field.template("Fire").await, field.site(field.owner(), "Warehouse").await);
    let body = json!({"team_id": field.team, "template_id": template, "site_id": site, "title": "Hall"});
    let inspection = field.made(field.owner(), "inspections", body).await;
    let path = format!("{}/sites/{site}", field.path);
    field.team_admin.delete(&path).await.problem(409, "site_not_empty");
    field.team_admin.get(&path).await.is(200);
    field.owner().delete(&format!("{}/inspections/{inspection}", field.path)).await.is(204);
    field.team_admin.delete(&path).await.is(204);
}

#[tokio::test]
async fn a_site_says_what_is_wrong_with_it() {
    let world = World::start().await;
    let field = world.field().await;
    let path = format!("{}/sites", field.path);
    let good = format!("{path}/{}", field.site(field.owner(), "Good").await);
    for (fields, place) in [
        (json!({"name": ""}), "/name"),
        (json!({"name": "a\nb"}), "/name"),
        (json!({"name": "x".repeat(201)}), "/name"),
        (json!({"address": "x".repeat(501)}), "/address"),
        (json!({"description": "x".repeat(2001)}), "/description"),
        (json!({"colour": "red"}), "/colour"),
        (json!({"name": 7}), "/name"),
    ] {
        let mut body = json!({"team_id": field.team, "name": "New"});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        field.owner().post(&path, body).await.names(422, place);
        field.owner().patch(&good, fields).await.names(422, place);
    }
    field.owner().post(&path, json!({"name": "x"})).await.names(422, "/team_id");
    // A site stays where it is.
    field.owner().patch(&good, json!({"team_id": field.team})).await.names(422, "/team_id");
    field.owner().get(&format!("{path}/here")).await.names(400, "site");
    let large = json!({"team_id": field.team, "name": "x", "description": "x".repeat(256 * 1024)});
    field.owner().post(&path, large).await.problem(413, "body_too_large");
}

/// A UUID of version 7 that was made so many hours from now.
fn made_in(hours: i64) -> Uuid {
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().cast_signed();
    let seconds = (time + hours * 3600).cast_unsigned();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, 0))
}

#[tokio::test]
async fn a_device_gives_a_site_its_id_and_may_send_it_again() {
    let world = World::start().await;
    let field = world.field().await;
    let (focused, path) = (&field.focused, format!("{}/sites", field.path));
    let body = |id: &str| json!({"id": id, "team_id": field.team, "name": "Warehouse"});
    let id = made_in(-24 * 365).to_string();
    let made = focused.post(&path, body(&id)).await;
    assert_eq!(made.headers["location"].to_str().unwrap(), format!("{path}/{id}"));
    assert_eq!(made.is(201)["id"], id.as_str());
    // As it is now, whatever is sent again.
    field.owner().patch(&format!("{path}/{id}"), json!({"name": "Warehouse 7"})).await.is(200);
    let again = focused.post(&path, body(&id)).await;
    assert_eq!((again.etag(), again.headers.get("location")), ("\"2\"".to_owned(), None));
    assert_eq!(again.is(200)["name"], "Warehouse 7");
    // It is theirs: to others the id is taken, whether they see the site or not.
    let other = world.team_member(&field.organization, &field.team, "contributor_focused").await;
    for person in [field.owner(), &field.team_admin, &other] {
        person.post(&path, body(&id)).await.problem(409, "id_taken");
    }
    assert_eq!(field.owner().walk(&path).await.len(), 1);
    // Of two at once one makes it.
    let id = made_in(23).to_string();
    assert_eq!(both(focused.post(&path, body(&id)), focused.post(&path, body(&id))).await, [200, 201]);
    for id in [made_in(25), Uuid::new_v4(), Uuid::nil(), Uuid::max()] {
        focused.post(&path, body(&id.to_string())).await.names(422, "/id");
    }
    focused.post(&path, body("mine")).await.names(422, "/id");
    // Who may not is told nothing of ids.
    for id in [id, Uuid::nil().to_string()] {
        field.viewer.post(&path, body(&id)).await.problem(403, "forbidden");
    }
}

/// What is another organization's is not in the way, and is not touched.
#[tokio::test]
async fn an_id_is_taken_in_its_own_organization_only() {
    let world = World::start().await;
    let (mine, theirs) = (world.field().await, world.field().await);
    let id = theirs.site(theirs.owner(), "Theirs").await;
    let body = json!({"id": id, "team_id": mine.team, "name": "Mine"});
    mine.owner().post(&format!("{}/sites", mine.path), body).await.is(201);
    for (field, name) in [(&mine, "Mine"), (&theirs, "Theirs")] {
        assert_eq!(field.owner().get(&format!("{}/sites/{id}", field.path)).await.is(200)["name"], name);
    }
}

/// What somebody made in a team that they left is not shown to them for its id.
#[tokio::test]
async fn an_id_of_a_site_out_of_sight_is_taken() {
    let world = World::start().await;
    let field = world.field().await;
    let other = world.team(&field.organization, "Others").await;
    world.join_team(&field.organization, &field.limited, &other, "contributor_limited").await;
    let id = field.site(&field.limited, "Mine").await;
    let role = format!("{}/teams/{}/members/{}", field.organization.path, field.team, field.limited.id);
    field.owner().put(&role, json!({"role": "viewer"})).await.is(200);
    let body = json!({"id": id, "team_id": other, "name": "Mine"});
    field.limited.post(&format!("{}/sites", field.path), body).await.problem(409, "id_taken");
}

/// A device that is not sure that its request arrived is told that it did, though the team is gone.
#[tokio::test]
async fn a_site_made_with_an_id_is_known_again_when_its_team_is_gone() {
    let world = World::start().await;
    let field = world.field().await;
    let to = world.team(&field.organization, "Others").await;
    for person in [&field.focused, &field.full] {
        world.join_team(&field.organization, person, &to, "contributor_focused").await;
    }
    let path = format!("{}/sites", field.path);
    let body = json!({"id": uuid::Uuid::now_v7(), "team_id": field.team, "name": "Harbour"});
    field.focused.post(&path, body.clone()).await.is(201);
    field.owner().delete(&format!("{}/teams/{}?move_to={to}", field.organization.path, field.team)).await.is(204);
    let again = field.focused.post(&path, body.clone()).await.is(200);
    assert_eq!((&again["id"], &again["team_id"]), (&body["id"], &json!(to)));
    // Nobody else is told that it is there, be it in their sight or not.
    field.full.post(&path, body.clone()).await.names(404, "/team_id");
    field.owner().post(&path, body.clone()).await.names(404, "/team_id");
    let mut never = body;
    never["id"] = json!(uuid::Uuid::now_v7());
    field.focused.post(&path, never).await.names(404, "/team_id");
}
