//! Whoever handles a ticket sees it: who no longer does handles it no longer.

use reqwest::Method;
use usher_tests::{Organization, Person, Value, World, json};

use super::{at, ticket};

/// A ticket that a person handles, as somebody who sees everything assigned it.
async fn handled(by: &Person, org: &Organization, place: Value, assignee: &Person) -> String {
    let id = ticket(by, org, place).await;
    let body = json!({"assignee_id": assignee.id});
    by.post(&format!("{}/assign", at(org, &id)), body).await.is(200);
    id
}

/// Who handles a ticket; if nobody, the history has to say why.
async fn assignee(by: &Person, org: &Organization, ticket: &str) -> Value {
    let assignee = by.get(&at(org, ticket)).await.is(200)["assignee_id"].clone();
    let history = by.get(&format!("{}/messages", at(org, ticket))).await.is(200);
    let last = history["items"].as_array().unwrap().last().unwrap()["body"].clone();
    let released = last == "Nobody handles it any more: who did cannot see it any more.";
    assert_eq!(assignee.is_null(), released, "{last}");
    assignee
}

#[tokio::test]
async fn in_a_helpdesk_whatever_takes_a_ticket_out_of_sight_takes_it_from_who_handles_it() {
    let world = World::start().await;
    let org = world.organization("helpdesk").await;
    let owner = &org.owner;
    for act in ["leaves the team", "is no administrator", "template", "team of template", "no template", "no team"] {
        let (a, b) = (world.team(&org, &format!("{act} A")).await, world.team(&org, &format!("{act} B")).await);
        let form = world.template(&org, act).await;
        world.show_template(&org, &form, &a).await;
        let member = world.member(&org, if act == "is no administrator" { "admin" } else { "member" }).await;
        if act != "is no administrator" {
            world.join_team(&org, &member, &a, "member").await;
        }
        world.join_team(&org, &member, &b, "member").await;
        let kept = handled(owner, &org, json!({"team_id": b}), &member).await;
        let in_team = || json!({"team_id": a});
        let of_form = || json!({"template_id": form, "answers": {"topic": "a"}});
        let team = format!("{}/teams/{a}", org.path);
        let template = format!("{}/desk/templates/{form}", org.path);
        let lost = match act {
            "leaves the team" => {
                let lost = handled(owner, &org, in_team(), &member).await;
                owner.delete(&format!("{team}/members/{}", member.id)).await.is(204);
                lost
            }
            "is no administrator" => {
                let lost = handled(owner, &org, in_team(), &member).await;
                let path = format!("{}/members/{}", org.path, member.id);
                owner.patch(&path, json!({"roles": ["member"]})).await.is(200);
                lost
            }
            "template" => {
                let lost = handled(owner, &org, of_form(), &member).await;
                let etag = owner.get(&template).await.etag();
                owner.patch_if(&template, &etag, json!({"team_ids": [b]})).await.is(200);
                // Still to be seen, through the other team.
                assert_eq!(owner.get(&at(&org, &lost)).await.is(200)["assignee_id"], json!(member.id));
                let etag = owner.get(&template).await.etag();
                owner.patch_if(&template, &etag, json!({"team_ids": []})).await.is(200);
                lost
            }
            "team of template" => {
                let lost = handled(owner, &org, of_form(), &member).await;
                let etag = owner.get(&team).await.etag();
                owner.patch_if(&team, &etag, json!({"template_ids": []})).await.is(200);
                lost
            }
            "no template" => {
                let lost = handled(owner, &org, of_form(), &member).await;
                owner.delete(&template).await.is(204);
                lost
            }
            _ => {
                let lost = handled(owner, &org, of_form(), &member).await;
                owner.delete(&team).await.is(204);
                lost
            }
        };
        member.get(&at(&org, &lost)).await.problem(404, "not_found");
        assert_eq!(assignee(owner, &org, &lost).await, json!(null), "{act}");
        assert_eq!(assignee(owner, &org, &kept).await, json!(member.id), "{act}");
    }
}

#[tokio::test]
async fn with_queues_whatever_takes_a_ticket_out_of_sight_takes_it_from_who_handles_it() {
    let world = World::start().await;
    let org = world.organization("queues").await;
    let (a, b) = (world.queue(&org, "A").await, world.queue(&org, "B").await);
    let keeper = world.member(&org, "staff").await;
    for queue in [&a, &b] {
        world.allow(&org, &keeper, queue, &["contribute", "manage"]).await;
    }
    for act in ["table", "preset", "participant", "role"] {
        let member = world.member(&org, "staff").await;
        world.allow(&org, &member, &b, &["contribute"]).await;
        let kept = handled(&keeper, &org, json!({"queue_id": b}), &member).await;
        let by_participation = ["participant", "role"].contains(&act);
        let id = ticket(&keeper, &org, json!({"queue_id": a})).await;
        let participant = format!("{}/participants/{}", at(&org, &id), member.id);
        if by_participation {
            keeper.send(keeper.request(Method::PUT, &participant)).await.is(204);
        } else {
            world.allow(&org, &member, &a, &["contribute"]).await;
        }
        keeper.post(&format!("{}/assign", at(&org, &id)), json!({"assignee_id": member.id})).await.is(200);
        let path = format!("{}/members/{}", org.path, member.id);
        let table = format!("{path}/queue-permissions");
        match act {
            "table" => {
                let etag = org.owner.get(&table).await.etag();
                let body = json!({"permissions": [{"queue_id": b, "contribute": true}]});
                org.owner.put_if(&table, &etag, body).await.is(200);
            }
            "preset" => {
                org.owner.post(&format!("{table}/preset"), json!({"preset": "none"})).await.is(200);
                assert_eq!(assignee(&keeper, &org, &kept).await, json!(null), "{act}");
            }
            "participant" => {
                keeper.delete(&participant).await.is(204);
            }
            _ => {
                org.owner.patch(&path, json!({"roles": ["user"]})).await.is(200);
            }
        }
        member.get(&at(&org, &id)).await.problem(404, "not_found");
        assert_eq!(assignee(&keeper, &org, &id).await, json!(null), "{act}");
        if act != "preset" {
            assert_eq!(assignee(&keeper, &org, &kept).await, json!(member.id), "{act}");
        }
    }
}
