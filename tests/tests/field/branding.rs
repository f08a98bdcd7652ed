//! What an organization looks like.

use reqwest::Method;
use usher_tests::{Answer, Organization, Person, World, json, png};

fn path(org: &Organization) -> String {
    format!("{}/branding", org.path)
}

async fn set_logo(by: &Person, org: &Organization, bytes: Vec<u8>) -> Answer {
    by.send_image(Method::PUT, &format!("{}/logo", path(org)), bytes).await
}

/// VX-4, VX-5, VX-6, VX-7.
async fn who(role: &str, status: u16) {
    let world = World::start().await;
    let org = world.organization("field").await;
    let person = if role == "owner" { org.owner.clone() } else { world.member(&org, role).await };
    set_logo(&org.owner, &org, png("before")).await.is(200);
    person.get(&path(&org)).await.is(200);
    person.get(&format!("{}/logo", path(&org))).await.is(200);
    let patched = person.patch(&path(&org), json!({"primary_color": "#1f6feb"})).await;
    assert_eq!(patched.status, status, "{role}");
    assert_eq!(set_logo(&person, &org, png("after")).await.status, status, "{role}");
    let deleted = person.delete(&format!("{}/logo", path(&org))).await;
    assert_eq!(deleted.status, if status == 200 { 204 } else { status }, "{role}");
    let now = org.owner.get(&path(&org)).await.is(200);
    assert_eq!(now["primary_color"], if status == 200 { json!("#1f6feb") } else { json!(null) });
    assert_eq!(now["logo"].is_null(), status == 200);
    world.remove_objects().await;
    assert_eq!(world.objects().len(), usize::from(status != 200));
}

#[tokio::test]
async fn vx_4_the_owner_changes_the_branding() {
    who("owner", 200).await;
}

#[tokio::test]
async fn vx_5_a_super_admin_changes_the_branding() {
    who("super_admin", 200).await;
}

#[tokio::test]
async fn vx_6_an_administrator_changes_the_branding() {
    who("admin", 200).await;
}

#[tokio::test]
async fn vx_7_a_member_does_not_change_the_branding() {
    who("member", 403).await;
}

#[tokio::test]
async fn the_colors_are_changed_kept_and_cleared() {
    let world = World::start().await;
    let org = world.organization("field").await;
    let (by, path) = (&org.owner, path(&org));
    let first = by.get(&path).await;
    let tag = first.etag();
    assert_eq!(first.is(200), json!({"primary_color": null, "accent_color": null, "logo": null}));
    let changed = by.patch_if(&path, &tag, json!({"primary_color": "#AABBCC", "accent_color": "#000000"})).await;
    let next = changed.etag();
    assert_eq!(changed.is(200)["primary_color"], "#aabbcc");
    by.patch_if(&path, &tag, json!({"primary_color": null})).await.problem(412, "stale");
    let same = by.patch(&path, json!({"primary_color": "#aabbcc"})).await;
    assert_eq!(same.etag(), next, "nothing changed");
    let cleared = by.patch_if(&path, &next, json!({"primary_color": null})).await.is(200);
    assert_eq!((&cleared["primary_color"], &cleared["accent_color"]), (&json!(null), &json!("#000000")));
    for color in [json!("red"), json!("#fff"), json!("#12345g"), json!("1f6feb"), json!(1), json!("#1f6feb;")] {
        by.patch(&path, json!({"accent_color": color})).await.names(422, "/accent_color");
    }
    by.patch(&path, json!({"logo": "x"})).await.is(422);
    // Two at once both hold.
    let (one, two) = tokio::join!(
        by.patch(&path, json!({"primary_color": "#111111"})),
        by.patch(&path, json!({"accent_color": "#222222"}))
    );
    assert_eq!((one.status, two.status), (200, 200));
    let now = by.get(&path).await.is(200);
    assert_eq!((&now["primary_color"], &now["accent_color"]), (&json!("#111111"), &json!("#222222")));
}

#[tokio::test]
async fn a_logo_takes_the_place_of_the_one_before_and_what_is_none_is_refused() {
    let world = World::start().await;
    let (org, other) = (world.organization("field").await, world.organization("field").await);
    let (by, logo) = (&org.owner, format!("{}/logo", path(&org)));
    by.get(&logo).await.problem(404, "not_found");
    by.delete(&logo).await.problem(404, "not_found");
    let tag = by.get(&path(&org)).await.etag();
    let first = set_logo(by, &org, png("one")).await;
    let (next, first) = (first.etag(), first.is(200));
    assert_eq!(
        (&first["logo"]["content_type"], &first["logo"]["size"]),
        (&json!("image/png"), &json!(png("one").len()))
    );
    let stale = by.request(Method::PUT, &logo).header("if-match", &tag).body(png("stale"));
    by.send(stale).await.problem(412, "stale");
    let fresh = by.request(Method::PUT, &logo).header("if-match", &next).body(png("two"));
    by.send(fresh).await.is(200);
    let shown = by.request(Method::GET, &logo).send().await.unwrap();
    assert_eq!(shown.headers()["content-disposition"], "inline; filename=\"logo.png\"");
    assert_eq!(shown.headers()["content-security-policy"], "sandbox; default-src 'none'");
    assert_eq!(shown.bytes().await.unwrap(), png("two"));
    let mut large = png("");
    large.resize(1024 * 1024 + 1, 0);
    set_logo(by, &org, large.clone()).await.problem(413, "body_too_large");
    set_logo(by, &org, b"<svg/>".to_vec()).await.problem(415, "unsupported_media_type");
    set_logo(by, &org, Vec::new()).await.problem(415, "unsupported_media_type");
    // What phones make and browsers do not show would be in no report.
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
    let refused = set_logo(by, &org, heic).await.problem(415, "unsupported_media_type");
    assert_eq!(refused["detail"], "These bytes are `image/heif`. A JPEG, PNG or WebP image is taken.");
    // Not another organization's, nor what is no member's.
    other.owner.get(&logo).await.problem(404, "not_found");
    set_logo(&other.owner, &org, png("theirs")).await.problem(404, "not_found");
    by.get(&format!("{}/logo", path(&other))).await.problem(404, "not_found");
    world.remove_objects().await;
    assert_eq!(world.objects().len(), 1);
    assert_eq!(world.look("select sum(bytes) from storage").await.unwrap(), png("two").len().to_string());
    by.delete(&logo).await.is(204);
    by.get(&logo).await.problem(404, "not_found");
    world.remove_objects().await;
    assert_eq!(world.objects(), [""; 0]);
}
