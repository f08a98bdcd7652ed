//! What stands beside tickets: statuses, priorities, websites, the knowledge base.

use usher_tests::{Organization, Person, Value, World, json};

async fn list(person: &Person, org: &Organization, what: &str) -> Vec<Value> {
    let list = person.get(&format!("{}/desk/{what}", org.path)).await.is(200);
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn vk_40_an_organization_begins_with_exactly_an_example_template_faq_and_article() {
    let world = World::start().await;
    for model in ["helpdesk", "queues"] {
        let org = world.organization(model).await;
        for what in ["templates", "faqs", "articles"] {
            let page = org.owner.get(&format!("{}/desk/{what}?include=total", org.path)).await.is(200);
            assert_eq!((&page["total"], page["items"].as_array().unwrap().len()), (&json!(1), 1), "{what} of {model}");
            assert_eq!(page["next_cursor"], Value::Null);
        }
        assert_eq!(list(&org.owner, &org, "faqs").await[0]["state"], "draft");
    }
}

#[tokio::test]
async fn vk_41_it_begins_with_a_website_statuses_priorities_and_the_free_plan() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    assert_eq!(org.owner.get(&org.path).await.is(200)["plan"], "free");
    let websites = list(&org.owner, &org, "websites?include=permissions").await;
    assert_eq!(websites.len(), 1);
    assert_eq!(websites[0]["permissions"], json!(["website.view", "website.update", "website.delete"]));
    let member = world.member(&org, "member").await;
    let place = format!("{}/desk/websites/{}", org.path, websites[0]["id"].as_str().unwrap());
    let seen = member.get(&format!("{place}?include=permissions")).await.is(200);
    assert_eq!((&seen["name"], &seen["permissions"]), (&websites[0]["name"], &json!(["website.view"])));

    for (what, keys, default) in [
        ("statuses", &["open", "pending", "on_hold", "solved", "closed"][..], "open"),
        ("priorities", &["low", "normal", "high", "urgent"], "normal"),
    ] {
        let all = list(&member, &org, what).await;
        assert_eq!(all.iter().map(|one| one["key"].as_str().unwrap()).collect::<Vec<_>>(), keys);
        let defaults: Vec<_> = all.iter().filter(|one| one["is_default"] == true).map(|one| &one["key"]).collect();
        assert_eq!(defaults, [default]);
        assert!(all.iter().all(|one| one["built_in"] == true));
    }
}

#[tokio::test]
async fn what_stands_beside_tickets_is_shown_to_those_who_may_see_it() {
    let world = World::start().await;
    let (org, other) = (world.organization("queues").await, world.organization("queues").await);
    let user = world.member(&org, "user").await;
    let staff = world.member(&org, "staff").await;
    let website = list(&org.owner, &org, "websites").await[0]["id"].as_str().unwrap().to_owned();
    for what in ["statuses", "priorities"] {
        assert!(!list(&user, &org, what).await.is_empty());
    }
    for what in ["faqs", "articles"] {
        let path = format!("{}/desk/{what}", org.path);
        assert_eq!(user.get(&path).await.problem(403, "forbidden")["permission"], "knowledge_base.view");
        assert_eq!(list(&staff, &org, what).await.len(), 1);
    }
    let place = format!("{}/desk/websites/{website}", org.path);
    assert!(list(&staff, &org, "websites").await.is_empty());
    staff.get(&place).await.problem(404, "not_found");
    other.owner.get(&format!("{}/desk/websites/{website}", other.path)).await.problem(404, "not_found");
    for what in ["statuses", "priorities", "websites", "faqs", "articles"] {
        let path = format!("{}/desk/{what}", org.path);
        other.owner.get(&path).await.problem(404, "not_found");
        world.nobody().get(&path).await.problem(401, "token_missing");
    }
    for what in ["websites", "faqs", "articles"] {
        let path = format!("{}/desk/{what}", org.path);
        org.owner.get(&format!("{path}?limit=0")).await.names(400, "limit");
        org.owner.get(&format!("{path}?colour=red")).await.names(400, "colour");
        org.owner.get(&format!("{path}?cursor=x")).await.names(400, "cursor");
    }
}
