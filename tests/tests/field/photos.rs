//! Photos of inspections: adding, showing and deleting them; and no object is left of what was refused.

use reqwest::Method;
use usher_tests::{Answer, Field, Person, Value, World, json, png};
use uuid::Uuid;

use super::both;

/// An inspection of the team's, made by somebody. Returns its path.
pub(super) async fn inspection(field: &Field, by: &Person, shared: bool) -> String {
    let template = field.template(&Uuid::now_v7().to_string()).await;
    let body = json!({"team_id": field.team, "template_id": template, "title": "Fire safety", "shared": shared});
    format!("{}/inspections/{}", field.path, field.made(by, "inspections", body).await)
}

pub(super) async fn add(by: &Person, inspection: &str, query: &str, bytes: Vec<u8>) -> Answer {
    let path = format!("{inspection}/photos{query}");
    by.send_image(Method::POST, &path, bytes).await
}

pub(super) fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap().to_owned()
}

/// The bytes of storage that are counted.
async fn counted(world: &World) -> String {
    world.look("select coalesce(sum(bytes), 0) from storage").await.unwrap()
}

#[tokio::test]
async fn a_photo_is_added_listed_shown_and_deleted() {
    let world = World::start().await;
    let field = world.field().await;
    let (by, path) = (&field.limited, inspection(&field, &field.limited, true).await);
    let before = by.get(&path).await;
    let (tag, bytes) = (before.etag(), png("one"));
    assert_eq!(before.is(200)["state"], "draft");
    let query = "?question=photos&caption=The%20exit&taken_at=2026-02-28T09:00:00Z";
    let added = add(by, &path, query, bytes.clone()).await;
    let (location, photo) = (added.headers["location"].to_str().unwrap().to_owned(), added.is(201));
    assert_eq!(
        (&photo["question"], &photo["caption"], &photo["taken_at"]),
        (&json!("photos"), &json!("The exit"), &json!("2026-02-28T09:00:00Z"))
    );
    assert_eq!((&photo["content_type"], &photo["size"]), (&json!("image/png"), &json!(bytes.len())));
    assert_eq!(photo["created_by"], *by.id);
    assert_eq!(location, format!("{path}/photos/{}", text(&photo, "id")));
    assert_eq!(by.get(&location).await.is(200), photo);
    let after = by.get(&path).await;
    assert_ne!(after.etag(), tag, "the inspection changed");
    assert_eq!(after.is(200)["state"], "in_progress");
    let other = add(by, &path, "", png("two")).await.is(201);
    let all = by.walk(&format!("{path}/photos?limit=1")).await;
    assert_eq!(all, [photo.clone(), other], "the oldest first");
    assert_eq!(by.get(&format!("{path}/photos?include=total")).await.is(200)["total"], 2);

    let shown = by.request(Method::GET, &format!("{location}/content")).send().await.unwrap();
    let header = |name: &str| shown.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(header("etag"), format!("\"{}\"", text(&photo, "sha256")));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(header("content-disposition"), format!("inline; filename=\"photo-{}.png\"", text(&photo, "id")));
    assert_eq!(header("cache-control"), "private, no-cache");
    let tag = header("etag");
    assert_eq!(shown.bytes().await.unwrap(), bytes.clone());
    for (known, status) in [
        (tag.clone(), 304),
        (format!("W/{tag}"), 304),
        (format!("\"a\", {tag}"), 304),
        ("*".to_owned(), 304),
        ("\"a\"".to_owned(), 200),
    ] {
        let request = by.request(Method::GET, &format!("{location}/content")).header("if-none-match", &known);
        by.send(request).await.is(status);
    }
    let head = by.send(by.request(Method::HEAD, &format!("{location}/content"))).await;
    assert_eq!(head.headers["content-length"], *bytes.len().to_string());
    assert_eq!(head.headers["etag"], *tag);
    assert_eq!(head.is(200), "");

    assert_eq!(world.objects().len(), 2);
    by.delete(&location).await.is(204);
    for gone in [&location, &format!("{location}/content")] {
        by.get(gone).await.problem(404, "not_found");
    }
    by.delete(&location).await.problem(404, "not_found");
    world.remove_objects().await;
    assert_eq!(world.objects().len(), 1);
    assert_eq!(counted(&world).await, png("two").len().to_string());
}

