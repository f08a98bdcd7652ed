//! What assignments repeat of their inspections, and participations of their tickets, so that lists find the first of somebody's by
//! an index: it never differs.

use usher_tests::{World, json};

use super::inspections::{answer, assign, at, inspection, share};

/// How many assignments there are, and how many differ from their inspection.
async fn assignments(world: &World) -> String {
    let sql =
        "select count(*) || ' ' || count(*) filter (where (a.team_id, a.state, a.due_on, a.updated_at, a.submitted_at)
            is distinct from (i.team_id, i.state, i.due_on, i.updated_at, i.submitted_at))
        from inspection_assignees a join inspections i on i.org_id = a.org_id and i.id = a.inspection_id";
    world.look(sql).await.unwrap()
}

#[tokio::test]
async fn an_assignment_repeats_its_inspection_whatever_becomes_of_it() {
    let world = World::start().await;
    let field = world.field().await;
    let by = field.owner();
    let template = field.template("Doors").await;
    let to = world.team(&field.organization, "Others").await;
    let id = inspection(&field, by, &template).await;
    let other = inspection(&field, by, &template).await;
    for person in [&field.focused, &field.limited] {
        assign(&field, &id, person).await;
    }
    assign(&field, &other, &field.focused).await;
    assert_eq!(assignments(&world).await, "3 0", "assigned");
    by.patch(&at(&field, &id), json!({"due_on": "2026-05-01"})).await.is(200);
    assert_eq!(assignments(&world).await, "3 0", "due");
    let due = field.focused.get(&format!("{}/inspections?sort=due_on", field.path)).await;
    assert_eq!(due.ids(), [id.clone(), other.clone()], "what has no day comes last");
    answer(&field, &field.focused, &id, "exits", json!("Yes")).await;
    assert_eq!(assignments(&world).await, "3 0", "answered");
    share(&field, &id).await;
    assert_eq!(assignments(&world).await, "3 0", "shared");
    field.focused.post_empty(&format!("{}/submit", at(&field, &id))).await.is(200);
    assert_eq!(assignments(&world).await, "3 0", "submitted");
    assert_eq!(field.focused.get(&format!("{}/reports", field.path)).await.ids(), std::slice::from_ref(&id));
    assert_eq!(
        field.focused.get(&format!("{}/inspections?state=draft", field.path)).await.ids(),
        std::slice::from_ref(&other)
    );
    by.post_empty(&format!("{}/reopen", at(&field, &id))).await.is(200);
    assert_eq!(assignments(&world).await, "3 0", "reopened");
    assert!(field.focused.get(&format!("{}/reports", field.path)).await.ids().is_empty());
    world.join_team(&field.organization, &field.focused, &to, "contributor_focused").await;
    by.delete(&format!("{}/teams/{}?move_to={to}", field.organization.path, field.team)).await.is(204);
    assert_eq!(assignments(&world).await, "2 0", "moved, and released from who is not in the other team");
    let of_team = field.focused.get(&format!("{}/inspections?team={to}&sort=-updated_at", field.path)).await;
    assert_eq!(of_team.ids().len(), 2);
    by.delete(&at(&field, &other)).await.is(204);
    assert_eq!(assignments(&world).await, "1 0", "deleted");
}

#[tokio::test]
async fn a_participation_repeats_its_ticket_whatever_becomes_of_it() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let queue = world.queue(&org, "Mail").await;
    let (by, agent) = (world.member(&org, "admin").await, world.member(&org, "staff").await);
    world.allow(&org, &by, &queue, &["contribute", "manage"]).await;
    let tickets = format!("{}/desk/tickets", org.path);
    let participations = async || {
        let sql = "select count(*) || ' ' || count(*) filter (where p.updated_at is distinct from t.updated_at)
            from ticket_participants p join tickets t on t.org_id = p.org_id and t.id = p.ticket_id";
        world.look(sql).await.unwrap()
    };
    let new = async |subject: &str| {
        let made = by.post(&tickets, json!({"subject": subject, "queue_id": queue})).await.is(201);
        let id = made["id"].as_str().unwrap().to_owned();
        by.put_empty(&format!("{tickets}/{id}/participants/{}", agent.id)).await.is(204);
        id
    };
    let (first, second) = (new("First").await, new("Second").await);
    assert_eq!(participations().await, "2 0", "added");
    let listed = async || agent.get(&format!("{tickets}?sort=-updated_at")).await.ids();
    assert_eq!(listed().await, [second.clone(), first.clone()]);
    by.post(&format!("{tickets}/{first}/replies"), json!({"body": "Here."})).await.is(201);
    assert_eq!(participations().await, "2 0", "answered");
    assert_eq!(listed().await, [first.clone(), second.clone()]);
    by.patch(&format!("{tickets}/{second}"), json!({"subject": "Renamed"})).await.is(200);
    assert_eq!(participations().await, "2 0", "changed");
    assert_eq!(listed().await, [second.clone(), first.clone()]);
    by.post(&format!("{tickets}/{first}/merge"), json!({"into": second})).await.is(200);
    assert_eq!(participations().await.split(' ').next_back(), Some("0"), "merged");
}
