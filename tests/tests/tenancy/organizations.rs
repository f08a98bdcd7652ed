//! Organizations.

use usher_tests::{World, json};

#[tokio::test]
async fn vk_2_the_owner_changes_settings_vk_3_admin_and_member_do_not() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let body = json!({"name": "Renamed"});
    assert_eq!(org.owner.patch(&org.path, body.clone()).await.is(200)["name"], "Renamed");
    for role in ["admin", "member"] {
        let person = world.member(&org, role).await;
        let problem = person.patch(&org.path, body.clone()).await.problem(403, "forbidden");
        assert_eq!(problem["permission"], "organization.update");
    }
}