#[tokio::test]
async fn what_is_no_photo_is_refused_and_leaves_nothing() {
    let world = World::start().await;
    let field = world.field().await;
    let (by, path) = (&field.full, inspection(&field, &field.full, false).await);
    for (bytes, what) in [
        (&b""[..], "nothing"),
        (b"\x89PN", "a truncated beginning"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", "a picture that runs"),
        (b"<!doctype html><script>alert(1)</script>", "a page"),
        (b"GIF89a\x01\0\x01\0", "another kind"),
        (b"%PDF-1.7", "a document"),
    ] {
        add(by, &path, "", bytes.to_vec()).await.problem(415, "unsupported_media_type");
        assert_eq!(counted(&world).await, "0", "{what}");
    }
    let mut large = png("large");
    large.resize(10 * 1024 * 1024 + 1, 0);
    add(by, &path, "", large.clone()).await.problem(413, "body_too_large");
    large.truncate(10 * 1024 * 1024);
    add(by, &path, "", large).await.is(201);
    for (query, place) in [("?question=nothing", "question"), ("?id=6c84fb90-12c4-11e1-840d-7b25c5ee775a", "id")] {
        add(by, &path, query, png("one")).await.names(422, place);
    }
    let long = format!("?caption={}", "x".repeat(501));
    for (query, place) in [
        ("?id=../../etc/passwd", "id"),
        ("?question=", "question"),
        (&*long, "caption"),
        ("?taken_at=yesterday", "taken_at"),
        ("?file=x", "file"),
    ] {
        add(by, &path, query, png("one")).await.names(400, place);
    }
    // What the path names is never a path.
    for photo in ["..%2F..%2Fsecret", "%2e%2e", "..", "a%00b"] {
        let answer = by.get(&format!("{path}/photos/{photo}/content")).await;
        assert!([400, 404].contains(&answer.status), "{photo}: {}", answer.status);
    }
    let compressed = by.request(Method::POST, &format!("{path}/photos")).header("content-encoding", "gzip");
    by.send(compressed.body(png("one"))).await.problem(415, "unsupported_media_type");
    world.remove_objects().await;
    assert_eq!(world.objects().len(), 1, "the one that was added");
    assert_eq!(counted(&world).await, (10 * 1024 * 1024).to_string());
}

#[tokio::test]
async fn a_photo_that_is_sent_again_is_the_one_that_is_there() {
    let world = World::start().await;
    let field = world.field().await;
    let (by, path) = (&field.full, inspection(&field, &field.full, false).await);
    let other = inspection(&field, &field.full, false).await;
    let id = Uuid::now_v7();
    let query = format!("?id={id}");
    let first = add(by, &path, &query, png("one")).await.is(201);
    assert_eq!(first["id"], id.to_string());
    assert_eq!(add(by, &path, &query, png("one")).await.is(200), first);
    for (person, path, bytes) in
        [(by, &path, png("two")), (by, &other, png("one")), (&field.team_admin, &path, png("one"))]
    {
        add(person, path, &query, bytes).await.problem(409, "id_taken");
    }
    // Two at once.
    let query = format!("?id={}", Uuid::now_v7());
    let sent = both(add(by, &path, &query, png("three")), add(by, &path, &query, png("three"))).await;
    assert_eq!(sent, [200, 201]);
    // By a key for the request.
    let keyed = async |bytes: Vec<u8>| {
        let request = by.request(Method::POST, &format!("{path}/photos")).header("idempotency-key", "k");
        by.send(request.body(bytes)).await
    };
    let photo = keyed(png("four")).await.is(201);
    assert_eq!(keyed(png("four")).await.is(201), photo);
    keyed(png("five")).await.names(422, "Idempotency-Key");
    world.remove_objects().await;
    assert_eq!(world.objects().len(), 3);
    assert_eq!(by.walk(&format!("{path}/photos")).await.len(), 3);
}

#[tokio::test]
async fn an_inspection_that_was_submitted_keeps_the_photos_that_it_has() {
    let world = World::start().await;
    let field = world.field().await;
    let (by, path) = (&field.full, inspection(&field, &field.full, false).await);
    let photo = text(&add(by, &path, "", png("one")).await.is(201), "id");
    let submit =
        "update inspections set state = 'submitted', submitted_at = now(), score = 0, max_score = 0, team_name = ''";
    world.arrange(submit).await;
    add(by, &path, "", png("two")).await.problem(409, "inspection_submitted");
    by.delete(&format!("{path}/photos/{photo}")).await.problem(409, "inspection_submitted");
    by.get(&format!("{path}/photos/{photo}/content")).await.is(200);
    world.remove_objects().await;
    assert_eq!(world.objects().len(), 1);
}

/// With the inspection, and with the organization, its files go: rows, objects and what is counted.
#[tokio::test]
async fn with_what_it_is_of_a_photo_goes() {
    let world = World::start().await;
    let field = world.field().await;
    let (by, org) = (&field.full, &field.organization);
    let (path, other) = (inspection(&field, by, false).await, inspection(&field, by, false).await);
    for path in [&path, &path, &other] {
        add(by, path, "", png(&Uuid::now_v7().to_string())).await.is(201);
    }
    by.send(by.request(Method::DELETE, &path).header("if-match", "*")).await.is(204);
    world.remove_objects().await;
    assert_eq!(world.objects().len(), 1);
    assert_eq!(world.look("select count(*) from files").await.unwrap(), "1");
    field.owner().delete(&format!("{}?confirm={}", org.path, org.slug)).await.is(204);
    world.remove_objects().await;
    assert_eq!(world.objects(), [""; 0]);
    assert_eq!(world.look("select count(*) from file_removals").await.unwrap(), "0");
}

/// What is asked is told to who sees it: neither by the question that a photo names, nor by the photo that an answer names.
#[tokio::test]
async fn law_8_who_does_not_see_an_inspection_learns_no_question_by_a_photo() {
    let world = World::start().await;
    let field = world.field().await;
    field.organization.role("team", "blind", &[("inspection.update", "yes")]).await;
    let blind = world.team_member(&field.organization, &field.team, "blind").await;
    let path = inspection(&field, &field.full, false).await;
    let mut refused = Vec::new();
    for question in ["photos", "exits", "nowhere"] {
        let answer = add(&blind, &path, &format!("?question={question}"), png("one")).await.problem(422, "invalid");
        refused.push(answer["errors"].clone());
    }
    assert_eq!(
        refused[0],
        json!([{"parameter": "question", "code": "invalid",
        "detail": "Only who sees the inspection says which question a photo is for."}])
    );
    assert!(refused.iter().all(|fault| *fault == refused[0]), "{refused:#?}");
    // Nor what is known of a photo, be it their own: who adds it again is told what the first time told them.
    let id = Uuid::now_v7();
    for _ in 0..2 {
        add(&blind, &path, &format!("?id={id}"), png("one")).await.is(204);
    }
    let named = json!({"value": [Uuid::now_v7()]});
    for question in ["photos", "exits", "nowhere"] {
        let answer = format!("{path}/answers/{question}");
        let fault = blind.put_if(&answer, "\"1\"", named.clone()).await.problem(422, "invalid")["errors"].clone();
        assert_eq!(fault[0]["detail"], "It does not fit the question.", "{question}");
    }
    assert_eq!(world.look("select count(*) from inspection_photos").await.unwrap(), "1");
}
