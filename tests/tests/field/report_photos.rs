//! Photos that answers name, and what a report shows of them.

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use usher_tests::{Answer, Field, Person, Value, World, json, png};
use uuid::Uuid;

use super::{
    both,
    inspections::{at, inspection},
};

/// Adds a photo to an inspection. Returns its id.
async fn photo(field: &Field, by: &Person, inspection: &str, query: &str, of: &str) -> String {
    let path = format!("{}/photos{query}", at(field, inspection));
    by.send_image(Method::POST, &path, png(of)).await.is(201)["id"].as_str().unwrap().to_owned()
}

async fn put(field: &Field, by: &Person, inspection: &str, question: &str, value: Value) -> Answer {
    by.put_if(&format!("{}/answers/{question}", at(field, inspection)), "*", json!({"value": value})).await
}

async fn submit(field: &Field, by: &Person, inspection: &str) -> String {
    put(field, by, inspection, "exits", json!("Yes")).await.is(200);
    by.post_empty(&format!("{}/submit", at(field, inspection))).await.is(200);
    format!("{}/reports/{inspection}", field.path)
}

async fn share(by: &Person, report: &str, shared: bool) {
    by.post(&format!("{report}/share"), json!({"shared": shared})).await.is(200);
}

#[tokio::test]
async fn an_answer_names_photos_of_its_own_inspection_and_no_others() {
    let world = World::start().await;
    let (field, stranger) = (world.field().await, world.field().await);
    let template = field.template("Doors").await;
    let (by, id) = (&field.full, inspection(&field, &field.full, &template).await);
    let elsewhere = inspection(&field, by, &template).await;
    let theirs = inspection(&stranger, &stranger.full, &stranger.template("Doors").await).await;
    let own = photo(&field, by, &id, "", "own").await;
    for other in [
        Uuid::now_v7().to_string(),
        photo(&field, by, &elsewhere, "", "elsewhere").await,
        photo(&stranger, &stranger.full, &theirs, "", "theirs").await,
    ] {
        let refused = put(&field, by, &id, "photos", json!([own, other])).await;
        let errors = refused.is(422)["errors"].clone();
        assert_eq!((&errors[0]["pointer"], &errors[0]["code"]), (&json!("/value/1"), &json!("unknown_photo")));
        assert_eq!(errors[1], Value::Null, "the other is there");
        let signed = put(&field, by, &id, "signature", json!({"name": "Ada", "photo_id": other})).await;
        signed.names(422, "/value/photo_id");
    }
    put(&field, &field.viewer, &id, "photos", json!([own])).await.problem(404, "not_found");
    put(&field, by, &id, "photos", json!([own])).await.is(200);
    put(&field, by, &id, "signature", json!({"name": "Ada", "photo_id": own.to_uppercase()})).await.is(200);
    // A text that looks like one names none.
    put(&field, by, &id, "note", json!(Uuid::now_v7())).await.is(200);
}

#[tokio::test]
async fn a_photo_stays_while_an_answer_names_it() {
    let world = World::start().await;
    let field = world.field().await;
    let (by, id) = (&field.full, inspection(&field, &field.full, &field.template("Doors").await).await);
    let (one, two) = (photo(&field, by, &id, "", "one").await, photo(&field, by, &id, "", "two").await);
    let path = |photo: &str| format!("{}/photos/{photo}", at(&field, &id));
    put(&field, by, &id, "photos", json!([one])).await.is(200);
    put(&field, by, &id, "signature", json!({"name": "Ada", "photo_id": two})).await.is(200);
    for photo in [&one, &two] {
        by.delete(&path(photo)).await.problem(409, "photo_in_use");
        by.get(&path(photo)).await.is(200);
    }
    put(&field, by, &id, "signature", Value::Null).await.is(200);
    by.delete(&path(&two)).await.is(204);
    put(&field, by, &id, "signature", json!({"name": "Ada", "photo_id": two})).await.names(422, "/value/photo_id");
    // At once: either the answer names it and it stays, or it is gone and is not named.
    for _ in 0..5 {
        let three = photo(&field, by, &id, "", "three").await;
        let address = path(&three);
        let (deleted, named) = tokio::join!(by.delete(&address), put(&field, by, &id, "photos", json!([one, three])));
        assert!([(204, 422), (409, 200)].contains(&(deleted.status, named.status)), "{deleted:?} {named:?}");
        put(&field, by, &id, "photos", json!([one])).await.is(200);
    }
    // With the inspection all of it goes.
    by.send(by.request(Method::DELETE, &at(&field, &id)).header("if-match", "*")).await.is(204);
    world.remove_objects().await;
    assert_eq!(world.objects(), [""; 0]);
}

