//! Many who change rights in one organization are no other organization's trouble.

use usher_tests::{World, json};

#[tokio::test]
async fn who_waits_to_change_rights_keeps_no_connection_from_others() {
    let world = World::start().await;
    let [busy, other] = [world.organization("helpdesk").await, world.organization("helpdesk").await];
    let leaver = world.member(&busy, "member").await;
    let rights = format!("select pg_advisory_xact_lock(hashtextextended('rights of {}', 0))", busy.id);
    let held = world.hold(&rights).await;
    // More of them than the server has connections.
    let asking: Vec<_> = (0..24)
        .map(|_| {
            let (owner, path) = (busy.owner.clone(), format!("{}/access/preview", busy.path));
            let change = json!({"remove_member": {"member_id": leaver.id}});
            tokio::spawn(async move { owner.post(&path, change).await.is(200) })
        })
        .collect();
    world.until_waiting("advisory", 2).await;
    other.owner.get(&other.path).await.is(200);
    other.owner.post(&format!("{}/teams", other.path), json!({"name": "Calm"})).await.is(201);
    busy.owner.get(&busy.path).await.is(200);
    held.let_go().await;
    for asked in asking {
        assert_eq!(asked.await.unwrap()["members_concerned"], 1);
    }
}
