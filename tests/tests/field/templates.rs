//! Inspection templates.

use reqwest::Method;
use usher_tests::{Value, World, json, rows, sections};

use super::{both, permissions};

/// Who does it to a template that the owner made, and the answers to seeing, creating, changing and deleting it.
const WHO_MAY: &str = "
    VX-25,VX-27,VX-29,VX-36,VX-41 owner       200 201 200 204
    VX-25,VX-27,VX-29,VX-37,VX-41 super_admin 200 201 200 204
    VX-25,VX-27,VX-29,VX-38,VX-41 admin       200 201 200 204
    VX-26,VX-28,VX-30,VX-32       member      404 403 404 404
    VX-26,VX-28,VX-30             team_admin  200 201 200 204
    VX-26,VX-28,VX-30             full        200 403 403 403
    VX-26,VX-28,VX-30             limited     200 403 403 403
    VX-26,VX-28,VX-30             focused     200 403 403 403
    VX-26,VX-28,VX-30,VX-69       viewer      404 403 404 404
";

/// Templates are team admins' to write, contributors' to read and use, and not there for viewers (the decision on VX-58).
#[tokio::test]
async fn vx_25_vx_26_vx_27_vx_28_vx_29_vx_30_vx_32_vx_36_vx_37_vx_38_vx_41_vx_69_who_may_what_with_a_template() {
    let world = World::start().await;
    let field = world.field().await;
    for [facts, role, see, create, update, delete] in rows(WHO_MAY) {
        let person = field.who(role);
        let id = field.template(&format!("For {role}")).await;
        let path = format!("{}/inspection-templates/{id}", field.path);
        let body = json!({"team_id": field.team, "name": format!("Of {role}"), "sections": sections()});
        let seen = person.get(&path).await;
        let listed = person.walk(&format!("{}/inspection-templates", field.path)).await;
        assert_eq!(listed.iter().any(|it| it["id"] == id.as_str()), see == "200", "{facts} {role}");
        if see == "200" {
            let allowed = [("view", see), ("update", update), ("delete", delete)].into_iter();
            let allowed: Vec<&str> = allowed.filter(|it| it.1.starts_with('2')).map(|it| it.0).collect();
            assert_eq!(permissions(person, &path).await, allowed, "{facts} {role}");
        }
        let made = person.post(&format!("{}/inspection-templates", field.path), body).await;
        let changed = person.patch_if(&path, "*", json!({"description": "Twice a year."})).await;
        let answers = [seen.status, made.status, changed.status, person.delete(&path).await.status];
        assert_eq!(answers.map(|it| it.to_string()), [see, create, update, delete], "{facts} {role}");
    }
}

#[tokio::test]
async fn a_template_is_created_read_changed_and_deleted() {
    let world = World::start().await;
    let field = world.field().await;
    let (admin, path) = (&field.team_admin, format!("{}/inspection-templates", field.path));
    let body = json!({"team_id": field.team, "name": "Fire safety", "sections": sections()});
    let made = admin.post(&path, body.clone()).await;
    let place = made.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(made.etag(), "\"1\"");
    let made = made.is(201);
    assert_eq!(place, format!("{path}/{}", made["id"].as_str().unwrap()));
    assert_eq!(
        (&made["team_id"], &made["description"], &made["created_by"]),
        (&json!(field.team), &json!(""), &json!(admin.id))
    );
    assert_eq!(made["sections"][0]["questions"][1]["score"], 5);
    assert_eq!(made["sections"][0]["questions"][0]["options"], sections()[0]["questions"][0]["options"]);
    assert_eq!(admin.get(&place).await.is(200), made);
    admin.post(&path, body.clone()).await.problem(409, "inspection_template_name_taken");
    // Another team may have one of the same name.
    let other = world.team(&field.organization, "Others").await;
    let mut elsewhere = body;
    elsewhere["team_id"] = json!(other);
    field.owner().post(&path, elsewhere).await.is(201);

    admin.patch(&place, json!({"name": "x"})).await.problem(428, "precondition_required");
    let changed = admin.patch_if(&place, "\"1\"", json!({"name": "Fire"})).await;
    assert_eq!(changed.etag(), "\"2\"");
    let changed = changed.is(200);
    assert_eq!((&changed["name"], &changed["sections"]), (&json!("Fire"), &made["sections"]));
    assert!(changed["updated_at"].as_str() > made["updated_at"].as_str());
    assert_eq!(changed["created_at"], made["created_at"]);
    // Nothing new changes nothing.
    let same = admin.patch_if(&place, "\"2\"", json!({"name": "Fire", "sections": made["sections"]})).await;
    assert_eq!((same.etag(), &same.body["updated_at"]), ("\"2\"".to_owned(), &changed["updated_at"]));
    admin.patch_if(&place, "\"1\"", json!({"name": "Late"})).await.problem(412, "stale");
    admin.send(admin.request(Method::DELETE, &place).header("if-match", "\"1\"")).await.problem(412, "stale");
    admin.delete(&place).await.is(204);
    for answer in [admin.get(&place).await, admin.delete(&place).await, admin.patch_if(&place, "*", json!({})).await] {
        answer.problem(404, "not_found");
    }
}

