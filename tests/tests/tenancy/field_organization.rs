//! What the roles of `field` do to the organization itself: its details, its branding, and its end.

use usher_tests::{World, json, rows};

/// The fact, who changes what, and the answer.
const DETAILS: &str = "
    VX-4 owner       name     200
    VX-4 owner       branding 200
    VX-5 super_admin name     200
    VX-5 super_admin branding 200
    VX-6 admin       name     200
    VX-6 admin       branding 200
    VX-7 member      name     403
    VX-7 member      branding 403
";

/// The fact, who deletes the organization, and the answer.
const DELETION: &str = "
    VX-9  super_admin 403
    VX-10 admin       403
    VX-11 member      403
    VX-8  owner       204
";

#[tokio::test]
async fn vx_4_vx_5_vx_6_vx_7_who_changes_the_details_and_the_branding() {
    let world = World::start().await;
    let field = world.field().await;
    let org = &field.organization;
    for (n, row) in rows(DETAILS).enumerate() {
        let [_, by, what, status] = row;
        let (path, field_name, new) = match what {
            "name" => (org.path.clone(), "name", format!("Name {n}")),
            _ => (format!("{}/branding", org.path), "primary_color", format!("#00000{n}")),
        };
        let before = field.owner().get(&path).await;
        let answer = field.who(by).patch(&path, json!({field_name: new})).await;
        assert_eq!(answer.status.to_string(), status, "{row:?}: {:#}", answer.body);
        let after = field.owner().get(&path).await;
        if status == "200" {
            assert_eq!((&answer.body[field_name], &after.body[field_name]), (&json!(new), &json!(new)), "{row:?}");
            assert_ne!(after.etag(), before.etag(), "{row:?}");
        } else {
            answer.lacks("organization.update");
            assert_eq!((after.etag(), after.body), (before.etag(), before.body), "{row:?}: nothing changed");
        }
    }
}

#[tokio::test]
async fn vx_8_vx_9_vx_10_vx_11_who_deletes_the_organization() {
    let world = World::start().await;
    let field = world.field().await;
    let org = &field.organization;
    let delete = format!("{}?confirm={}", org.path, org.slug);
    for row in rows(DELETION) {
        let [_, by, status] = row;
        let person = field.who(by);
        let before = person.get(&org.path).await;
        let answer = person.delete(&delete).await;
        assert_eq!(answer.status.to_string(), status, "{row:?}: {:#}", answer.body);
        if status == "204" {
            for (role, person) in field.everybody() {
                person.get(&org.path).await.problem(404, "not_found");
                assert!(person.get("/v1/organizations").await.is(200)["items"] == json!([]), "{row:?}: {role}");
            }
            continue;
        }
        answer.lacks("organization.delete");
        // Who may not is not asked to confirm it.
        person.delete(&org.path).await.lacks("organization.delete");
        let after = person.get(&org.path).await;
        assert_eq!((after.etag(), after.is(200)), (before.etag(), before.is(200)), "{row:?}: nothing changed");
        field.team_admin.get(&format!("{}/teams/{}", org.path, field.team)).await.is(200);
    }
}

/// The document says where the line is: of the team viewers read what everybody in it reads, and nothing else of what is not
/// shared.
#[tokio::test]
async fn vx_69_a_viewer_reads_of_the_team_what_everybody_in_it_reads_and_no_site_and_no_template() {
    let world = World::start().await;
    let field = world.field().await;
    let (org, viewer) = (&field.organization, &field.viewer);
    let team = format!("{}/teams/{}", org.path, field.team);
    let members = format!("{team}/members");
    for path in [&team, &members, &format!("{}/teams?include=total", org.path)] {
        let (told, others) = (viewer.get(path).await, field.full.get(path).await);
        assert_eq!(told.is(200), others.is(200), "{path}");
    }
    let before = (field.owner().get(&team).await.etag(), field.owner().walk(&members).await);
    for field_name in ["name", "description"] {
        viewer.patch(&team, json!({field_name: "Mine"})).await.lacks("team.update");
    }
    viewer.patch_if(&team, "*", json!({"website_ids": [], "template_ids": []})).await.lacks("team.update");
    viewer.delete(&team).await.lacks("team.delete");
    let new = json!({"email": field.member.email, "role": "viewer"});
    viewer.post(&members, new).await.lacks("team.manage_members");
    for person in [viewer, &field.full, &field.member] {
        let member = format!("{members}/{}", person.id);
        viewer.put(&member, json!({"role": "admin"})).await.lacks("team.manage_members");
        if person.id != viewer.id {
            viewer.delete(&member).await.lacks("team.manage_members");
        }
    }
    assert_eq!((field.owner().get(&team).await.etag(), field.owner().walk(&members).await), before);

    let things = world.field_things(org, &field.team).await;
    for (kind, collection, filter) in
        [("site", "sites", "site"), ("inspection_template", "inspection-templates", "template")]
    {
        let (path, id) = (format!("{}/{collection}", field.path), &things[kind]);
        assert!(!field.full.get(&path).await.ids().is_empty());
        assert_eq!(viewer.get(&format!("{path}?include=total")).await.is(200)["total"], 0, "{kind}");
        assert!(viewer.walk(&path).await.is_empty(), "{kind}");
        viewer.get(&format!("{path}/{id}")).await.problem(404, "not_found");
        viewer.patch_if(&format!("{path}/{id}"), "*", json!({"name": "Mine"})).await.problem(404, "not_found");
        viewer.delete(&format!("{path}/{id}")).await.problem(404, "not_found");
        viewer.get(&format!("{}/inspections?{filter}={id}", field.path)).await.names(404, filter);
        let new = json!({"team_id": field.team, "name": "Mine"});
        viewer.post(&path, new).await.lacks(&format!("{kind}.create"));
    }
}
