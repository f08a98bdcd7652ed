//! What is counted, and what is left, where storing a file fails or is tried twice at once.

use usher_tests::{World, png};
use uuid::Uuid;

use super::{
    both,
    photos::{add, inspection, text},
};

/// While the store of files is out of order devices try again and again: that fills nobody's quota.
#[tokio::test]
async fn what_could_not_be_stored_takes_no_room() {
    let world = World::start_with_quota(60).await;
    let field = world.field().await;
    let path = inspection(&field, &field.full, false).await;
    let bytes = png(&"x".repeat(40 - png("").len()));
    world.break_store(&field.organization.id);
    for _ in 0..4 {
        let refused = add(&field.full, &path, "", bytes.clone()).await.problem(503, "files_unavailable");
        assert!(refused["detail"].is_string());
    }
    world.mend_store(&field.organization.id);
    add(&field.full, &path, "", bytes).await.is(201);
    assert_eq!(
        world.look("select count(*) from file_removals").await.unwrap(),
        "4",
        "should they have arrived after all"
    );
    world.remove_objects().await;
    assert_eq!(world.objects().len(), 1);
}

/// A device that heard no answer sends a photo again while its first request still runs.
#[tokio::test]
async fn a_photo_that_is_sent_twice_at_once_is_kept_once() {
    let world = World::start().await;
    let field = world.field().await;
    let path = inspection(&field, &field.full, false).await;
    for n in 0..5 {
        let query = format!("?id={}", Uuid::now_v7());
        let bytes = png(&n.to_string());
        let send = || add(&field.full, &path, &query, bytes.clone());
        let mut statuses = both(send(), send()).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
        let photo = text(&add(&field.full, &path, &query, bytes.clone()).await.is(200), "id");
        assert_eq!(query, format!("?id={photo}"));
    }
    let later = "select count(*) from file_removals where remove_after > now()";
    assert_eq!(world.look(later).await.unwrap(), "0", "what came second goes at once");
    world.remove_objects().await;
    assert_eq!(world.objects().len(), 5);
}
