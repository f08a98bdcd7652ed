//! Where files are kept: what happens when it cannot be reached, when a body stops half way, when a request is sent again.

use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use usher_tests::{Field, Person, World, json, png};
use uuid::Uuid;

/// A new inspection of the team's. Returns the path of its photos.
async fn photos(field: &Field) -> String {
    let template = field.template(&Uuid::now_v7().to_string()).await;
    let body = json!({"team_id": field.team, "template_id": template, "title": "Fire safety"});
    format!("{}/inspections/{}/photos", field.path, field.made(&field.full, "inspections", body).await)
}

/// The rows that stand for files: files, photos, logos, and the bytes that are counted.
async fn rows(world: &World) -> String {
    let counts = "(select count(*) from files) || ' ' || (select count(*) from inspection_photos) || ' '
        || (select count(logo_id) from branding) || ' ' || (select coalesce(sum(bytes), 0) from storage)";
    world.look(counts).await.unwrap()
}

#[tokio::test]
async fn what_cannot_be_stored_now_is_said_so_and_leaves_nothing() {
    let world = World::start().await;
    let field = world.field().await;
    let (by, path) = (&field.full, photos(&field).await);
    let there = by.send_image(Method::POST, &path, png("one")).await.is(201)["id"].as_str().unwrap().to_owned();
    let inspection = path.trim_end_matches("/photos");
    let (before, tag) = (rows(&world).await, by.get(inspection).await.etag());
    world.lose_files();
    let refused = by.send_image(Method::POST, &path, png("two")).await;
    assert_eq!(refused.headers["retry-after"], "5");
    refused.problem(503, "files_unavailable");
    let logo = format!("{}/branding/logo", field.organization.path);
    field.owner().send_image(Method::PUT, &logo, png("logo")).await.problem(503, "files_unavailable");
    assert_eq!(rows(&world).await, before);
    assert_eq!(by.get(inspection).await.etag(), tag, "the inspection did not change");
    // What is there can be read again when the place is.
    let content = format!("{path}/{there}/content");
    by.get(&content).await.problem(503, "files_unavailable");
    by.get(&format!("{path}/{there}")).await.is(200);
    // What cannot be removed now is removed later.
    by.delete(&format!("{path}/{there}")).await.is(204);
    world.remove_objects().await;
    world.find_files();
    assert_eq!(world.objects().len(), 1);
    world.remove_objects().await;
    assert_eq!(world.objects(), [""; 0]);
    assert_eq!(world.look("select count(*) from file_removals").await.unwrap(), "0");
    by.send_image(Method::POST, &path, png("two")).await.is(201);
}

/// Sends a part of a photo and then hangs up, or waits. Returns the first line of the answer.
async fn send_half(world: &World, by: &Person, path: &str) -> String {
    let mut stream = TcpStream::connect(world.base().trim_start_matches("http://")).await.unwrap();
    let token = by.token.as_deref().unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: image/png\r\n\
         Content-Length: 1000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&png("half")).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    // The server may just close.
    let _ = stream.read_to_string(&mut answer).await;
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_body_that_stops_half_way_is_no_photo() {
    let world = World::start().await;
    let field = world.field().await;
    let path = photos(&field).await;
    let answer = send_half(&world, &field.full, &path).await;
    assert!(answer.is_empty() || answer.contains(" 400 "), "{answer}");
    assert_eq!(rows(&world).await, "0 0 0 0");
    assert_eq!(world.objects(), [""; 0]);
}