/// VX-67: whoever reads the report has its photos, by the report's own address and no other, and as long as they may read it.
#[tokio::test]
async fn vx_67_who_reads_a_report_sees_its_photos_and_nothing_of_the_inspection() {
    let world = World::start().await;
    let (field, stranger) = (world.field().await, world.organization("field").await.owner);
    let template = field.template("Doors").await;
    let id = inspection(&field, &field.full, &template).await;
    let (one, path) = (photo(&field, &field.full, &id, "?caption=Door", "one").await, at(&field, &id));
    let other = inspection(&field, &field.full, &template).await;
    let elsewhere = photo(&field, &field.full, &other, "", "elsewhere").await;
    let content = format!("{}/reports/{id}/photos/{one}/content", field.path);
    field.full.get(&content).await.problem(404, "not_found");
    let report = submit(&field, &field.full, &id).await;
    for shared in [false, true] {
        share(&field.full, &report, shared).await;
        for (role, person) in field.everybody().into_iter().chain([("stranger", &stranger)]) {
            let sees = match role {
                "member" | "focused" | "stranger" => 404,
                "viewer" if !shared => 404,
                _ => 200,
            };
            assert_eq!(person.get(&content).await.status, sees, "{role} {shared}");
            let page = person.get(&format!("{report}/page")).await;
            assert_eq!(page.status, sees, "{role} {shared}");
            if sees == 200 {
                assert_eq!(person.get(&report).await.is(200)["photos"][0]["id"], one, "{role}");
                assert!(page.body.as_str().unwrap().contains(&STANDARD.encode(png("one"))), "{role}");
            }
        }
    }
    for path in [&path, &format!("{path}/photos"), &format!("{path}/photos/{one}/content")] {
        field.viewer.get(path).await.problem(404, "not_found");
    }
    let shown = field.viewer.request(Method::GET, &content).send().await.unwrap();
    assert_eq!(shown.headers()["content-security-policy"], "sandbox; default-src 'none'");
    assert_eq!(shown.bytes().await.unwrap(), png("one"));
    // Not a photo of another, and not by way of a report.
    for photo in [&elsewhere, &Uuid::now_v7().to_string()] {
        let path = format!("{}/reports/{id}/photos/{photo}/content", field.path);
        field.owner().get(&path).await.problem(404, "not_found");
    }
    field.owner().get(&format!("{}/reports/{other}/photos/{elsewhere}/content", field.path)).await.is(404);
    // By a token as far as it goes.
    for (scope, status) in [("report.view", 200), ("inspection.view", 403)] {
        let token = field.organization.with_scopes(&field.full, &[scope]).await;
        assert_eq!(token.get(&content).await.status, status, "{scope}");
    }
    field.full.post_empty(&format!("{path}/reopen")).await.is(200);
    field.viewer.get(&content).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_report_shows_photos_where_they_belong_and_the_branding() {
    let world = World::start().await;
    let field = world.field().await;
    let (by, id) = (&field.full, inspection(&field, &field.full, &field.template("Doors").await).await);
    let named = photo(&field, by, &id, "?caption=%3Cb%3EDoor%3C/b%3E&taken_at=2026-02-28T09:00:00Z", "named").await;
    let signed = photo(&field, by, &id, "?question=exits", "signed").await;
    photo(&field, by, &id, "?question=exits", "taken").await;
    photo(&field, by, &id, "", "loose").await;
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
    by.send_image(Method::POST, &format!("{}/photos", at(&field, &id)), heic).await.is(201);
    put(&field, by, &id, "photos", json!([named])).await.is(200);
    put(&field, by, &id, "signature", json!({"name": "Ada", "photo_id": signed})).await.is(200);
    let branding = format!("{}/branding", field.organization.path);
    field.owner().patch(&branding, json!({"primary_color": "#FFD400", "accent_color": "#1f6feb"})).await.is(200);
    field.owner().send_image(Method::PUT, &format!("{branding}/logo"), png("logo")).await.is(200);
    let report = submit(&field, by, &id).await;

    let document = by.get(&report).await.is(200);
    assert_eq!(document["photos"].as_array().unwrap().len(), 5);
    assert_eq!(document["branding"]["primary_color"], "#ffd400");
    assert_eq!(document["branding"]["logo"]["content_type"], "image/png");

    let page = by.get(&format!("{report}/page")).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("img-src data:"), "{policy}");
    let page = page.is(200).as_str().unwrap().to_owned();
    let place = |of: &str| {
        let uri = format!("data:image/png;base64,{}", STANDARD.encode(png(of)));
        assert_eq!(page.matches(&uri).count(), 1, "{of} once");
        page.find(&uri).unwrap()
    };
    let label = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(place("logo") < label("<h1>"));
    let (exits, photos, signature) = (label(">Are the exits clear?<"), label(">Photos<"), label(">Signed by<"));
    assert!(exits < place("taken") && place("taken") < photos, "under its question");
    assert!(photos < place("named") && place("named") < signature, "where it is named");
    assert!(signature < place("signed") && place("signed") < place("loose"), "a signature is drawn");
    assert!(page.contains("&lt;b&gt;Door&lt;/b&gt;") && !page.contains("<b>Door"), "a caption is text");
    assert!(page.contains("28 February 2026, 09:00 UTC"));
    assert!(page.contains("does not show: HEIF, 0.0 MB"), "what browsers do not show is named");
    for color in ["--brand: #ffd400", "--accent: #8c7400", "--notice: #1f6feb"] {
        assert!(page.contains(color), "{color}");
    }
    // A photo that is lost is one that the page does not show; the rest is worth having.
    let lost = world.look("select org_id || '/' || id from files order by created_at limit 1").await.unwrap();
    world.lose_object(&lost);
    let page = by.get(&format!("{report}/page")).await.is(200).as_str().unwrap().to_owned();
    assert_eq!(page.matches("src=\"data:image/png;base64,").count(), 4);
    assert!(page.contains("does not show: PNG"), "what is lost is named");
    world.lose_files();
    by.get(&format!("{report}/page")).await.problem(503, "files_unavailable");
    by.get(&report).await.is(200);
}

