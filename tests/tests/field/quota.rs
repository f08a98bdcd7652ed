//! How many bytes of files an organization holds.

use usher_tests::{World, png};

use super::{
    both,
    photos::{add, inspection, text},
};

async fn counted(world: &World) -> String {
    world.look("select coalesce(sum(bytes), 0) from storage").await.unwrap()
}

/// An image of so many bytes.
fn sized(bytes: usize) -> Vec<u8> {
    png(&"x".repeat(bytes - png("").len()))
}

#[tokio::test]
async fn an_organization_holds_what_it_may_and_no_more() {
    let world = World::start_with_quota(60).await;
    let field = world.field().await;
    let (by, path) = (&field.full, inspection(&field, &field.full, false).await);
    add(by, &path, "", sized(61)).await.problem(409, "storage_full");
    let first = text(&add(by, &path, "", sized(30)).await.is(201), "id");
    add(by, &path, "", sized(31)).await.problem(409, "storage_full");
    // Of two at once that do not both fit, one does.
    assert_eq!(both(add(by, &path, "", sized(20)), add(by, &path, "", sized(20))).await, [201, 409]);
    assert_eq!(counted(&world).await, "50");
    // Another organization has room of its own.
    let other = world.field().await;
    let theirs = inspection(&other, &other.full, false).await;
    add(&other.full, &theirs, "", sized(60)).await.is(201);
    by.delete(&format!("{path}/photos/{first}")).await.is(204);
    world.remove_objects().await;
    add(by, &path, "", sized(40)).await.is(201);
    world.remove_objects().await;
    assert_eq!(world.objects().len(), 3, "what was refused is gone, what was deleted too");
}

/// What is deleted takes room until its object is gone: nobody fills the disk by uploading and deleting.
#[tokio::test]
async fn what_is_deleted_takes_room_until_it_is_gone() {
    let world = World::start_with_quota(60).await;
    let field = world.field().await;
    let (by, path) = (&field.full, inspection(&field, &field.full, false).await);
    let bytes = sized(20);
    let mut added = 0;
    loop {
        let answer = add(by, &path, "", bytes.clone()).await;
        if answer.status == 409 {
            assert!(answer.problem(409, "storage_busy")["detail"].as_str().unwrap().contains("try again"));
            break;
        }
        by.delete(&format!("{path}/photos/{}", text(&answer.is(201), "id"))).await.is(204);
        added += 1;
        assert!(added < 10, "nothing bounds it");
    }
    // The room, and as much again that is about to go: six times twenty bytes.
    assert_eq!((added, world.objects().len()), (6, 6));
    world.remove_objects().await;
    add(by, &path, "", bytes).await.is(201);
}

/// An upload is not counted twice, and what comes to nothing takes no room.
#[tokio::test]
async fn what_was_refused_takes_no_room() {
    let world = World::start_with_quota(60).await;
    let field = world.field().await;
    let (by, path) = (&field.full, inspection(&field, &field.full, false).await);
    for _ in 0..2 {
        let photo = text(&add(by, &path, "", sized(38)).await.is(201), "id");
        by.delete(&format!("{path}/photos/{photo}")).await.is(204);
    }
    // 76 are about to go, and 38 more are no more than twice the 60.
    add(by, &path, "", sized(38)).await.is(201);
    let (other, wanted) = (world.field().await, sized(50));
    let path = inspection(&other, &other.full, false).await;
    for _ in 0..3 {
        let upload = async || add(&other.full, &path, "", wanted.clone()).await.status;
        let (one, two, three) = tokio::join!(upload(), upload(), upload());
        assert!([one, two, three].iter().all(|status| [201, 409].contains(status)), "{one} {two} {three}");
        let due = format!(
            "select count(*) from file_removals where key like '{}/%' and remove_after > now()",
            other.organization.id
        );
        assert_eq!(world.look(&due).await.unwrap(), "0", "what was refused goes at once");
        world.remove_objects().await;
    }
    let held = format!("select bytes from storage where org_id = '{}'", other.organization.id);
    assert_eq!(world.look(&held).await.as_deref(), Some("50"), "one fits, and it came to be");
}