#[tokio::test]
async fn what_says_that_it_is_no_image_is_refused() {
    let world = World::start().await;
    let field = world.field().await;
    let path = photos(&field).await;
    for kind in ["multipart/form-data; boundary=x", "application/json; x=image/png", "text/plain", "imagery/png", ""] {
        let request = field.full.request(Method::POST, &path).header("content-type", kind).body(png("one"));
        field.full.send(request).await.problem(415, "unsupported_media_type");
        let request = field.viewer.request(Method::POST, &path).header("content-type", kind).body(png("one"));
        field.viewer.send(request).await.problem(404, "not_found");
    }
    // A phone that takes one kind for another is not to blame: the bytes say which it is.
    for kind in
        ["image/jpeg", "IMAGE/PNG; q=1", "image/x-unknown", "application/octet-stream", "application/octet-stream; x=1"]
    {
        let request = field.full.request(Method::POST, &path).header("content-type", kind).body(png(kind));
        assert_eq!(field.full.send(request).await.is(201)["content_type"], "image/png", "{kind}");
    }
    assert_eq!(world.objects().len(), 5);
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_answered_as_before_though_nothing_more_would_fit() {
    let world = World::start_with_quota(60).await;
    let field = world.field().await;
    let (by, path) = (&field.full, photos(&field).await);
    let bytes = png(&"x".repeat(24));
    let send = async || {
        let request = by.request(Method::POST, &path).header("idempotency-key", "k");
        by.send(request.body(bytes.clone())).await
    };
    let photo = send().await.is(201);
    assert_eq!(send().await.is(201), photo);
    assert_eq!(world.objects().len(), 1, "it was not even stored again");
    by.send_image(Method::POST, &path, bytes.clone()).await.problem(409, "storage_full");
    assert_eq!(world.objects().len(), 1, "nor was what does not fit");
    // A logo that takes the place of another needs room for what it has more.
    by.delete(&format!("{path}/{}", photo["id"].as_str().unwrap())).await.is(204);
    let logo = format!("{}/branding/logo", field.organization.path);
    field.owner().send_image(Method::PUT, &logo, bytes).await.is(200);
    field.owner().send_image(Method::PUT, &logo, png(&"y".repeat(43))).await.is(200);
    field.owner().send_image(Method::PUT, &logo, png(&"y".repeat(45))).await.problem(409, "storage_full");
    assert_eq!(rows(&world).await, "1 0 1 59");
}

#[tokio::test]
async fn whoever_is_blocked_or_of_another_team_adds_nothing() {
    let world = World::start().await;
    let field = world.field().await;
    let path = photos(&field).await;
    let photo = field.full.send_image(Method::POST, &path, png("one")).await.is(201)["id"].as_str().unwrap().to_owned();
    let other = world.team(&field.organization, "Others").await;
    let theirs = world.team_member(&field.organization, &other, "admin").await;
    let block = format!("update members set state = 'blocked' where id = '{}'", field.team_admin.id);
    world.arrange(&block).await;
    for person in [&theirs, &field.team_admin] {
        person.send_image(Method::POST, &path, png("two")).await.problem(404, "not_found");
        person.get(&path).await.problem(404, "not_found");
        person.get(&format!("{path}/{photo}/content")).await.problem(404, "not_found");
        person.delete(&format!("{path}/{photo}")).await.problem(404, "not_found");
    }
    // A photo is one of its own inspection only.
    let elsewhere = photos(&field).await;
    for path in [format!("{elsewhere}/{photo}"), format!("{elsewhere}/{photo}/content")] {
        field.full.get(&path).await.problem(404, "not_found");
    }
    field.full.delete(&format!("{elsewhere}/{photo}")).await.problem(404, "not_found");
    assert_eq!(world.objects().len(), 1);
}

#[tokio::test]
async fn a_server_holds_only_so_much_of_what_is_sent_to_it() {
    let world = World::start_with_room(4000).await;
    let field = world.field().await;
    let path = photos(&field).await;
    let large = png(&"x".repeat(2000));
    let refused = field.full.send_image(Method::POST, &path, large).await;
    assert_eq!(refused.headers["retry-after"], "2");
    refused.problem(503, "unavailable");
    assert_eq!(rows(&world).await, "0 0 0 0");
    // What an upload took is free again when it is over, whichever way it went.
    for at in 0..3 {
        let fits = png(&format!("{at}{}", "x".repeat(700)));
        field.full.send_image(Method::POST, &path, fits.clone()).await.is(201);
        field.viewer.send_image(Method::POST, &path, fits).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn what_is_being_removed_becomes_no_file() {
    let world = World::start().await;
    let field = world.field().await;
    let path = photos(&field).await;
    // Somebody has begun to remove whatever is announced.
    world.arrange("create function begun() returns trigger language plpgsql as $$ begin new.being_removed := true; return new; end $$").await;
    world.arrange("create trigger begun before insert on file_removals for each row execute function begun()").await;
    field.full.send_image(Method::POST, &path, png("late")).await.problem(409, "contention");
    assert_eq!(world.look("select count(*) from files").await.unwrap(), "0");
    world.remove_objects().await;
    assert_eq!(world.objects(), [""; 0]);
}