#[tokio::test]
async fn a_page_does_not_grow_beyond_measure_and_an_inspection_has_so_many_photos() {
    let world = World::start().await;
    let field = world.field().await;
    let (by, id) = (&field.full, inspection(&field, &field.full, &field.template("Doors").await).await);
    let photos = format!("{}/photos", at(&field, &id));
    for size in [9, 9, 1] {
        let mut bytes = png(&size.to_string());
        bytes.resize(size * 1024 * 1024, 0);
        by.send_image(Method::POST, &photos, bytes).await.is(201);
    }
    let one = format!(
        "with one as (select * from files limit 1), made as (
            insert into files (org_id, id, sha256, content_type, size)
            select org_id, gen_random_uuid(), sha256, 'image/heif', 1 from one, generate_series(1, 496) returning org_id, id)
         insert into inspection_photos (org_id, id, inspection_id, file_id)
         select org_id, gen_random_uuid(), '{id}', id from made"
    );
    world.arrange(&one).await;
    let send = |of: &str| by.send_image(Method::POST, &photos, png(of));
    assert_eq!(both(send("a"), send("b")).await, [201, 409]);
    by.send_image(Method::POST, &photos, png("c")).await.problem(409, "too_many_photos");
    let report = submit(&field, by, &id).await;
    let page = by.get(&format!("{report}/page")).await.is(200).as_str().unwrap().to_owned();
    assert_eq!(page.matches("data:image/png").count(), 3);
    assert_eq!(page.matches("does not show: PNG, 9.4 MB").count(), 1);
}