#[tokio::test]
async fn templates_are_found_by_a_part_of_the_name_and_by_when_they_changed() {
    let world = World::start().await;
    let field = world.field().await;
    let path = format!("{}/inspection-templates", field.path);
    let (doors, alarms) = (field.template("Fire doors").await, field.template("Alarms").await);
    let get = async |query: &str| field.limited.get(&format!("{path}?{query}")).await.ids();
    assert_eq!(get("").await, [alarms.as_str(), &doors]);
    assert_eq!(get("q=RE%20D").await, [doors.as_str()]);
    assert!(get("q=%25").await.is_empty());
    assert_eq!(get("sort=updated_at").await, [doors.as_str(), &alarms]);
    let place = format!("{path}/{doors}");
    let changed = field.owner().patch_if(&place, "*", json!({"description": "New"})).await.is(200);
    let since = changed["updated_at"].as_str().unwrap();
    assert_eq!(get(&format!("sort=updated_at&updated_since={since}")).await, [doors.as_str()]);
    assert_eq!(get("sort=updated_at").await, [alarms.as_str(), &doors]);
    for (query, parameter) in [
        ("sort=colour", "sort"),
        ("sort=-name", "sort"),
        ("updated_since=yesterday", "updated_since"),
        ("updated_since=-0100-01-01T00:00:00Z", "updated_since"),
        ("team=1", "team"),
        ("limit=101", "limit"),
        ("q=", "q"),
        ("include=all", "include"),
    ] {
        field.owner().get(&format!("{path}?{query}")).await.names(400, parameter);
    }
    let page = field.owner().get(&format!("{path}?limit=1")).await.is(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    field.owner().get(&format!("{path}?sort=updated_at&cursor={cursor}")).await.names(400, "cursor");
    field.owner().get(&format!("{}/sites?cursor={cursor}", field.path)).await.names(400, "cursor");
}

fn text(key: &str) -> Value {
    json!({"key": key, "label": "?", "kind": "text"})
}

fn texts(prefix: &str, count: usize) -> Value {
    let questions: Vec<Value> = (0..count).map(|n| text(&format!("{prefix}{n}"))).collect();
    json!({"title": "Part", "questions": questions})
}

#[tokio::test]
async fn a_template_says_what_is_wrong_with_its_questions() {
    let world = World::start().await;
    let field = world.field().await;
    let path = format!("{}/inspection-templates", field.path);
    let good = format!("{path}/{}", field.template("Good").await);
    let part = |question: Value| json!([{"title": "Part", "questions": [question]}]);
    let of = |more: Value| {
        let mut question = text("a");
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        part(question)
    };
    let at = |place: &str| format!("/sections/0/questions/0/{place}");
    for (sections, place) in [
        (json!([]), "/sections".to_owned()),
        (json!([{"title": "Part", "questions": []}]), "/sections/0/questions".to_owned()),
        (json!([{"title": " ", "questions": [text("a")]}]), "/sections/0/title".to_owned()),
        (json!((0..51).map(|n| texts(&format!("{n}-"), 1)).collect::<Vec<_>>()), "/sections".to_owned()),
        (json!([texts("a", 101)]), "/sections/0/questions".to_owned()),
        (json!((0..6).map(|n| texts(&format!("{n}-"), 84)).collect::<Vec<_>>()), "/sections".to_owned()),
        (json!([texts("a", 2), texts("a", 1)]), "/sections/1/questions/0/key".to_owned()),
        (of(json!({"key": ""})), at("key")),
        (of(json!({"kind": "colour"})), at("kind")),
        (of(json!({"kind": "choice"})), at("options")),
        (of(json!({"kind": "choice", "options": [{"value": "a"}, {"value": "a"}]})), at("options/1/value")),
        (of(json!({"kind": "choice", "options": [{"value": "a", "score": 1001}]})), at("options/0/score")),
        (of(json!({"kind": "choice", "options": [{"value": "a", "score": -1}]})), at("options/0/score")),
        (of(json!({"kind": "choice", "options": [{"value": "a", "score": 1.5}]})), at("options/0/score")),
        (of(json!({"options": [{"value": "a"}]})), at("options")),
        (of(json!({"score": 1})), at("score")),
        (of(json!({"unit": "bar"})), at("unit")),
        (of(json!({"kind": "number", "minimum": 2, "maximum": 1})), at("maximum")),
        (of(json!({"kind": "number", "minimum": "2"})), at("minimum")),
        (of(json!({"points": 3})), at("points")),
        (of(json!({"label": "a\u{0}"})), at("label")),
    ] {
        let body = json!({"team_id": field.team, "name": "Bad", "sections": sections});
        field.owner().post(&path, body).await.names(422, &place);
        field.owner().patch_if(&good, "\"1\"", json!({"sections": sections})).await.names(422, &place);
    }
    let body = |more: Value| {
        let mut body = json!({"team_id": field.team, "name": "New", "sections": [texts("a", 1)]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (more, place) in [
        (json!({"name": " "}), "/name"),
        (json!({"name": "x".repeat(121)}), "/name"),
        (json!({"description": "x".repeat(2001)}), "/description"),
        (json!({"team_id": "us"}), "/team_id"),
        (json!({"team_id": null}), "/team_id"),
        (json!({"colour": 1}), "/colour"),
    ] {
        field.owner().post(&path, body(more)).await.names(422, place);
    }
    field
        .owner()
        .post(&path, body(json!({"description": "x".repeat(256 * 1024)})))
        .await
        .problem(413, "body_too_large");
    let largest: Vec<Value> = (0..5).map(|n| texts(&format!("{n}-"), 100)).collect();
    field.owner().post(&path, body(json!({"sections": largest}))).await.is(201);
}

/// Which forms there are.
async fn forms(world: &World) -> Option<String> {
    world.look("select count(*) from inspection_forms").await
}

/// A form never changes: a template gets another, and what was made from it keeps the one that it has.
#[tokio::test]
async fn inspections_keep_the_questions_that_they_were_made_with() {
    let world = World::start().await;
    let field = world.field().await;
    let template = field.template("Fire").await;
    let place = format!("{}/inspection-templates/{template}", field.path);
    let body = json!({"team_id": field.team, "template_id": template, "title": "Hall"});
    let one = field.made(&field.limited, "inspections", body.clone()).await;
    let one = format!("{}/inspections/{one}", field.path);
    assert_eq!(forms(&world).await.as_deref(), Some("1"));
    let asked =
        async |inspection: &str| field.owner().get(&format!("{inspection}/answers")).await.is(200)["sections"].clone();
    let before = asked(&one).await;

    let other = json!([texts("new", 1)]);
    let changed = field.owner().patch_if(&place, "\"1\"", json!({"sections": other})).await;
    assert_eq!(changed.etag(), "\"2\"");
    assert_eq!(changed.is(200)["sections"][0]["questions"][0]["key"], "new0");
    assert_eq!((asked(&one).await, forms(&world).await.as_deref()), (before.clone(), Some("2")));
    // One that nothing was made with is dropped.
    field.owner().patch_if(&place, "\"2\"", json!({"sections": [texts("newer", 1)]})).await.is(200);
    assert_eq!(forms(&world).await.as_deref(), Some("2"));

    let etag = field.owner().get(&one).await.etag();
    field.owner().delete(&place).await.is(204);
    assert_eq!((asked(&one).await, forms(&world).await.as_deref()), (before, Some("1")));
    let after = field.owner().get(&one).await;
    assert_ne!(after.etag(), etag);
    assert_eq!(after.is(200)["template_id"], json!(null));
    field.owner().delete(&one).await.is(204);
    assert_eq!(forms(&world).await.as_deref(), Some("0"));
}

#[tokio::test]
async fn of_two_who_do_the_same_at_once_one_does_it() {
    let world = World::start().await;
    let field = world.field().await;
    let path = format!("{}/inspection-templates", field.path);
    let body = json!({"team_id": field.team, "name": "Fire", "sections": sections()});
    let (owner, admin) = (field.owner(), &field.team_admin);
    assert_eq!(both(owner.post(&path, body.clone()), admin.post(&path, body.clone())).await, [201, 409]);
    let place = format!("{path}/{}", owner.get(&path).await.ids()[0]);
    let (a, b) = (json!({"sections": [texts("a", 1)]}), json!({"sections": [texts("b", 1)]}));
    assert_eq!(both(owner.patch_if(&place, "\"1\"", a), admin.patch_if(&place, "\"1\"", b)).await, [200, 412]);
    assert_eq!(forms(&world).await.as_deref(), Some("1"));
    assert_eq!(both(owner.delete(&place), admin.delete(&place)).await, [204, 404]);
    assert_eq!(forms(&world).await.as_deref(), Some("0"));
}
